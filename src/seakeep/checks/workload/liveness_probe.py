"""Something notices when a container runs and does nothing.

What: a livenessProbe on long-running containers of pods that are not meant to end. INFO on purpose: a process that
ends when it is broken needs none, and a probe that asks for what the container depends on restarts everything at
once. Why: a process in a deadlock keeps its pod forever. Evidence: the container. Fix: a probe of the process alone,
slower and more patient than the readiness probe.
"""

from seakeep.checks.base import LONG_RUNNING, MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD038",
    title="a liveness probe restarts what hangs",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    roles=LONG_RUNNING,
    remediation="add a livenessProbe that asks for the process alone",
    references=("https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",),
    equivalents=(
        "kube-linter:no-liveness-probe",
        "polaris:livenessProbeMissing",
        "kubescape:C-0056",
        "checkov:CKV_K8S_8",
        "kubeeye:NoLivenessProbe",
        "popeye:POP-102",
        "popeye:POP-103",
        "gatekeeper:requiredprobes",
        "kube-score:pod-probes",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """Jobs end by themselves."""
    if "livenessProbe" in container.body:
        return None
    if container.pod.ends:
        return MOOT
    return bad(f"nothing restarts container {container.name} when it hangs", container.at("livenessProbe"))
