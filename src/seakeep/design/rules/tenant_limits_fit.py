"""A container that says nothing gets the defaults; where those do not fit, no pod of the tenant's ever starts."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from seakeep.core.finding import Severity
from seakeep.design.draft import Draft, Note, Rule, bad, counted, good, moot
from seakeep.spec.fields import mebibytes, millicores
from seakeep.spec.tenants import TenantSpec


def judge(draft: Draft) -> Iterator[Note]:
    """What the rule says about a draft."""
    clean = True
    for index, tenant in enumerate(draft.spec.tenants):
        for field, said in _wrong(tenant):
            clean = False
            yield bad(
                f"tenant {tenant.name}: {said}",
                where=f"spec.tenants[{index}].limits.{field}",
                fix="each of these is at most the next: the default request, the default limit, the max, the quota",
            )
    if clean:
        tenants = draft.spec.tenants
        yield good(f"the limits of {counted(len(tenants), 'tenant')}") if tenants else moot("there are no tenants")


def _wrong(tenant: TenantSpec) -> Iterator[tuple[str, str]]:
    """(field, what is wrong) for each neighbouring pair that is the wrong way round, of those that are given."""
    limits, quota = tenant.limits, tenant.quota
    kinds: tuple[tuple[str, Callable[[str], int], tuple[str | None, ...]], ...] = (
        ("cpu", millicores, (limits.default_request.cpu, limits.default_limit.cpu, limits.max.cpu, quota.cpu)),
        (
            "memory",
            mebibytes,
            (limits.default_request.memory, limits.default_limit.memory, limits.max.memory, quota.memory),
        ),
    )
    names = ("the default request", "the default limit", "the max", "the quota")
    fields = ("defaultRequest", "defaultLimit", "max", "")
    for kind, size, amounts in kinds:
        given = [(name, field, text) for name, field, text in zip(names, fields, amounts, strict=True) if text]
        for (name, field, text), (next_name, _, next_text) in pairwise(given):
            # A limit of processors is no request: the quota counts only those.
            bounded = not (kind == "cpu" and next_name == "the quota" and name != "the default request")
            if bounded and size(text) > size(next_text):
                yield f"{field}.{kind}", f"{name} of {kind} is {text}, more than {next_name} of {next_text}"


RULE = Rule(
    id="DES039",
    title="A tenant's default limits fit into its quota",
    severity=Severity.ERROR,
    judge=judge,
)
