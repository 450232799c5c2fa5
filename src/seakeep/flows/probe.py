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

import msgspec

from seakeep.core.errors import MachineError, SeakeepError, UndecidedError
from seakeep.core.json import JsonObject
from seakeep.core.secret import Secret
from seakeep.design.model import Design, Machine, Role
from seakeep.engine import probe as engine
from seakeep.engine.probe import Answer, Kind, Outcome, Sampler
from seakeep.engine.wait import await_until
from seakeep.flows.session import Session
from seakeep.report.probe import ProbeSummary
from seakeep.transport.api import ApiClient, ApiError, api_client, decoded
from seakeep.transport.base import Host

LABEL = "seakeep.dev/probe"
ACCOUNT = "probe"
ROLE = "seakeep:probe"
TOKEN_SECONDS = 12 * 3600
"""No probe runs longer. The token ends with its namespace in any case."""

REQUEST_LIMIT = 5.0
"""Seconds after which a request has failed: two lost SYNs (1 s and 3 s) are still only slow."""

ALIVE_LIMIT = 3.0
"""Seconds in which a machine that carries the probe has to answer when a request through it has failed."""

WAYS = 2
CONNECTIONS = ("fresh", "kept")
_ORDER = (Role.WORKER, Role.ETCD, Role.LOAD_BALANCER, Role.CONTROL_PLANE)
_TRIED = 16
"""Candidates at the most that are asked whether they reach the endpoint."""


class _Meta(msgspec.Struct, rename="camel"):
    name: str = ""
    resource_version: str = "0"


class _Object(msgspec.Struct):
    metadata: _Meta


class _List(msgspec.Struct):
    items: list[_Object]


class _Token(msgspec.Struct):
    token: str


class _TokenAnswer(msgspec.Struct):
    status: _Token


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
        await _remove_leftovers(admin, purpose)
        stack.push_async_callback(_remove, session, admin, namespace)
        token = await _prepare(admin, namespace, purpose)
        ways = await stack.enter_async_context(_Ways(session, candidates(session.design, avoid), token))
        work = _Work(ways, namespace)
        await _settled(session, work)
        kinds = [Kind(verb, connection) for connection in CONNECTIONS for verb in ("read", "write")]
        sampler = Sampler({kind: work.request(kind) for kind in kinds}, clock=session.clock)
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


@dataclass(slots=True)
class _Way:
    """One machine that carries requests. `clients` by connection: fresh and kept."""

    host: Host
    clients: dict[str, ApiClient]
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
        return self._ended + sum(client.reconnected for way in self._live for client in way.clients.values())

    def pick(self, number: int) -> _Way | None:
        """Each in turn; None while none is left."""
        return self._live[number % len(self._live)] if self._live else None

    async def broke(self, way: _Way) -> bool:
        """Whether the way itself is broken. It is then no longer used, and another is looked for."""
        if await way.lives():
            return False
        if way in self._live:
            self._live.remove(way)
            self._ended += sum(client.reconnected for client in way.clients.values())
            self._spare.append(self._session.design.machine(way.host.name))
            await self._drop(way)
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
        ca = session.state.read("pki/cluster/ca.crt")
        clients = {}
        for connection in CONNECTIONS:
            client = api_client(
                socket,
                ca=ca,
                pair=None,
                server_name="kubernetes",
                token=self._token,
                keep=connection == "kept",
                timeout=REQUEST_LIMIT,
            )
            clients[connection] = await stack.enter_async_context(client)
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
        ways, self._live = self._live, []
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
                return await self.send(way, kind, number)
            except ApiError as error:
                if await self.ways.broke(way):
                    return Answer(Outcome.UNSEEN, f"{way.host.name}, which carried the request, does not answer")
                return Answer(Outcome.AMBIGUOUS if error.sent else Outcome.REFUSED, error.message)

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
            content = _config_map(kind.connection, number)
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
    kinds = [Kind(verb, connection) for connection in CONNECTIONS for verb in ("read", "write")]

    async def probe() -> str | None:
        for _ in range(2 * servers):
            number = next(numbers)
            for kind in kinds:
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


async def _prepare(admin: ApiClient, namespace: str, purpose: str) -> Secret:
    """Everything that the probe needs; its token."""
    labels: JsonObject = {LABEL: purpose, "app.kubernetes.io/managed-by": "seakeep"}
    await admin.apply("v1", "Namespace", namespace, {"metadata": {"labels": labels}})
    await admin.apply("v1", "ServiceAccount", ACCOUNT, {"automountServiceAccountToken": False}, namespace=namespace)
    for name in CONNECTIONS:
        await admin.apply("v1", "ConfigMap", name, {"data": {"n": ""}}, namespace=namespace)
    rbac = "rbac.authorization.k8s.io"
    rule: JsonObject = {
        "apiGroups": [""],
        "resources": ["configmaps"],
        "resourceNames": list(CONNECTIONS),
        "verbs": ["get", "update"],
    }
    await admin.apply(f"{rbac}/v1", "Role", ROLE, {"rules": [rule]}, namespace=namespace)
    binding: JsonObject = {
        "roleRef": {"apiGroup": rbac, "kind": "Role", "name": ROLE},
        "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": namespace}],
    }
    await admin.apply(f"{rbac}/v1", "RoleBinding", ROLE, binding, namespace=namespace)
    return await _token(admin, namespace)


async def _token(admin: ApiClient, namespace: str) -> Secret:
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": TOKEN_SECONDS},
    }
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{ACCOUNT}/token"
    status, body = await admin.raw(path, method="POST", body=msgspec.json.encode(request))
    if status >= 300:
        raise ApiError.of(status, body, "the probe's token")
    return Secret(decoded(body, _TokenAnswer, "the probe's token").status.token.encode())


def _config_map(name: str, number: int) -> JsonObject:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"n": str(number)}}


async def _remove(session: Session, admin: ApiClient, namespace: str) -> None:
    """Also when the API is in trouble: then a note says what is left, and the next probe takes it away."""
    try:
        await admin.delete("v1", "Namespace", namespace)
    except SeakeepError as error:
        session.progress.note(f"the probe's namespace {namespace} could not be removed: {error.message}")


async def _remove_leftovers(admin: ApiClient, purpose: str) -> None:
    status, body = await admin.raw(f"/api/v1/namespaces?labelSelector={LABEL}%3D{purpose}")
    if status != 200:
        raise ApiError.of(status, body, "list the namespaces of earlier probes")
    for each in decoded(body, _List, "namespaces of earlier probes").items:
        await admin.delete("v1", "Namespace", each.metadata.name)
