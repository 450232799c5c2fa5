"""A budget lets at least one pod go.

What: with the pods that the selected workloads have when nothing is wrong (replicas, or the minimum of the
autoscaler), the budget leaves at least one that may be away. Percentages are rounded up, as the controller does: 80 %
of three is three. What cannot be counted (DaemonSets, bare pods) counts as one. Why: kubectl drain then waits
forever, and with it every upgrade of every node that has such a pod. Evidence: the pods and what is left. Fix:
maxUnavailable: 1, and more than one replica.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.checks.workload.scaling import copies, covered, may_go
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD077",
    title="a PodDisruptionBudget lets nodes be drained",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("PodDisruptionBudget",),
    remediation="set maxUnavailable: 1, and more than one replica",
    references=("https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/",),
    equivalents=(
        "kube-linter:pdb-max-unavailable",
        "kube-linter:pdb-min-available",
        "polaris:pdbDisruptionsIsZero",
        "polaris:pdbMinAvailableGreaterThanHPAMinReplicas",
        "gatekeeper:poddisruptionbudget",
        "popeye:POP-901",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """Some bounds are wrong for any number of pods."""
    field = "maxUnavailable" if manifest.spec.get("maxUnavailable") is not None else "minAvailable"
    if may_go(manifest.spec, 1_000_000) == 0:
        return bad(f"{field} {manifest.spec[field]} lets no pod go", ("spec", field))
    pods = covered(manifest, index)
    if not pods:
        return MOOT
    total = sum(copies(pod.manifest, index) for pod in pods)
    left = may_go(manifest.spec, total)
    if left is None or left > 0 or total == 0:
        return None
    message = f"of {total} pods none may be away, and no node that has one can be drained"
    return bad(message, ("spec", field), pods=total, allowed=left)
