"""What a lab is made of, and what is said about one."""

import hashlib
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Literal, TypeVar

import msgspec

from seakeep.core.errors import UsageError
from seakeep.design.model import Design

Direction = Literal["both", "in", "out"]
"""Seen from the machines that are cut off: `in` means nothing reaches them, `out` nothing leaves them."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class LabMachine:
    """One machine of a lab."""

    name: str
    address: IPv4Address
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabPlan:
    """The machines to make. `image` None means Seakeep's own; 0 means no limit."""

    name: str
    subnet: IPv4Network
    gateway: IPv4Address
    machines: tuple[LabMachine, ...]
    image: str | None = None
    memory_mb: int = 0
    cpus: float = 0.0

    def machine(self, name: str) -> LabMachine:
        """The machine of that name."""
        for machine in self.machines:
            if machine.name == name:
                return machine
        known = ", ".join(machine.name for machine in self.machines)
        raise UsageError(f"lab {self.name} has no machine {name}", hint=f"its machines: {known}")

    def select(self, names: tuple[str, ...]) -> tuple[LabMachine, ...]:
        """Machines by their names or by the names of their sites, each once, in the order of the plan."""
        sites = {machine.site for machine in self.machines}
        for name in names:
            if name not in sites:
                self.machine(name)
        return tuple(machine for machine in self.machines if machine.name in names or machine.site in names)

    def port(self, name: str) -> str:
        """The name of a machine's port on the lab's bridge. From the address: it stays when others come and go."""
        return f"m{int(self.machine(name).address):08x}"


@dataclass(frozen=True, slots=True)
class MachineState:
    """`state` is running, paused, stopped or missing."""

    name: str
    address: str
    site: str
    state: str


@dataclass(frozen=True, slots=True)
class LabState:
    """A lab that is there, whole or in part. `ready` means that an `up` has finished."""

    name: str
    ready: bool
    machines: tuple[MachineState, ...]


def plan_of(design: Design) -> LabPlan:
    """The lab that a design asks for. UsageError when its machines do not come from a lab."""
    if design.lab is None:
        raise UsageError(
            f"cluster {design.name} has no lab: its machines are real",
            hint="add `lab: {}` to the file to have them made of containers",
        )
    return LabPlan(
        name=design.name,
        subnet=design.lab.subnet,
        gateway=design.lab.gateway,
        machines=tuple(LabMachine(m.name, m.address, m.site) for m in design.machines),
        image=design.lab.image,
        memory_mb=design.lab.memory_mb,
        cpus=design.lab.cpus,
    )


def check_name(name: str) -> None:
    """UsageError for a name that containers and namespaces cannot carry."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot name a lab or a machine of one",
            hint="lower-case letters, digits and hyphens, at most 48, beginning and ending with no hyphen",
        )


def check_plan(plan: LabPlan) -> None:
    """UsageError for a plan that cannot be made."""
    check_name(plan.name)
    if not plan.machines:
        raise UsageError(f"lab {plan.name} has no machines")
    names: set[str] = set()
    addresses = {plan.gateway}
    if plan.gateway not in plan.subnet:
        raise UsageError(f"the gateway {plan.gateway} is not in the lab's subnet {plan.subnet}")
    for machine in plan.machines:
        check_name(machine.name)
        if machine.name in names:
            raise UsageError(f"two machines of lab {plan.name} are named {machine.name}")
        if machine.address not in plan.subnet:
            raise UsageError(f"{machine.name}: {machine.address} is not in the lab's subnet {plan.subnet}")
        if machine.address in addresses:
            raise UsageError(f"{machine.name}: {machine.address} is taken by the gateway or another machine")
        names.add(machine.name)
        addresses.add(machine.address)


def machine_digest(plan: LabPlan, machine: LabMachine, image: str) -> str:
    """Tells a container that is as planned from one that is not."""
    made_of = (image, machine.name, machine.address, plan.subnet, plan.gateway, plan.memory_mb, plan.cpus)
    return hashlib.sha256(repr(tuple(map(str, made_of))).encode()).hexdigest()[:16]


def encode(plan: LabPlan) -> bytes:
    """The plan as JSON."""
    return msgspec.json.encode(plan, enc_hook=str)


def decode(data: bytes) -> LabPlan:
    """The plan that `encode` wrote. msgspec.MsgspecError (a ValueError) for anything else."""

    def revive(kind: type[_T], value: str) -> _T:
        return kind(value)  # type: ignore[call-arg]

    return msgspec.json.decode(data, type=LabPlan, dec_hook=revive)
