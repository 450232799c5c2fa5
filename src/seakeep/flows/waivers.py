"""The file of waivers."""

from datetime import date
from pathlib import Path

from seakeep.core.errors import SpecError, SpecProblem, UsageError, unreadable
from seakeep.core.json import Json
from seakeep.core.waiver import ObjectWaiver
from seakeep.manifests.access import dotted, mapping, mappings, text
from seakeep.manifests.events import Read, UnreadableError, read_events

FIELDS = ("id", "object", "reason", "owner", "expires")


def read_waivers(path: Path) -> list[ObjectWaiver]:
    """The waivers of a file. SpecError with lines where one lacks something: a file that is half understood would
    waive what nobody meant."""
    try:
        (read,) = read_events(path.read_text())
    except OSError as error:
        raise unreadable(path, error, UsageError, what="the file of waivers") from error
    except UnreadableError as error:
        raise SpecError(str(path), [SpecProblem(error.line, "", error.message)]) from error
    except ValueError as error:
        raise UsageError(f"{path} must hold one document of kind Waivers") from error
    if text(read.data, "kind") != "Waivers":
        raise SpecError(str(path), [SpecProblem(1, "kind", "is not Waivers", "write kind: Waivers")])
    problems: list[SpecProblem] = []
    made = [_waiver(path, read, number, item, problems) for number, item in mappings(read.data, "waivers")]
    problems += [SpecProblem(line, dotted(where), "is given twice", "keep one") for where, line in read.twice]
    problems += [
        SpecProblem(read.lines.get((name,), 1), name, "is not known", "waivers is a list of waivers")
        for name in mapping(read.data).keys() - {"apiVersion", "kind", "waivers"}
    ]
    if problems:
        raise SpecError(str(path), problems)
    return [each for each in made if each is not None]


def _waiver(path: Path, read: Read, number: int, item: Json, problems: list[SpecProblem]) -> ObjectWaiver | None:
    where = ("waivers", number)
    line = read.lines.get(where, 1)
    found = {name: text(item, name).strip() for name in FIELDS}
    wrong = [
        SpecProblem(line, dotted((*where, name)), "is missing", f"every waiver has {', '.join(FIELDS)}")
        for name, value in found.items()
        if not value
    ]
    wrong += [
        SpecProblem(read.lines.get((*where, name), line), dotted((*where, name)), "is not known", f"one of {FIELDS}")
        for name in mapping(item).keys() - set(FIELDS)
    ]
    try:
        expires = date.fromisoformat(found["expires"]) if found["expires"] else date.min
    except ValueError:
        expires = date.min
        wrong.append(SpecProblem(read.lines[*where, "expires"], dotted((*where, "expires")), "is no day", "2027-06-01"))
    problems += wrong
    if wrong:
        return None
    return ObjectWaiver(
        id=found["id"],
        object=found["object"],
        reason=found["reason"],
        owner=found["owner"],
        expires=expires,
        file=str(path),
        line=line,
    )
