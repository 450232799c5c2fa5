"""etcd speaks TLS with whoever is not on its machine.

What: listen and advertise URLs of clients and peers are https, or loopback. Why: every secret of the cluster passes
there. Evidence: listen-client-urls, advertise-client-urls, listen-peer-urls, initial-advertise-peer-urls. Fix: https
and certificates.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="ETF003",
    title="etcd speaks TLS with other machines",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("etcd",),
    remediation="https URLs, with client-transport-security and peer-transport-security",
)

_URLS = ("listen-client-urls", "advertise-client-urls", "listen-peer-urls", "initial-advertise-peer-urls")
_OWN = ("http://127.", "http://localhost", "http://[::1]")


def judge(file: OperatorFile, _: Index) -> Iterator[Note]:
    """Metrics on another port are no data."""
    for field in _URLS:
        for url in text(file.data, field).split(","):
            if url.strip().startswith("http://") and not url.strip().startswith(_OWN):
                yield bad(f"{field} has {url.strip()}", (field,))
