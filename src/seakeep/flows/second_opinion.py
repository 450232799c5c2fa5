"""convert, compared with kubectl-convert where that is on the PATH.

Kubernetes' own program converts through the API's internal types. It drops comments, writes out every default, and
knows nothing of what a person meant, so its text is not taken over. What it makes of an object and what it makes of our
result must be the same; where they are not, the difference is said.
"""

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import msgspec

from seakeep.checks.api.conversion import Conversion, result
from seakeep.checks.api.rewrites import Decision
from seakeep.core.errors import RunError
from seakeep.core.json import Json, JsonObject
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.model import Manifest

PROGRAM = "kubectl-convert"
LIMIT = 30.0
"""Seconds for one object."""
SIDE_BY_SIDE = 4


class _List(msgspec.Struct):
    items: list[dict[str, Any]] = []


def program() -> str | None:
    """Where it is; None where it is not."""
    return shutil.which(PROGRAM)


def compared(conversions: Sequence[Conversion], path: str) -> list[Conversion]:
    """Each with what the other program has to say."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(pool.map(lambda each: _compared(each, path) if each.to else each, conversions))


def _compared(ours: Conversion, path: str) -> Conversion:
    made = result(ours.manifest, ours.edits)
    try:
        theirs = _converted(path, ours.manifest.body, ours.to)
    except RunError as error:
        return _with(ours, [Decision(f"{PROGRAM} has no opinion: {error.message}", ("apiVersion",), must=False)])
    try:
        again = _converted(path, made, ours.to)
    except RunError as error:
        return _with(ours, [Decision(f"{PROGRAM} does not read the result: {error.message}", ("apiVersion",))])
    return _with(ours, (_difference(ours.manifest, made, *each) for each in _differences(theirs, again)))


def _with(ours: Conversion, decisions: Iterable[Decision]) -> Conversion:
    return replace(ours, decisions=(*ours.decisions, *decisions))


def _difference(manifest: Manifest, made: JsonObject, path: Path, theirs: Json, ours: Json) -> Decision:
    """What is written on either side is for a person; a default that is another one today is only told."""
    said = [msgspec.json.encode(each).decode() if each is not None else "nothing" for each in (theirs, ours)]
    message = f"{PROGRAM} makes {said[0]} of {dotted(path)}, and here it is {said[1]}"
    return Decision(message, path, must=any(dig(body, *path) is not None for body in (manifest.body, made)))


def _differences(one: Json, other: Json, path: Path = ()) -> Iterator[tuple[Path, Json, Json]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in dict.fromkeys((*one, *other)):
            yield from _differences(one.get(name), other.get(name), (*path, name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from _differences(first, second, (*path, number))
    elif one != other:
        yield path, one, other


def _converted(path: str, body: JsonObject, to: str) -> JsonObject:
    """The object as the program has it, with defaults. RunError with what the program says."""
    words = [path, "-f", "-", "--output-version", to, "-o", "json"]
    try:
        done = subprocess.run(words, input=msgspec.json.encode(body), capture_output=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        raise RunError(f"it did not end within {LIMIT:.0f} s") from None
    except OSError as error:
        raise RunError(f"it does not start: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise RunError(said[-1].partition(" in scheme ")[0] if said else f"exit code {done.returncode}")
    try:
        listed = msgspec.json.decode(done.stdout, type=_List)  # what comes on standard input is answered as a list
    except msgspec.DecodeError:
        listed = _List()
    if len(listed.items) != 1 or listed.items[0].get("apiVersion") != to:
        # Where it cannot convert to a version, it takes another one and says nothing.
        raise RunError(f"it does not convert {body.get('apiVersion')} to {to}")
    return {name: value for name, value in listed.items[0].items() if name != "status"}
