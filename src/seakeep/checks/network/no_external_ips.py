"""A Service does not take over somebody's address.

What: externalIPs is empty. Why: every node then sends what goes to that address to the Service: whoever may create
Services listens in on others (CVE-2020-8554). Evidence: the addresses. Fix: LoadBalancer, with an implementation that
owns its addresses.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import texts
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET011",
    title="no Service claims addresses by itself",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Service",),
    remediation="remove externalIPs",
    references=("https://github.com/kubernetes/kubernetes/issues/97076",),
    equivalents=("gatekeeper:externalip",),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """The list."""
    found = texts(manifest.spec, "externalIPs")
    return bad(f"it takes over {', '.join(found)}", ("spec", "externalIPs"), addresses=found) if found else None
