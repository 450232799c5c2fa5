"""HTTP requests to the API server that cost little, many at once: what a probe sends.

httpx looks through its whole pool for every request, so that a few hundred waiting ones keep it busy with itself: a
probe would then measure its own computer. This knows one server, small answers, and connections that are used once
or kept.
"""

import asyncio
import ssl
from pathlib import Path

import h11

from seakeep.core.secret import Secret
from seakeep.transport.api import ApiError

_PIECE = 64 * 1024
_KEPT = 8
"""Idle connections that are kept."""


class _ClosedError(Exception):
    """The server closed a kept connection before it had answered anything."""


class LeanClient:
    """Requests to the server behind a Unix socket. With `keep`, connections are used again; else each is used once.

    Without a `token` it is who the context's certificate says. `reconnected` counts kept connections that were found
    closed; the request is then sent once more on a new one, but for a POST, which is not idempotent (RFC 9110, 9.2.2).
    A request that is cancelled takes its connection with it.
    """

    def __init__(
        self, socket: Path, context: ssl.SSLContext, *, server_name: str, token: Secret | None, keep: bool
    ) -> None:
        self._socket = socket
        self._context = context
        self._name = server_name
        self._token = token
        self._keep = keep
        self._idle: list[_Connection] = []
        self.reconnected = 0

    async def raw(self, path: str, *, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
        """(status, body). ApiError where there was no answer; its `sent` says whether the request may have left."""
        if self._idle:
            connection = self._idle.pop()
            try:
                return await self._on(connection, method, path, body)
            except _ClosedError as error:
                if method == "POST":
                    raise _no_answer(method, path, error, sent=True) from error
                self.reconnected += 1
        try:
            connection = await self._open()
        except (OSError, ssl.SSLError) as error:
            raise _no_answer(method, path, error, sent=False) from error
        try:
            return await self._on(connection, method, path, body)
        except _ClosedError as error:
            raise _no_answer(method, path, error, sent=True) from error

    async def _open(self) -> "_Connection":
        reader, writer = await asyncio.open_unix_connection(
            str(self._socket), ssl=self._context, server_hostname=self._name
        )
        return _Connection(reader, writer)

    async def _on(self, connection: "_Connection", method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        headers = [("Host", self._name)]
        if self._token is not None:
            headers.append(("Authorization", f"Bearer {self._token.reveal().decode()}"))
        if body is not None:
            headers += [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        if not self._keep:
            headers.append(("Connection", "close"))
        done = False
        try:
            answer = await connection.exchange(h11.Request(method=method, target=path, headers=headers), body or b"")
            done = True
        except (OSError, ssl.SSLError, h11.RemoteProtocolError) as error:
            if not connection.answering:
                raise _ClosedError(str(error) or "closed without an answer") from error
            raise _no_answer(method, path, error, sent=True) from error
        finally:
            if done and self._keep and connection.reusable and len(self._idle) < _KEPT:
                self._idle.append(connection)
            else:
                connection.drop()
        return answer

    def close(self) -> None:
        """Drop the kept connections."""
        for connection in self._idle:
            connection.drop()
        self._idle.clear()


class _Connection:
    """One connection, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT)
        self.answering = False

    @property
    def reusable(self) -> bool:
        """Whether another request may follow."""
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def exchange(self, request: h11.Request, body: bytes) -> tuple[int, bytes]:
        """One request and its answer."""
        if self.reusable:
            self._http.start_next_cycle()
        self.answering = False
        data = self._http.send(request) or b""
        if body:
            data += self._http.send(h11.Data(data=body)) or b""
        self._writer.write(data + (self._http.send(h11.EndOfMessage()) or b""))
        await self._writer.drain()
        status, content = 0, bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                received = await self._reader.read(_PIECE)
                self.answering = self.answering or bool(received)
                self._http.receive_data(received)
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                content += event.data
            elif isinstance(event, h11.EndOfMessage):
                return status, bytes(content)
            elif isinstance(event, h11.ConnectionClosed):
                raise ConnectionResetError("closed without an answer")

    def drop(self) -> None:
        """Close it, at once."""
        self._writer.transport.abort()


def _no_answer(method: str, path: str, error: Exception, *, sent: bool) -> ApiError:
    text = str(error) or type(error).__name__
    return ApiError(f"the API did not answer {method} {path}: {text}", status=0, sent=sent)
