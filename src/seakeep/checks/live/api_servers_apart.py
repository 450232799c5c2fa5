"""The API survives the loss of any site.

What: API servers that are ready in two sites or more, and load balancers likewise where there is a virtual address.
Why: with all in one site its loss ends every change. Evidence: /readyz on each machine and through each load
balancer. Fix: a control plane and a load balancer in another site.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, unknown, wrong
from seakeep.core.finding import Severity
from seakeep.design.model import Role
from seakeep.facts import apiserver, vip

CHECK = Check(
    id="CPL002",
    title="the API survives the loss of any site",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    equivalents=("popeye:POP-712",),
    remediation="control planes and load balancers in two sites or more",
)


def judge(live: Live) -> Iterable[Note]:
    """A cluster of one site has nothing to survive."""
    if len(live.design.sites) < 2:
        return
    servers = [*live.machines(apiserver.FACT, live.design.with_role(Role.CONTROL_PLANE))]
    balancers = [*live.machines(vip.FACT, live.design.with_role(Role.LOAD_BALANCER))]
    for name, sites, unread in (
        ("API servers", {m.site for m, ready, _ in servers if ready}, [m.name for m, v, _ in servers if v is None]),
        (
            "load balancers",
            {m.site for m, state, _ in balancers if state is not None and state.through_own},
            [m.name for m, v, _ in balancers if v is None],
        ),
    ):
        if name == "load balancers" and live.design.endpoint.vip is None:
            continue
        if len(sites) > 1:
            yield good(name, f"in {', '.join(sorted(sites))}")
        elif unread:
            yield unknown(name, f"{', '.join(unread)} could not be read")
        else:
            yield wrong(name, f"only in {', '.join(sorted(sites)) or 'no site'}")
