"""kubectl against the cluster: the real program, through a machine's SSH connection to the endpoint."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from seakeep.core.errors import UndecidedError
from seakeep.flows.session import Session, own_arch
from seakeep.state.kubeconfig import operator_kubeconfig
from seakeep.transport.base import Host, Result
from seakeep.transport.secretfile import SecretFile, readable

LIMIT = 60.0
"""Seconds for a command that is run for its answer."""


@dataclass(frozen=True, slots=True)
class Kubectl:
    """A kubectl that is connected for as long as its block runs."""

    program: Path
    kubeconfig: SecretFile

    async def run(self, *arguments: str, stdin: bytes = b"", timeout: float = LIMIT) -> Result:
        """Run it and keep what it says. UndecidedError when it does not end in time; it does not outlive the call."""
        process = await asyncio.create_subprocess_exec(
            self.program,
            *arguments,
            env=self._environment(),
            pass_fds=self.kubeconfig.descriptors,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(timeout):
                stdout, stderr = await process.communicate(stdin)
        except TimeoutError:
            raise UndecidedError(f"kubectl {' '.join(arguments[:4])} did not end within {timeout:.0f} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return Result(process.returncode or 0, stdout, stderr.decode("utf-8", "replace"))

    async def attached(self, *arguments: str) -> int:
        """Run it on this terminal; its exit status."""
        process = await asyncio.create_subprocess_exec(
            self.program, *arguments, env=self._environment(), pass_fds=self.kubeconfig.descriptors
        )
        return await process.wait()

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "KUBECONFIG": self.kubeconfig.path}


@asynccontextmanager
async def connected(session: Session, *, identity: str = "admin", via: Host | None = None) -> AsyncIterator[Kubectl]:
    """A kubectl with a kubeconfig of its own, which is gone when the block ends.

    UsageError where the sources have no kubectl for this computer.
    """
    host = via or await session.entrance()
    endpoint = session.design.endpoint
    release = session.design.release
    program = session.store.program("kubernetes", release.kubernetes, own_arch(), "kubectl")
    async with host.tunnel_tcp(str(endpoint.host), endpoint.port) as port:
        config = operator_kubeconfig(session.state, session.design, identity, server=f"https://127.0.0.1:{port}")
        with readable(config) as file:
            yield Kubectl(program, file)


async def kubectl(session: Session, arguments: tuple[str, ...]) -> int:
    """`seakeep kubectl -- ...`: kubectl's own exit status."""
    async with connected(session) as tool:
        return await tool.attached(*arguments)
