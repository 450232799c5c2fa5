"""Paths to what a run is about: folders are walked, files read, what has to be rendered is named."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from seakeep.core.errors import UsageError
from seakeep.manifests.index import OperatorFile, Problem, Trouble
from seakeep.manifests.read import Loaded, Texts

OBJECTS = frozenset({".yaml", ".yml", ".json"})
"""Ends of the names of files that may hold Kubernetes objects."""

OTHERS = frozenset({".bash", ".cfg", ".conf", ".conflist", ".service", ".sh", ".toml"})
"""Ends of the names of files that operators write for other programs."""

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
CHART = "Chart.yaml"
MAX_BYTES = 256 * 1024 * 1024
"""The largest file that is read."""


@dataclass(frozen=True, slots=True)
class Unrendered:
    """A folder whose objects another program makes: `kustomize` or `helm`."""

    folder: Path
    by: str


@dataclass(slots=True)
class Found:
    """What the paths lead to."""

    files: list[Path] = field(default_factory=list)
    unrendered: list[Unrendered] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def find(paths: Iterable[str]) -> Found:
    """The files under the paths, each once, in the order of their names within a folder. UsageError where a path does
    not exist. A pattern (`*`, `?`, `[`) that is no file's name is what it matches."""
    found = Found()
    for each in paths:
        path = Path(each)
        if path.is_dir():
            _walk(path, found)
        elif path.exists() or path.is_symlink():
            found.files.append(path)
        else:
            matched = sorted(_matching(each))
            if not matched:
                raise UsageError(
                    f"{each} does not exist", hint="give files, folders, patterns, or - for standard input"
                )
            for match in matched:
                if match.is_dir():
                    _walk(match, found)
                else:
                    found.files.append(match)
    found.files = list(dict.fromkeys(found.files))
    return found


def _matching(pattern: str) -> Iterator[Path]:
    if any(sign in pattern for sign in "*?["):
        base = Path(pattern).anchor or "."
        yield from Path(base).glob(pattern.removeprefix(Path(pattern).anchor))


def _walk(folder: Path, found: Found) -> None:
    def trouble(error: OSError) -> None:
        found.problems.append(Problem(str(error.filename), 1, f"{error.strerror}", Trouble.UNREAD))

    kustomized: set[Path] = set()
    for root, folders, names in os.walk(folder, onerror=trouble):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(root)
        if CHART in names:
            found.unrendered.append(Unrendered(here, "helm"))
            folders.clear()
            continue
        if any(name in names for name in KUSTOMIZATIONS):
            found.unrendered.append(Unrendered(here, "kustomize"))
            kustomized.add(here)
            continue
        if here.parent in kustomized:
            kustomized.add(here)  # plain files below a kustomization are its parts, and judged with it
            continue
        found.files += [here / name for name in sorted(names) if Path(name).suffix.lower() in OBJECTS | OTHERS]


def read_files(paths: Iterable[Path], texts: Texts) -> Loaded:
    """Everything that the files hold."""
    made = Loaded()
    for path in paths:
        try:
            if path.is_file() and path.stat().st_size > MAX_BYTES:
                made.problems.append(_too_large(str(path)))
                continue
            with path.open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        except OSError as error:
            made.problems.append(Problem(str(path), 1, error.strerror or str(error), Trouble.UNREAD))
            continue
        made.add(read_bytes(raw, str(path), texts))
    return made


def read_stream(stream: BinaryIO, texts: Texts) -> Loaded:
    """Everything that stands on standard input."""
    return read_bytes(stream.read(MAX_BYTES + 1), "-", texts)


def read_bytes(raw: bytes, file: str, texts: Texts) -> Loaded:
    """Everything that the bytes of a file hold. A name that is no object's makes it an operator's file."""
    made = Loaded()
    if len(raw) > MAX_BYTES:
        made.problems.append(_too_large(file))
        return made
    try:
        text = raw.decode("utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError:
        made.problems.append(Problem(file, 1, "this is no text", Trouble.UNREAD))
        return made
    if "\0" in text:
        made.problems.append(Problem(file, 1, "this is no text", Trouble.UNREAD))
    elif Path(file).suffix.lower() in OTHERS:
        made.files.append(OperatorFile(file, text))
    else:
        made = texts.read(text, file)
    return made


def _too_large(file: str) -> Problem:
    return Problem(file, 1, f"larger than {MAX_BYTES // 1024 // 1024} MiB, which no manifest is", Trouble.UNREAD)
