"""Wanted against found, for what artifacts put on a machine: the one place where drift of files and units shows."""

import hashlib
import posixpath
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from seakeep.artifacts.base import DirSpec, FileSpec, MachineFiles, Resolve, UnitSpec
from seakeep.artifacts.common import BIN
from seakeep.core.change import Change, Risk
from seakeep.engine.model import Action, PutDir, PutFile, PutLink, PutUser, SetAside, Step, UnitDo, UnitVerb
from seakeep.facts import accounts, files, units
from seakeep.facts.base import FactSet
from seakeep.facts.files import FileState
from seakeep.facts.units import UnitState

_OVERRIDES = (
    "/etc/systemd/system",
    "/run/systemd/system",
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/usr/local/lib/systemd/system",
)
"""Where people, and `systemctl edit` and `set-property`, put overrides. Those under /usr/lib are the distribution's."""

_ABOVE_OURS = ("/etc/systemd/system.control/", "/run/systemd/system.control/")
"""A unit file that lies here hides the one in /etc/systemd/system."""

_KINDS = {"other": "device, pipe or socket"}

_RUNS = frozenset({"active", "reloading", "activating"})


class Comparer:
    """Compares one phase's wishes for one machine with that machine's facts, and collects the steps.

    The order of the steps is the order of doing: accounts, folders, files, links, units.
    """

    def __init__(self, phase: str, facts: FactSet, resolve: Resolve, *, serial: str | None = None) -> None:
        self._phase = phase
        self._host = facts.host
        self._facts = facts
        self._resolve = resolve
        self._serial = serial

    def step(
        self, subject: str, action: Action, why: str, *, what: str, risk: Risk = Risk.NONE, serial: str | None = None
    ) -> Step:
        """A step of this phase on this machine."""
        change = Change(
            id=f"{self._host}/{self._phase}/{subject}",
            host=self._host,
            phase=self._phase,
            what=what,
            why=why,
            risk=risk,
        )
        return Step(change=change, action=action, serial=serial)

    def steps(
        self,
        wanted: MachineFiles,
        *,
        digests: Mapping[str, str | None] | None = None,
        programs: Mapping[tuple[str, str], str] | None = None,
        replaced: Collection[tuple[str, str]] = (),
    ) -> Iterator[Step]:
        """All steps. For the units' stamps: `digests` of all files that the machine is to have, by path, and
        `programs`, (component, program) -> sha256. `replaced` are the programs that are not what they should be.

        A unit that runs and has to be restarted carries the phase's serial group; a first start does not.
        """
        changed = {PurePosixPath(BIN, program).as_posix() for _, program in replaced}
        states = self._facts.get(units.FACT)
        followed = {
            path
            for unit in wanted.units
            if (runs := states.get(service(unit.name))) is not None and runs.stamp and runs.active in _RUNS
            for path in unit.follows
        }
        existing = self._facts.get(accounts.FACT)
        for user in wanted.users:
            if user.name not in existing:
                yield self.step(f"user:{user.name}", PutUser(user), "no such account", what=f"account {user.name}")
        found = self._facts.get(files.FACT)
        for folder in wanted.dirs:
            if why := _dir_difference(folder, found.get(folder.path)):
                yield self.step(f"dir:{folder.path}", PutDir(folder), why, what=f"folder {folder.path}")
        for file in wanted.files:
            state = found.get(file.path)
            if why := file_difference(file, state, self._resolve):
                if state is None or state.kind != "file" or state.sha256 != file.digest(self._resolve):
                    changed.add(file.path)
                live = file.path in followed
                yield self.step(
                    f"file:{file.path}",
                    PutFile(file),
                    why,
                    what=f"file {file.path}",
                    risk=Risk.RELOAD if live else Risk.NONE,
                    serial=self._serial if live else None,
                )
        for path, target in wanted.links:
            if why := _link_difference(target, found.get(path)):
                changed.add(path)
                yield self.step(f"link:{path}", PutLink(path, target), why, what=f"link {path}")
        targets = {path: posixpath.normpath(f"{BIN}/{target}") for path, target in wanted.links}
        for unit in wanted.units:
            program = targets.get(f"{BIN}/{unit.name}", "")
            runs = states.get(service(unit.name))
            stamp = unit_stamp(unit, digests or {}, programs or {})
            yield from self._unit(unit, runs, stamp, changed, program)

    def _unit(
        self,
        unit: UnitSpec,
        state: UnitState | None,
        stamp: str,
        changed: set[str],
        program: str,
    ) -> Iterator[Step]:
        overrides = _overrides(unit, state)
        for path in overrides:
            why = "an override that Seakeep did not put there"
            yield self.step(f"override:{path}", SetAside(path), why, what=f"set aside {path}", risk=unit.risk)
        verb, why = _unit_difference(unit, state, stamp, changed, overrides)
        if verb is None and state is not None:
            verb, why = _process_difference(state, program)
        if verb is None:
            return
        running = state is not None and state.active in _RUNS and state.stamp != ""
        risk = Risk.RELOAD if verb is UnitVerb.RELOAD else unit.risk if running else Risk.NONE
        yield self.step(
            f"unit:{unit.name}",
            UnitDo(service(unit.name), verb, stamp),
            why,
            what=f"{verb} {unit.name}",
            risk=risk,
            serial=self._serial if running and verb is UnitVerb.RESTART else None,
        )


def service(name: str) -> str:
    """systemd's full name of a unit."""
    return name if "." in name else f"{name}.service"


def _overrides(unit: UnitSpec, state: UnitState | None) -> list[str]:
    """Files that change this unit and no other. An override of several units (`service.d`, `kube-.service.d`) is the
    machine's administrator's, and says something about services that are not ours."""
    if state is None:
        return []
    own = tuple(f"{folder}/{service(unit.name)}.d/" for folder in _OVERRIDES)
    hiding = [state.fragment] if state.fragment.startswith(_ABOVE_OURS) else []
    return [*(path for path in state.drop_ins if path.startswith(own)), *hiding]


def unit_stamp(unit: UnitSpec, digests: Mapping[str, str | None], programs: Mapping[tuple[str, str], str]) -> str:
    """Digest of everything the unit reads: a certificate that is still to be issued counts as unknown."""
    hasher = hashlib.sha256()
    for path in sorted(unit.reads):
        hasher.update(f"{path}={digests.get(path) or '?'}\n".encode())
    for component, program in sorted(unit.binaries):
        hasher.update(f"{component}/{program}={programs.get((component, program), '?')}\n".encode())
    return hasher.hexdigest()


def file_difference(wanted: FileSpec, found: FileState | None, resolve: Resolve) -> str:
    """Why the file must be written, or ''. States digests and modes, never content."""
    if found is None:
        return "does not exist"
    if found.kind != "file":
        return f"is a {_kind(found)}, not a file"
    digest = wanted.digest(resolve)
    if digest is None:
        return "its certificate or key is about to be issued"
    reasons = []
    if found.sha256 != digest:
        reasons.append(f"content is {found.sha256[:12] or 'unreadable'}, wanted {digest[:12]}")
    reasons.extend(_ownership(found, wanted.owner, wanted.group, wanted.mode))
    return "; ".join(reasons)


def _ownership(found: FileState, owner: str, group: str, mode: int) -> list[str]:
    reasons = []
    if found.mode != mode:
        reasons.append(f"mode is {found.mode:04o}, wanted {mode:04o}")
    if (found.owner, found.group) != (owner, group):
        reasons.append(f"owner is {found.owner}:{found.group}, wanted {owner}:{group}")
    return reasons


def _kind(found: FileState) -> str:
    return _KINDS.get(found.kind, found.kind)


def _dir_difference(wanted: DirSpec, found: FileState | None) -> str:
    if found is None:
        return "does not exist"
    if found.kind != "directory":
        return f"is a {_kind(found)}, not a folder"
    return "; ".join(_ownership(found, wanted.owner, wanted.group, wanted.mode))


def _link_difference(target: str, found: FileState | None) -> str:
    if found is None:
        return "does not exist"
    if found.kind != "link":
        return f"is a {_kind(found)}, not a link"
    return "" if found.target == target else f"points at {found.target}, wanted {target}"


def _unit_difference(
    unit: UnitSpec, state: UnitState | None, stamp: str, changed: set[str], overrides: list[str]
) -> tuple[UnitVerb | None, str]:
    if state is None or not state.stamp:
        return UnitVerb.START, "was never started by Seakeep"
    if state.load != "loaded":
        # What still runs may be of another unit file than the one that is about to be there.
        verb = UnitVerb.RESTART if state.active in _RUNS else UnitVerb.START
        return verb, f"its unit file is {state.load}"
    if overrides:
        return UnitVerb.RESTART, f"runs with an override: {PurePosixPath(overrides[0]).name}"
    if state.active not in {"active", "reloading"}:
        # A unit that systemd is restarting for ever counts as failed: `activating` here is the pause between tries.
        verb = UnitVerb.RESTART if state.active == "activating" else UnitVerb.START
        return verb, f"is {state.active} ({state.sub}), wanted active"
    runs = {PurePosixPath(BIN, program).as_posix() for _, program in unit.binaries}
    relevant = sorted(changed & (set(unit.reads) | runs))
    if relevant and set(relevant) <= set(unit.reloads):
        return UnitVerb.RELOAD, f"reads {len(relevant)} changed file{'s' if len(relevant) > 1 else ''}"
    if state.stamp != stamp:
        return UnitVerb.RESTART, "runs with an older configuration or program"
    if relevant:
        # Whoever changed the file may have restarted the unit, so that our stamp says nothing any more.
        return UnitVerb.RESTART, f"may run with a changed {PurePosixPath(relevant[0]).name}"
    if state.enabled not in {"enabled", "static"}:
        return UnitVerb.START, f"is {state.enabled or 'not enabled'}, wanted enabled"
    if state.needs_reload:
        return UnitVerb.RESTART, "systemd still has an older unit file loaded"
    return None, ""


def _process_difference(state: UnitState, program: str) -> tuple[UnitVerb | None, str]:
    """What shows only in the process itself: that it was started while a program or a unit file, right by now, was
    another. `program` is the path of what it should be, '' where Seakeep brings none."""
    if program and state.runs and state.runs != program:
        return UnitVerb.RESTART, f"still runs {state.runs}, wanted {program}"
    if state.other_command:
        return UnitVerb.RESTART, "still runs with other arguments than its unit file has"
    return None, ""
