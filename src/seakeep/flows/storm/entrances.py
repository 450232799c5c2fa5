"""Where the storm's traffic enters: a few machines of different sites, each over an SSH connection of its own.

A machine that carries traffic may be hit itself. What it then does not see is no outage: every request says which
machine it left from, and the judge leaves out those that were aimed at.
"""

import asyncio
import contextlib
import math
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from seakeep.artifacts.kube_apiserver import PORT
from seakeep.core.errors import MachineError, SeakeepError, UndecidedError
from seakeep.core.secret import Secret
from seakeep.design.model import Role
from seakeep.experiments.history import Outcome
from seakeep.experiments.judge.verdict import ENDPOINT
from seakeep.flows.probe import candidates
from seakeep.flows.session import Session
from seakeep.transport.api import ApiClient, ApiError
from seakeep.transport.base import Host
from seakeep.transport.lean import LeanClient

COUNT = 3
REQUEST_LIMIT = 3.0
"""Seconds after which a request has failed. A client that waits longer sees fewer failures, not shorter gaps."""

ALIVE_LIMIT = 3.0
HEARD = 1.0
"""Seconds for which an answer proves that the way to it is whole."""

_AMBIGUOUS = frozenset({409, 500, 502, 503, 504})
"""Answers after which a write may have been carried out: a conflict may be with our own first try."""


@dataclass(slots=True)
class Entrance:
    """One machine. Clients and sockets are by target (`endpoint`, `tenant`, or an API server's machine); `fresh` have a
    connection for each request, `kept`, which send nearly everything, use one again and cost little."""

    host: Host
    now: Callable[[], float]
    kept: dict[str, LeanClient] = field(default_factory=dict)
    fresh: dict[str, ApiClient] = field(default_factory=dict)
    sockets: dict[str, Path] = field(default_factory=dict)
    looking: "asyncio.Task[bool] | None" = None
    heard: float = -math.inf

    @property
    def name(self) -> str:
        """The machine's name."""
        return self.host.name

    async def lives(self) -> bool:
        """Whether the machine answers now. What came through it a moment ago is an answer; callers at the same moment
        share one question."""
        if self.now() - self.heard < HEARD:
            return True
        if self.looking is None or self.looking.done():
            self.looking = asyncio.create_task(self._look())
        return await asyncio.shield(self.looking)

    async def _look(self) -> bool:
        try:
            await self.host.run(":", what="see whether the storm's entrance is alive", timeout=ALIVE_LIMIT)
        except MachineError:
            return False
        self.heard = self.now()
        return True


@dataclass(frozen=True, slots=True)
class Reply:
    """How a request ended."""

    outcome: Outcome
    end: float
    body: bytes = b""
    why: str = ""
    status: int = 0


class Entrances:
    """Opened with `async with`. UndecidedError where no machine reaches the endpoint."""

    def __init__(self, session: Session, now: Callable[[], float]) -> None:
        self._session = session
        self._now = now
        self._stack = AsyncExitStack()
        self.open: list[Entrance] = []

    async def __aenter__(self) -> Self:
        try:
            await self._fill()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(SeakeepError, OSError):
            await self._stack.aclose()

    def turn(self, number: int) -> Entrance:
        """Each in turn."""
        return self.open[number % len(self.open)]

    async def send(
        self,
        entrance: Entrance,
        target: str,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        fresh: bool = False,
        limit: float = REQUEST_LIMIT,
    ) -> Reply:
        """One request, judged. Raises nothing."""
        client = (entrance.fresh if fresh else entrance.kept)[target]
        try:
            async with asyncio.timeout(limit):
                status, answer = await client.raw(path, method=method, body=body)
        except (ApiError, TimeoutError) as error:
            end = self._now()
            sent = error.sent if isinstance(error, ApiError) else True
            why = error.message if isinstance(error, ApiError) else f"no answer within {limit:g} s"
            if not await entrance.lives():
                return Reply("unseen", end, why=f"{entrance.name}, which carried the request, does not answer")
            return Reply("ambiguous" if sent else "refused", end, why=why)
        end = self._now()
        entrance.heard = end
        if 200 <= status < 300:
            return Reply("ok", end, answer, status=status)
        why = ApiError.of(status, answer, method).message
        return Reply("ambiguous" if status in _AMBIGUOUS else "refused", end, answer, why, status)

    def add(self, target: str, token: Secret) -> None:
        """One more target: the endpoint, asked with a ServiceAccount's token. Not twice."""
        for entrance in self.open:
            self._keep(entrance, target, entrance.sockets[ENDPOINT], token)

    async def _fill(self) -> None:
        session = self._session
        sites: set[str] = set()
        spare = list(candidates(session.design))
        while spare and len(self.open) < COUNT:
            machine = next((m for m in spare if m.site not in sites), spare[0])
            spare.remove(machine)
            host = session.apart(machine.name)
            self._stack.push_async_callback(host.close)
            if await session.reaches(host) is True:
                self.open.append(await self._clients(host))
                sites.add(machine.site)
        if not self.open:
            endpoint = session.design.endpoint
            raise UndecidedError(f"no machine reaches the API at {endpoint.host}:{endpoint.port}")

    async def _clients(self, host: Host) -> Entrance:
        session = self._session
        endpoint = session.design.endpoint
        places = {ENDPOINT: (str(endpoint.host), endpoint.port)}
        places |= {m.name: (str(m.address), PORT) for m in session.design.with_role(Role.CONTROL_PLANE)}
        entrance = Entrance(host, self._now)
        for target, place in places.items():
            socket = entrance.sockets[target] = await self._stack.enter_async_context(host.tunnel(*place))
            self._keep(entrance, target, socket, "admin")
            fresh = session.client(socket, "admin", keep=False, timeout=REQUEST_LIMIT)
            entrance.fresh[target] = await self._stack.enter_async_context(fresh)
        return entrance

    def _keep(self, entrance: Entrance, target: str, socket: Path, identity: str | Secret) -> None:
        client = entrance.kept[target] = self._session.lean_client(socket, identity)
        self._stack.callback(client.close)
