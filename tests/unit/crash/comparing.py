"""Whether a process that goes on after a kill ends where the uninterrupted run did."""

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.unit.phases.world import ABSENT

from seakeep.engine.journal import History, Journal, RunStart, State

from . import members
from .cluster import Cluster, Moment, applied
from .machine import Machine
from .recording import Group, Recording


def repeated(machines: Mapping[str, Machine]) -> set[str]:
    """What is planned once more though it was done. A node may have got pods since it was drained; a member of etcd
    that waits for the others may as well hang; one that was added is looked at again until it is promoted; who holds
    the VIP, for as long as one that may hold it does not answer."""
    waiting = [name for name, each in machines.items() if each.units.get(members.UNIT, ABSENT).active == "activating"]
    return {
        *(f"cluster/drain/drain:{name}" for name in machines),
        *(f"cluster/release_vip/{name}" for name in machines),
        *(f"cluster/members_in/add:{name}" for name in machines),
        *(f"{name}/etcd/unit:etcd" for name in waiting),
    }


def check(cluster: Cluster, run: Recording, group: Group, folder: Path, moment: Moment) -> None:
    """A new process goes on from this moment of the group, and everything is as it should be."""
    history = cluster.go_on(moment)
    planned: set[str] = set()
    if history is not None:
        assert history.finished
        left = {name: state for name, state in history.states.items() if state not in (State.DONE, State.VERIFIED)}
        assert not left, f"left open: {left}"
        planned = last_plan(history) - repeated(moment.machines)
    # What was asked for and is not missing is planned by the journal alone, and after its end there is another run.
    own = [moment.journal] if moment.journal is not None else []
    for journal in group.journals if cluster.verb is applied else own:
        cut = told(journal, folder)
        wrong = planned & set(cut.ids(State.DONE)) if cluster.verb is applied or not cut.finished else set()
        assert not wrong, f"the journal calls done what was not: {sorted(wrong)}"
    same(cluster, run.end)


def spared(dice: random.Random, alike: Sequence[int], each: int) -> set[int]:
    """Of places that are alike all but one in so many; none with SEAKEEP_EVERY_BOUNDARY in the environment, which takes
    minutes."""
    if os.environ.get("SEAKEEP_EVERY_BOUNDARY"):
        return set()
    return set(dice.sample(alike, len(alike) * (each - 1) // each))


def last_plan(history: History) -> set[str]:
    """What the newest attempt found missing."""
    return set(next(each for each in reversed(history.records) if isinstance(each, RunStart)).planned)


def done(journal: bytes, folder: Path) -> set[str]:
    """What this journal calls done, wherever it was cut off."""
    return set(told(journal, folder).ids(State.DONE))


def told(journal: bytes, folder: Path) -> History:
    """What this journal says, wherever it was cut off."""
    path = folder / "cut"
    path.write_bytes(journal)
    return Journal.read(path)


def same(cluster: Cluster, wanted: Moment) -> None:
    """The end is that of the uninterrupted run. A key whose certificate was not written in time is made again; then
    the digests of what holds it differ, and nothing must be left to do."""
    found = cluster.moment()
    assert [each.litter for each in found.machines.values() if each.litter] == []
    assert [name for name, each in found.machines.items() if each.lock] == []
    assert found.objects.keys() == wanted.objects.keys()
    assert cluster.holders() == [None]
    keys, before = _keys(found), _keys(wanted)
    assert keys.keys() == before.keys()
    if keys == before:
        assert {name: plain(m) for name, m in found.machines.items()} == {
            name: plain(m) for name, m in wanted.machines.items()
        }
    else:
        assert {name: shape(m) for name, m in found.machines.items()} == {
            name: shape(m) for name, m in wanted.machines.items()
        }
        assert cluster.planned() == set()


def _keys(moment: Moment) -> dict[str, bytes]:
    """What the operator keeps. Of what is noted in a rotation only that it is: it has the time in it."""
    kept = {name: value for name, value in moment.values.items() if not name.startswith("runs/")}
    return {name: b"" if name.startswith("rotation/") else value for name, value in kept.items()}


def shape(machine: Machine) -> Any:
    """All but the digests of what certificates are part of."""
    files = {path: replace(state, sha256="") for path, state in machine.files.items()}
    units = {name: replace(state, stamp="") for name, state in machine.units.items()}
    return replace(plain(machine), files=files, units=units)


def plain(machine: Machine) -> Machine:
    """All but what programs have read and when, and the ids of etcd's members: one that is added gets another each
    time."""
    machine = replace(machine, booted={}, followed={}, starting=False)
    data = machine.etcd
    if data is None or data.own is None:
        return machine
    listed = sorted((replace(each, id=0) for each in data.members), key=lambda each: each.url)
    return replace(machine, etcd=replace(data, member=0, members=(replace(data.own, id=0), *listed), changes=0))
