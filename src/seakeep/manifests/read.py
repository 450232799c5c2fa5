"""Text to objects and other documents. What cannot be read is a problem with a line, and the rest goes on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from seakeep.core.json import Json, JsonObject
from seakeep.manifests.access import Path, dotted, listing
from seakeep.manifests.fast import ODD, HardError, Reader
from seakeep.manifests.index import OperatorFile, Problem, Trouble
from seakeep.manifests.model import Manifest

_SPLIT = re.compile(r"^---(?:[ ]+#[^\n]*|[ ]*)$\n?", re.MULTILINE)
_STREAM = re.compile(r"^(?:%|\.\.\.(?:\s|$)|---[ \t]*[^\s#]|---\t|---[ ]+#.*\t)", re.MULTILINE)
"""Directives, ends of documents and content behind a marker: then the general parser splits the stream."""
_TEMPLATE = re.compile(r"\{\{-? *[\w$.(/]")
MAX_JSON_DEPTH = 200
_EMPTY: tuple[Json, ...] = (None, {}, [])


@dataclass(slots=True)
class Loaded:
    """What a run is about."""

    manifests: list[Manifest] = field(default_factory=list)
    files: list[OperatorFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, other: "Loaded") -> None:
        """What another text held."""
        self.manifests += other.manifests
        self.files += other.files
        self.problems += other.problems


LOCATED = 64
"""Documents whose lines are remembered. Those of all that have findings would take more memory than all else."""


class Places:
    """The lines of fields, of the documents that were asked about last. One for a run."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lines: dict[Source, dict[Path, int]] = {}

    def of(self, source: "Source") -> dict[Path, int]:
        """The line of each field of a document."""
        found = self._lines.get(source)
        if found is None:
            if len(self._lines) >= LOCATED:
                del self._lines[next(iter(self._lines))]
            found = self._lines[source] = _located(self._reader, source.text, source.first)
        return found


class Source:
    """One document of a file, to find lines in. It is only read again when somebody asks for one. `first` is the line
    of the file that the text begins in; `lines` are those of a document that cannot be read alone."""

    __slots__ = ("_lines", "_places", "file", "first", "text")

    def __init__(self, file: str, text: str, first: int, places: Places, lines: dict[Path, int] | None = None) -> None:
        self.file = file
        self.text = text
        self.first = first
        self._places = places
        self._lines = lines

    def line(self, path: Path) -> int:
        """The line of the field, or of the nearest thing above it."""
        lines = self._places.of(self) if self._lines is None else self._lines
        while path and path not in lines:
            path = path[:-1]
        return lines.get(path, self.first)


class Written:
    """The origin of an object. `prefix` leads to it from the top of its document."""

    __slots__ = ("prefix", "source")

    def __init__(self, source: Source, prefix: Path = ()) -> None:
        self.source = source
        self.prefix = prefix

    @property
    def file(self) -> str:
        """As it is shown."""
        return self.source.file

    def line(self, path: Path) -> int:
        """The line of the field, or of the nearest thing above it."""
        return self.source.line((*self.prefix, *path))


class Texts:
    """Reads texts; one for a run, since it remembers lines."""

    def __init__(self, *, namespace: str = "default") -> None:
        self._reader = Reader()
        self._places = Places(self._reader)
        self._namespace = namespace

    def read(self, text: str, file: str) -> Loaded:
        """Everything that stands in one text."""
        made = Loaded()
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        text = text.removeprefix("\ufeff")
        if text.lstrip()[:1] in {"{", "["} and self._json(text, file, made):
            return made
        if ODD.search(text) or _STREAM.search(text):
            self._slowly(text, 1, file, made)
            return made
        for start, end, first in _documents(text):
            self._document(text[start:end] if (start, end) != (0, len(text)) else text, first, file, made)
        return made

    def _document(self, text: str, first: int, file: str, made: Loaded) -> None:
        try:
            data = self._reader.read(text.split("\n"), first)
        except HardError:
            self._slowly(text, first, file, made)
            return
        self._take(data, Source(file, text, first, self._places), text, made)

    def _slowly(self, text: str, first: int, file: str, made: Loaded) -> None:
        from seakeep.manifests.events import UnreadableError, read_events  # noqa: PLC0415 - most runs do without

        try:
            for read in read_events(text, first):
                made.problems += [
                    Problem(file, line, f"{dotted(path)} is given twice", Trouble.TWICE) for path, line in read.twice
                ]
                self._take(read.data, Source(file, text, first, self._places, read.lines), text, made)
        except UnreadableError as error:
            if _TEMPLATE.search(text):
                made.problems.append(Problem(file, error.line, "a template that is not rendered", Trouble.TEMPLATE))
            else:
                made.problems.append(Problem(file, error.line, error.message))
        except RecursionError:
            made.problems.append(Problem(file, first, "fields are nested too deeply"))

    def _json(self, text: str, file: str, made: Loaded) -> bool:
        """Whether it was JSON. What is not is tried as YAML, which may begin the same way."""
        try:
            data = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return False
        self._take(data, Source(file, text, 1, self._places), text, made)
        return True

    def _take(self, data: Json, source: Source, text: str, made: Loaded) -> None:
        if data in _EMPTY:
            return
        before = len(made.manifests)
        for body, prefix in _objects(data, ()):
            made.manifests.append(Manifest(body, Written(source, prefix), namespace=self._namespace))
        if len(made.manifests) == before:
            made.files.append(OperatorFile(source.file, text, data, line=source.line))


def read_text(text: str, file: str, *, namespace: str = "default") -> Loaded:
    """Everything that stands in one text."""
    return Texts(namespace=namespace).read(text, file)


def _documents(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and first line of each document."""
    start, first = 0, 1
    for mark in _SPLIT.finditer(text):
        yield start, mark.start(), first
        first += text.count("\n", start, mark.end())
        start = mark.end()
    yield start, len(text), first


def _located(reader: Reader, text: str, first: int) -> dict[Path, int]:
    where: dict[Path, int] = {}
    try:
        reader.read(text.split("\n"), first, where)
    except HardError:
        from seakeep.manifests.events import UnreadableError, read_events  # noqa: PLC0415 - see Texts._slowly

        try:
            where = next(read_events(text, first)).lines
        except (UnreadableError, StopIteration, RecursionError):
            return {}
    return where


def _objects(data: Json, prefix: Path) -> Iterator[tuple[JsonObject, Path]]:
    """The objects of a document: itself, or the items of a List."""
    if isinstance(data, list) and not prefix:
        for number, item in enumerate(data):
            yield from _objects(item, (number,))
    if not isinstance(data, dict):
        return
    kind = data.get("kind")
    if not isinstance(kind, str) or not isinstance(data.get("apiVersion"), str):
        return
    if kind.endswith("List") and isinstance(data.get("items"), list) and len(prefix) < MAX_JSON_DEPTH:
        for number, item in enumerate(listing(data, "items")):
            yield from _objects(item, (*prefix, "items", number))
        return
    yield data, prefix
