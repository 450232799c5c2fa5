"""One remote command: collects what it says, and feeds it without outrunning the connection."""

import asyncio
import contextlib
import signal
from collections.abc import Callable

from seakeep.transport.base import Result, Stream
from seakeep.transport.sshlib import asyncssh

STDERR_KEPT = 64 * 1024
_HIGH_WATER = 4 * 1024 * 1024
_PIECE = 256 * 1024
"""Larger writes make asyncssh copy the rest of a buffer once for every packet."""


class Collector(asyncssh.SSHClientSession[bytes]):
    """Receives one command's output. Exceptions of `on_line` are kept and raised by `wait`."""

    def __init__(self, on_line: Callable[[str], None] | None = None) -> None:
        self._on_line = on_line
        self._stdout = bytearray()
        self._stderr = bytearray()
        self._line = bytearray()
        self._status: int | None = None
        self._error: Exception | None = None
        self.payload_error: Exception | None = None
        self._done = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Called by asyncssh."""
        if datatype == asyncssh.EXTENDED_DATA_STDERR:
            self._stderr += data
            del self._stderr[:-STDERR_KEPT]
            return
        self._stdout += data
        if self._on_line is not None:
            self._line += data
            *lines, rest = self._line.split(b"\n")
            self._line = bytearray(rest)
            for line in lines:
                self._tell(line)

    def _tell(self, line: bytearray) -> None:
        if self._on_line is None or self._error is not None:
            return
        try:
            self._on_line(line.decode(errors="replace"))
        except Exception as error:  # noqa: BLE001 - raised again in `wait`, where the caller can see it
            self._error = error
            self.release()

    def exit_status_received(self, status: int) -> None:
        """Called by asyncssh."""
        self._status = status

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:  # noqa: ARG002
        """Called by asyncssh. Becomes 128 + number, as a shell would say."""
        self._status = 128 + _signal_number(signal)

    def pause_writing(self) -> None:
        """Called by asyncssh."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Called by asyncssh."""
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncssh when the channel has closed, for whatever reason."""
        if exc is not None and self._error is None:
            self._error = exc
        self.release()

    def release(self) -> None:
        """End every wait."""
        self._done.set()
        self._writable.set()

    async def send(self, channel: asyncssh.SSHClientChannel[bytes], payload: Stream) -> None:
        """Write the payload and its end. Stops early when the command has ended by itself."""
        channel.set_write_buffer_limits(high=_HIGH_WATER)
        async for chunk in self._guarded(payload):
            for start in range(0, len(chunk), _PIECE):
                await self._writable.wait()
                if self._done.is_set() or channel.is_closing():
                    return
                with contextlib.suppress(BrokenPipeError):
                    channel.write(chunk[start : start + _PIECE])
        if not channel.is_closing():
            with contextlib.suppress(BrokenPipeError):
                channel.write_eof()

    async def _guarded(self, payload: Stream) -> Stream:
        try:
            async for chunk in payload:
                yield chunk
        except Exception as error:
            self.payload_error = error
            raise

    async def wait(self) -> Result | None:
        """The command's result; None when the connection ended before the command did."""
        await self._done.wait()
        if self._error is not None:
            raise self._error
        if self._status is None:
            return None
        return Result(self._status, bytes(self._stdout), self.stderr())

    def stderr(self) -> str:
        """What the command has said on standard error so far."""
        return self._stderr.decode(errors="replace")


def _signal_number(name: str) -> int:
    try:
        return int(signal.Signals[f"SIG{name}"])
    except KeyError:
        return 0


async def once(data: bytes) -> Stream:
    """A stream of one chunk."""
    yield data
