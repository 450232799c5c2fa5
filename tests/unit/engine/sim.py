"""Machines for the engine's tests: one that is a folder and runs the real shell, one that is only memory."""

import asyncio
import grp
import io
import json
import os
import pwd
import shlex
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import zstandard

from seakeep.artifacts.base import DirSpec, FileSpec
from seakeep.core.change import Change, Risk
from seakeep.core.errors import MachineError
from seakeep.core.secret import Secret, SecretRef
from seakeep.engine.model import Action, Step
from seakeep.transport.base import Result, Stream

ME = pwd.getpwuid(os.getuid()).pw_name
MY_GROUP = grp.getgrgid(os.getgid()).gr_name
KEY = Secret(b"-----BEGIN PRIVATE KEY-----\nMHcCAQEEIOsecretsecretsecret\n-----END PRIVATE KEY-----\n")


def resolve(ref: SecretRef) -> Secret | None:
    return KEY if ref.name == "pki/x.key" else None


class FakeClock:
    """Time that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=self.time)

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


class Recorder:
    """Progress that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def stage(self, title: str) -> None:
        self.lines.append(f"== {title}")

    def state(self, subject: str, doing: str) -> None:
        self.lines.append(f"{subject}: {doing}")

    def note(self, text: str) -> None:
        self.lines.append(f"note: {text}")


class Killed(BaseException):
    """kill -9 of the operator's process."""


def change(host: str, name: str, *, risk: Risk = Risk.NONE) -> Change:
    return Change(id=f"{host}/test/{name}", host=host, phase="test", what=f"do {name}", why="it differs", risk=risk)


def step(host: str, name: str, action: Action, serial: str | None = None) -> Step:
    return Step(change=change(host, name), action=action, serial=serial)


def file(path: str, *parts: str | SecretRef, mode: int = 0o644) -> FileSpec:
    return FileSpec(path=path, parts=parts, owner=ME, group=MY_GROUP, mode=mode)


def folder(path: str, mode: int = 0o755) -> DirSpec:
    return DirSpec(path=path, owner=ME, group=MY_GROUP, mode=mode)


def archive(contents: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in contents.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o755
            tar.addfile(info, io.BytesIO(content))
    return zstandard.ZstdCompressor().compress(buffer.getvalue())


class FakeBlobs:
    """Programs whose content is their name, version and architecture."""

    def __init__(self) -> None:
        self.broken = False

    @staticmethod
    def program(component: str, version: str, name: str) -> bytes:
        return f"#!/bin/sh\necho {component} {version} {name}\n".encode()

    @classmethod
    def sums(cls, component: str, version: str, *names: str) -> tuple[tuple[str, str], ...]:
        return tuple((name, sha256(cls.program(component, version, name)).hexdigest()) for name in names)

    async def binaries(self, component: str, version: str, arch: str, programs: Sequence[str]) -> AsyncIterator[bytes]:
        data = archive({name: self.program(component, version, name) for name in programs})
        if self.broken:
            data = data[: len(data) // 2]
        for start in range(0, len(data), 50):
            yield data[start : start + 50]

    async def image(self, reference: str, arch: str) -> AsyncIterator[bytes]:
        yield archive({"index.json": json.dumps({"ref": reference}).encode()})


class _NoTunnels:
    def tunnel(self, host: str, port: int) -> AbstractAsyncContextManager[Path]:
        raise NotImplementedError

    def tunnel_tcp(self, host: str, port: int) -> AbstractAsyncContextManager[int]:
        raise NotImplementedError

    async def close(self) -> None: ...


_SYSTEMCTL = """#!/bin/sh
echo "$*" >>"$SIM/systemctl.log"
if [ -f "$SIM/systemctl.fail" ] && grep -qF -- "$1" "$SIM/systemctl.fail"; then echo "Job failed: $*" >&2; exit 1; fi
if [ "$1" = show ]; then cat "$SIM/show" 2>/dev/null || printf 'LoadState=loaded\nNeedDaemonReload=no\n'; fi
exit 0
"""
_ACCOUNTS = {
    "getent": '#!/bin/sh\ngrep -qx -- "$1:$2" "$SIM/accounts" 2>/dev/null\n',
    "groupadd": '#!/bin/sh\nfor a; do :; done\necho "group:$a" >>"$SIM/accounts"\n',
    "useradd": '#!/bin/sh\nfor a; do :; done\necho "passwd:$a" >>"$SIM/accounts"; echo "$*" >>"$SIM/useradd.log"\n',
}


class FolderHost(_NoTunnels):
    """A machine that is a folder: scripts are run by the real /bin/sh, systemd and the accounts are stand-ins."""

    def __init__(self, name: str, base: Path) -> None:
        self.name = name
        self.root = base / name
        self.sim = base / f"{name}.sim"
        self.commands: list[str] = []
        self.scripts: list[bytes] = []
        programs = self.sim / "bin"
        programs.mkdir(parents=True)
        for sub in ("run/containerd", "etc", "var/lib", "opt"):
            (self.root / sub).mkdir(parents=True)
        for program, text in {"systemctl": _SYSTEMCTL, **_ACCOUNTS}.items():
            (programs / program).write_text(text)
            (programs / program).chmod(0o755)

    async def run(self, script: str, *, what: str, timeout: float) -> Result:
        self.scripts.append(script.encode())
        return await self._sh("sh", script.encode(), None)

    async def feed(
        self,
        command: str,
        payload: Stream,
        *,
        what: str,
        timeout: float,
        on_line: Callable[[str], None] | None = None,
    ) -> Result:
        self.commands.append(command)
        data = b"".join([chunk async for chunk in payload])
        self.scripts.append(data)
        return await self._sh(command, data, on_line)

    async def _sh(self, command: str, data: bytes, on_line: Callable[[str], None] | None) -> Result:
        path = f"{self.sim}/bin:{os.environ['PATH']}"
        # A script gets no shell above its own: asyncio kills what it has just started when it is cancelled, and waits
        # for the end of its output, which a shell's child would keep open for ever.
        process = await asyncio.create_subprocess_exec(
            "/bin/sh", *([] if command == "sh" else ["-c", command]),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={"PATH": path, "SIM": str(self.sim), "LC_ALL": "C"},
        )  # fmt: skip
        try:
            out, err = await process.communicate(data)
        finally:
            if process.returncode is None:
                # Cancelled: a transport that is left open fails whatever test is next when it is collected.
                process.kill()
                await process.communicate()
        for line in out.decode(errors="replace").splitlines():
            if on_line is not None:
                on_line(line)
        assert process.returncode is not None
        return Result(process.returncode, out, err.decode(errors="replace"))

    def read(self, path: str) -> bytes:
        return (self.root / path.lstrip("/")).read_bytes()

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    @property
    def systemctl(self) -> list[str]:
        log = self.sim / "systemctl.log"
        return log.read_text().splitlines() if log.exists() else []

    def tree(self) -> dict[str, tuple[int, bytes | str]]:
        """Every path with its mode and content (a link's target)."""
        found: dict[str, tuple[int, bytes | str]] = {}
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            mode = path.lstat().st_mode
            if path.is_symlink():
                found[name] = (mode, str(path.readlink()))
            elif path.is_file():
                found[name] = (mode, path.read_bytes())
            elif path.is_dir():
                found[name] = (mode, "folder")
        return found


@dataclass
class MemoryHost(_NoTunnels):
    """A machine that is a dictionary. It carries out the lines of run.sh one by one and can lose its connection
    after any of them."""

    name: str
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    restarts: list[str] = field(default_factory=list)
    cut: int | None = None
    fail_line: int | None = None
    fail_call: bool = False
    lines_run: int = 0
    calls: int = 0
    on_feed: Callable[[str], None] | None = None
    pause: int = 0

    async def run(self, script: str, *, what: str, timeout: float) -> Result:
        raise NotImplementedError

    async def feed(
        self,
        command: str,
        payload: Stream,
        *,
        what: str,
        timeout: float,
        on_line: Callable[[str], None] | None = None,
    ) -> Result:
        self.calls += 1
        if self.on_feed is not None:
            self.on_feed(self.name)
        if self.fail_call:
            raise MachineError("the connection was refused", host=self.name, command=what)
        data = b"".join([chunk async for chunk in payload])
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            content = {m.name: (tar.extractfile(m) or io.BytesIO()).read() for m in tar.getmembers()}
        body = content["run.sh"].decode().split("\n}\n")[-1].splitlines()
        said = on_line or (lambda _: None)
        number = ""
        for line in body:
            for _ in range(self.pause):
                await asyncio.sleep(0)
            if self.cut is not None and self.lines_run >= self.cut:
                self.cut = None
                raise MachineError("the connection was lost", host=self.name, command=what)
            if self.fail_line is not None and self.lines_run >= self.fail_line:
                self.fail_line = None
                said(f"fail {number}" if number else "")
                return Result(1, b"", "No space left on device\n")
            self.lines_run += 1
            number = self._line(shlex.split(line), content, said) or number
        return Result(0, b"", "")

    def _line(self, words: list[str], content: dict[str, bytes], said: Callable[[str], None]) -> str:
        match words:
            case ["begin", n]:
                said(f"begin {n}")
                return n
            case ["fin", n]:
                said(f"done {n}")
            case ["stage", name, temporary, *attributes]:
                self.files[temporary] = (" ".join(attributes), content[name])
            case ["swap", temporary, path]:
                self.files[path] = self.files.pop(temporary)
            case ["unit_start" | "unit_restart" as verb, unit, stamp]:
                self.restarts.append(f"{verb} {unit}")
                self.stamps[unit] = stamp
        return ""

    def state(self) -> object:
        return dict(sorted(self.files.items())), dict(sorted(self.stamps.items()))


def walk(value: object) -> Iterator[bytes]:
    """Every string and byte string inside a value."""
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, str):
        yield value.encode()
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from walk(key)
            yield from walk(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from walk(item)
