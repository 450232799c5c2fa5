"""A machine over SSH: one connection, made on first use and kept, shared by every call."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from seakeep.core.clock import Clock, SystemClock
from seakeep.core.errors import MachineError, UsageError, unreadable
from seakeep.transport import forward, hostkeys
from seakeep.transport.base import Result, Stream
from seakeep.transport.channel import Collector, once
from seakeep.transport.dial import Dialer, DirectDialer
from seakeep.transport.loader import fed_command, payload_of, script_command
from seakeep.transport.sshlib import asyncssh

_CIPHERS = [
    "aes128-gcm@openssh.com",  # fastest by far: hardware AES and no separate MAC
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes256-ctr",
    "aes128-ctr",
]
_LET_GO = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SshTarget:
    """Where a machine is, who logs in, and how it is recognised.

    `key` is a private key file; None means the user's agent and default keys. `known_hosts` is the only file
    that host keys are taken from.
    """

    name: str
    address: str
    port: int = 22
    user: str = "root"
    key: Path | None = None
    known_hosts: Path = Path("~/.ssh/known_hosts")

    def refuse_unreadable(self) -> None:
        """UsageError where one of its files cannot be read: that says nothing of the machine. Only known hosts may be
        missing: what makes them is told when the machine is dialled."""
        for what, file in (("the known hosts file", self.known_hosts), ("the private key", self.key)):
            if file is None:
                continue
            try:
                with file.expanduser().open("rb") as stream:
                    stream.read(1)
            except OSError as error:
                if file is self.known_hosts and isinstance(error, FileNotFoundError):
                    continue
                raise unreadable(file, error, UsageError, what=what) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SshSettings:
    """Limits; seconds. A machine that says nothing for keepalive x (keepalive_count + 1) is lost.

    `sessions` stays below OpenSSH's default MaxSessions of 10; tunnels do not count.
    """

    connect_timeout: float = 10.0
    attempts: int = 3
    backoff: float = 0.5
    keepalive: float = 5.0
    keepalive_count: int = 3
    sessions: int = 8


class SshHost:
    """transport.base.Host over SSH. Only connecting is retried; a script is never sent twice."""

    def __init__(
        self,
        target: SshTarget,
        *,
        dialer: Dialer | None = None,
        settings: SshSettings | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.target = target
        self._dialer = dialer or DirectDialer()
        self._settings = settings or SshSettings()
        self._clock = clock or SystemClock()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._connecting: asyncio.Task[asyncssh.SSHClientConnection] | None = None
        self._sessions = asyncio.Semaphore(self._settings.sessions)
        self.last_error: MachineError | None = None

    @property
    def name(self) -> str:
        """The machine's name in the design."""
        return self.target.name

    async def run(self, script: str, *, what: str, timeout: float) -> Result:
        """Run a script as root. It starts only when it has arrived whole: a connection lost on the way runs
        nothing. The machine itself ends it shortly after the deadline."""
        command = script_command(timeout, sudo=self._sudo)
        return await self._command(command, once(payload_of(script)), what, timeout, None)

    async def feed(
        self,
        command: str,
        payload: Stream,
        *,
        what: str,
        timeout: float,
        on_line: Callable[[str], None] | None = None,
    ) -> Result:
        """Run a command as root with the payload on its standard input.

        The command must itself recognise a payload that was cut short (by a digest, an archive's end mark):
        a connection lost on the way looks like the end of input.
        """
        return await self._command(fed_command(command, timeout, sudo=self._sudo), payload, what, timeout, on_line)

    def tunnel(self, host: str, port: int) -> contextlib.AbstractAsyncContextManager[Path]:
        """A Unix socket whose connections leave from this machine. It outlives a reconnect."""
        return forward.unix(self._through(host, port))

    def tunnel_tcp(self, host: str, port: int) -> contextlib.AbstractAsyncContextManager[int]:
        """A port on 127.0.0.1 whose connections leave from this machine."""
        return forward.tcp(self._through(host, port))

    async def close(self) -> None:
        """Drop the connection; a later call connects again."""
        task, self._connecting = self._connecting, None
        connection, self._connection = self._connection, None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task])
        if connection is not None:
            connection.close()
            try:
                async with asyncio.timeout(_LET_GO):
                    await connection.wait_closed()
            except TimeoutError:
                connection.abort()

    def _through(self, host: str, port: int) -> forward.Opener:
        async def open_stream() -> forward.Pair:
            connection = await self._connected(f"tunnel to {host}:{port}")
            return await connection.open_connection(host, port)

        return open_stream

    async def _command(
        self, command: str, payload: Stream, what: str, timeout: float, on_line: Callable[[str], None] | None
    ) -> Result:
        collector = Collector(on_line)
        try:
            async with asyncio.timeout(timeout), self._sessions:
                channel = await self._open(command, collector, what)
                result = await self._converse(channel, collector, payload)
        except TimeoutError as error:
            # While it still tries to connect, what the last attempt said is the real news.
            last = self.last_error if self._connecting is not None else None
            raise self._fail(
                f"no answer within {timeout:g} s" + (f": {last.message}" if last else ""),
                what,
                stderr=collector.stderr(),
                hint=f"see whether {self.name} is alive and not overloaded, then run the command again",
                cause=error,
            ) from error
        except (asyncssh.Error, OSError) as error:
            if error is collector.payload_error:
                raise
            raise self._fail(f"the connection was lost: {error}", what, collector.stderr(), error) from error
        if result is None:
            raise self._fail("the connection was lost before the command had ended", what, collector.stderr())
        return result

    async def _open(self, command: str, collector: Collector, what: str) -> asyncssh.SSHClientChannel[bytes]:
        for last in (False, True):
            connection = await self._connected(what)
            try:
                channel, _ = await connection.create_session(lambda: collector, command, encoding=None, window=1 << 22)
            except (asyncssh.Error, OSError):
                # A living connection that refuses one more session stays: others use it.
                if last or not connection.is_closed():
                    raise
                # Nothing has been sent yet. A kept connection that died unnoticed is worth one more.
                connection.abort()
            else:
                return channel
        raise AssertionError("unreachable")

    async def _converse(
        self, channel: asyncssh.SSHClientChannel[bytes], collector: Collector, payload: Stream
    ) -> Result | None:
        sending = asyncio.ensure_future(collector.send(channel, payload))
        waiting = asyncio.ensure_future(collector.wait())
        try:
            await asyncio.wait({sending, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                await sending
            return await waiting
        finally:
            tasks = [task for task in (sending, waiting) if not task.done()]
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)
            for task in (sending, waiting):
                if not task.cancelled():
                    task.exception()
            if not channel.is_closing():
                channel.abort()

    @property
    def _sudo(self) -> bool:
        return self.target.user != "root"

    async def _connected(self, what: str) -> asyncssh.SSHClientConnection:
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        if self._connecting is None:
            task = asyncio.ensure_future(self._connect())
            task.add_done_callback(self._settle)
            self._connecting = task
        try:
            return await asyncio.shield(self._connecting)
        except MachineError as error:
            # Several callers may wait for the same attempt: each raises an error of its own.
            raise MachineError(
                error.message,
                host=error.host,
                command=error.command or what,
                status=error.status,
                stderr=error.stderr,
                hint=error.hint,
            ) from error

    def _settle(self, task: asyncio.Task[asyncssh.SSHClientConnection]) -> None:
        if self._connecting is task:
            self._connecting = None
        if task.cancelled():
            return
        if task.exception() is None:
            self._connection = task.result()

    async def _connect(self) -> asyncssh.SSHClientConnection:
        settings = self._settings
        trusted = hostkeys.load(self.target.known_hosts, self.target.name, self.target.address, self.target.port)
        for attempt in range(settings.attempts):
            if attempt:
                await self._clock.sleep(settings.backoff * 2 ** (attempt - 1))
            sock = None
            try:
                async with asyncio.timeout(settings.connect_timeout):
                    sock = await self._dialer.dial(self.target.address, self.target.port)
                    connection = await self._login(sock, trusted)
                    await self._check_root(connection)
                    return connection
            except (TimeoutError, ConnectionError, asyncssh.ConnectionLost, OSError) as error:
                self._explain_connect(error, attempt + 1)
                # The kernel has already dialled a silent machine four times; it may be switched off.
                silent = sock is None and isinstance(error, TimeoutError)
                if silent or isinstance(error, FileNotFoundError):
                    break
            except asyncssh.Error as error:
                raise self._explain_login(error) from error
        assert self.last_error is not None
        raise self.last_error

    async def _login(self, sock: socket, trusted: asyncssh.SSHKnownHosts) -> asyncssh.SSHClientConnection:
        target, settings = self.target, self._settings
        keys = {} if target.key is None else {"client_keys": [str(target.key)], "agent_path": None}
        try:
            return await asyncssh.connect(
                target.address,
                target.port,
                sock=sock,
                config=None,
                username=target.user,
                known_hosts=trusted,
                preferred_auth="publickey",
                encryption_algs=_CIPHERS,
                compression_algs=None,
                keepalive_interval=settings.keepalive,
                keepalive_count_max=settings.keepalive_count,
                **keys,
            )
        except (asyncssh.KeyImportError, OSError) as error:
            sock.close()
            if target.key is not None and isinstance(error, asyncssh.KeyImportError | FileNotFoundError):
                raise self._fail(
                    f"the private key {target.key} cannot be read: {error}",
                    "",
                    hint="name an OpenSSH private key without a passphrase, or load it into ssh-agent",
                    cause=error,
                ) from error
            raise
        except BaseException:
            sock.close()
            raise

    async def _check_root(self, connection: asyncssh.SSHClientConnection) -> None:
        if not self._sudo:
            return
        done = await connection.run("sudo -n id -u", check=False, encoding="utf-8", errors="replace")
        if done.exit_status == 0 and str(done.stdout).strip() == "0":
            return
        connection.close()
        raise self._fail(
            f"{self.target.user} may not become root with sudo without a password",
            "sudo -n id -u",
            stderr=str(done.stderr),
            hint=f"on {self.name}, as root: echo '{self.target.user} ALL=(ALL) NOPASSWD: ALL' "
            f"> /etc/sudoers.d/{self.target.user}",
            status=done.exit_status,
        )

    def _explain_connect(self, error: BaseException, attempts: int) -> None:
        target = self.target
        where = f"{target.address}:{target.port}"
        hint = f"see whether {self.name} is up and sshd listens there: nc -vz {target.address} {target.port}"
        if isinstance(error, TimeoutError) and not str(error):
            text = f"{where} did not answer within {self._settings.connect_timeout:g} s"
        elif isinstance(error, FileNotFoundError):
            text, hint = f"{where}: {error}", "the lab is down: seakeep lab up"
        else:
            text = f"{where}: {error}"
        tries = f" ({attempts} attempts)" if attempts > 1 else ""
        self._fail(f"cannot connect to {text}{tries}", "", hint=hint, cause=error)

    def _explain_login(self, error: asyncssh.Error) -> MachineError:
        target = self.target
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            return self._fail(
                hostkeys.mismatch(target.address, target.port, target.known_hosts, error),
                "",
                hint=hostkeys.changed_hint(target.address, target.port, target.known_hosts),
                cause=error,
            )
        if isinstance(error, asyncssh.PermissionDenied):
            key = f"the key {target.key}" if target.key else "any key of the agent or of ~/.ssh"
            return self._fail(
                f"the machine refused {target.user} with {key}",
                "",
                hint=f"add the public key to ~{target.user}/.ssh/authorized_keys on {self.name}, or name "
                "another user or key in the file",
                cause=error,
            )
        return self._fail(f"the SSH connection could not be made: {error}", "", cause=error)

    def _fail(
        self,
        message: str,
        what: str,
        stderr: str = "",
        cause: BaseException | None = None,
        *,
        hint: str = "",
        status: int | None = None,
    ) -> MachineError:
        error = MachineError(message, host=self.name, command=what, status=status, stderr=stderr, hint=hint)
        error.__cause__ = cause
        self.last_error = error
        return error
