"""Encryption at rest cannot be altered unseen.

What: the first provider of every entry is secretbox or KMS v2. Why: aescbc can be attacked through its padding,
aesgcm is only safe when its key is changed every 200,000 writes, KMS v1 is deprecated since 1.28 and off since 1.29.
Evidence: the providers. Fix: secretbox with a random key of 32 bytes, or KMS v2.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping, mappings
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB151",
    title="encryption at rest is of a strong kind",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("EncryptionConfiguration",),
    remediation="secretbox with a random key of 32 bytes, or kms with apiVersion: v2",
    references=("https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#providers",),
)

_WEAK = {"aescbc": "can be attacked through its padding", "aesgcm": "needs a new key every 200,000 writes"}


def judge(each: Manifest, _: Index) -> Iterator[Note]:
    """The provider that writes."""
    for number, entry in mappings(each.body, "resources"):
        for position, provider in mappings(entry, "providers")[:1]:
            path = ("resources", number, "providers", position)
            for name, why in _WEAK.items():
                if name in provider:
                    yield bad(f"{name} {why}", (*path, name))
            if "kms" in provider and mapping(provider, "kms").get("apiVersion") != "v2":
                yield bad("KMS v1 is off by default since 1.29", (*path, "kms"))
