"""Bringing a lab up and down, and breaking it on purpose."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from seakeep.core.clock import Clock, SystemClock
from seakeep.core.errors import MachineError, RefusedError, UsageError
from seakeep.core.progress import Progress, Silent
from seakeep.lab import image, preflight
from seakeep.lab.containers import Container, ContainerSpec, Engine, container_name
from seakeep.lab.folder import Folder, default_root, locked
from seakeep.lab.model import (
    Direction,
    LabMachine,
    LabPlan,
    LabState,
    MachineState,
    check_name,
    check_plan,
    machine_digest,
)
from seakeep.lab.network import Network
from seakeep.transport.dial import Dialer, NetnsDialer

_AT_ONCE = 4
_BOOT_LIMIT = 90.0
_POLL = 0.05
_SSH_PORT = 22
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabAccess:
    """How machines of a lab are reached over SSH. `user` is root; `ops` may use sudo."""

    dialer: Dialer
    key_path: Path
    known_hosts: Path
    user: str = "root"


class Lab:
    """One lab. Nothing of it is kept in memory: every call looks at what is there."""

    def __init__(self, name: str, *, root: Path | None = None, clock: Clock | None = None) -> None:
        check_name(name)
        self.name = name
        self._root = root or default_root()
        self._folder = Folder(self._root / name)
        self._network = Network(name)
        self._clock = clock or SystemClock()

    async def up(self, plan: LabPlan, progress: Progress | None = None) -> None:
        """Make what is missing, start what has stopped, wait until every machine's sshd answers.

        What an interrupted `up` left is completed. A lab that is up keeps its machines; new ones may join.
        RefusedError when it has machines that the plan does not have, or has otherwise.
        """
        progress = progress or Silent()
        check_plan(plan)
        if plan.name != self.name:
            raise UsageError(f"the plan is for lab {plan.name}, not {self.name}")
        engine = await preflight.engine()
        progress.stage(f"lab {self.name}")
        preflight.allow_many_machines(progress)
        with locked(self._root, self.name):
            name = await image.ensure(engine, plan.image, progress)
            await self._settled(engine)
            present = {container.machine: container for container in await engine.containers(self.name)}
            await self._clear_leftovers(engine, plan, present, name)
            self._folder.begin(plan)
            await self._network.make(plan.subnet, plan.gateway)
            plugged = await self._network.ports()

            async def bring(machine: LabMachine) -> None:
                container = present.get(machine.name)
                fresh = await self._bring(engine, plan, machine, name, container, progress)
                if fresh or plan.port(machine.name) not in plugged:
                    await self._plug(engine, plan, machine)

            await _each(bring, plan.machines)
            await asyncio.gather(*(self._answering(machine, progress) for machine in plan.machines))
            self._folder.finish()

    async def down(self, progress: Progress | None = None) -> bool:
        """Remove containers, volumes, network and folder. False when there was nothing."""
        progress = progress or Silent()
        engine = await preflight.engine()
        with locked(self._root, self.name):
            await self._settled(engine)
            containers = await engine.containers(self.name)
            there = bool(containers) or self._network.exists() or self._folder.path.exists()
            if there:
                progress.stage(f"lab {self.name}")
                progress.state(self.name, f"removing {len(containers)} machines")
            await engine.remove([container.name for container in containers])
            await self._network.remove()
            self._folder.remove()
            progress.state(self.name, "")
            return there

    async def discard(self, machine: str) -> None:
        """Throw a machine away with its disks and its host key. The next `up` makes a new one under its name, if it is
        still planned. RefusedError where there is none."""
        engine = await preflight.engine()
        with locked(self._root, self.name):
            container = await self._container(engine, machine)
            plan = self._plan()
            if any(each.name == machine for each in plan.machines):
                await self._network.unplug(plan.port(machine))
            await engine.remove([container.name])
            self._folder.discard(machine)

    async def state(self) -> LabState:
        """What is there of this lab."""
        engine = await preflight.engine()
        return self._state_of(await engine.containers(self.name))

    def access(self) -> LabAccess:
        """How to reach its machines. RefusedError while the lab is down or half made."""
        if not (self._folder.ready and self._network.exists()):
            raise RefusedError(
                f"lab {self.name} is down: none of its addresses is dialled",
                hint="bring it up: seakeep lab up",
            )
        return LabAccess(
            dialer=NetnsDialer(self._network.name),
            key_path=self._folder.key,
            known_hosts=self._folder.known_hosts,
        )

    async def kill(self, machine: str) -> None:
        """Take the power away. Its disks stay. Whoever has a connection to it is not told: the kernel would close those
        of processes that are killed, so the cable goes first."""
        await self._act("kill", machine, needs="running")

    async def pause(self, machine: str) -> None:
        """Freeze every process: the machine is there and says nothing."""
        await self._act("pause", machine, needs="running")

    async def unpause(self, machine: str) -> None:
        """Go on where `pause` stopped."""
        await self._act("unpause", machine, needs="paused")

    async def start(self, machine: str, progress: Progress | None = None) -> None:
        """Boot a machine that has stopped, and wait until its sshd answers."""
        plan = self._plan()
        chosen = plan.machine(machine)
        engine = await preflight.engine()
        container = await self._container(engine, machine)
        if container.state == "paused":
            raise RefusedError(f"{machine} is paused", hint=f"seakeep lab unpause {machine}")
        if container.state != "running":
            await engine.start(container.name)
            await self._plug(engine, plan, chosen)
        await self._answering(chosen, progress or Silent())

    async def cut(
        self,
        selection: Sequence[str],
        *,
        direction: Direction = "both",
        others: Sequence[str] | None = None,
    ) -> tuple[tuple[str, str], ...]:
        """Let nothing pass between the selected machines (names or sites) and the others, by default all
        others. Cuts add up. Returns the pairs (from, to) that are cut by this call."""
        plan = self._plan()
        chosen = plan.select(tuple(selection))
        rest = plan.select(tuple(others)) if others is not None else plan.machines
        away = [machine for machine in rest if machine not in chosen]
        if not chosen or not away:
            raise UsageError("nothing to cut: there must be machines on both sides")
        pairs: list[tuple[str, str]] = []
        for machine in chosen:
            for other in away:
                if direction in ("both", "out"):
                    pairs.append((machine.name, other.name))
                if direction in ("both", "in"):
                    pairs.append((other.name, machine.name))
        await self._network.cut((plan.port(source), plan.port(target)) for source, target in pairs)
        return tuple(pairs)

    async def cuts(self) -> dict[str, tuple[str, ...]]:
        """machine -> the machines that nothing reaches it from, for those that are cut off."""
        plan = self._plan()
        name_of = {plan.port(machine.name): machine.name for machine in plan.machines}
        found: dict[str, list[str]] = {}
        for source, target in await self._network.cuts():
            if source in name_of and target in name_of:
                found.setdefault(name_of[target], []).append(name_of[source])
        return {name: tuple(sorted(sources)) for name, sources in sorted(found.items())}

    async def heal(self, selection: Sequence[str] = ()) -> None:
        """Undo every cut, or those of the selected machines or sites. Harmless where there is none."""
        plan = self._plan()
        if not selection:
            await self._network.heal()
            return
        ports = {plan.port(machine.name) for machine in plan.select(tuple(selection))}
        present = await self._network.cuts()
        await self._network.heal(pair for pair in present if ports & set(pair))

    @property
    def network_name(self) -> str:
        """The network namespace that the lab lives in."""
        return self._network.name

    async def engine_name(self) -> str:
        """podman or docker."""
        return (await preflight.engine()).kind

    async def exec(self, machine: str, argv: Sequence[str]) -> str:
        """Run a program on a machine without SSH: for looking at one whose sshd is broken."""
        self._plan().machine(machine)
        engine = await preflight.engine()
        return await engine.exec(container_name(self.name, machine), argv)

    async def _clear_leftovers(
        self, engine: Engine, plan: LabPlan, present: dict[str, Container], image_name: str
    ) -> None:
        wanted = {machine.name: machine_digest(plan, machine, image_name) for machine in plan.machines}
        wrong = [c for c in present.values() if wanted.get(c.machine) != c.digest]
        finished = self._folder.finished()
        if kept := sorted(container.machine for container in wrong if container.machine in finished):
            names = ", ".join(kept)
            raise RefusedError(
                f"lab {self.name} is up with machines that are not as planned: {names}",
                hint="throw them away, with all that is on them: seakeep lab rm MACHINE; or all: seakeep lab down",
            )
        # What no `up` has finished may be half made in ways that do not show, and has nothing on its disks.
        unusable = [
            container
            for container in present.values()
            if container.machine not in finished or not self._folder.keys_of(container.machine).exists()
        ]
        gone = {container.name: container for container in (*wrong, *unusable)}
        for container in gone.values():
            present.pop(container.machine)
        await engine.remove(list(gone))

    async def _settled(self, engine: Engine) -> None:
        until = self._clock.monotonic() + _BOOT_LIMIT
        while await asyncio.to_thread(engine.busy, self.name):
            if self._clock.monotonic() > until:
                raise RefusedError(
                    f"a machine of lab {self.name} is still being made by an earlier command",
                    hint=f"see what hangs: pgrep -fa seakeep.lab={self.name}",
                )
            await self._clock.sleep(_POLL)

    async def _bring(  # noqa: PLR0917
        self,
        engine: Engine,
        plan: LabPlan,
        machine: LabMachine,
        image_name: str,
        container: Container | None,
        progress: Progress,
    ) -> bool:
        """Make or start the machine. Whether it needs a cable now."""
        if container is None:
            progress.state(machine.name, "being made")
            spec = ContainerSpec(
                lab=self.name,
                machine=machine.name,
                digest=machine_digest(plan, machine, image_name),
                image=image_name,
                keys=self._folder.keys_of(machine.name),
                memory_mb=plan.memory_mb,
                cpus=plan.cpus,
            )
            await engine.run(spec)
        elif container.state == "paused":
            await engine.act("unpause", container.name)
            return False
        elif container.state != "running":
            progress.state(machine.name, "starting")
            await engine.start(container.name)
        else:
            return False
        return True

    async def _plug(self, engine: Engine, plan: LabPlan, machine: LabMachine) -> None:
        pid = await engine.pid(container_name(self.name, machine.name))
        if pid == 0:
            raise MachineError(
                "the machine ended as soon as it was started",
                host=machine.name,
                hint="see the container engine's own log",
            )
        await self._network.plug(pid, plan.port(machine.name), machine.address, plan.subnet, plan.gateway)

    async def _answering(self, machine: LabMachine, progress: Progress) -> None:
        progress.state(machine.name, "waiting for sshd")
        dialer = NetnsDialer(self._network.name)
        until = self._clock.monotonic() + _BOOT_LIMIT
        last: Exception = TimeoutError("no answer")
        while self._clock.monotonic() < until:
            try:
                async with asyncio.timeout(2.0):
                    if await _has_banner(dialer, str(machine.address)):
                        progress.state(machine.name, "")
                        return
            except OSError as error:
                last = error
            await self._clock.sleep(_POLL)
        raise MachineError(
            f"sshd did not answer within {_BOOT_LIMIT:g} s after the start: {last or 'no answer'}",
            host=machine.name,
            hint=f"look inside (podman or docker): exec {container_name(self.name, machine.name)} systemctl --failed",
        )

    async def _act(self, verb: str, machine: str, *, needs: str) -> None:
        plan = self._plan()
        plan.machine(machine)
        engine = await preflight.engine()
        container = await self._container(engine, machine)
        if verb == "kill" and container.state in ("running", "paused"):
            await self._network.pull(plan.port(machine))
        if container.state == needs:
            await engine.act(verb, container.name)
        elif verb == "kill" and container.state == "paused":
            await engine.act("unpause", container.name)
            await engine.act(verb, container.name)
        elif (verb, container.state) not in {
            ("kill", "stopped"),
            ("pause", "paused"),
            ("unpause", "running"),
        }:
            raise RefusedError(f"{machine} is {container.state}: it cannot be {verb}d".replace("killd", "killed"))

    async def _container(self, engine: Engine, machine: str) -> Container:
        for container in await engine.containers(self.name):
            if container.machine == machine:
                return container
        raise RefusedError(f"{machine} has no container any more", hint="make it anew: seakeep lab up")

    def _plan(self) -> LabPlan:
        self.access()
        plan = self._folder.plan()
        if plan is None:
            raise RefusedError(f"the plan of lab {self.name} cannot be read", hint="seakeep lab down")
        return plan

    def _state_of(self, containers: Sequence[Container]) -> LabState:
        states = {container.machine: container.state for container in containers}
        plan = self._folder.plan()
        planned = plan.machines if plan is not None else ()
        rows = [MachineState(m.name, str(m.address), m.site, states.pop(m.name, "missing")) for m in planned]
        rows += [MachineState(name, "", "", state) for name, state in states.items()]
        return LabState(self.name, self._folder.ready and self._network.exists(), tuple(rows))


async def _has_banner(dialer: Dialer, address: str) -> bool:
    sock = await dialer.dial(address, _SSH_PORT)
    with sock:
        return (await asyncio.get_running_loop().sock_recv(sock, 8)).startswith(b"SSH-2.0")


async def _each(work: Callable[[_T], Awaitable[None]], items: Sequence[_T]) -> None:
    """All of them, a few at a time; when some fail, the first error, after the others have ended."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(item: _T) -> None:
        async with gate:
            await work(item)

    for outcome in await asyncio.gather(*(one(item) for item in items), return_exceptions=True):
        if outcome is not None:
            raise outcome
