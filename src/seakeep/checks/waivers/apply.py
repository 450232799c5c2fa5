"""Puts waivers on what failed, and says which of them are not in order. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

from seakeep.checks.base import Note, Per
from seakeep.checks.engine import Judged, Verdicts
from seakeep.checks.waivers import complete, current, used
from seakeep.core.verdict import Verdict
from seakeep.core.waiver import ObjectWaiver
from seakeep.manifests.index import Index, OperatorFile
from seakeep.manifests.model import Manifest

PREFIX = "waive.seakeep.io/"
"""An annotation of this group names a check; its value says `reason=...; owner=...; expires=YYYY-MM-DD`."""

_PART = re.compile(r"\s*(reason|owner|expires)\s*=\s*([^;]*)")


def target(about: Manifest | OperatorFile | None, subject: str = "") -> str:
    """What a waiver calls it."""
    if isinstance(about, Manifest):
        parts = (about.type, about.namespace, about.name) if about.namespace else (about.type, about.name)
        return "/".join(parts)
    return about.file if about is not None else subject


def annotated(index: Index) -> tuple[list[ObjectWaiver], list[Judged]]:
    """The waivers of annotations, on objects and on their pod templates, and what is wrong with others."""
    waivers: list[ObjectWaiver] = []
    wrong: list[Judged] = []
    for manifest in index.manifests:
        places = [(manifest.annotations, ("metadata", "annotations"))]
        pod = index.pod(manifest)
        if pod is not None and pod.annotations and pod.template_path:
            places.append((pod.annotations, (*pod.template_path, "metadata", "annotations")))  # type: ignore[arg-type]
        for annotations, path in places:
            for key, value in annotations.items():
                if not key.startswith(PREFIX):
                    continue
                found = _parsed(key.removeprefix(PREFIX), value, manifest, (*path, key))
                if isinstance(found, ObjectWaiver):
                    waivers.append(found)
                else:
                    wrong.append(Judged(complete.CHECK, found, manifest))
    return waivers, wrong


def _parsed(check: str, value: str, manifest: Manifest, path: tuple[str | int, ...]) -> ObjectWaiver | Note:
    said = {name: text.strip() for name, text in _PART.findall(value)}
    missing = [name for name in ("reason", "owner", "expires") if not said.get(name)]
    if missing:
        return Note(message=f"the waiver of {check} has no {' and no '.join(missing)}", path=path)
    try:
        expires = date.fromisoformat(said["expires"])
    except ValueError:
        return Note(message=f"the waiver of {check} expires on {said['expires']}, which is no day", path=path)
    return ObjectWaiver(
        id=check,
        object=target(manifest).replace("[", "[[]"),
        reason=said["reason"],
        owner=said["owner"],
        expires=expires,
        file=manifest.file,
        line=manifest.line(path),
    )


def apply(
    verdicts: Verdicts, waivers: Sequence[ObjectWaiver], asked: Collection[str], today: date
) -> dict[int, ObjectWaiver]:
    """Turn failures that a waiver covers into WAIVED, and add what is wrong with the waivers themselves.

    `asked` are the ids of the checks that ran: a waiver of another one is not unused. Gives the waiver of each finding
    by its position in `said`. An expired waiver covers nothing.
    """
    by_check: dict[str, list[ObjectWaiver]] = {}
    for waiver in waivers:
        by_check.setdefault(waiver.id, []).append(waiver)
    needed: set[int] = set()
    given: dict[int, ObjectWaiver] = {}
    waived: set[_Unit] = set()
    for position, said in enumerate(verdicts.said):
        candidates = by_check.get(said.check.id)
        if said.note.verdict is not Verdict.FAIL or not candidates:
            continue
        name = target(said.about, said.note.subject)
        covering = [each for each in candidates if each.covers(said.check.id, name)]
        needed |= {id(each) for each in covering}
        valid = next((each for each in covering if not each.expired(today)), None)
        if valid is not None:
            verdicts.said[position] = replace(said, note=replace(said.note, verdict=Verdict.WAIVED))
            given[position] = valid
            waived.add(_unit(said, position))
    left: dict[Verdict, set[_Unit]] = {Verdict.FAIL: set(), Verdict.UNKNOWN: set()}
    for position, said in enumerate(verdicts.said):
        if said.check.id in by_check and said.note.verdict in left:
            left[said.note.verdict].add(_unit(said, position))
    for unit in waived - left[Verdict.FAIL]:
        tally = verdicts.tallies[unit[0]]
        tally.failed -= 1
        if unit in left[Verdict.UNKNOWN]:  # the failure hid it
            tally.unknown += 1
        else:
            tally.waived += 1
    _tell(verdicts, waivers, needed, asked, today)
    return given


_Unit = tuple[str, str, int]
"""What is counted once: a check and an object, or a single note of the checks whose notes are a unit each."""


def _unit(said: Judged, position: int) -> _Unit:
    single = said.check.per in {Per.INDEX, Per.LIVE}
    return (said.check.id, target(said.about, said.note.subject), position if single else -1)


def _tell(
    verdicts: Verdicts, waivers: Sequence[ObjectWaiver], needed: set[int], asked: Collection[str], today: date
) -> None:
    for judged in _wrong(waivers, needed, asked, today):
        if judged.check.id in verdicts.tallies:
            verdicts.said.append(judged)
            verdicts.tallies[judged.check.id].failed += 1


def _wrong(waivers: Sequence[ObjectWaiver], needed: set[int], asked: Collection[str], today: date) -> Iterator[Judged]:
    for each in waivers:
        about = OperatorFile(each.file, "")
        if each.expired(today):
            message = f"the waiver of {each.id} for {each.object} expired on {each.expires}; owner: {each.owner}"
            yield Judged(current.CHECK, Note(message=message, path=(each.line,)), about)
        elif each.id in asked and id(each) not in needed:
            message = f"the waiver of {each.id} for {each.object} covers nothing that failed"
            yield Judged(used.CHECK, Note(message=message, path=(each.line,)), about)
