"""Listening on this computer, with every connection carried on from somewhere else."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from seakeep.core.errors import SeakeepError
from seakeep.transport.sshlib import asyncssh

_PIECE = 64 * 1024
_BACKLOG = 1024
"""Connections that may wait to be accepted. With asyncio's 100, a burst after a moment in which this process was busy
would be refused on this computer, and look as if the far end had done it."""


class Reader(Protocol):
    """The reading half of a stream."""

    async def read(self, n: int = -1) -> bytes: ...


class Writer(Protocol):
    """The writing half of a stream."""

    def write(self, data: bytes) -> None: ...

    async def drain(self) -> None: ...

    def write_eof(self) -> None: ...

    def close(self) -> None: ...


Pair = tuple[Reader, Writer]
Opener = Callable[[], Awaitable[Pair]]


@asynccontextmanager
async def unix(opener: Opener) -> AsyncIterator[Path]:
    """A Unix socket in a folder that only this user may enter."""
    with tempfile.TemporaryDirectory(prefix="seakeep-") as folder:
        path = Path(folder) / "s"
        relay = _Relay(opener)
        server = await asyncio.start_unix_server(relay.serve, path, backlog=_BACKLOG)
        try:
            yield path
        finally:
            await relay.stop(server)


@asynccontextmanager
async def tcp(opener: Opener) -> AsyncIterator[int]:
    """A port on 127.0.0.1."""
    relay = _Relay(opener)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0, backlog=_BACKLOG)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        await relay.stop(server)


class _Relay:
    """Carries each accepted connection until both sides have ended."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._tasks: set[asyncio.Task[None]] = set()

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Called by asyncio for each connection."""
        task = asyncio.ensure_future(self._carry(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self, server: asyncio.Server) -> None:
        """Close the listener and every connection."""
        server.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await self._opener()
        except (SeakeepError, asyncssh.Error, OSError):
            # The caller sees its connection closed; the host keeps the reason in `last_error`.
            writer.close()
            return
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        except (asyncssh.Error, OSError):
            pass
        finally:
            far_writer.close()
            writer.close()


async def _pump(reader: Reader, writer: Writer) -> None:
    while data := await reader.read(_PIECE):
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.write_eof()
