"""What a design promises when machines are gone, and for how long the endpoint may be silent meanwhile.

The limits are what the design is held to; docs/explanation/storm-timings.md says which timers they are made of.
"""

from dataclasses import replace

from seakeep.design.model import Role
from seakeep.design.quorum import dns_hosts, loss
from seakeep.experiments.base import Injection, Prediction

MACHINE_GAP_S = 3.0
"""The longest that the endpoint may refuse writes or reads after the loss of one machine."""

SITE_GAP_S = 5.0
"""The same for all machines of a site, or for several machines at once."""


SETTLES_S = 10.0
"""After this long every request at the endpoint is answered again, though what broke it still lasts: connections to
what is gone have been cut, and new ones are not sent there."""

SETTLES_ETCD_S = 15.0
"""The same where members of etcd fell silent: an API server's etcd client leaves one 10 s after a request met it
(keepaliveTimeout in its storagebackend/factory/etcd3.go, which is its TCP_USER_TIMEOUT), and it has a client for each
kind of object, of which each has to meet it."""

SETTLES_FROZEN_ETCD_S = 45.0
"""The same where etcd is frozen and its machine is not: the kernel acknowledges what nobody reads, so that only the
client's own pings find it, after 30 s and another 10 s (keepaliveTime and keepaliveTimeout in the same file)."""


def machines_gone(injection: Injection) -> Prediction:
    """The targets are gone at once, whatever took them: power, network, or all that runs on them."""
    design, targets = injection.design, injection.targets
    found = loss(design, targets)
    if not found.survives:
        return Prediction(survives=False, why=found.reason)
    limit = MACHINE_GAP_S if len(targets) == 1 else SITE_GAP_S
    return Prediction(
        survives=True,
        why=f"{found.reason}; {_timers(injection)}",
        write_gap=limit,
        read_gap=limit,
        settles=SETTLES_ETCD_S if any(Role.ETCD in target.roles for target in targets) else SETTLES_S,
        # A look-up that a lost replica would have answered is lost with it, until the node is known to be gone.
        dns_failures=None if any(target in dns_hosts(design.machines) for target in targets) else 0,
    )


def processes_gone(injection: Injection, *roles: Role) -> Prediction:
    """Only what has these roles stops on the targets; everything else there goes on."""
    design = injection.design
    gone = {machine.name for machine in injection.targets}
    for role in roles:
        holders = design.with_role(role)
        left = sum(machine.name not in gone for machine in holders)
        needed = len(holders) // 2 + 1 if role is Role.ETCD else 1
        if left < needed:
            return Prediction(survives=False, why=f"{left} of {len(holders)} with the role {role} left, needs {needed}")
    limit = MACHINE_GAP_S if len(injection.targets) == 1 else SITE_GAP_S
    return Prediction(
        survives=True, why=_timers(injection), write_gap=limit, read_gap=limit, settles=SETTLES_S, dns_failures=0
    )


def frozen(promised: Prediction, injection: Injection) -> Prediction:
    """The same where the targets are not gone: they keep their connections, and are left later."""
    if not promised.survives or not any(Role.ETCD in target.roles for target in injection.targets):
        return promised
    why = f"{promised.why}, one that keeps its connections after 40 s"
    return replace(promised, settles=SETTLES_FROZEN_ETCD_S, why=why)


def nothing_notices(why: str) -> Prediction:
    """No client of the endpoint may notice more than one slow request."""
    return Prediction(survives=True, why=why, write_gap=1.0, read_gap=1.0, dns_failures=0)


def _timers(injection: Injection) -> str:
    timings, etcd = injection.design.timings, injection.design.etcd
    hit = {role for machine in injection.targets for role in machine.roles}
    said = []
    if Role.ETCD in hit:
        said.append(
            f"etcd elects a leader after {etcd.election_ms} to {2 * etcd.election_ms} ms, API servers' etcd clients"
            " leave a silent member after 10 s"
        )
    if Role.CONTROL_PLANE in hit:
        said.append(f"HAProxy leaves an API server after {timings.lb_inter_ms} ms x {timings.lb_fall}")
    if Role.LOAD_BALANCER in hit:
        said.append(f"the VIP moves after 3 adverts of {timings.vrrp_advert_s:g} s and a skew")
    return ", ".join(said) or "nothing of the control plane is on the targets"
