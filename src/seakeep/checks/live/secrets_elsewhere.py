"""Secrets may be kept outside of the cluster.

What: whether an external store is in use: ExternalSecret, SecretProviderClass or SealedSecret objects. Why: a store
of its own records who reads what, and changes secrets by itself. Evidence: the objects, and the number of Secrets.
Fix: decide whether it is worth it.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, review
from seakeep.core.finding import Severity

CHECK = Check(
    id="LIV011",
    title="secrets may be kept outside of the cluster",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="decide whether an external store is worth it",
    equivalents=(
        "cis-1.12:5.4.2",
        "kubescape:C-0208",
        "kubescape:C-0234",
    ),
)

TYPES = (
    "external-secrets.io/ExternalSecret", "secrets-store.csi.x-k8s.io/SecretProviderClass", "bitnami.com/SealedSecret",
)  # fmt: skip


def judge(live: Live) -> Iterable[Note]:
    """What it is worth, only a person can say."""
    yield review(live.design.name, f"{len(live.index.of(*TYPES))} objects of external stores")
