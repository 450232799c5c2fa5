"""A container that is not ready gets time before it is restarted.

What: where both probes ask the same question, the liveness probe gives up later than the readiness probe
(initialDelaySeconds plus periodSeconds times failureThreshold, with their defaults). Two probes that ask different
questions pass. Why: a slow dependency then makes the container unready and restarts it in the same moment, on all
replicas. Evidence: both spans in seconds. Fix: a higher failureThreshold for the liveness probe, or another question.
"""

from seakeep.checks.base import LONG_RUNNING, MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import mapping, number
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD039",
    title="liveness is more patient than readiness",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    roles=LONG_RUNNING,
    remediation="raise livenessProbe.failureThreshold, or ask for the process alone",
    references=("https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",),
    equivalents=("kube-score:pod-probes-identical",),
)

QUESTIONS = ("httpGet", "tcpSocket", "exec", "grpc")


def judge(container: Container, _: Index) -> Answer:
    """Only the question and the patience count; timeouts and the like do not make a probe another one."""
    if "livenessProbe" not in container.body or "readinessProbe" not in container.body:
        return MOOT
    liveness, readiness = mapping(container.body, "livenessProbe"), mapping(container.body, "readinessProbe")
    if any(liveness.get(each) != readiness.get(each) for each in QUESTIONS):
        return None
    killed, unready = patience(liveness), patience(readiness)
    if killed > unready:
        return None
    message = f"container {container.name} is restarted {killed} s after it fails, and unready only after {unready} s"
    return bad(message, container.at("livenessProbe"), liveness=killed, readiness=unready)


def patience(probe: JsonObject) -> int:
    """Seconds until a probe that never succeeds is believed."""
    delay = number(probe, "initialDelaySeconds") or 0
    period = number(probe, "periodSeconds") or 10
    threshold = number(probe, "failureThreshold") or 3
    return delay + period * threshold
