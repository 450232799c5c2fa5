"""etcd is told what to do by flags or by one file; the file counts alone where it is given."""

from collections.abc import Callable

from seakeep.checks.base import MOOT, Answer, Note
from seakeep.checks.programs.commands import Command, of
from seakeep.manifests.access import Path, mapping
from seakeep.manifests.index import Index, OperatorFile

_IN_FILE: dict[str, Path] = {
    "cert-file": ("client-transport-security", "cert-file"),
    "key-file": ("client-transport-security", "key-file"),
    "client-cert-auth": ("client-transport-security", "client-cert-auth"),
    "auto-tls": ("client-transport-security", "auto-tls"),
    "peer-cert-file": ("peer-transport-security", "cert-file"),
    "peer-key-file": ("peer-transport-security", "key-file"),
    "peer-client-cert-auth": ("peer-transport-security", "client-cert-auth"),
    "peer-auto-tls": ("peer-transport-security", "auto-tls"),
}


def settings(index: Index) -> list[Command]:
    """The members' settings: command lines without a file, and files, as flags."""
    lines = [each for each in of(index, "etcd") if "config-file" not in each.flags]
    return [*lines, *(_read(file) for file in index.files("etcd"))]


def _read(file: OperatorFile) -> Command:
    given: dict[str, str] = {}
    places: dict[str, Path] = {}
    for flag, (section, name) in _IN_FILE.items():
        value = mapping(file.data, str(section)).get(str(name))
        if value is not None:
            given[flag] = str(value).lower() if isinstance(value, bool) else str(value)
            places[flag] = (section, name)
    return Command(program="etcd", flags=given, places=places, file=file)


def judged(index: Index, flag: str, wrong: Callable[[str | None], str]) -> Answer:
    """As `commands.judged`, of flags and files."""
    asked = False
    notes: list[Note] = []
    for member in index.once(settings):
        value = member.flags.get(flag)
        if value is None and not member.whole:
            continue
        asked = True
        if said := wrong(value):
            notes.append(member.note(said, flag))
    return notes if asked else MOOT


def both(index: Index, first: str, second: str) -> Answer:
    """Both settings are given."""
    asked = [each for each in index.once(settings) if each.whole]
    if not asked:
        return MOOT
    missing = [(each, flag) for each in asked for flag in (first, second) if not each.flags.get(flag)]
    return [each.note(f"--{flag} is not set", flag) for each, flag in missing]
