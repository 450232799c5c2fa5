"""Kubelets ask the API server who may do what.

What: authorization.mode is Webhook. Why: AlwaysAllow lets whoever is known do everything. Evidence: the
KubeletConfiguration. Fix: authorization.mode: Webhook.
"""

from seakeep.checks.base import Answer, Check, Scope, bad, put
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB101",
    title="kubelets ask the API server who may do what",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="authorization.mode: Webhook",
    fixable=True,
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.2",
        "kubescape:C-0173",
        "checkov:CKV_K8S_139",
    ),
)

_FIELD: Path = ("authorization", "mode")


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    return (
        None if value == "Webhook" else bad(f"{dotted(_FIELD)} is {said(value)}", _FIELD, fix=(put(_FIELD, "Webhook"),))
    )
