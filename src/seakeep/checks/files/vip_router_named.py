"""Two virtual addresses of one network do not share an id.

What: every vrrp_instance of one interface has a virtual_router_id of its own. Why: two clusters with one id take the
address from each other. Evidence: virtual_router_id and interface of all keepalived.conf that were given, of the same
file or not, where their addresses differ. Fix: give each a number of its own.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import keepalived_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="KPA006",
    title="virtual addresses have ids of their own",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("keepalived",),
    remediation="give each vrrp_instance a virtual_router_id of its own, 1 to 255",
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Within the file: the peers of an instance have its id in files of their own."""
    seen: dict[tuple[str | None, str | None], str] = {}
    for instance in keepalived_of(file, index).find("vrrp_instance"):
        number = instance.number("virtual_router_id")
        if number is None or not 1 <= number <= 255:
            given = instance.value("virtual_router_id")
            yield bad(f"{instance.name} has the virtual_router_id {given or 'of nobody'}", (instance.line,))
            continue
        key = (instance.value("interface"), instance.value("virtual_router_id"))
        if key in seen:
            yield bad(f"{instance.name} has the id {key[1]} of {seen[key]}", (instance.line,))
        seen.setdefault(key, instance.name)
