"""What every phase works with and offers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from seakeep.artifacts.base import Resolve
from seakeep.core.json import JsonObject
from seakeep.design.known import Known, Replacing
from seakeep.design.model import Design, Machine, Role
from seakeep.design.traits import Traits
from seakeep.engine.model import Step
from seakeep.facts import etcd_data, leftovers, system
from seakeep.facts.base import FactSet
from seakeep.facts.etcd import Membership
from seakeep.facts.members import MemberChanges, changes, late_founder

ObjectKey = tuple[str, str, str, str]
"""apiVersion, kind, namespace ('' for cluster-wide objects), name."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One named part of an apply. `id` is the file's name.

    `kind` says whose hands it needs: `operator` (the state folder), `machine` (SSH) or `cluster` (the API).
    """

    id: str
    title: str
    kind: str


class Programs(Protocol):
    """What the sources hold, by digest."""

    def digests(self, component: str, version: str, arch: str) -> Mapping[str, str]:
        """program -> sha256."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A machine that was part of the cluster and is not in the file any more. `facts` is None where it does not answer,
    `error` says why. `script` takes Seakeep off it; `keys` are the names of what the state folder holds for it."""

    machine: Machine
    facts: FactSet | None
    error: str
    script: str
    keys: tuple[str, ...]

    def installed(self, cluster: str) -> bool:
        """Whether it answers and still carries this cluster's mark."""
        return self.facts is not None and f"owner:{cluster}" in self.facts.get(leftovers.FACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanContext:
    """Everything that a decision may look at. `objects` is None while the API cannot be read. `known` is what the
    cluster was last made of, `membership` what etcd says, `replacing` the machine whose member the user gave up.

    `digests`: machine -> path -> sha256 of every file that it is to have, None while a secret in it is not issued.
    `images`: the (reference, digest) pairs that a node must have preloaded.
    `members` are the etcd members of the cluster as it was last seen whole; empty before.
    `missing` are the (secret name, reason) pairs that the state folder lacks or that no longer match the design.
    """

    design: Design
    facts: Mapping[str, FactSet]
    resolve: Resolve
    digests: Mapping[str, Mapping[str, str | None]]
    missing: tuple[tuple[str, str], ...]
    programs: Programs
    images: Callable[[Machine], tuple[tuple[str, str], ...]]
    objects: Mapping[ObjectKey, JsonObject] | None
    known: Known | None = None
    membership: Membership | None = None
    replacing: Replacing | None = None
    departures: tuple[Departure, ...] = ()

    @property
    def member_changes(self) -> MemberChanges:
        """What has to happen to etcd's membership."""
        return changes(self.design, self.facts, self.membership, self.replacing)

    def is_member(self, name: str) -> bool:
        """Whether etcd, or where it cannot be asked what is known of it, counts the machine among its members."""
        if self.membership is not None:
            return any(member.name == name for member in self.membership.members)
        return self.known is not None and any(machine.name == name for machine in self.known.with_role(Role.ETCD))

    def founds(self, machine: Machine) -> bool:
        """Whether the machine's etcd member, which has no data, is to make a cluster with the others: there never was a
        whole one, and it is not there yet or began without this member."""
        if (self.known is not None and self.known.whole) or self.facts[machine.name].get(etcd_data.FACT):
            return False
        return self.membership is None or late_founder(machine, self.facts[machine.name], self.membership)

    @property
    def machines(self) -> tuple[Machine, ...]:
        """The machines that could be read, in the order of the file. Nothing is decided about the others."""
        return tuple(machine for machine in self.design.machines if machine.name in self.facts)

    @property
    def nodes(self) -> tuple[Machine, ...]:
        """Those of `machines` that run a kubelet."""
        return tuple(machine for machine in self.machines if machine.is_node)

    def with_role(self, role: Role) -> tuple[Machine, ...]:
        """Those of `machines` that have the role."""
        return tuple(machine for machine in self.machines if machine.has(role))

    def traits(self, machine: Machine) -> Traits:
        """The machine's traits, from its facts. MissingFactError where they could not be read."""
        return traits_of(self.facts[machine.name])


def traits_of(facts: FactSet) -> Traits:
    """From the system fact. MissingFactError where it could not be read."""
    found = facts.get(system.FACT)
    return Traits(
        arch=found.arch,
        cgroup_version=found.cgroup_version,
        nested=found.nested,
        interface=found.interface,
        os_family=found.family or "debian",
        cores=found.cores,
        memory_mb=found.memory_mb,
        seccomp=found.seccomp,
        resolv_conf=found.resolv_conf,
    )


class PhaseModule(Protocol):
    """The shape of a file in this folder."""

    PHASE: Phase

    @staticmethod
    def plan(context: PlanContext) -> Iterable[Step]:
        """The steps that are missing. Reads nothing but the context."""
        ...
