"""The guard process: heals a run whose controller was killed, where no timer on a machine can.

It waits at the other end of a pipe. The pipe ends with the controller, however that ends; a run that ended well says so
first. What heals is `seakeep storm heal`, so that it can be run by hand just as well.
"""

import asyncio
import contextlib
import os
import sys
from typing import Self

from seakeep.flows.session import Session
from seakeep.state.runs import Run

DONE = b"done\n"
LOG = "watchdog.log"
_LET_GO = 5.0


class Watchdog:
    """Runs for the time of an `async with`, in a session of its own: a Ctrl-C of ours does not reach it."""

    def __init__(self, session: Session, run: Run) -> None:
        self._session = session
        self._run = run
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        session = self._session
        log = os.open(self._run.folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "seakeep", "-f", str(session.loaded.path), "--state", str(session.state.root.parent)),
                *("storm", "heal", self._run.id, "--when-orphaned"),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        finally:
            os.close(log)
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.write(DONE)
            await process.stdin.drain()
            process.stdin.close()
        try:
            async with asyncio.timeout(_LET_GO):
                await process.wait()
        except TimeoutError:
            process.terminate()
            await process.wait()


def orphaned() -> bool:
    """Wait for the end of standard input; whether it ended without a good word. Blocking."""
    said: bytes = sys.stdin.buffer.read()
    return said != DONE
