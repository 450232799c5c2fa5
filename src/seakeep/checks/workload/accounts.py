"""The ServiceAccounts that pods run as."""

from seakeep.checks.rbac.grants import Grants
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod


def account_of(pod: Pod) -> str:
    """The account's name; the deprecated field counts where the other is not given."""
    return text(pod.spec, "serviceAccountName") or text(pod.spec, "serviceAccount") or "default"


def bound(index: Index, namespace: str, name: str) -> bool:
    """Whether a binding among the objects names the account. What is granted to groups of all accounts does not count:
    every account has it."""
    return f"ServiceAccount {namespace}/{name}" in index.once(Grants).by_subject
