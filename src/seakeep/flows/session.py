"""One command's view of one cluster: its file, design, state folder, sources and machines."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from seakeep.core.clock import Clock, SystemClock
from seakeep.core.errors import MachineError, SpecError, UsageError
from seakeep.core.meant import meant
from seakeep.core.progress import Progress
from seakeep.core.secret import Secret, SecretRef
from seakeep.design.complete import complete
from seakeep.design.known import Known, Replacing, fenced, including, leaving, standing
from seakeep.design.model import Design, Machine, Role
from seakeep.facts.base import Fact, FactSet
from seakeep.facts.read import read
from seakeep.flows.entrance import choose
from seakeep.flows.observe import ask, peers_of
from seakeep.lab.lab import Lab
from seakeep.report.runlog import RunLog, Tee
from seakeep.sources.settings import cache_dir, mirrors
from seakeep.sources.store import Store
from seakeep.spec.load import LoadedSpec, load, parse
from seakeep.state import roster
from seakeep.state.folder import State, base_folder
from seakeep.state.rotation import trust_name
from seakeep.transport.api import TIMEOUT, ApiClient, api_client, present, trusting
from seakeep.transport.base import Host
from seakeep.transport.dial import Dialer, DirectDialer
from seakeep.transport.lean import LeanClient
from seakeep.transport.ssh import SshHost, SshTarget

PARALLEL = 64
"""Machines that are read or written at the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """What the command line may set. `interrupt` is set by the first Ctrl-C of a command that ends well by itself.
    `replace` names the machine that is to be replaced."""

    cache: Path | None = None
    binaries: Path | None = None
    mirror: str | None = None
    offline: bool = False
    replace: str = ""
    interrupt: asyncio.Event = field(default_factory=asyncio.Event)


class Session:
    """Opened with `Session.open`. Machines are connected when first spoken to."""

    def __init__(
        self,
        loaded: LoadedSpec,
        design: Design,
        state: State,
        store: Store,
        *,
        progress: Progress,
        options: SessionOptions,
        clock: Clock,
    ) -> None:
        self.loaded = loaded
        self.design = design
        self.state = state
        self.store = store
        self.progress = progress
        self.options = options
        self.clock = clock
        self.without: frozenset[str] = frozenset()
        self._unfenced: frozenset[str] = frozenset()
        self.known = roster.read(state)
        self.leaving = leaving(self.known, design)
        self.replacing: Replacing | None = None
        self._hosts: dict[str, SshHost] = {}

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        file: Path,
        *,
        state: Path | None,
        progress: Progress,
        options: SessionOptions | None = None,
        edit: Callable[[bytes], bytes] | None = None,
    ) -> AsyncIterator["Session"]:
        """Load the file, complete the design, open the state folder. Nothing is connected yet. `edit` is what is to be
        changed in the file: it is written when the work begins (`keep_file`).

        SpecError for a file or a design that is wrong.
        """
        options = options or SessionOptions()
        loaded = load(file)
        base = state or base_folder(os.environ)
        try:
            if edit is not None:
                loaded = parse(edit(loaded.content), file)
            folder = base / loaded.name
            design = complete(loaded, roster.read(State(folder)))
        except SpecError as error:
            if edit is not None:
                error.hint = "nothing was changed: that is what the file would say; ask for something else"
            raise
        cache = options.cache or cache_dir(os.environ)
        store = Store(
            cache,
            folder=options.binaries,
            mirror=mirrors({"SEAKEEP_MIRROR": options.mirror} if options.mirror else os.environ),
            offline=options.offline,
            progress=progress,
        )
        session = cls(
            loaded, design, State.open(folder), store, progress=progress, options=options, clock=SystemClock()
        )
        try:
            yield session
        finally:
            await session.close()
            await store.close()

    async def close(self) -> None:
        """Drop every connection."""
        await asyncio.gather(*(host.close() for host in self._hosts.values()))
        self._hosts.clear()

    def keep_file(self) -> None:
        """The user's file is what this session works with, from now on."""
        path = self.loaded.path
        if path.read_bytes() != self.loaded.content:
            part = path.with_name(f".{path.name}.seakeep-new")
            part.write_bytes(self.loaded.content)
            shutil.copymode(path, part)
            part.replace(path.resolve())

    def adopt(self, known: Known) -> None:
        """Judge by this from now on. SpecError for a design that is wrong beside it."""
        self.known = known
        self.design = complete(self.loaded, known)
        self.leaving = leaving(known, self.design)
        self._stand()

    def fence(self, silent: Iterable[Machine]) -> None:
        """Those of these machines that have to be kept away are, from now on."""
        self.design = fenced(self.design, silent, self.clock.now().date())

    def unfence(self, name: str) -> None:
        """The fences of this name or address end."""
        self._unfenced = frozenset({name})
        self._stand()

    def _stand(self) -> None:
        """A machine of the file that is gone on without may be the one that is kept away."""
        here = [machine for machine in self.design.machines if machine.name not in self.without]
        fences = standing(self.known, here, self._unfenced)
        if fences != self.design.fences:
            self.design = replace(self.design, fences=fences)

    def keep_known(self) -> None:
        """The state folder knows what this session does. Under the folder's lock."""
        if self.known is not None and roster.read(self.state) != self.known:
            roster.restore(self.state, self.design.name, self.known)

    def forget(self) -> None:
        """Remove the state folder: the cluster does not exist any more."""
        shutil.rmtree(self.state.root)

    @contextmanager
    def logged(self, path: Path) -> Iterator[None]:
        """What is shown as progress is also written to the file, with times, while the block runs."""
        shown = self.progress
        log = RunLog(path, self.clock)
        self.progress = Tee(shown, log)
        try:
            yield
        finally:
            self.progress = shown
            log.close()

    @property
    def lab(self) -> Lab:
        """The lab of this cluster's name."""
        return Lab(self.design.name)

    def leave_out(self, names: Iterable[str]) -> None:
        """Go on without these machines, which do not answer: nothing is asked of them or done to them from here on.
        UsageError for one that is not in the file."""
        known = [machine.name for machine in self.design.machines]
        for name in names:
            if name not in known:
                raise UsageError(f"there is no machine {name!r} in the file", hint=meant(name, known))
        self.without = frozenset(names)
        self._stand()

    def machine(self, name: str) -> Machine:
        """A machine of the file, or one that is about to leave. KeyError if there is none."""
        for machine in self.leaving:
            if machine.name == name:
                return machine
        return self.design.machine(name)

    def host(self, name: str) -> Host:
        """The machine. RefusedError while its lab is down."""
        if name not in self._hosts:
            self._hosts[name] = self._connectable(self.machine(name))
        return self._hosts[name]

    def target(self, machine: Machine) -> tuple[SshTarget, Dialer]:
        """How the machine is reached: through the lab's namespace with the lab's key, or as the file says. UsageError
        where this account cannot read what it takes to log in."""
        if self.design.lab is not None:
            access = self.lab.access()
            target = SshTarget(
                name=machine.name,
                address=str(machine.address),
                port=machine.ssh.port,
                user=machine.ssh.user,
                key=Path(machine.ssh.key).expanduser() if machine.ssh.key else access.key_path,
                known_hosts=access.known_hosts,
            )
            return target, access.dialer
        target = SshTarget(
            name=machine.name,
            address=str(machine.address),
            port=machine.ssh.port,
            user=machine.ssh.user,
            key=Path(machine.ssh.key).expanduser() if machine.ssh.key else None,
            known_hosts=Path("~/.ssh/known_hosts").expanduser(),
        )
        target.refuse_unreadable()
        return target, DirectDialer()

    def _connectable(self, machine: Machine) -> SshHost:
        target, dialer = self.target(machine)
        return SshHost(target, dialer=dialer, clock=self.clock)

    def apart(self, name: str) -> Host:
        """The machine over a connection of the caller's own, who closes it."""
        return self._connectable(self.design.machine(name))

    async def read(
        self, facts: Iterable[Fact[Any]], machines: Iterable[Machine], *, timeout: float = 60
    ) -> tuple[dict[str, FactSet], dict[str, MachineError]]:
        """The facts of the machines that answer, and the errors of those that do not."""
        wanted = tuple(facts)
        wide = including(self.design, self.leaving)
        peers, wide_peers = peers_of(self.design), peers_of(wide)
        room = asyncio.Semaphore(PARALLEL)

        async def one(machine: Machine) -> FactSet | MachineError:
            async with room:
                leaves = machine in self.leaving
                asked = ask(wide, machine, wide_peers) if leaves else ask(self.design, machine, peers)
                try:
                    return await read(self.host(machine.name), wanted, asked, timeout=timeout)
                except MachineError as error:
                    return error

        chosen = tuple(machines)
        answers = await asyncio.gather(*(one(machine) for machine in chosen))
        found = {a.host: a for a in answers if isinstance(a, FactSet)}
        errors = {m.name: a for m, a in zip(chosen, answers, strict=True) if isinstance(a, MachineError)}
        return found, errors

    def entrances(self) -> tuple[Machine, ...]:
        """Machines through which the API is reached, the likeliest first."""
        order = (Role.CONTROL_PLANE, Role.LOAD_BALANCER)
        machines = dict.fromkeys(m for role in order for m in self.design.with_role(role))
        return tuple(machine for machine in machines if machine.name not in self.without)

    async def entrance(self) -> Host:
        """The machine to reach the API through, as `entrance.choose` says. MachineError where none answers."""
        return await choose([self.host(machine.name) for machine in self.entrances()], self.reaches)

    async def reaches(self, host: Host) -> bool | MachineError:
        """Whether the endpoint answers the machine; the error where the machine itself does not answer."""
        endpoint = self.design.endpoint
        script = (
            f"curl -sk -o /dev/null --max-time 3 https://{endpoint.host}:{endpoint.port}/livez && echo reached; true"
        )
        try:
            answer = await host.run(script, what="look for a way to the endpoint", timeout=15)
        except MachineError as error:
            return error
        return b"reached" in answer.stdout

    @asynccontextmanager
    async def api(
        self, *identities: str, via: Host | None = None, timeout: float = TIMEOUT
    ) -> AsyncIterator[Mapping[str, ApiClient]]:
        """Clients of the API at the cluster's endpoint, by identity: `admin`, `viewer`, `break-glass`, or
        `anonymous`, which has no certificate. All go through one machine's SSH connection. `timeout` is for each
        request, in seconds."""
        host = via or await self.entrance()
        endpoint = self.design.endpoint
        async with AsyncExitStack() as stack:
            socket = await stack.enter_async_context(host.tunnel(str(endpoint.host), endpoint.port))
            clients = {
                identity: await stack.enter_async_context(self.client(socket, identity, timeout=timeout))
                for identity in identities
            }
            yield clients

    def client(
        self, socket: Path, identity: str, *, keep: bool = True, timeout: float = TIMEOUT
    ) -> AbstractAsyncContextManager[ApiClient]:
        """A client of the API behind this socket. Without `keep` each request has a connection of its own."""
        ca = self.state.read(trust_name("cluster"))
        pair = self._pair(identity) if identity != "anonymous" else None
        return api_client(socket, ca=ca, pair=pair, server_name="kubernetes", keep=keep, timeout=timeout)

    def lean_client(self, socket: Path, identity: str | Secret) -> LeanClient:
        """A client for many small requests, on kept connections: with an identity of ours, or a ServiceAccount's token.
        Whoever asks for it closes it."""
        context = trusting(self.state.read(trust_name("cluster")))
        if isinstance(identity, Secret):
            return LeanClient(socket, context, server_name="kubernetes", token=identity, keep=True)
        present(context, self._pair(identity))
        return LeanClient(socket, context, server_name="kubernetes", token=None, keep=True)

    def _pair(self, identity: str) -> tuple[Secret | None, Secret | None]:
        leaf = self.design.pki.leaf("cluster", identity)
        return self.state.read(SecretRef(leaf.cert)), self.state.read(SecretRef(leaf.key))


def own_arch() -> str:
    """This computer's architecture in the words of releases."""
    machine = os.uname().machine
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
