"""Containers get the runtime's seccomp profile.

What: seccompDefault is true. Why: a container without a profile may make every system call. Evidence: the
KubeletConfiguration. Fix: seccompDefault: true.
"""

from seakeep.checks.base import Answer, Check, Scope, bad, put
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB112",
    title="containers get the runtime's seccomp profile",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="seccompDefault: true",
    fixable=True,
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=("cis-1.12:4.2.14",),
)

_FIELD: Path = ("seccompDefault",)


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    return None if value is True else bad(f"{dotted(_FIELD)} is {said(value)}", _FIELD, fix=(put(_FIELD, True),))
