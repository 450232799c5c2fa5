"""Suites: lists of experiments with the words they are aimed with, made from a design."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from seakeep.core.errors import UsageError
from seakeep.design.model import Design, Role
from seakeep.design.quorum import survives
from seakeep.experiments.base import Radius
from seakeep.experiments.registry import EXPERIMENTS
from seakeep.experiments.targets import radius

ENDURANCE_EACH = 90.0
"""Seconds that one experiment of an endless run takes with its healing and its rest, for planning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One injection to be. `seconds` None means the experiment's own."""

    experiment: str
    word: str
    seconds: float | None = None
    must_survive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """`minutes` is about how long it takes on the three-site example; `items` may take chances, seeded."""

    name: str
    about: str
    minutes: int
    items: Callable[[Design, random.Random, float], Iterator[Item]]


def _smoke(design: Design, chance: random.Random, seconds: float) -> Iterator[Item]:
    del chance, seconds
    yield Item(experiment="etcd_leader_killed", word="leader", seconds=10, must_survive=True)
    yield Item(experiment="apiserver_killed", word="one", seconds=10, must_survive=True)
    if design.endpoint.vip is not None and len(design.with_role(Role.LOAD_BALANCER)) > 1:
        yield Item(experiment="machine_cut_off", word="vip-holder", seconds=15, must_survive=True)


def _control_plane(design: Design, chance: random.Random, seconds: float) -> Iterator[Item]:
    """Every fault of one process, and each machine of the control plane killed."""
    del chance, seconds
    for module in EXPERIMENTS:
        experiment = module.EXPERIMENT
        if experiment.radius is Radius.PROCESS and _possible(experiment.roles, design):
            yield Item(experiment=experiment.id, word=experiment.target)
    for machine in design.machines:
        if machine.roles & {Role.ETCD, Role.CONTROL_PLANE, Role.LOAD_BALANCER}:
            yield Item(experiment="machine_killed", word=machine.name, seconds=15, must_survive=True)


def _sites(design: Design, chance: random.Random, seconds: float) -> Iterator[Item]:
    """Every machine and every site lost in turn, and one pair of machines that the design claims to survive of each
    kind."""
    del chance, seconds
    for machine in design.machines:
        yield Item(experiment="machine_killed", word=machine.name, seconds=12, must_survive=True)
    if len(design.sites) > 1:
        for site in design.sites:
            yield Item(experiment="machine_cut_off", word=f"site:{site}", seconds=20, must_survive=True)
            yield Item(experiment="machine_killed", word=f"site:{site}", seconds=20, must_survive=True)
    seen: set[tuple[object, ...]] = set()
    for loss in survives(design):
        if loss.scope != "pair" or not loss.survives:
            continue
        kind = tuple(sorted(str(sorted(design.machine(name).roles)) for name in loss.lost))
        pair = tuple(design.machine(name) for name in loss.lost)
        small = radius(pair, design, whole_machines=True) <= Radius.SITE
        if small and kind not in seen:
            seen.add(kind)
            yield Item(experiment="machine_killed", word="+".join(loss.lost), seconds=12, must_survive=True)


def _endurance(design: Design, chance: random.Random, seconds: float) -> Iterator[Item]:
    """Anything that stays within one site and needs nothing special, for the given time."""
    fitting = [
        module.EXPERIMENT
        for module in EXPERIMENTS
        if module.EXPERIMENT.radius <= Radius.SITE and _possible(module.EXPERIMENT.roles, design)
    ]
    for _ in range(max(1, round(seconds / ENDURANCE_EACH))):
        experiment = chance.choice(fitting)
        yield Item(experiment=experiment.id, word=experiment.target)


def _possible(roles: frozenset[Role], design: Design) -> bool:
    return not roles or any(machine.roles & roles for machine in design.machines)


SUITES: tuple[Suite, ...] = (
    Suite(name="smoke", about="One process of each layer, and the holder of the VIP cut off.", minutes=5, items=_smoke),
    Suite(
        name="control-plane",
        about="Every fault of one process, and each machine of the control plane lost.",
        minutes=25,
        items=_control_plane,
    ),
    Suite(
        name="sites",
        about="Every machine and every site lost in turn, and pairs that the design survives.",
        minutes=35,
        items=_sites,
    ),
    Suite(name="endurance", about="Any fault within a site, seeded, for a given time.", minutes=60, items=_endurance),
)


def find(name: str) -> Suite:
    """The suite of that name. UsageError where there is none."""
    for suite in SUITES:
        if suite.name == name:
            return suite
    raise UsageError(f"there is no suite {name!r}", hint=f"suites: {', '.join(suite.name for suite in SUITES)}")
