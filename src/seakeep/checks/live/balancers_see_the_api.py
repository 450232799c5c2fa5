"""Every load balancer reaches the API, and one holds the address.

What: /readyz through each machine's own HAProxy, verified with the cluster's authority, and exactly one holder of the
virtual address. Why: a balancer whose checks do not see a ready API server answers nobody; two holders split the
clients. Evidence: asked on each machine. Fix: the journal of seakeep-haproxy and seakeep-keepalived.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, each, good, wrong
from seakeep.core.finding import Severity
from seakeep.design.model import Role
from seakeep.facts import vip

CHECK = Check(
    id="CPL003",
    title="every load balancer reaches the API, and one holds the address",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="journalctl -u seakeep-haproxy -u seakeep-keepalived on the machine",
)


def judge(live: Live) -> Iterable[Note]:
    """Without a virtual address there is nothing to balance."""
    balancers = live.design.with_role(Role.LOAD_BALANCER)
    if live.design.endpoint.vip is None or not balancers:
        return
    yield from each(
        live, vip.FACT, balancers, lambda _, state: "" if state.through_own else "reaches no ready API server"
    )
    states = [*live.machines(vip.FACT, balancers)]
    holders = [machine.name for machine, state, _ in states if state is not None and state.holds]
    unread = any(state is None for _, state, _ in states)
    if len(holders) == 1:
        yield good("virtual address", f"held by {holders[0]}")
    elif holders or not unread:
        yield wrong("virtual address", f"held by {', '.join(holders) or 'nobody'}")
