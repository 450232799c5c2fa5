"""What an experiment is, what it may look at, and the actions that it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, Protocol

import msgspec

from seakeep.core.errors import UsageError
from seakeep.design.model import Design, Machine, Role


class Radius(IntEnum):
    """How much may be hit at once, the smaller first.

    `PROCESS` one or more processes of one machine, `MACHINE` all of one machine, `SITE` several machines of one site,
    `MINORITY` machines of several sites that leave every quorum, `CLUSTER` anything.
    """

    PROCESS = 1
    MACHINE = 2
    SITE = 3
    MINORITY = 4
    CLUSTER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Abort:
    """When a run stops itself before its time: seconds that the endpoint may refuse writes without a break, and that a
    probe outside the blast radius may fail without a break."""

    no_writes: float = 60.0
    outside: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A fault's identity and limits. `id` is the file's name and never used again for another.

    `steady_state` completes "while nothing is broken, ...". `roles` are those of the machines that it can be aimed at
    (any of them; none means every machine), `target` the word it is aimed with when the user says none.
    `seconds` is how long it lasts before it is healed. `needs` says what the machines must be: `lab`, where the fault
    cannot be had on a real machine, or `power`, where a real machine needs commands that switch it off and on.
    `floods`: it sends requests of its own (`scripts.flood`), which are counted, and so is what API servers did to them.
    """

    id: str
    title: str
    steady_state: str
    target: str
    radius: Radius
    seconds: float
    roles: frozenset[Role] = frozenset()
    abort: Abort = Abort()
    needs: Literal["", "lab", "power"] = ""
    floods: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Who held what at the moment before the fault; '' where it could not be found out.

    `leaders` are by the name of what is led: `etcd`, `kube-controller-manager`, `kube-scheduler`. `dns` are the nodes
    that a replica of CoreDNS runs on, `members` the machines of etcd's voting members as etcd itself counts them.
    """

    leaders: Mapping[str, str] = field(default_factory=dict)
    vip_holder: str = ""
    dns: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """One experiment about to be done: to whom, for how long, and under which name.

    `token` names all that is left on machines meanwhile: lower-case letters, digits and underscores.
    """

    design: Design
    targets: tuple[Machine, ...]
    seconds: float
    token: str
    observed: Observed = Observed()

    @property
    def others(self) -> tuple[Machine, ...]:
        """The machines that are not aimed at."""
        aimed = {machine.name for machine in self.targets}
        return tuple(machine for machine in self.design.machines if machine.name not in aimed)


class Action(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    """Base of all actions. `host` is a machine's name, `what` a line that is safe to print."""

    host: str
    what: str


class Shell(Action, frozen=True, kw_only=True, tag="shell"):
    """A POSIX shell script, run as root over SSH. It must end within seconds: what lasts is started in the background
    with `systemd-run`. In an `inject` it runs after the machine's own dead-man timer was armed with all `heal` scripts
    of that machine."""

    script: str


class Power(Action, frozen=True, kw_only=True, tag="power"):
    """Cut the power, or give it back. In the lab the container is killed and started; a real machine needs the user's
    own command. No timer on the machine can bring it back: the guard process of the run does, and `storm heal`."""

    on: bool


class ApiCall(Action, frozen=True, kw_only=True, tag="api"):
    """One request to the API at the endpoint, as the cluster's administrator. `host` is '' or the node it is about.
    `allow` are the statuses besides 2xx that count as done (404 for a delete)."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: str
    body: str = ""
    content_type: str = "application/json"
    allow: tuple[int, ...] = ()


AnyAction = Shell | Power | ApiCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What the design promises for this injection. Seconds; None where it promises nothing.

    `survives`: the API goes on reading and writing while the fault lasts, after a gap. `write_gap` and `read_gap` are
    the longest that the endpoint may refuse either, `settles` the time after which it answers as if nothing were
    broken; `dns_failures` how many look-ups may fail on nodes outside the blast radius. `tenant_p99`: what 99 of 100
    requests of an ordinary ServiceAccount take at the most. `why` names the timers and limits that it follows from.
    """

    survives: bool
    why: str
    write_gap: float | None = None
    read_gap: float | None = None
    settles: float | None = None
    dns_failures: int | None = None
    tenant_p99: float | None = None


class ExperimentModule(Protocol):
    """The shape of a file. The functions are pure; their docstring's parts are What, Why and Heal."""

    EXPERIMENT: Experiment

    @staticmethod
    def inject(injection: Injection) -> tuple[AnyAction, ...]:
        """What breaks it, in order. Every host is a target."""
        ...

    @staticmethod
    def heal(injection: Injection) -> tuple[AnyAction, ...]:
        """What undoes it: harmless at any time and any number of times, also where nothing was injected."""
        ...

    @staticmethod
    def predict(injection: Injection) -> Prediction:
        """What the design promises."""
        ...


def candidates(experiment: Experiment, design: Design) -> tuple[Machine, ...]:
    """The machines that it can be aimed at. UsageError where the design has none."""
    found = tuple(m for m in design.machines if not experiment.roles or m.roles & experiment.roles)
    if not found:
        wanted = " or ".join(sorted(experiment.roles))
        raise UsageError(f"{experiment.id}: no machine of {design.name} has the role {wanted}")
    return found
