"""check --fix: what has one right answer is written into the files."""

import difflib
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seakeep.checks.engine import Judged
from seakeep.core.errors import UsageError
from seakeep.core.verdict import Verdict
from seakeep.manifests.change import Edit
from seakeep.manifests.edit import CannotEditError, edited
from seakeep.manifests.model import Manifest
from seakeep.manifests.read import Source, Written


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file before and after. Both are as they stand in the file, line ends included."""

    file: str
    before: str
    after: str

    def lines(self) -> Iterable[str]:
        """The difference, as `diff -u` shows it."""
        return difflib.unified_diff(
            self.before.splitlines(), self.after.splitlines(), self.file, self.file, lineterm="", n=2
        )


@dataclass(slots=True)
class Fixes:
    """What can be written, and what a person has to edit: file and reason."""

    files: list[Fixed] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def fixes(said: Sequence[Judged], readable: Iterable[str]) -> Fixes:
    """The files as they would be. `readable` are the files that were read as they are: what a program rendered is
    nobody's file. UsageError where a file has changed since."""
    files = frozenset(readable)
    by_document: dict[str, dict[int, tuple[Source, list[Edit]]]] = {}
    made = Fixes()
    for each in said:
        if not each.note.fix or each.note.verdict is not Verdict.FAIL or not isinstance(each.about, Manifest):
            continue
        origin = each.about.origin
        if not isinstance(origin, Written) or origin.file not in files:
            made.refused.append(
                (each.about.file or str(each.about), "it is not the file that the object is written in")
            )
            continue
        documents = by_document.setdefault(origin.file, {})
        _, edits = documents.setdefault(id(origin.source), (origin.source, []))
        edits += [Edit((*origin.prefix, *edit.path), edit.value, edit.remove) for edit in each.note.fix]
    for file, documents in by_document.items():
        fixed = _file(file, list(documents.values()), made)
        if fixed is not None:
            made.files.append(fixed)
    made.refused = sorted(set(made.refused))
    return made


def _file(file: str, documents: list[tuple[Source, list[Edit]]], made: Fixes) -> Fixed | None:
    raw = Path(file).read_bytes().decode("utf-8")
    text = raw.replace("\r\n", "\n")
    after = text.removeprefix("\ufeff")
    # From the end, so that what stands before keeps its place.
    for source, edits in sorted(documents, key=lambda item: item[0].first, reverse=True):
        start = _offset(after, source.first)
        if not after.startswith(source.text, start):
            raise UsageError(f"{file} has changed since it was judged", hint="run the command again")
        try:
            new = edited(source.text, list(dict.fromkeys(edits)) if _hashable(edits) else edits)
        except CannotEditError as error:
            made.refused.append((f"{file}:{source.first}", str(error)))
            continue
        after = after[:start] + new + after[start + len(source.text) :]
    if text.startswith("\ufeff"):
        after = "\ufeff" + after
    if after == text:
        return None
    return Fixed(file, raw, after.replace("\n", "\r\n") if "\r\n" in raw else after)


def _hashable(edits: list[Edit]) -> bool:
    return not any(isinstance(edit.value, dict | list) for edit in edits)


def _offset(text: str, line: int) -> int:
    position = 0
    for _ in range(line - 1):
        position = text.index("\n", position) + 1
    return position


def write(files: Sequence[Fixed]) -> None:
    """Replace the files, each at once and with its mode. UsageError where one cannot be written: those before it are
    written whole, it and those after it are as they were."""
    for each in files:
        path = Path(each.file).resolve()
        try:
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                    stream.write(each.after)
                Path(name).chmod(path.stat().st_mode & 0o7777)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise UsageError(f"{each.file} cannot be written: {error.strerror}") from error
