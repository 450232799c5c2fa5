"""Text to objects and other documents. What cannot be read is a problem with a line, and the rest goes on."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from seakeep.core.json import Json, JsonObject
from seakeep.manifests.access import Path, listing
from seakeep.manifests.events import Read, UnreadableError, read_events
from seakeep.manifests.index import OperatorFile
from seakeep.manifests.model import Manifest


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a part of the input could not be judged. `line` is 1-based."""

    file: str
    line: int
    message: str
    path: Path = ()
    twice: bool = False
    """A field is given twice: the rest is judged, with the last of the two."""


@dataclass(slots=True)
class Loaded:
    """What a run is about."""

    manifests: list[Manifest] = field(default_factory=list)
    files: list[OperatorFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """The origin of an object in a file. `prefix` leads to it from the top of its document."""

    file: str
    read: Read
    prefix: Path = ()

    def line(self, path: Path) -> int:
        """The line of the field, or of the nearest thing above it."""
        whole = (*self.prefix, *path)
        while whole and whole not in self.read.lines:
            whole = whole[:-1]
        return self.read.lines.get(whole, self.read.line)


def read_text(text: str, file: str, *, namespace: str = "default") -> Loaded:
    """Everything that stands in one text."""
    made = Loaded()
    try:
        for read in read_events(text):
            made.problems += [
                Problem(file, line, f"{path[-1]} is given twice", path, twice=True) for path, line in read.twice
            ]
            origin = Written(file, read)
            objects = list(_objects(read.data, origin))
            made.manifests += [Manifest(body, where, namespace=namespace) for body, where in objects]
            if not objects and read.data not in (None, [], {}):
                made.files.append(OperatorFile(file, text, read.data, line=origin.line))
    except UnreadableError as error:
        made.problems.append(Problem(file, error.line, error.message))
    return made


def _objects(data: Json, origin: Written) -> Iterator[tuple[JsonObject, Written]]:
    """The objects of a document: itself, or the items of a List."""
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str) or not data.get("apiVersion"):
        return
    if data["kind"].endswith("List") and isinstance(data.get("items"), list):
        for number, item in enumerate(listing(data, "items")):
            if isinstance(item, dict):
                yield item, Written(origin.file, origin.read, (*origin.prefix, "items", number))
        return
    yield data, origin
