"""All machines of the fleet behind one SSH server: which one is meant is told by the address that was dialled.

python -m bench.fleet.server FOLDER       prints `ready`; ends with its standard input.

A line `N` on standard input spoils one file on N machines, and is answered with `spoiled`.
"""

import asyncio
import re
import shlex
import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import asyncssh
from tests.unit.crash.cluster import SimApi

from seakeep.artifacts import kernel
from seakeep.transport.api import ApiError

from .design import FIRST, PORT, VIP
from .world import Fleet, opened

Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What serves one connection."""

_MARK = re.compile(r"@@seakeep ([0-9a-f]+) (?!!)(\w+)\\n'")


class Machines:
    """Answers what is sent to them."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.by_address = {str(FIRST + n): name for n, name in enumerate(fleet.hosts)}
        self.commands = 0

    async def serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """One command of one machine."""
        self.commands += 1
        name = self.by_address[process.get_extra_info("sockname")[0]]
        inner = shlex.split(process.command or "")[-1]
        command = inner[inner.index("/bin; ") + 6 :]
        data = await process.stdin.read()
        if command.startswith("s=$(cat)"):
            process.stdout.write(await self.answer(name, data.decode()))
        else:

            def say(line: str) -> None:
                process.stdout.write(f"{line}\n".encode())

            await self.fleet.hosts[name].feed(command, _once(data), what="", timeout=60, on_line=say)
        process.exit(0)

    async def answer(self, name: str, script: str) -> bytes:
        """What a machine prints for a script."""
        marks = _MARK.findall(script)
        if not marks:
            what = "release the lock" if "if mine; then rm" in script else "refresh the lock"
            what = "take the lock" if "mv -fT" in script else what
            what = "look for a way to the endpoint" if "livez" in script else what
            return (await self.fleet.hosts[name].run(script, what=what, timeout=60)).stdout
        nonce, ids = marks[0][0], tuple(id_ for _, id_ in marks if id_ != "end")
        # The simulation's clock stands still; a machine's does not.
        found = {**self.fleet.facts(name, ids).raw, "clock": f"{time.time()}\nyes\n".encode()}
        body = b"".join(f"\n@@seakeep {nonce} {id_}\n".encode() + found[id_] for id_ in ids if id_ in found)
        return body + f"\n@@seakeep {nonce} end\n".encode()


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


class _Api:
    """HTTP/1.1 over TLS, as far as the client speaks it."""

    def __init__(self, fleet: Fleet) -> None:
        self.api = SimApi(fleet)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while line := await reader.readline():
                method, path, _ = line.decode().split()
                length = 0
                while (header := await reader.readline()) not in (b"\r\n", b""):
                    key, _, value = header.decode().partition(":")
                    if key.lower() == "content-length":
                        length = int(value)
                body = await reader.readexactly(length)
                try:
                    status, answer = await self.api.raw(path, method=method, body=body)
                except ApiError:
                    status, answer = 503, b"{}"
                writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: {len(answer)}\r\n\r\n".encode() + answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def listen(folder: Path, fleet: Fleet, api: Connected) -> None:
    """Serve the machines' SSH, and the API at the VIP, until the process ends."""
    machines = Machines(fleet)

    class Server(asyncssh.SSHServer):
        def connection_requested(self, *_: object) -> bool:
            return True

    await asyncssh.create_server(
        Server, "0.0.0.0", PORT, server_host_keys=[str(folder / "host")], process_factory=machines.serve,
        authorized_client_keys=str(folder / "key.pub"), encoding=None, backlog=2048,
    )  # fmt: skip
    _, design, state = opened(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf = next(each for each in design.pki.leaves if each.server and "kubernetes" in each.dns_names)
    context.load_cert_chain(state.path(leaf.cert), state.path(leaf.key))
    await asyncio.start_server(api, str(VIP), design.endpoint.port, ssl=context)


async def main(folder: Path) -> None:
    """Serve until standard input ends."""
    fleet = Fleet(folder)
    await listen(folder, fleet, _Api(fleet).serve)
    print("ready", flush=True)
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        for host in list(fleet.hosts.values())[: int(line)]:
            spoiled = replace(host.machine.files[kernel.SYSCTL], sha256="0" * 64)
            host.machine = replace(host.machine, files={**host.machine.files, kernel.SYSCTL: spoiled})
        print("spoiled", flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
