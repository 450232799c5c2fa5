"""A machine in memory that carries out what the engine sends, line by line, and can be looked at after every effect.

Its state is a value: every effect makes a new one, so that keeping one costs nothing. Files are kept by digest.
"""

import hashlib
import io
import re
import shlex
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from tests.unit.phases.world import ABSENT, IMAGES, RUNNING, Box

from seakeep.artifacts import kernel, kubelet, ownership
from seakeep.artifacts.etcd import BOOTSTRAP
from seakeep.facts import inventory
from seakeep.facts.base import FactSet
from seakeep.facts.files import FileState
from seakeep.phases import wanted
from seakeep.phases.base import traits_of
from seakeep.state import roster

from . import members

TORN = "torn"
"""The digest of a file of which only a part was written."""

_CONTENTS: dict[str, bytes] = {}
"""What was ever written to any machine, by digest."""


@dataclass
class Machine(Box):
    """What survives on one machine. `temporary` are files under the names that writing uses, `next_inventory` what the
    inventory's holds; `incoming` are programs that were unpacked and have no name yet; `lock` is the operator's lock
    file, `etcd` the data of its member; its API server is not ready while `starting`.
    `booted`: unit -> the files as they were when it was started, `followed` those that programs have noticed since."""

    temporary: dict[str, FileState] = field(default_factory=dict)
    next_inventory: str = ""
    incoming: frozenset[str] = frozenset()
    lock: str = ""
    etcd: members.Data | None = None
    starting: bool = False
    booted: Mapping[str, Mapping[str, FileState]] = field(default_factory=dict)
    followed: Mapping[str, FileState] = field(default_factory=dict)
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
                etcd_data=self.etcd is not None,
                more={
                    **self.more,
                    "etcd_identity": members.identity(self.etcd),
                    "roster": self.content(roster.PATH),
                    "kubelet_cert": self.content(kubelet.CLIENT),
                },
                fence="whole" if self.runs("seakeep-fence") else "none",
                # Without containerd nobody can tell.
                images=self.images if self.runs("containerd") else {},
            )
            kept = _FACTS[id(self)] = self, Box.facts(seen)
            if len(_FACTS) > KEPT:
                del _FACTS[next(iter(_FACTS))]
        return kept[1]

    def runs(self, unit: str) -> bool:
        return self.units.get(f"{unit}.service", ABSENT).active == "active"

    def content(self, path: str) -> bytes:
        """Of a file; nothing where it is not there, or only in part."""
        return content(self.files[path]) if path in self.files else b""

    def certificates(self) -> bytes:
        """What the fact's script prints."""
        lines = []
        for path, state in self.files.items():
            text = content(state).decode() if state.kind == "file" and path.endswith((".crt", ".pem", ".conf")) else ""
            if path.endswith((".crt", ".pem")):
                lines += [f"F|{path}", *re.findall(r"-----BEGIN CERT.+?-----END CERTIFICATE-----", text, re.DOTALL)]
            elif path.startswith("/etc/kubernetes/") and path.endswith(".conf"):
                fields = re.findall(r'(client-certificate|certificate-authority): *"?([^"\n ]+)', text)
                lines += [f"K|{path}", *(f"{name} {value}" for name, value in fields)]
        return "\n".join(lines).encode()

    def told_to_run(self, unit: str) -> bool:
        return self.units.get(f"{unit}.service", ABSENT).active in ("active", "activating")

    @property
    def litter(self) -> list[str]:
        return [*self.temporary, *self.incoming]


KEPT = 100
_FACTS: dict[int, tuple[Machine, FactSet]] = {}

Effect = Callable[[Machine], Machine]


class FailedError(Exception):
    """A line that ends its batch."""


class Shell:
    """Carries out feeds: their effects, in the steps in which they can be cut off, and the lines that they print."""

    def play(self, start: Machine, command: str, data: bytes) -> Iterator[Effect | str]:
        for name in re.findall(r"for u in (.+); do\n", command)[:1]:
            for unit in name.split():
                if start.units.get(unit, ABSENT).stamp:
                    yield lambda m, unit=unit: _unit(m, unit, stamp="pending")
        if "images import" in command:
            yield from self._image(command)
        elif "/opt/seakeep/" in command and "zstd -dcq | tar" in command:
            yield from self._programs(command)
        else:
            yield from self._batch(data)

    def _image(self, command: str) -> Iterator[Effect | str]:
        number = _number(command)
        reference = next(each for each, _ in IMAGES if each in command)
        yield f"begin {number}"
        yield lambda m: replace(m, images={**m.images, reference: dict(IMAGES)[reference]})
        yield f"done {number}"

    def _programs(self, command: str) -> Iterator[Effect | str]:
        number = _number(command)
        found = re.search(r"mkdir -p /opt/seakeep/([^/\s]+)/(\S+)", command)
        assert found is not None
        component, version = found.groups()
        sums = sorted(set(re.findall(r"'([0-9a-f]{64})  ([^']+)'", command)))
        yield f"begin {number}"
        yield lambda m: replace(m, incoming=frozenset(name for _, name in sums))
        for digest, name in sums:
            yield lambda m, digest=digest, name=name: replace(
                m, programs={**m.programs, (component, version, name): digest}, incoming=m.incoming - {name}
            )
        yield lambda m: replace(m, incoming=frozenset()) if m.incoming else m
        yield f"done {number}"

    def _batch(self, data: bytes) -> Iterator[Effect | str]:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            content = {each.name: (tar.extractfile(each) or io.BytesIO()).read() for each in tar.getmembers()}
        for line in content["run.sh"].decode().split("\n}\n")[-1].splitlines():
            words = _words(line)
            match words:
                case ["begin", n]:
                    yield f"begin {n}"
                case ["fin", n]:
                    yield f"done {n}"
                case _:
                    yield from _effects(words, content)


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
            digest = kept(content[name])
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
        case ["unit_start", unit, stamp]:
            yield lambda m: _started(m, unit)
            yield lambda m: _unit(m, unit, stamp=stamp)
        case ["unit_restart", unit, stamp]:
            yield lambda m: _unit(m, unit, active="inactive", sub="dead")
            yield lambda m: _started(m, unit)
            # This waits until the unit is ready.
            yield lambda m: _ready(m, unit)
            yield lambda m: _unit(m, unit, stamp=stamp)
        case ["unit_stop", unit, ""]:
            yield lambda m: _unit(m, unit, active="inactive", sub="dead")
            yield lambda m: _unit(m, unit, enabled="disabled")
            yield lambda m: _unit(m, unit, stamp="")
        case ["unit_reload", unit, stamp]:
            yield lambda m: _booted(m, unit)
            yield lambda m: _unit(m, unit, stamp=stamp)
        case _:
            raise AssertionError(words)


def _script(text: str) -> Iterator[Effect]:
    """The scripts that phases send. Half of their work is done first, because they can be cut off there."""
    if "rm -rf /opt/seakeep" in text:
        yield lambda m: replace(m, units={name: replace(unit, active="inactive") for name, unit in m.units.items()})
        yield lambda m: replace(
            m, files={ownership.MARK: m.files[ownership.MARK]}, programs={}, images={}, accounts=set(), etcd=None
        )
        yield lambda m: replace(m, files={}, units={}, inventory="")
    elif "sysctl -q -p" in text:
        yield lambda m: replace(m, sysctls={**m.sysctls, **dict(list(_sysctls(m).items())[::2])})
        yield lambda m: replace(m, sysctls={**m.sysctls, **_sysctls(m)})
    elif "install" in text:
        yield lambda m: replace(m, tools=m.tools | set(sorted(_tools(m))[::2]))
        yield lambda m: replace(m, tools=m.tools | _tools(m))
    elif "rm -rf -- /var/lib/etcd/member" in text:
        yield lambda m: _unit(m, members.UNIT, active="inactive", sub="dead") if members.UNIT in m.units else m
        yield lambda m: replace(m, etcd=None)
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
    return replace(m, units={**m.units, full: replace(before, **changes)})


def _started(m: Machine, name: str) -> Machine:
    """Systemd has been told. Only etcd makes others wait for it."""
    if m.units.get(name, ABSENT).active in ("active", "activating"):
        return _unit(m, name)
    m = _booted(m, name)
    if name != members.UNIT:
        starting = m.starting or name == "kube-apiserver.service"
        return replace(_unit(m, name, active="active", sub="running"), starting=starting)
    return replace(_unit(m, name, active="activating", sub="start"), etcd=members.restarted(m.etcd))


def _booted(m: Machine, name: str) -> Machine:
    """It reads its files."""
    return replace(m, booted={**m.booted, name.removesuffix(".service"): m.files})


def _ready(m: Machine, name: str) -> Machine:
    if m.units[name].active != "active":
        raise FailedError
    return m


def kept(text: bytes) -> str:
    """Its digest. From then on `content` knows it."""
    digest = hashlib.sha256(text).hexdigest()
    _CONTENTS[digest] = text
    return digest


def content(state: FileState) -> bytes:
    """Of a file; nothing of one that was written only in part."""
    return _CONTENTS.get(state.sha256, b"")


def invited(script: str) -> Iterator[Effect]:
    """What `say whom to join` does whom to join: written under another name, then renamed."""
    words = shlex.split(script.partition("printf %s ")[2].partition("\nchown")[0].replace(" >", " "))
    digest = kept(words[0].encode())
    told = FileState(kind="file", mode=0o600, owner="etcd", group="etcd", sha256=digest)
    yield lambda m: _temporary(m, BOOTSTRAP, told)
    yield lambda m: _renamed(m, BOOTSTRAP, BOOTSTRAP)
