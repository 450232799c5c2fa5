"""No admission plugin is asked for that is gone.

What: neither PodSecurityPolicy (gone since 1.25) nor SecurityContextDeny (gone since 1.30) is among --enable-
admission-plugins. Why: an API server does not start with a plugin that it does not know. Evidence: the command line
of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix: use PodSecurity, which is on
by default.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB018",
    title="no admission plugin is asked for that is gone",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="use PodSecurity, which is on by default",
    equivalents=(
        "kubescape:C-0124",
        "checkov:CKV_K8S_81",
        "checkov:CKV_K8S_84",
    ),
)

_GONE = frozenset({"PodSecurityPolicy", "SecurityContextDeny"})


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "enable-admission-plugins", _wrong)


def _wrong(value: str | None) -> str:
    found = [name for name in (value or "").split(",") if name in _GONE]
    return f"{', '.join(found)} is among --enable-admission-plugins" if found else ""
