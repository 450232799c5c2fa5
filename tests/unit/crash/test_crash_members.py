"""The same for members of etcd that come and go: at every boundary the process is killed, and another goes on."""

import itertools
import random
from dataclasses import replace
from pathlib import Path

import pytest

from seakeep.artifacts.etcd import BOOTSTRAP
from seakeep.design.model import Role

from . import members
from .cluster import Cluster, Moment
from .comparing import check, same, spared
from .machine import Machine
from .recording import Recording, install, record
from .watch import Watch


def line(name: str, address: str, site: str, roles: str) -> str:
    return f"    - {{name: {name}, address: {address}, site: {site}, roles: [{roles}]}}\n"


A2, B2 = line("a-etcd2", "10.77.1.12", "a", "etcd"), line("b-etcd2", "10.77.2.12", "b", "etcd")
CP = line("c-cp1", "10.77.3.21", "c", "control-plane")
BOTH = line("c-cp1", "10.77.3.21", "c", "control-plane, etcd")
THREE = ((A2, ""), (B2, ""), (CP, ""))
"""Three members, two API servers."""
FIVE = ((B2, ""), (CP, BOTH))
"""Two members more, one of them on a new control plane."""


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    install(monkeypatch)
    return Cluster.bare(tmp_path)


def recorded(cluster: Cluster, kind: str, patch: pytest.MonkeyPatch) -> Recording:
    """A whole cluster; then another file, or a member that is to be replaced."""
    cluster.change = {"in": THREE, "out": FIVE, "dead": FIVE}.get(kind, ())
    cluster.apply()
    cluster.watch = lambda: Watch(cluster)
    if kind in ("in", "out", "dead"):
        cluster.change = FIVE if kind == "in" else THREE
        cluster.lost = frozenset({"a-etcd2"} if kind == "dead" else ())
    else:
        cluster.replace = "a-etcd1"
    if kind == "replace":
        cluster.hosts["a-etcd1"].machine = Cluster.bare(cluster.folder).hosts["a-etcd1"].machine
    run = record(cluster, patch)
    assert cluster.planned() == set()
    assert run.history.finished
    return run


KINDS = ("in", "out", "dead", "replace", "in-place")


@pytest.mark.parametrize("kind", KINDS)
def test_killed_anywhere_then_resumed(
    cluster: Cluster, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While machines that come get their files and programs, as in every bring-up, some of the places."""
    run = recorded(cluster, kind, monkeypatch)
    dice = random.Random(kind)
    left_out = spared(dice, fillings(run), {"in": 20, "out": 2, "dead": 2}.get(kind, 1))
    assert len(run.groups) > {"in": 400, "out": 80, "dead": 60, "replace": 80, "in-place": 25}[kind]
    for number, group in enumerate(run.groups):
        if number not in left_out:
            check(cluster, run, group, tmp_path, dice.choice(group.moments))


@pytest.mark.parametrize("kind", KINDS)
def test_killed_twice(cluster: Cluster, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that goes on is killed as well."""
    run = recorded(cluster, kind, monkeypatch)
    dice = random.Random(kind)
    for group in dice.sample(run.groups, 5):
        resumed = record(cluster, monkeypatch, dice.choice(group.moments))
        for second in dice.sample(resumed.groups, min(4, len(resumed.groups))):
            check(cluster, run, second, tmp_path, dice.choice(second.moments))


def fillings(run: Recording) -> list[int]:
    """The numbers of those groups that differ from the one before in nothing but one machine's files and programs."""
    found = []
    for number, (one, other) in enumerate(itertools.pairwise(group.moments[0] for group in run.groups), 1):
        moved = [name for name in other.machines if other.machines[name] is not one.machines[name]]
        same_else = (one.objects, one.values) == (other.objects, other.values)
        if len(moved) == 1 and same_else and alike(one.machines[moved[0]], other.machines[moved[0]]):
            found.append(number)
    return found


def alike(one: Machine, other: Machine) -> bool:
    return (one.units, one.etcd, one.lock, one.starting) == (other.units, other.etcd, other.lock, other.starting)


def test_killed_while_some_of_the_founders_run(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are started side by side, so that a kill finds any of them running: with a quorum they are a cluster, and
    the rest has never been there. The others may have been told already whom to found it with, or not."""
    run = record(cluster, monkeypatch)
    cluster.watch = lambda: Watch(cluster, new=True)
    founders = [machine.name for machine in cluster.design.with_role(Role.ETCD)]
    stops = {name: around_start(run, name) for name in founders}
    keys = next(group.moments[0] for group in run.groups if group.moments[0].machines[founders[0]].files).values
    rest = run.groups[0].moments[0].machines
    dice = random.Random(5)
    for started in range(2 ** len(founders)):
        chosen = {
            name: stops[name][2 * (started >> number & 1) + dice.randrange(2)] for number, name in enumerate(founders)
        }
        for later in (False, True):
            cluster.at(Moment({**rest, **chosen}, {}, keys, None, ""))
            cluster.settle()
            if later:
                cluster.tick()
            cluster.go_on(cluster.moment())
            same(cluster, run.end)


def around_start(run: Recording, name: str) -> tuple[Machine, ...]:
    """The machine before it is told what to found a cluster with; then told; then with its member waiting for the
    others, before and after Seakeep has noted what it was started with."""
    states = [group.moments[0].machines[name] for group in run.groups]
    at = next(number for number, each in enumerate(states) if each.content(BOOTSTRAP))
    started = next(each for each in states if each.etcd is not None)
    noted = next(each for each in states if each.units[members.UNIT].stamp)
    told = next(each for each in reversed(states[: states.index(started)]) if each is not started)
    return states[at - 1], told, _alone(started, told), _alone(noted, told)


def _alone(machine: Machine, before: Machine) -> Machine:
    """As it would be if its member were the only one."""
    assert machine.etcd is not None
    files = {**machine.files, BOOTSTRAP: before.files[BOOTSTRAP]}
    units = {**machine.units, members.UNIT: replace(machine.units[members.UNIT], active="activating", sub="start")}
    listed = tuple(replace(each, started=False) for each in machine.etcd.members)
    return replace(machine, files=files, units=units, etcd=replace(machine.etcd, members=listed, changes=0))
