"""Versions are as far apart as Kubernetes allows.

What: no kubelet is newer than the API servers of the file, nor more than three minors older. Why: older ones do not
know what they are asked, newer ones ask for what is not there. Evidence: kubeletVersion of the Node objects. Fix:
upgrade the nodes that are behind, API servers first.
"""

import re
from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, unknown, wrong
from seakeep.core.finding import Severity
from seakeep.manifests.access import text

CHECK = Check(
    id="CPL004",
    title="versions are as far apart as Kubernetes allows",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("nodes",),
    remediation="upgrade the nodes that are behind, API servers first",
    references=("https://kubernetes.io/releases/version-skew-policy/",),
)

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.")


def judge(live: Live) -> Iterable[Note]:
    """Node by node."""
    release = live.design.release
    server = release.minor.minor[1]
    for node in live.index.of("Node"):
        said = text(node.body, "status", "nodeInfo", "kubeletVersion")
        minor = _minor(said)
        if minor is None:
            yield unknown(node.name, f"its version is {said or 'not told'}")
        elif 0 <= server - minor <= release.minor.skew_kubelet:
            yield good(node.name, said)
        else:
            yield wrong(node.name, f"kubelet {said} beside API servers of v{release.kubernetes}")


def _minor(version: str) -> int | None:
    found = _VERSION.match(version)
    return int(found[2]) if found else None
