"""Whoever changes ConfigMaps of kube-system changes names, accounts and settings of the cluster.

What: update or patch on configmaps, through a ClusterRole that holds in kube-system or a Role in it; also where the
names coredns, aws-auth, kubeadm-config, kubelet-config or kube-proxy are given. Why: the ConfigMap of CoreDNS answers
for every name; aws-auth maps cloud roles to groups of the cluster. Evidence: the rule, and everybody who has it by
which binding. Fix: name other ConfigMaps.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.checks.rbac.grants import EVERY, Grants, own
from seakeep.checks.rbac.powers import SHOWN, paths
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC025",
    title="the cluster's own ConfigMaps are not changed by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Role", "ClusterRole"),
    remediation="name the ConfigMaps in resourceNames, outside kube-system",
    equivalents=(
        "kubescape:C-0037",
        "rbac-police:eks_modify_aws_auth",
    ),
)

OWN = frozenset({"coredns", "aws-auth", "kubeadm-config", "kubelet-config", "kube-proxy"})
VERBS = frozenset({"update", "patch", EVERY})


def judge(manifest: Manifest, index: Index) -> Answer:
    """Bindings decide whether a ClusterRole reaches kube-system."""
    if own(manifest):
        return MOOT
    grants = index.once(Grants)
    role = grants.role_of(manifest)
    if role.everything:
        return MOOT
    bindings = [each for each in grants.by_role.get(role.key, []) if each.namespace in {"", "kube-system"}]
    if not bindings and manifest.namespace != "kube-system":
        return None
    for rule in role.rules:
        resources = {"configmaps", EVERY} & rule.resources and {"", EVERY} & rule.groups
        if not resources or not VERBS & rule.verbs or (rule.names and not rule.names & OWN):
            continue
        ways = [" -> ".join(way) for binding in bindings for way in paths(binding, rule, index)][:SHOWN]
        path = ("rules", rule.position) if rule.position >= 0 else ("rules",)
        return bad("it lets its holders change ConfigMaps of kube-system", path, paths=ways)
    return None
