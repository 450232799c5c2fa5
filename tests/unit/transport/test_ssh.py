"""SshHost against an SSH server in this process, on the loopback address."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import asyncssh
import pytest

from seakeep.core.errors import MachineError
from seakeep.transport.ssh import SshHost, SshSettings, SshTarget

LONG = 300.0
"""Seconds that nothing takes; on a busy machine ten are not enough for a login."""


class Instant:
    """A clock whose sleeps take no time and are written down."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class Server:
    """Runs what it is sent in a real shell, except where a test gave it another way to answer."""

    folder: Path
    port: int = 0
    commands: list[str] = field(default_factory=list)
    logins: int = 0
    sudo: bytes = b"0\n"
    hosts: list[SshHost] = field(default_factory=list)
    answer: Callable[[asyncssh.SSHServerProcess[bytes]], object] | None = None

    async def process(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        command = process.command or ""
        self.commands.append(command)
        if command == "sudo -n id -u":
            process.stdout.write(self.sudo)
            process.exit(0 if self.sudo else 1)
            return
        if self.answer is not None:
            await self.answer(process)  # type: ignore[misc]
            return
        shell = await asyncio.create_subprocess_exec(
            "sh",
            "-c",
            command.removeprefix("sudo -n -- "),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await shell.communicate(await process.stdin.read())
        with contextlib.suppress(OSError):  # the client may have left
            process.stdout.write(out)
            process.stderr.write(err)
            process.exit(shell.returncode or 0)

    def host(self, **changes: object) -> SshHost:
        settings = changes.pop("settings", SshSettings(connect_timeout=LONG))
        clock, dialer = changes.pop("clock", None), changes.pop("dialer", None)
        target = {
            "name": "m1",
            "address": "127.0.0.1",
            "port": self.port,
            "user": "root",
            "key": self.folder / "key",
            "known_hosts": self.folder / "known_hosts",
            **changes,
        }
        self.hosts.append(SshHost(SshTarget(**target), dialer=dialer, settings=settings, clock=clock))  # type: ignore[arg-type]
        return self.hosts[-1]


def _key(path: Path) -> asyncssh.SSHKey:
    key = asyncssh.generate_private_key("ssh-ed25519")
    path.write_bytes(key.export_private_key())
    path.chmod(0o600)
    return key


def _entry(port: int, key: asyncssh.SSHKey) -> str:
    return f"[127.0.0.1]:{port} {key.export_public_key().decode()}"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    machine, login = _key(tmp_path / "host"), _key(tmp_path / "key")
    made = Server(tmp_path)

    class Door(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            made.logins += 1

        def connection_requested(self, *_: object) -> bool:
            return True

    allowed = asyncssh.import_authorized_keys(login.export_public_key().decode())
    listener = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[machine],
        authorized_client_keys=allowed,
        server_factory=Door,
        process_factory=made.process,
        encoding=None,
    )
    made.port = listener.get_port()
    (tmp_path / "known_hosts").write_text(_entry(made.port, machine))
    yield made
    for host in made.hosts:
        await host.close()
    listener.close()
    await listener.wait_closed()


async def _stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_a_script_runs_and_nothing_of_it_is_an_argument(server: Server) -> None:
    host = server.host()
    result = await host.run("echo hello; echo oops >&2; exit 7", what="greet", timeout=LONG)
    assert (result.status, result.stdout, result.stderr) == (7, b"hello\n", "oops\n")
    assert "hello" not in server.commands[0]
    await host.close()


async def test_calls_share_one_connection_and_close_lets_the_next_call_connect_again(server: Server) -> None:
    host = server.host()
    await asyncio.gather(*(host.run(f"echo {n}", what="count", timeout=LONG) for n in range(12)))
    assert server.logins == 1
    await host.close()
    assert (await host.run("echo again", what="count", timeout=LONG)).stdout == b"again\n"
    assert server.logins == 2
    await host.close()


async def test_an_unknown_host_key_is_refused_before_anything_is_dialled(server: Server) -> None:
    (server.folder / "known_hosts").write_text("")
    with pytest.raises(MachineError, match="is not known") as caught:
        await server.host().run("true", what="look", timeout=LONG)
    assert f"ssh-keyscan -p {server.port} 127.0.0.1" in caught.value.hint
    assert server.logins == 0


async def test_a_changed_host_key_is_refused_with_both_commands_to_mend_it(server: Server) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    (server.folder / "known_hosts").write_text(_entry(server.port, other))
    with pytest.raises(MachineError, match="another host key") as caught:
        await server.host().run("true", what="look", timeout=LONG)
    assert "ssh-keygen -R" in caught.value.hint
    assert "ssh-keyscan" in caught.value.hint
    assert server.commands == []


async def test_a_refused_login_is_not_tried_again(server: Server) -> None:
    _key(server.folder / "wrong")
    host = server.host(key=server.folder / "wrong", clock=Instant())
    with pytest.raises(MachineError, match="refused root") as caught:
        await host.run("true", what="look", timeout=LONG)
    assert caught.value.command == "look"
    assert server.logins == 1


async def test_a_key_that_cannot_be_read_says_so(server: Server) -> None:
    (server.folder / "bad").write_text("not a key")
    with pytest.raises(MachineError, match="cannot be read"):
        await server.host(key=server.folder / "bad").run("true", what="look", timeout=LONG)


async def test_connecting_is_retried_with_growing_pauses_and_keeps_the_last_error(server: Server) -> None:
    clock = Instant()
    host = server.host(port=1, clock=clock)
    (server.folder / "known_hosts").write_text(_entry(1, asyncssh.generate_private_key("ssh-ed25519")))
    with pytest.raises(MachineError, match=r"cannot connect to 127.0.0.1:1.*3 attempts"):
        await host.run("true", what="look", timeout=LONG)
    assert clock.slept == [0.5, 1.0]
    assert host.last_error is not None


async def test_a_machine_that_is_switched_off_is_dialled_once(server: Server) -> None:
    class Silent:
        dialled = 0

        async def dial(self, host: str, port: int) -> socket.socket:
            self.dialled += 1
            return await asyncio.Future()

    dialer, clock = Silent(), Instant()
    host = server.host(dialer=dialer, clock=clock, settings=SshSettings(connect_timeout=0.01))
    with pytest.raises(MachineError, match=r"did not answer within 0.01 s$"):
        await host.run("true", what="look", timeout=LONG)
    assert (dialer.dialled, clock.slept) == (1, [])


async def test_another_user_goes_through_sudo(server: Server) -> None:
    host = server.host(user="ops")
    assert (await host.run("echo hi", what="greet", timeout=LONG)).stdout == b"hi\n"
    assert server.commands[0] == "sudo -n id -u"
    assert server.commands[1].startswith("sudo -n -- ")
    await host.close()


async def test_sudo_with_a_password_is_a_clear_error(server: Server) -> None:
    server.sudo = b""
    with pytest.raises(MachineError, match="may not become root") as caught:
        await server.host(user="ops").run("true", what="look", timeout=LONG)
    assert "NOPASSWD" in caught.value.hint


async def test_a_machine_that_says_nothing_meets_the_deadline(server: Server) -> None:
    async def never(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stderr.write(b"thinking\n")
        await asyncio.Event().wait()

    server.answer = never
    host = server.host()
    for limit in (0.3, 3, 30, LONG):  # what it said has to arrive in the time
        with pytest.raises(MachineError, match=f"no answer within {limit:g} s") as caught:
            await host.run("true", what="look", timeout=limit)
        if caught.value.stderr:
            break
    assert caught.value.stderr == "thinking\n"
    await host.close()


async def test_a_connection_lost_in_the_middle_is_an_error_and_the_script_is_not_sent_twice(
    server: Server,
) -> None:
    async def vanish(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"half\n")
        process.channel.get_connection().abort()

    server.answer = vanish
    with pytest.raises(MachineError, match="connection was lost"):
        await server.host().run("true", what="look", timeout=LONG)
    assert len(server.commands) == 1


async def test_feed_carries_every_byte_and_tells_lines_as_they_come(server: Server) -> None:
    lines: list[str] = []
    host = server.host()
    payload = _stream(b"a" * 3_000_000, b"", b"b" * 5)
    done = await host.feed("wc -c; echo ä", payload, what="send", timeout=LONG, on_line=lines.append)
    assert lines == ["3000005", "ä"]
    assert done.status == 0
    await host.close()


async def test_feed_ends_when_the_command_ends_first(server: Server) -> None:
    async def full(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stderr.write(b"No space left on device\n")
        process.exit(1)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536
            await asyncio.sleep(0)

    server.answer = full
    host = server.host()
    done = await host.feed("cat >/x", endless(), what="send", timeout=LONG)
    assert (done.status, done.stderr) == (1, "No space left on device\n")
    await host.close()


async def test_an_error_of_the_payload_or_of_on_line_reaches_the_caller(server: Server) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise OSError("the archive is damaged")

    def refuse(line: str) -> None:
        raise KeyError(line)

    host = server.host()
    with pytest.raises(OSError, match="damaged"):
        await host.feed("cat", broken(), what="send", timeout=LONG)
    with pytest.raises(KeyError, match="x"):
        await host.feed("cat", _stream(b"x\n"), what="send", timeout=LONG, on_line=refuse)
    await host.close()


@pytest.mark.parametrize("kind", ["unix", "tcp"])
async def test_a_tunnel_carries_both_ways_and_is_gone_afterwards(server: Server, kind: str) -> None:
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.read()).upper())
        writer.close()

    far = await asyncio.start_server(shout, "127.0.0.1", 0)
    port = far.sockets[0].getsockname()[1]
    host = server.host()
    if kind == "unix":
        async with host.tunnel("127.0.0.1", port) as path:
            assert path.parent.stat().st_mode & 0o777 == 0o700
            reader, writer = await asyncio.open_unix_connection(path)
            assert await _ask(reader, writer) == b"HELLO"
        assert not path.parent.exists()
    else:
        async with host.tunnel_tcp("127.0.0.1", port) as local:
            reader, writer = await asyncio.open_connection("127.0.0.1", local)
            assert await _ask(reader, writer) == b"HELLO"
    far.close()
    await host.close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(b"hello")
    writer.write_eof()
    said = await reader.read()
    writer.close()
    await writer.wait_closed()
    return said
