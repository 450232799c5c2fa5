"""Steps: a change together with the action that carries it out, and the contracts the engine relies on.

Every action is idempotent: repeating it after a crash, at any point, ends in the same state.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from seakeep.artifacts.base import DirSpec, FileSpec, KubeObject, UserSpec
from seakeep.core.change import Change


class UnitVerb(StrEnum):
    """What is done to a systemd unit. START also enables it; STOP also disables it."""

    START = "start"
    RESTART = "restart"
    RELOAD = "reload"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class PutUser:
    """Make the system account if it is missing."""

    user: UserSpec


@dataclass(frozen=True, slots=True)
class PutDir:
    """Make the folder; set owner and mode."""

    dir: DirSpec


@dataclass(frozen=True, slots=True)
class PutFile:
    """Write the file under a temporary name in its own folder, set owner and mode, rename over."""

    file: FileSpec


@dataclass(frozen=True, slots=True)
class PutLink:
    """Point the symbolic link `path` at `target`, atomically."""

    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove the path; a folder with everything in it."""

    path: str


@dataclass(frozen=True, slots=True)
class RemoveDir:
    """Remove the folder if it is empty. One that holds something stays: that is not Seakeep's."""

    path: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """Move what somebody else put there out of the way, to the same path under /var/lib/seakeep/aside. What lies there
    already is kept."""

    path: str


@dataclass(frozen=True, slots=True)
class PlaceBinaries:
    """Put programs of one component and version under /opt/seakeep/<component>/<version>/.

    `programs`: (name, sha256) pairs; the machine checks the digests before the files get their names.
    """

    component: str
    version: str
    programs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LoadImage:
    """Import a container image into containerd's k8s.io namespace under its full reference."""

    reference: str


@dataclass(frozen=True, slots=True)
class UnitDo:
    """Act on a systemd unit, then write `stamp` to /var/lib/seakeep/units/<unit>.

    The stamp is the digest of everything the unit reads; a plan compares it with the wanted one, so that a
    crash between writing a file and restarting its unit is seen. A batch that restarts or reloads a unit takes its
    stamp away before it writes anything: what is written may be what the stamp already says.
    """

    unit: str
    verb: UnitVerb
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """An idempotent POSIX shell script without secrets."""

    script: str


@dataclass(frozen=True, slots=True)
class ApplyObject:
    """Server-side apply. `identity` is the client certificate used: `admin` or `break-glass`."""

    object: KubeObject
    identity: str = "admin"


@dataclass(frozen=True, slots=True)
class DeleteObject:
    """Delete an object that Seakeep made; gone already is done. Another one that has taken its name (another `uid`)
    stays."""

    object: KubeObject
    uid: str


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """Remove an etcd member through another one that is healthy; one that is gone already is done. `name` is for
    people: only the id tells a member from its successor."""

    member: str
    name: str


@dataclass(frozen=True, slots=True)
class AddLearner:
    """Add the machine to etcd as a learner, and tell it whom to join."""

    machine: str


@dataclass(frozen=True, slots=True)
class PromoteLearner:
    """Give the machine's member its vote, once it has caught up."""

    machine: str


@dataclass(frozen=True, slots=True)
class ReleaseVip:
    """Stop HAProxy and keepalived on the machine, and wait until another one holds the VIP."""

    machine: str


@dataclass(frozen=True, slots=True)
class AwaitVip:
    """Wait until this machine, which does not answer and is fenced, cannot hold the VIP any more, and another load
    balancer holds it."""

    machine: str


@dataclass(frozen=True, slots=True)
class DrainNode:
    """Cordon the node and evict its pods, within what their PodDisruptionBudgets allow."""

    node: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Remove values from the state folder; gone already is done."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """Make a key, a certificate or a random secret in the state folder, under its reference's name."""

    name: str


MachineAction = (
    PutUser | PutDir | PutFile | PutLink | Remove | RemoveDir | SetAside | PlaceBinaries | LoadImage | UnitDo | Script
)
ClusterAction = (
    ApplyObject | DeleteObject | RemoveMember | AddLearner | PromoteLearner | ReleaseVip | AwaitVip | DrainNode
)
OperatorAction = Issue | Forget
Action = MachineAction | ClusterAction | OperatorAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change and how it is made.

    `serial` names the group of which only one host may be acted on at a time (`etcd`, `kube-apiserver`,
    `load-balancer`); None where hosts may run side by side, as at the first start.
    """

    change: Change
    action: Action
    serial: str | None = None


class Gate(Protocol):
    """Guards one serial group."""

    async def admit(self, host: str) -> None:
        """Return when the host may be taken down now; RefusedError when that would break what the group
        guarantees (quorum, one ready API server)."""
        ...

    async def settled(self, host: str) -> None:
        """Wait until the host is back and healthy; MachineError when the deadline passes."""
        ...


class Blobs(Protocol):
    """Where bulk content comes from. Streams are zstd-compressed tar archives."""

    def binaries(self, component: str, version: str, arch: str, programs: Sequence[str]) -> AsyncIterator[bytes]:
        """A tar of the programs at its top level, mode 0755."""
        ...

    def image(self, reference: str, arch: str) -> AsyncIterator[bytes]:
        """An OCI archive that carries the image under its full reference."""
        ...


Handler = Callable[[Step], Awaitable[None]]
"""Carries out the steps of one pseudo-host: `operator` or `cluster`."""
