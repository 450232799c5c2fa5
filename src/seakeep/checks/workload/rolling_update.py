"""A new version does not take all pods away at once.

What: the strategy of a Deployment is RollingUpdate, which is its default, with maxUnavailable below 100 % and not
both bounds zero; a DaemonSet's is not OnDelete. Recreate passes where the pods use a claim: two of them could not
have it at once. Why: with Recreate nothing answers from the end of the old pods until the new ones are ready, or for
good if they never are. Evidence: the strategy. Fix: RollingUpdate.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.checks.workload.views import volumes
from seakeep.core.finding import Severity
from seakeep.manifests.access import dig, mapping
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD044",
    title="new versions come step by step",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Deployment", "DaemonSet"),
    remediation="set strategy.type: RollingUpdate",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy",),
    equivalents=(
        "kube-score:deployment-strategy",
        "kube-linter:no-rolling-update-strategy",
        "kubescape:C-0305",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """What is not said is RollingUpdate."""
    field = "strategy" if manifest.type == "Deployment" else "updateStrategy"
    strategy = mapping(manifest.spec, field)
    kind = strategy.get("type")
    pod = index.pod(manifest)
    if kind == "Recreate":
        if pod is not None and any(True for _ in volumes(pod, "persistentVolumeClaim")):
            return None
        return bad("all pods end before a new one starts", ("spec", field, "type"))
    if kind == "OnDelete":
        return bad("pods of the old version stay until somebody deletes them", ("spec", field, "type"))
    if manifest.type == "Deployment" and dig(strategy, "rollingUpdate", "maxUnavailable") == "100%":
        return bad("all pods may end before a new one starts", ("spec", field, "rollingUpdate", "maxUnavailable"))
    return None
