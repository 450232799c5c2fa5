"""A namespace says which pods it refuses.

What: the label pod-security.kubernetes.io/enforce is baseline or restricted. Kubernetes' own namespaces are not
asked, nor is one whose label says privileged and gives a reason in the annotation seakeep.io/reason. Why: without the
label the cluster's default holds, which is privileged unless the API server was told otherwise. Evidence: the label.
Fix: restricted, after warn has shown what would be refused.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD084",
    title="namespaces enforce a Pod Security level",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Namespace",),
    remediation="label it pod-security.kubernetes.io/enforce: restricted",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-admission/",),
    equivalents=(
        "kubescape:C-0192",
        "kubescape:C-0068",
        "cis-1.12:5.2.1",
    ),
)

LEVEL = "pod-security.kubernetes.io/enforce"
OWN = frozenset({"kube-system", "kube-public", "kube-node-lease"})


def judge(manifest: Manifest, _: Index) -> Answer:
    """A word that is no level enforces nothing."""
    if manifest.name in OWN:
        return MOOT
    level = manifest.labels.get(LEVEL, "")
    if level in {"baseline", "restricted"}:
        return None
    path = ("metadata", "labels", LEVEL)
    if not level:
        return bad("it enforces no Pod Security level", path)
    if level == "privileged" and manifest.annotations.get("seakeep.io/reason"):
        return MOOT
    return bad(f"it enforces {level}, which refuses nothing", path)
