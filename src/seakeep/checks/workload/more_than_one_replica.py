"""A Deployment outlives the loss of a node.

What: Deployments, and their like, have two replicas or more, or an autoscaler that keeps two. Zero is somebody's
decision to switch it off, and is said as INFO. A claim that only one node can mount, and the strategy Recreate, say
that there can be only one. Why: one copy is away whenever its node is drained, upgraded or lost. Evidence: the
replicas, or the autoscaler's minimum. Fix: replicas: 2 or more, and what POD005 and POD047 ask for.
"""

from seakeep.checks.base import MOOT, Answer, Check, Note, Scope, bad
from seakeep.checks.workload.scaling import autoscaler_of, copies
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD042",
    title="what serves runs in more than one copy",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Deployment", "argoproj.io/Rollout", "apps.kruise.io/CloneSet"),
    remediation="set replicas to 2 or more",
    equivalents=(
        "kube-score:deployment-replicas",
        "kube-linter:minimum-three-replicas",
        "polaris:deploymentMissingReplicas",
        "popeye:POP-500",
        "gatekeeper:replicalimits",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """The autoscaler's minimum counts where there is one."""
    least = copies(manifest, index)
    if least >= 2:
        return None
    if least == 0:
        return Note(message="it is scaled to zero", path=("spec", "replicas"), severity=Severity.INFO)
    if text(manifest.spec, "strategy", "type") == "Recreate":
        return MOOT
    scaler = autoscaler_of(manifest, index)
    if scaler is not None:
        return Note(message="its autoscaler goes down to one pod", path=("spec", "minReplicas"), about=scaler)
    return bad("it has one replica", ("spec", "replicas"))
