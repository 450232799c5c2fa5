"""No namespace of a former tenant is left over.

What: every namespace that was made for a tenant belongs to one of the file. Why: Seakeep shuts out a tenant that leaves
the file and deletes nothing of it: its pods run on, and its data lies there until a person decides. Evidence: the
namespaces with the label seakeep.io/tenant. Fix: save what is still needed and delete the namespace, or put the tenant
back into the file.
"""

from collections.abc import Iterable

from seakeep.artifacts.tenants import LABEL
from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, wrong
from seakeep.core.finding import Severity

CHECK = Check(
    id="LIV021",
    title="no namespace of a former tenant is left over",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("namespaces", "pods"),
    remediation="save what is still needed and delete the namespace, or put the tenant back into the file",
)


def judge(live: Live) -> Iterable[Note]:
    """A note for each namespace with the label."""
    present = {tenant.namespace for tenant in live.design.tenants}
    for each in live.index.of("Namespace"):
        if LABEL not in each.labels:
            continue
        if each.name in present:
            yield good(each.name, "its tenant is in the file")
        else:
            pods = sum(pod.namespace == each.name for pod in live.pods)
            yield wrong(each.name, f"its tenant is not in the file any more; {pods} pods are in it")
