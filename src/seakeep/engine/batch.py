"""From the steps of one host in one stage to what goes over the wire.

A batch is a list of feeds, carried out in order on one connection. All that is small travels in one feed: a
tar with the contents, the scripts and a run.sh that does the steps in order. Binaries and images are a feed
each, because they are streamed.

Safe against a crash at any point: contents are written under a temporary name in the folder where they
belong, flushed, then renamed; temporary names are fixed, so that a repetition replaces what a killed run left.
"""

import io
import tarfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from seakeep.artifacts.base import Resolve
from seakeep.core.errors import RunError
from seakeep.core.secret import SecretRef
from seakeep.engine import guard, shell
from seakeep.engine.guard import quote
from seakeep.engine.model import (
    Action,
    Blobs,
    ClusterAction,
    LoadImage,
    MachineAction,
    OperatorAction,
    PlaceBinaries,
    PutDir,
    PutFile,
    PutLink,
    PutUser,
    Remove,
    RemoveDir,
    Script,
    SetAside,
    Step,
    UnitDo,
    UnitVerb,
)
from seakeep.transport.base import Stream

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds that a feed may take: `base` plus what its steps may need."""

    base: float = 60.0
    unit: float = shell.UNIT_WAIT + 30.0
    script: float = 600.0
    bulk: float = 1800.0


@dataclass(frozen=True, slots=True)
class Feed:
    """One command and what goes to its standard input. `steps` are indices into the batch's steps."""

    command: str
    steps: tuple[int, ...]
    what: str
    timeout: float
    payload: Callable[[], Stream]


def compile_batch(
    steps: Sequence[Step],
    *,
    resolve: Resolve,
    blobs: Blobs,
    arch: str,
    root: str = "",
    limits: TimeLimits | None = None,
) -> tuple[Feed, ...]:
    """The feeds that carry out these steps of one machine.

    RefusedError for what must not be sent, RunError for a secret that does not exist yet. Nothing has been
    sent then. `root` is put before every path, for machines that are a folder.
    """
    limits = limits or TimeLimits()
    for step in steps:
        guard.check(_machine_action(step.action))
    # A flush waits for everything that was written before it: beside hundreds of megabytes of programs that is
    # seconds each time. A machine that gets its programs is being made; what a power cut takes from it, the next
    # reading of the facts shows.
    flush = not any(isinstance(step.action, PlaceBinaries) for step in steps)
    feeds: list[Feed] = []
    for bulk, run in groupby(enumerate(steps), key=lambda pair: _is_bulk(pair[1].action)):
        numbered = list(run)
        if bulk:
            feeds += [
                _bulk_feed(index, step.action, blobs=blobs, arch=arch, root=root, timeout=limits.bulk)
                for index, step in numbered
            ]
        else:
            feeds.append(_small_feed(numbered, _Compiler(resolve, root, flush=flush), limits))
    moved = [
        step.action.unit
        for step in steps
        if isinstance(step.action, UnitDo) and step.action.verb in (UnitVerb.RESTART, UnitVerb.RELOAD)
    ]
    if moved:
        feeds[0] = replace(feeds[0], command=shell.pending(root, moved) + feeds[0].command)
    return tuple(feeds)


def check_step(step: Step) -> None:
    """RefusedError when the step could never be sent. Steps of pseudo-hosts are their handlers' business."""
    if not isinstance(step.action, ClusterAction | OperatorAction):
        guard.check(step.action)


def _is_bulk(action: Action) -> bool:
    return isinstance(action, PlaceBinaries | LoadImage)


def _machine_action(action: Action) -> MachineAction:
    if isinstance(action, ClusterAction | OperatorAction):
        raise TypeError(f"{type(action).__name__} is not done on a machine")
    return action


def _bulk_feed(index: int, action: Action, *, blobs: Blobs, arch: str, root: str, timeout: float) -> Feed:
    if isinstance(action, PlaceBinaries):
        names = tuple(name for name, _ in action.programs)

        def binaries(action: PlaceBinaries = action) -> Stream:
            return blobs.binaries(action.component, action.version, arch, names)

        return Feed(
            command=shell.place_binaries(root, index, action.component, action.version, action.programs),
            steps=(index,),
            what=f"send {action.component} {action.version}",
            timeout=timeout,
            payload=binaries,
        )
    assert isinstance(action, LoadImage)

    def image(action: LoadImage = action) -> Stream:
        return blobs.image(action.reference, arch)

    return Feed(
        command=shell.load_image(root, index, action.reference),
        steps=(index,),
        what=f"send image {action.reference}",
        timeout=timeout,
        payload=image,
    )


def _small_feed(numbered: Sequence[tuple[int, Step]], compiler: "_Compiler", limits: TimeLimits) -> Feed:
    for kind, run in groupby(numbered, key=lambda pair: type(pair[1].action)):
        pairs = [(index, step.action) for index, step in run]
        if kind is PutFile:
            compiler.files([(index, action) for index, action in pairs if isinstance(action, PutFile)])
        elif kind is UnitDo:
            compiler.units([(index, action) for index, action in pairs if isinstance(action, UnitDo)])
        else:
            for index, action in pairs:
                compiler.other(index, action)
    archive = compiler.archive()
    actions = [step.action for _, step in numbered]
    timeout = (
        limits.base
        + limits.unit * sum(isinstance(action, UnitDo) for action in actions)
        + limits.script * sum(isinstance(action, Script) for action in actions)
    )
    return Feed(
        command=shell.receive(compiler.root),
        steps=tuple(index for index, _ in numbered),
        what=_summary(actions),
        timeout=timeout,
        payload=lambda: _chunks(archive),
    )


class _Compiler:
    """Collects the lines of run.sh and the entries of the tar."""

    def __init__(self, resolve: Resolve, root: str, *, flush: bool) -> None:
        self._resolve = resolve
        self.root = root
        self._flush = flush
        self._lines: list[str] = []
        self._entries: list[tuple[str, bytes]] = []

    def files(self, run: Sequence[tuple[int, PutFile]]) -> None:
        """Write all, flush all with one command, then rename all: a flush costs far more than one more file."""
        renames: list[str] = []
        temporary: list[str] = []
        for index, action in run:
            spec = action.file
            content = spec.content(self._resolve)
            if content is None:
                missing = [str(p) for p in spec.parts if isinstance(p, SecretRef) and self._resolve(p) is None]
                raise RunError(
                    f"{spec.path} needs {', '.join(missing)}, which is not in the state folder",
                    hint="run `seakeep plan`: it plans what is missing",
                )
            self._entries.append((f"f{index}", content))
            new = self._path(_beside(spec.path))
            temporary.append(new)
            self._lines += [
                f"begin {index}",
                f"stage f{index} {new} {spec.owner} {spec.group} {guard.mode(spec.mode)}",
            ]
            renames += [f"n={index}", f"swap {new} {self._path(spec.path)}", f"fin {index}"]
        if self._flush:
            self._lines.append(f"sync -- {' '.join(temporary)}")
        self._lines += renames

    def units(self, run: Sequence[tuple[int, UnitDo]]) -> None:
        """Enable all at once without the reload that `enable` does for each, then reload systemd once.

        A reload costs a tenth of a second, so at a first start it is left out when systemd reads the new unit
        files by itself. Units that may be running always get it: systemd notices a newer file by its time, which a
        clock that was set back makes worthless.
        """
        self._lines.append(f"n={run[0][0]}")
        starting = [action.unit for _, action in run if action.verb is UnitVerb.START]
        if starting:
            self._lines.append(f"systemctl enable --no-reload --quiet -- {' '.join(starting)}")
        if len(starting) == len(run):
            self._lines.append(f"fresh {' '.join(starting)}")
        else:
            self._lines.append("systemctl daemon-reload")
        for index, action in run:
            call = f"unit_{action.verb.value} {action.unit} {quote(action.stamp)}"
            self._lines += [f"begin {index}", call, f"fin {index}"]

    def other(self, index: int, action: Action) -> None:
        """Every other small action."""
        self._lines += [f"begin {index}", self._call(index, action), f"fin {index}"]

    def _call(self, index: int, action: Action) -> str:
        match action:
            case PutUser(user):
                return f"user {user.name} {quote(user.home)}"
            case PutDir(spec):
                return f"dir {self._path(spec.path)} {spec.owner} {spec.group} {guard.mode(spec.mode)}"
            case PutLink(where, target):
                return f"link {self._path(where)} {quote(target)} {self._path(_beside(where))}"
            case Remove(where):
                return f"away {self._path(where)}"
            case RemoveDir(where):
                return f"empty {self._path(where)}"
            case SetAside(where):
                return f"aside {self._path(where)}"
            case Script(text):
                self._entries.append((f"s{index}", text.encode()))
                # Without descriptor 9: a service that the script leaves behind must not keep the batch lock.
                return f'sh -e "$D/s{index}" 9>&- 3>&-'
            case _:
                raise TypeError(f"{type(action).__name__} is not a small action")

    def _path(self, value: str) -> str:
        return quote(self.root + value)

    def archive(self) -> bytes:
        """The tar. Its only executable text is run.sh, which holds no content."""
        script = shell.prelude(self.root) + "\n".join(self._lines) + "\nn=\n"
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for name, content in [("run.sh", script.encode()), *self._entries]:
                info = tarfile.TarInfo(name)
                info.size, info.mode = len(content), 0o600
                tar.addfile(info, io.BytesIO(content))
        return buffer.getvalue()


def _beside(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/.{name}.seakeep-new"


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    view = memoryview(data)
    for start in range(0, len(view), _CHUNK):
        yield bytes(view[start : start + _CHUNK])


def _summary(actions: Sequence[Action]) -> str:
    files = sum(isinstance(action, PutFile) for action in actions)
    units = [f"{action.verb.value} {action.unit}" for action in actions if isinstance(action, UnitDo)]
    rest = len(actions) - files - len(units)
    parts = [f"write {files} file{'s' if files > 1 else ''}"] if files else []
    parts += [f"{rest} other step{'s' if rest > 1 else ''}"] if rest else []
    parts += units if len(units) <= 4 else [f"act on {len(units)} units"]
    return ", ".join(parts)
