"""kube-proxy tells its metrics on the machine only.

What: metricsBindAddress is unset (127.0.0.1:10249) or a loopback address. Why: the port has no authentication.
Evidence: the KubeProxyConfiguration. Fix: metricsBindAddress: 127.0.0.1:10249.
"""

from seakeep.checks.base import Answer, Check, Scope, bad, put
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB120",
    title="kube-proxy tells its metrics on the machine only",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeProxyConfiguration",),
    remediation="metricsBindAddress: 127.0.0.1:10249",
    fixable=True,
    equivalents=("cis-1.12:4.3.1", "kubescape:C-0291"),
)


def judge(each: Manifest, _: Index) -> Answer:
    """By its address, with or without a port."""
    address = text(each.body, "metricsBindAddress")
    if not address or address.startswith(("127.", "[::1]", "localhost")):
        return None
    path = ("metricsBindAddress",)
    return bad(f"metricsBindAddress is {address}", path, fix=(put(path, "127.0.0.1:10249"),))
