"""Who was given view or edit does not have more one morning.

What: a ClusterRole with a label rbac.authorization.k8s.io/aggregate-to-view only reads, and no Secrets; one that
aggregates to edit or admin has no power over roles, nodes, kubelets or impersonation. Why: its rules are added to the
role of everybody who has view or edit, and no binding shows it. Evidence: the rule. Fix: another role, and a binding.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.checks.rbac.grants import Grants, own
from seakeep.checks.rbac.paths import RBAC
from seakeep.checks.rbac.powers import Power
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC034",
    title="nothing dangerous is added to view and edit",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("ClusterRole",),
    remediation="remove the label, and bind the role to those who need it",
    references=("https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles",),
)

LABEL = "rbac.authorization.k8s.io/aggregate-to-"
READS = frozenset({"get", "list", "watch"})
DANGEROUS = (
    Power("change roles", "create update patch bind escalate", f"{RBAC}/clusterroles {RBAC}/clusterrolebindings"),
    Power("reach kubelets", "get create update patch", "/nodes/proxy"),
    Power("change nodes", "create update patch delete", "/nodes"),
    Power("be somebody else", "impersonate", "/users /groups"),
    Power("create volumes of nodes", "create", "/persistentvolumes"),
)
SECRETS = Power("read Secrets", "get list watch", "/secrets")


def judge(manifest: Manifest, index: Index) -> Answer:
    """Kubernetes' own parts of the roles have the same labels."""
    into = [each for each in ("view", "edit", "admin") if manifest.labels.get(LABEL + each) == "true"]
    if not into or own(manifest):
        return MOOT
    for rule in index.once(Grants).role_of(manifest).rules:
        path = ("rules", max(rule.position, 0))
        if into[0] == "view":
            if not rule.verbs <= READS:
                return bad(f"who has view may {', '.join(sorted(rule.verbs - READS))}", path)
            if SECRETS.given_by(rule):
                return bad("who has view may read Secrets", path)
        for power in DANGEROUS:
            if rule.everything or power.given_by(rule):
                return bad(f"who has {into[0]} may {power.what}", path)
    return None
