"""Kubelets may renew their serving certificate.

What: RotateKubeletServerCertificate is not false among featureGates (true by default). Why: the certificate would end
one day, and logs and exec with it. Evidence: the KubeletConfiguration. Fix: remove the gate.
"""

from seakeep.checks.base import Answer, Check, Scope, bad, drop
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB109",
    title="kubelets may renew their serving certificate",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="remove the gate",
    fixable=True,
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.11",
        "kubescape:C-0183",
    ),
)

_FIELD: Path = ("featureGates", "RotateKubeletServerCertificate")


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    return bad(f"{dotted(_FIELD)} is false", _FIELD, fix=(drop(_FIELD),)) if value is False else None
