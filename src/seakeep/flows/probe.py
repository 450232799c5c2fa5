"""The probe: reads and writes through the endpoint while something is done to the cluster.

It goes in through SSH like everything else, by two machines of different sites in turn, each over a connection of
its own. A request that fails while the machine that carried it does not answer either was not seen: another machine
takes that one's place. Writes go to ConfigMaps in a namespace of their own, by a service account that may do nothing
else; its token lives in memory and ends with the namespace.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from seakeep.core.errors import MachineError, SeakeepError, UndecidedError
from seakeep.core.secret import Secret
from seakeep.design.model import Design, Machine, Role
from seakeep.engine import probe as engine
from seakeep.engine.probe import Answer, Kind, Outcome, Sampler
from seakeep.engine.wait import await_until
from seakeep.flows import probe_account as account
from seakeep.flows import scratch
from seakeep.flows.session import Session
from seakeep.report.probe import ProbeSummary
from seakeep.state.rotation import trust_name
from seakeep.transport.api import ApiClient, ApiError, decoded, trusting
from seakeep.transport.base import Host
from seakeep.transport.lean import LeanClient

REQUEST_LIMIT = 15.0
"""Seconds after which a request has failed, the limit of Seakeep's own requests. What is slower than usual and still
answered is no failure; it shows as a gap."""

ALIVE_LIMIT = 10.0
"""Seconds in which a machine that carries the probe has to answer when a request through it has failed."""

WAYS = 2
CONNECTIONS = ("fresh", "kept")
KINDS = (
    Kind("read", "fresh"),
    Kind("write", "fresh"),
    Kind("read", "kept", every=3),
    Kind("write", "kept", every=3, turn=1),
)
"""A new connection for every read and every write, each interval; beside them connections that are kept. Those go by
each of two machines in turn as well: hence their odd pace."""
_ORDER = (Role.WORKER, Role.ETCD, Role.LOAD_BALANCER, Role.CONTROL_PLANE)
_TRIED = 16
"""Candidates at the most that are asked whether they reach the endpoint."""


class _Meta(msgspec.Struct, rename="camel"):
    name: str = ""
    resource_version: str = "0"


class _Object(msgspec.Struct):
    metadata: _Meta


class Probe:
    """A probe that runs, or has run: the numbers so far at any time."""

    def __init__(self, sampler: Sampler, ways: "_Ways", endpoint: str) -> None:
        self.sampler = sampler
        self._ways = ways
        self._endpoint = endpoint

    @property
    def passed(self) -> float:
        """Seconds since it began: a mark for `summary`."""
        return self.sampler.passed

    def summary(self, *, since: float = 0.0, until: float | None = None) -> ProbeSummary:
        """Of everything, or of the requests that were due between two marks. Requests still under way are left out:
        complete only after the block."""
        found = engine.summary(self.sampler, endpoint=self._endpoint, since=since, until=until)
        ways = self._ways
        return msgspec.structs.replace(
            found, through=tuple(ways.used), reconnected=ways.reconnected, backwards=ways.backwards
        )


@asynccontextmanager
async def probing(
    session: Session, admin: ApiClient, *, purpose: str, avoid: Collection[str] = ()
) -> AsyncIterator[Probe]:
    """Probe the endpoint while the block runs. `admin` makes what the probe needs and takes it away.

    `purpose` is a word (`apply`, `storm`). The caller holds the operator's lock: what an earlier probe of the same
    purpose left behind is taken for a dead one's and removed. `avoid` names machines that are about to go away: they
    carry the probe only when no other reaches the endpoint. UndecidedError where no machine does, ApiError where the
    API does not let the probe be made.
    """
    endpoint = session.design.endpoint
    namespace = f"seakeep-probe-{purpose}-{secrets.token_hex(3)}"
    async with AsyncExitStack() as stack:
        await scratch.remove_leftovers(admin, account.LABEL, purpose)
        stack.push_async_callback(scratch.remove, admin, namespace, whose="the probe's", progress=session.progress)
        token = await account.prepare(admin, namespace, purpose, CONNECTIONS)
        ways = await stack.enter_async_context(_Ways(session, candidates(session.design, avoid), token))
        work = _Work(ways, namespace)
        await _settled(session, work)
        sampler = Sampler({kind: work.request(kind) for kind in KINDS}, clock=session.clock)
        probe = Probe(sampler, ways, f"{endpoint.host}:{endpoint.port}")
        async with sampler:
            yield probe


def candidates(design: Design, avoid: Collection[str] = ()) -> tuple[Machine, ...]:
    """Machines that may carry the probe, the best first: those that an apply restarts nothing of the API on, then
    the others; of each role one of every site before the next of the same; those to avoid last."""
    found: dict[str, Machine] = {}
    for avoided in (False, True):
        for role in _ORDER:
            rest = [m for m in design.with_role(role) if (m.name in avoid) is avoided]
            for machine in _spread(rest):
                found.setdefault(machine.name, machine)
    return tuple(found.values())


def _spread(machines: Sequence[Machine]) -> Iterator[Machine]:
    rounds: dict[str, list[Machine]] = {}
    for machine in machines:
        rounds.setdefault(machine.site, []).append(machine)
    for index in range(max(map(len, rounds.values()), default=0)):
        yield from (own[index] for own in rounds.values() if index < len(own))


class Client(Protocol):
    """What requests are sent with: `transport.lean.LeanClient`."""

    reconnected: int

    async def raw(self, path: str, *, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
        """(status, body). ApiError where there was no answer."""
        ...


@dataclass(slots=True)
class _Way:
    """One machine that carries requests. `clients` by connection: fresh and kept."""

    host: Host
    clients: "dict[str, Client]"
    stack: AsyncExitStack
    looking: "asyncio.Task[bool] | None" = None

    async def lives(self) -> bool:
        """Whether the machine answers now. Callers at the same moment share one question."""
        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(self._look())
        return await asyncio.shield(self.looking)

    async def _look(self) -> bool:
        try:
            await self.host.run(":", what="see whether the probe's way is alive", timeout=ALIVE_LIMIT)
        except MachineError:
            return False
        return True


class _Ways:
    """The ways in use, and others in their place when one breaks."""

    def __init__(self, session: Session, machines: Sequence[Machine], token: Secret) -> None:
        self._session = session
        self._spare = list(machines)
        self._token = token
        self._live: list[_Way] = []
        self._broken: list[_Way] = []
        self._replacing: asyncio.Task[None] | None = None
        self._ended = 0
        self.used: list[str] = []
        self.backwards = 0

    async def __aenter__(self) -> "_Ways":
        try:
            await self._fill()
        except BaseException:
            await self._close()
            raise
        if not self._live:
            endpoint = self._session.design.endpoint
            raise UndecidedError(f"no machine reaches the API at {endpoint.host}:{endpoint.port}: it was not probed")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    @property
    def reconnected(self) -> int:
        """Kept connections that were found closed."""
        ways = (*self._live, *self._broken)
        return self._ended + sum(client.reconnected for way in ways for client in way.clients.values())

    def pick(self, number: int) -> _Way | None:
        """Each in turn; None while none is left."""
        return self._live[number % len(self._live)] if self._live else None

    async def broke(self, way: _Way) -> bool:
        """Whether the way itself is broken. It is then no longer used, and another is looked for. It stays open to the
        end: other requests are still under way on it."""
        if await way.lives():
            return False
        if way in self._live:
            self._live.remove(way)
            self._broken.append(way)
            self._spare.append(self._session.design.machine(way.host.name))
            if self._replacing is None or self._replacing.done():
                self._replacing = asyncio.create_task(self._fill())
        return True

    async def _fill(self) -> None:
        """Open ways until there are as many as wanted, preferring a site that carries none yet."""
        for _ in range(min(_TRIED, len(self._spare))):
            if len(self._live) >= WAYS or not self._spare:
                return
            sites = {self._session.design.machine(way.host.name).site for way in self._live}
            machine = next((m for m in self._spare if m.site not in sites), self._spare[0])
            self._spare.remove(machine)
            way = await self._open(machine)
            if way is None:
                self._spare.append(machine)
                continue
            self._live.append(way)
            if machine.name not in self.used:
                self.used.append(machine.name)

    async def _open(self, machine: Machine) -> _Way | None:
        session, endpoint = self._session, self._session.design.endpoint
        host = session.apart(machine.name)
        stack = AsyncExitStack()
        stack.push_async_callback(host.close)
        if await session.reaches(host) is not True:
            await stack.aclose()
            return None
        socket = await stack.enter_async_context(host.tunnel(str(endpoint.host), endpoint.port))
        context = trusting(session.state.read(trust_name("cluster")))
        clients: dict[str, Client] = {}
        for connection in CONNECTIONS:
            keep = connection == "kept"
            client = LeanClient(socket, context, server_name="kubernetes", token=self._token, keep=keep)
            stack.callback(client.close)
            clients[connection] = client
        return _Way(host, clients, stack)

    @staticmethod
    async def _drop(way: _Way) -> None:
        with contextlib.suppress(SeakeepError, OSError):
            await way.stack.aclose()

    async def _close(self) -> None:
        if self._replacing is not None:
            self._replacing.cancel()
            await asyncio.gather(self._replacing, return_exceptions=True)
        self._ended = self.reconnected
        ways, self._live, self._broken = [*self._live, *self._broken], [], []
        for way in ways:
            await self._drop(way)


@dataclass(slots=True)
class _Work:
    """The requests. `acknowledged` is the newest resourceVersion that a write to an object was answered with."""

    ways: _Ways
    namespace: str
    acknowledged: dict[str, int] = field(default_factory=dict)

    def request(self, kind: Kind) -> engine.Request:
        """What the sampler sends."""

        async def send(number: int) -> Answer:
            way = self.ways.pick(number)
            if way is None:
                return Answer(Outcome.UNSEEN, "no machine carries the probe")
            try:
                async with asyncio.timeout(REQUEST_LIMIT):
                    return await self.send(way, kind, number)
            except ApiError as error:
                failed = Answer(Outcome.AMBIGUOUS if error.sent else Outcome.REFUSED, error.message)
            except TimeoutError:
                failed = Answer(Outcome.AMBIGUOUS, f"no answer within {REQUEST_LIMIT:.0f} s")
            if await self.ways.broke(way):
                return Answer(Outcome.UNSEEN, f"{way.host.name}, which carried the request, does not answer")
            return failed

        return send

    async def send(self, way: _Way, kind: Kind, number: int) -> Answer:
        """One request. ApiError where there was no answer."""
        path = f"/api/v1/namespaces/{self.namespace}/configmaps/{kind.connection}"
        known = self.acknowledged.get(kind.connection, 0)
        client = way.clients[kind.connection]
        if kind.verb == "read":
            status, body = await client.raw(path)
        else:
            # Without a resourceVersion: requests that pile up behind a stall must not meet each other's conflicts.
            content = account.config_map(kind.connection, number)
            status, body = await client.raw(path, method="PUT", body=msgspec.json.encode(content))
        if not 200 <= status < 300:
            error = ApiError.of(status, body, kind.verb)
            # A server that gave up on etcd, or a proxy in between, cannot tell what became of it.
            return Answer(Outcome.AMBIGUOUS if status in (500, 502, 504) else Outcome.REFUSED, error.message)
        version = int(decoded(body, _Object, kind.verb).metadata.resource_version)
        if kind.verb == "write":
            self.acknowledged[kind.connection] = max(self.acknowledged.get(kind.connection, 0), version)
        elif version < known:
            self.ways.backwards += 1
        return Answer(Outcome.OK)


async def _settled(session: Session, work: _Work) -> None:
    """Wait until every API server is likely to know the account: as many successes in a row as would reach each of
    them several times."""
    servers = len(session.design.with_role(Role.CONTROL_PLANE))
    numbers = iter(range(10_000))

    async def probe() -> str | None:
        for _ in range(2 * servers):
            number = next(numbers)
            for kind in KINDS:
                answer = await work.request(kind)(number)
                if answer.outcome is not Outcome.OK:
                    return answer.why
        return None

    await await_until(
        "the probe's account to be known",
        probe,
        timeout=20,
        interval=0.2,
        clock=session.clock,
        progress=session.progress,
        subject="probe",
    )
