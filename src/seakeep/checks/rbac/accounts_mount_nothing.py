"""A ServiceAccount gives its token to pods that ask for it.

What: automountServiceAccountToken is false on ServiceAccounts; those to which something is granted among the objects,
and which are therefore meant to be used, pass, unless they are called default. Why: pods that need no token do not
have to say so. Evidence: the field. Fix: false on the account, true on the pod that needs it.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.checks.rbac.grants import Grants
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC030",
    title="accounts do not hand out tokens by themselves",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("ServiceAccount",),
    remediation="set automountServiceAccountToken: false",
    equivalents=(
        "kubescape:C-0189",
        "popeye:POP-303",
        "checkov:CKV_K8S_41",
        "cis-1.12:5.1.6",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """The field lies at the top of the object."""
    path = ("automountServiceAccountToken",)
    if manifest.body.get(path[0]) is False:
        return None
    granted = f"ServiceAccount {manifest.namespace}/{manifest.name}" in index.once(Grants).by_subject
    if granted and manifest.name != "default":
        return None
    return bad("every pod that runs as it has its token", path)
