"""A machine in memory that carries out what the engine sends, line by line, and can be looked at after every effect.

Its state is a value: every effect makes a new one, so that keeping one costs nothing. Files are kept by digest.
"""

import hashlib
import io
import re
import shlex
import tarfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from tests.unit.phases.world import ABSENT, IMAGES, RUNNING, Box

from seakeep.artifacts import kernel, ownership
from seakeep.facts import inventory
from seakeep.facts.base import FactSet
from seakeep.facts.files import FileState
from seakeep.phases import wanted
from seakeep.phases.base import traits_of
from seakeep.transport.base import Result, Stream

TORN = "torn"
"""The digest of a file of which only a part was written."""


@dataclass
class Machine(Box):
    """What survives on one machine. `temporary` are files under the names that writing uses, `next_inventory` what the
    inventory's holds; `incoming` are programs that were unpacked and have no name yet; `lock` is the operator's lock
    file."""

    temporary: dict[str, FileState] = field(default_factory=dict)
    next_inventory: str = ""
    incoming: frozenset[str] = frozenset()
    lock: str = ""
    cluster: str = "three-sites"

    @classmethod
    def of(cls, box: Box) -> "Machine":
        """A bare machine as the box describes it."""
        return cls(**vars(box))

    def facts(self) -> FactSet:
        """As the scripts would print them; those of the last few states are kept, parsed."""
        kept = _FACTS.get(id(self))
        if kept is None:
            marked = self.files.get(ownership.MARK)
            seen = replace(
                self,
                leftovers=[f"owner:{self.cluster}"] if marked is not None and marked.sha256 != TORN else [],
                # Without containerd nobody can tell.
                images=self.images if self.runs("containerd") else {},
            )
            kept = _FACTS[id(self)] = self, Box.facts(seen)
            if len(_FACTS) > _KEPT:
                del _FACTS[next(iter(_FACTS))]
        return kept[1]

    def runs(self, unit: str) -> bool:
        return self.units.get(f"{unit}.service", ABSENT).active == "active"

    @property
    def litter(self) -> list[str]:
        return [*self.temporary, *self.incoming]


_KEPT = 100
_FACTS: dict[int, tuple[Machine, FactSet]] = {}

Effect = Callable[[Machine], Machine]


class Shell:
    """Carries out feeds. Each effect yields the machine after it, torn states included, and lines to print."""

    def play(self, start: Machine, command: str, data: bytes) -> Iterator[tuple[Machine, str]]:
        for name in re.findall(r"for u in (.+); do\n", command)[:1]:
            for unit in name.split():
                if start.units.get(unit, ABSENT).stamp:
                    start = _unit(start, unit, stamp="pending")
                    yield start, ""
        if "images import" in command:
            yield from self._image(start, command)
        elif "/opt/seakeep/" in command and "zstd -dcq | tar" in command:
            yield from self._programs(start, command)
        else:
            yield from self._batch(start, data)

    def _image(self, m: Machine, command: str) -> Iterator[tuple[Machine, str]]:
        number = _number(command)
        reference = next(each for each, _ in IMAGES if each in command)
        yield m, f"begin {number}"
        m = replace(m, images={**m.images, reference: dict(IMAGES)[reference]})
        yield m, ""
        yield m, f"done {number}"

    def _programs(self, m: Machine, command: str) -> Iterator[tuple[Machine, str]]:
        number = _number(command)
        found = re.search(r"mkdir -p /opt/seakeep/([^/\s]+)/(\S+)", command)
        assert found is not None
        component, version = found.groups()
        sums = sorted(set(re.findall(r"'([0-9a-f]{64})  ([^']+)'", command)))
        yield m, f"begin {number}"
        m = replace(m, incoming=frozenset(name for _, name in sums))
        yield m, ""
        for digest, name in sums:
            m = replace(m, programs={**m.programs, (component, version, name): digest}, incoming=m.incoming - {name})
            yield m, ""
        m = replace(m, incoming=frozenset())
        yield m, f"done {number}"

    def _batch(self, m: Machine, data: bytes) -> Iterator[tuple[Machine, str]]:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            content = {each.name: (tar.extractfile(each) or io.BytesIO()).read() for each in tar.getmembers()}
        for line in content["run.sh"].decode().split("\n}\n")[-1].splitlines():
            words = _words(line)
            match words:
                case ["begin", n]:
                    yield m, f"begin {n}"
                case ["fin", n]:
                    yield m, f"done {n}"
                case _:
                    for effect in _effects(words, content):
                        m = effect(m)
                        yield m, ""


def _number(command: str) -> str:
    found = re.search(r"'begin (\d+)'", command)
    assert found is not None
    return found[1]


@cache
def _words(line: str) -> list[str]:
    return shlex.split(line)


def _effects(words: list[str], content: Mapping[str, bytes]) -> Iterator[Effect]:
    """What one line of run.sh does, in the steps in which it can be cut off."""
    if words[:1] not in _NO_EFFECT and not " ".join(words).startswith("n="):
        units = words[0] == "systemctl" or words[0].startswith("unit_")
        yield from _unit_effects(words) if units else _file_effects(words, content)


_NO_EFFECT: list[list[str]] = [[], ["sync"], ["fresh"]]


def _file_effects(words: list[str], content: Mapping[str, bytes]) -> Iterator[Effect]:
    match words:
        case ["stage", name, path, owner, group, mode]:
            digest = hashlib.sha256(content[name]).hexdigest()
            yield lambda m: _temporary(_parent(m, path), path, FileState(
                kind="file", mode=0o600, owner="root", group="root", sha256=TORN))  # fmt: skip
            yield lambda m: _temporary(m, path, FileState(
                kind="file", mode=int(mode, 8), owner=owner, group=group, sha256=digest))  # fmt: skip
            if path.endswith("/.inventory.seakeep-new"):
                yield lambda m: replace(m, next_inventory=content[name].decode())
        case ["swap", path, to]:
            yield lambda m: _renamed(m, path, to)
        case ["link", path, target, beside]:
            state = FileState(kind="link", mode=0o777, owner="root", group="root", target=target)
            yield lambda m: _temporary(_parent(m, path), beside, state)
            yield lambda m: _renamed(m, beside, path)
        case ["dir", path, owner, group, mode]:
            yield lambda m: _file(m, path, _folder())
            yield lambda m: _file(m, path, replace(_folder(), mode=int(mode, 8), owner=owner, group=group))
        case ["user", name, _]:
            yield lambda m: replace(m, accounts=m.accounts | {name})
        case ["away" | "aside", path]:
            yield lambda m: _gone(m, path)
        case ["empty", path]:
            yield lambda m: m if any(each.startswith(f"{path}/") for each in m.files) else _gone(m, path)
        case ["sh", "-e", script, *_]:
            yield from _script(content[script.removeprefix("$D/")].decode())
        case _:
            raise AssertionError(words)


def _unit_effects(words: list[str]) -> Iterator[Effect]:
    match words:
        case ["systemctl", "enable", *rest]:
            for name in rest[rest.index("--") + 1 :]:
                yield lambda m, name=name: _unit(m, name, enabled="enabled")
        case ["systemctl", "daemon-reload"]:
            pass
        case ["unit_start" | "unit_restart" as verb, unit, stamp]:
            if verb == "unit_restart":
                yield lambda m: _unit(m, unit, active="inactive", sub="dead")
            yield lambda m: _unit(m, unit, active="active", sub="running")
            yield lambda m: _unit(m, unit, stamp=stamp)
        case ["unit_stop", unit, ""]:
            yield lambda m: _unit(m, unit, active="inactive", sub="dead")
            yield lambda m: _unit(m, unit, enabled="disabled")
            yield lambda m: _unit(m, unit, stamp="")
        case ["unit_reload", unit, stamp]:
            yield lambda m: _unit(m, unit, stamp=stamp)
        case _:
            raise AssertionError(words)


def _script(text: str) -> Iterator[Effect]:
    """The scripts that phases send. Half of their work is done first, because they can be cut off there."""
    if "rm -rf /opt/seakeep" in text:
        yield lambda m: replace(m, units={name: replace(unit, active="inactive") for name, unit in m.units.items()})
        yield lambda m: replace(
            m, files={ownership.MARK: m.files[ownership.MARK]}, programs={}, images={}, accounts=set()
        )
        yield lambda m: replace(m, files={}, units={}, inventory="")
    elif "sysctl -q -p" in text:
        yield lambda m: replace(m, sysctls={**m.sysctls, **dict(list(_sysctls(m).items())[::2])})
        yield lambda m: replace(m, sysctls={**m.sysctls, **_sysctls(m)})
    elif "install" in text:
        yield lambda m: replace(m, tools=m.tools | set(sorted(_tools(m))[::2]))
        yield lambda m: replace(m, tools=m.tools | _tools(m))
    elif text == "systemctl daemon-reload\n":
        yield _reloaded
    else:
        raise AssertionError(text)


def _reloaded(m: Machine) -> Machine:
    """systemd forgets units whose files are gone."""
    gone = {name for name in m.units if f"/etc/systemd/system/{name}" not in m.files}
    forgotten = {name: replace(m.units[name], load="not-found", enabled="") for name in gone}
    return replace(m, units={**m.units, **forgotten})


def _sysctls(m: Machine) -> dict[str, str]:
    return kernel.sysctls(m.machine, traits_of(m.facts()))


def _tools(m: Machine) -> set[str]:
    return set(wanted.tools(m.machine, nested=traits_of(m.facts()).nested))


def _folder() -> FileState:
    return FileState(kind="directory", mode=0o755, owner="root", group="root")


def _gone(m: Machine, path: str) -> Machine:
    return replace(m, files={k: v for k, v in m.files.items() if k != path})


def _parent(m: Machine, path: str) -> Machine:
    """`parent` of the prelude: a folder that nobody made is made as it comes."""
    folder = path.rpartition("/")[0]
    return m if folder in m.files else _file(m, folder, _folder())


def _file(m: Machine, path: str, state: FileState) -> Machine:
    return replace(m, files={**m.files, path: state})


def _temporary(m: Machine, path: str, state: FileState) -> Machine:
    return replace(m, temporary={**m.temporary, path: state})


def _renamed(m: Machine, path: str, to: str) -> Machine:
    left = {k: v for k, v in m.temporary.items() if k != path}
    if to == inventory.PATH:
        m = replace(m, inventory=m.next_inventory, next_inventory="")
    return replace(m, files={**m.files, to: m.temporary[path]}, temporary=left)


def _unit(m: Machine, name: str, **changes: str) -> Machine:
    full = name if "." in name else f"{name}.service"
    before = m.units.get(full) or replace(RUNNING, active="inactive", sub="dead", enabled="disabled", stamp="")
    if before.load != "loaded":
        before = replace(before, load="loaded", enabled="disabled")
    # etcd has its data from its first start on.
    data = m.etcd_data or (full == "etcd.service" and changes.get("active") == "active")
    return replace(m, units={**m.units, full: replace(before, **changes)}, etcd_data=data)


@dataclass
class SimHost:
    """The transport to one machine. `moved` is called after every effect, before the line that tells of it is heard."""

    name: str
    machine: Machine
    endpoint: Callable[[], bool]
    moved: Callable[[], None] | None = None
    memo: dict[tuple[int, str, bytes], tuple[Machine, Machine, list[str]]] = field(default_factory=dict)

    async def run(self, script: str, *, what: str, timeout: float) -> Result:
        if what == "look for a way to the endpoint":
            return Result(0, b"reached\n" if self.endpoint() else b"", "")
        return Result(0, self._lock(script, what).encode(), "")

    def _lock(self, script: str, what: str) -> str:
        """The lock's scripts, by what they are for."""
        owner = next(line for line in script.splitlines() if line.startswith("ME="))[3:].strip("'")
        mine = self.machine.lock.partition("\n")[2] == owner
        if what == "take the lock":
            expected = shlex.quote(self.machine.lock) in script
            if self.machine.lock and not mine and not expected:
                return f"held 0 0\n{self.machine.lock}\n"
            self._be(replace(self.machine, lock=f"0\n{owner}"))
            return "taken\n"
        if what == "release the lock" and mine:
            self._be(replace(self.machine, lock=""))
        return "held\n" if mine else "lost\n"

    async def feed(
        self,
        command: str,
        payload: Stream,
        *,
        what: str,
        timeout: float,
        on_line: Callable[[str], None] | None = None,
    ) -> Result:
        data = b"".join([chunk async for chunk in payload])
        said = on_line or (lambda _: None)
        start = self.machine
        key = (id(start), command, hashlib.sha256(data).digest())
        if self.moved is None and key in self.memo:
            # The same machine told the same: nobody looks, so that only the end counts.
            _, self.machine, lines = self.memo[key]
            for line in lines:
                said(line)
            return Result(0, b"", "")
        lines = []
        for state, line in Shell().play(start, command, data):
            self._be(state)
            if line:
                lines.append(line)
                said(line)
        self.memo[key] = (start, self.machine, lines)
        if len(self.memo) > _KEPT:
            del self.memo[next(iter(self.memo))]
        return Result(0, b"", "")

    def _be(self, state: Machine) -> None:
        if state is not self.machine:
            self.machine = state
            if self.moved is not None:
                self.moved()

    def tunnel(self, host: str, port: int) -> AbstractAsyncContextManager[Path]:
        raise NotImplementedError

    def tunnel_tcp(self, host: str, port: int) -> AbstractAsyncContextManager[int]:
        raise NotImplementedError

    async def close(self) -> None: ...


async def nothing() -> AsyncIterator[bytes]:
    """What the sources send: the machine knows a program by the digest that it is told."""
    yield b""
