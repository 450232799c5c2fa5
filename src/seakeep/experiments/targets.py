"""Words for machines, and how much of a cluster a choice of machines hits. Pure: chance is handed in, seeded."""

import random
from collections.abc import Iterable, Sequence

from seakeep.core.errors import UndecidedError, UsageError
from seakeep.design.model import Design, Machine, Role
from seakeep.design.quorum import quorum, spare
from seakeep.experiments.base import Observed, Radius

WORDS = (
    "one",
    "leader",
    "leader:WHAT",
    "follower",
    "minority",
    "majority",
    "site",
    "site:NAME",
    "vip-holder",
    "dns",
    "dns:one",
    "all",
)
"""What may be said besides a machine's name, or several joined by `+`."""


def choose(
    word: str, *, among: Sequence[Machine], design: Design, observed: Observed, chance: random.Random
) -> tuple[Machine, ...]:
    """The machines that the word means, of those it can be aimed at, in the order of the file.

    `leader` is etcd's; `leader:kube-scheduler` another's. `site` is any one site. UsageError for a word that means
    nothing here, UndecidedError where who it means could not be found out.
    """
    if "+" in word:
        named = {name.strip() for name in word.split("+")}
        return _in_order(among, (_named(name, among, design) for name in named))
    head, _, rest = word.partition(":")
    if head in {"one", "minority", "majority", "site", "all"}:
        return _counted(head, rest, among, design, chance)
    if head in {"leader", "follower"}:
        leader = _known(observed.leaders.get(rest or "etcd", ""), f"the leader of {rest or 'etcd'}", among)
        if head == "leader":
            return (leader,)
        return (chance.choice(_some(word, [machine for machine in among if machine is not leader])),)
    if word == "vip-holder":
        return (_known(observed.vip_holder, "the holder of the VIP", among),)
    if head == "dns" and rest in {"", "one"}:
        if not observed.dns:
            raise UndecidedError("it could not be found out which nodes CoreDNS runs on")
        holders = _some(word, [machine for machine in among if machine.name in observed.dns])
        return (chance.choice(holders),) if rest else tuple(holders)
    return (_named(word, among, design),)


def _counted(
    head: str, rest: str, among: Sequence[Machine], design: Design, chance: random.Random
) -> tuple[Machine, ...]:
    """Those words that need nobody to be known."""
    match head:
        case "one":
            return (chance.choice(among),)
        case "minority":
            count = spare(len(among))
            return _in_order(among, chance.sample(_some(head, list(among) if count else []), count))
        case "majority":
            return _in_order(among, chance.sample(list(among), quorum(len(among))))
        case "site":
            site = rest or chance.choice(sorted({machine.site for machine in among}))
            if site not in design.sites:
                raise UsageError(f"there is no site {site!r}", hint=f"sites: {', '.join(design.sites)}")
            return tuple(_some(f"site:{site}", [machine for machine in among if machine.site == site]))
        case _:
            return tuple(among)


def radius(targets: Sequence[Machine], design: Design, *, whole_machines: bool) -> Radius:
    """How much these targets are. `whole_machines` is False where only processes on them are hit. What leaves a role
    without its quorum is the whole cluster, however few machines it is."""
    hit = {machine.name for machine in targets}
    for role in (Role.ETCD, Role.CONTROL_PLANE, Role.LOAD_BALANCER):
        holders = design.with_role(role)
        left = sum(machine.name not in hit for machine in holders)
        if holders and left < (quorum(len(holders)) if role is Role.ETCD else 1):
            return Radius.CLUSTER
    if len(targets) == 1:
        return Radius.MACHINE if whole_machines else Radius.PROCESS
    return Radius.SITE if len({machine.site for machine in targets}) == 1 else Radius.MINORITY


def _named(name: str, among: Sequence[Machine], design: Design) -> Machine:
    for machine in among:
        if machine.name == name:
            return machine
    if any(machine.name == name for machine in design.machines):
        names = ", ".join(machine.name for machine in among)
        raise UsageError(f"{name} is not a machine that this can be aimed at", hint=f"one of: {names}")
    raise UsageError(
        f"there is no machine {name!r}, and it is no word for one", hint=f"words: {', '.join(WORDS)}, or a machine"
    )


def _known(name: str, what: str, among: Sequence[Machine]) -> Machine:
    if not name:
        raise UndecidedError(f"{what} could not be found out", hint="see `seakeep status`")
    for machine in among:
        if machine.name == name:
            return machine
    raise UsageError(f"{what} is {name}, which this cannot be aimed at")


def _some(word: str, machines: list[Machine]) -> list[Machine]:
    if not machines:
        raise UsageError(f"{word!r} means no machine of this cluster that this can be aimed at")
    return machines


def _in_order(among: Sequence[Machine], chosen: Iterable[Machine]) -> tuple[Machine, ...]:
    names = {machine.name for machine in chosen}
    return tuple(machine for machine in among if machine.name in names)
