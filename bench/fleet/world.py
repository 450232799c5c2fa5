"""Machines that are exactly as a design wants them, and the API's objects: in memory, made by the tests' simulation."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.unit.crash import members
from tests.unit.crash.cluster import Cluster
from tests.unit.crash.host import SimHost
from tests.unit.crash.machine import Machine
from tests.unit.flows.world import FakeStore
from tests.unit.phases.world import World, _bare, as_served

from seakeep.artifacts.registry import render_objects
from seakeep.design.complete import complete
from seakeep.design.model import Design, Role
from seakeep.spec.load import LoadedSpec, load
from seakeep.state import pki, roster
from seakeep.state.folder import State
from seakeep.transport.api import object_path


class Store(FakeStore):
    """Has every program; each is asked for once."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[tuple[str, str, str], Any] = {}

    def inventory(self, component: str, version: str, arch: str) -> tuple[Any, ...]:
        key = (component, version, arch)
        if key not in self._known:
            self._known[key] = super().inventory(*key)
        return self._known[key]

    async def close(self) -> None:
        """Nothing is open."""


def opened(folder: Path) -> tuple[LoadedSpec, Design, State]:
    """The file, its design and its state folder."""
    loaded = load(folder / "cluster.yaml")
    return loaded, complete(loaded), State.open(folder / "state" / "fleet")


def issue(folder: Path, clock: Any) -> None:
    """All keys and certificates, and the roster: the cluster is whole."""
    _, design, state = opened(folder)
    for each in pki.missing(state, design, clock.now()):
        pki.issue(state, design, each.name, clock)
    roster.finish(state, None, design)


def members_of(design: Design) -> dict[str, members.Data]:
    """What lies on the disks of a whole cluster's members, by machine."""
    machines = design.with_role(Role.ETCD)
    everyone = tuple(
        members.Member(number, machine.name, f"https://{machine.address}:2380", started=True)
        for number, machine in enumerate(machines, start=1)
    )
    return {
        member.name: members.Data(cluster=1, member=member.id, members=everyone, revision=members.NEWEST)
        for member in everyone
    }


class Fleet(Cluster):
    """The simulation, for any design."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        _, self._design, state = opened(folder)
        values = {name: state.read(name) for name in state.names("pki") + state.names("secrets")}
        world = World.__new__(World)
        world.design, world.objects, world.missing = self._design, None, ()
        world.resolve = lambda ref: values.get(ref.name)
        world.boxes = {machine.name: _bare(machine, nested=False) for machine in self._design.machines}
        context = world.context()
        etcd = members_of(self._design)
        for name, box in world.boxes.items():
            world._fill(box, context)  # noqa: SLF001 - the tests' own way to a finished machine
            machine = replace(Machine.of(box), cluster=self._design.name, etcd=etcd.get(name))
            self.hosts[name] = SimHost(name, machine, self)
        self.objects = {
            object_path(o.api_version, o.kind, o.name, namespace=o.namespace): as_served(o)
            for o in render_objects(self._design)
        }

    @property
    def design(self) -> Design:
        return self._design
