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
    request, limit, most = limits.default_request, limits.default_limit, limits.max
    # The quota counts what is requested of processors, and the limits of memory.
    chains: tuple[tuple[str, Callable[[str], int], tuple[tuple[str, str | None], ...]], ...] = (
        ("cpu", millicores, (("defaultRequest", request.cpu), ("defaultLimit", limit.cpu), ("max", most.cpu))),
        ("cpu", millicores, (("defaultRequest", request.cpu), ("quota", quota.cpu))),
        (
            "memory",
            mebibytes,
            (
                ("defaultRequest", request.memory),
                ("defaultLimit", limit.memory),
                ("max", most.memory),
                ("quota", quota.memory),
            ),
        ),
    )
    for kind, size, amounts in chains:
        given = [(field, text) for field, text in amounts if text is not None]
        for (field, text), (following, bound) in pairwise(given):
            if size(text) > size(bound):
                yield (
                    f"{field}.{kind}",
                    f"{_NAMES[field]} of {kind} is {text}, more than {_NAMES[following]} of {bound}",
                )


_NAMES = {
    "defaultRequest": "the default request",
    "defaultLimit": "the default limit",
    "max": "the max",
    "quota": "the quota",
}


RULE = Rule(
    id="DES039",
    title="A tenant's default limits fit into its quota",
    severity=Severity.ERROR,
    judge=judge,
)
