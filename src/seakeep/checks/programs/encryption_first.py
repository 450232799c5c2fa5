"""What is encrypted at rest is encrypted with a key.

What: the first provider of every entry of an EncryptionConfiguration is not `identity`, and secrets are among the
resources. Why: the first provider writes; `identity` writes as it is. Evidence: resources and providers. Fix:
secretbox, or KMS v2, first, and `identity` last for what was written before.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, texts
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB150",
    title="what is encrypted at rest is encrypted with a key",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("EncryptionConfiguration",),
    remediation="secretbox or kms (v2) as the first provider, identity last",
    references=("https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/",),
    equivalents=("cis-1.12:1.2.28", "kubescape:C-0142", "checkov:CKV_K8S_104"),
)

_SECRETS = frozenset({"secrets", "*.", "*.*"})


def judge(each: Manifest, _: Index) -> Iterator[Note]:
    """Entry by entry."""
    entries = mappings(each.body, "resources")
    if not any(_SECRETS & set(texts(entry, "resources")) for _, entry in entries):
        yield bad("secrets are not among the resources", ("resources",))
    for number, entry in entries:
        providers = mappings(entry, "providers")
        path = ("resources", number, "providers")
        if not providers:
            yield bad("it names no provider", path)
        elif "identity" in providers[0][1]:
            names = ", ".join(texts(entry, "resources"))
            yield bad(f"the first provider is identity: {names} are written as they are", (*path, providers[0][0]))
