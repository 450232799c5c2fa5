"""API servers go on serving until balancers have noticed.

What: --shutdown-delay-duration is above zero. Why: /readyz fails at once on a stop; without a delay requests still
arrive at a server that is gone. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit
files and running processes. Fix: --shutdown-delay-duration of the load balancer's interval times fall, and a margin.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.formats.duration import seconds
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB037",
    title="API servers go on serving until balancers have noticed",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--shutdown-delay-duration of the load balancer's interval times fall, and a margin",
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "shutdown-delay-duration", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value is not None and seconds(value) else f"--shutdown-delay-duration is {value or 'not set'}"
