"""The command lines of Kubernetes' programs, wherever they are written: pods, kubeadm's extraArgs, unit files, and
those of running processes.
"""

import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from seakeep.checks.base import MOOT, Answer, Note
from seakeep.formats import flags
from seakeep.manifests.access import Path, mapping, mappings, text, texts
from seakeep.manifests.index import Index, OperatorFile
from seakeep.manifests.model import Manifest

_KUBEADM = {
    "apiServer": "kube-apiserver",
    "controllerManager": "kube-controller-manager",
    "scheduler": "kube-scheduler",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How one program is started. `whole` says that all its flags are known: kubeadm adds its own to extraArgs."""

    program: str
    flags: Mapping[str, str]
    places: Mapping[str, Path] = field(default_factory=dict)
    path: Path = ()
    where: Manifest | None = None
    file: OperatorFile | None = None
    whole: bool = True

    def at(self, flag: str) -> Path:
        """Where the flag is written, or where it should be."""
        return self.places.get(flag, self.path)

    def note(self, message: str, flag: str = "") -> Note:
        """A failure of this command."""
        evidence = {"flag": f"--{flag}", "value": self.flags.get(flag)} if flag else None
        return Note(
            message=f"{self.program}: {message}", path=self.at(flag), about=self.where or self.file, evidence=evidence
        )


def commands(index: Index) -> list[Command]:
    """All that stand in what was given."""
    made = [*_in_pods(index), *_in_kubeadm(index)]
    for file in index.files("unit"):
        made += _in_unit(file)
    for file in index.files("command"):
        made += _in_process(file)
    return made


def of(index: Index, program: str) -> list[Command]:
    """Those of one program."""
    return [each for each in index.once(commands) if each.program == program]


def judged(index: Index, program: str, flag: str, wrong: Callable[[str | None], str]) -> Answer:
    """Asks `wrong` about the flag's value (None where it is not given) in every command of the program; it answers with
    what is wrong, or ''. Without such a command the question does not arise, and a flag that is not among kubeadm's
    extraArgs may be set by kubeadm itself."""
    asked = False
    notes: list[Note] = []
    for command in of(index, program):
        value = command.flags.get(flag)
        if value is None and not command.whole:
            continue
        asked = True
        if said := wrong(value):
            notes.append(command.note(said, flag))
    return notes if asked else MOOT


def both(index: Index, program: str, first: str, second: str) -> Answer:
    """Both flags are given, in every command of the program that is known whole."""
    asked = [each for each in of(index, program) if each.whole]
    if not asked:
        return MOOT
    missing = [(each, flag) for each in asked for flag in (first, second) if not each.flags.get(flag)]
    return [each.note(f"--{flag} is not set", flag) for each, flag in missing]


def unless(index: Index, program: str, instead: str, flag: str, wrong: Callable[[str | None], str]) -> Answer:
    """As `judged`, leaving out commands that have the flag `instead`, which takes the place of the other."""
    asked = [each for each in of(index, program) if instead not in each.flags]
    asked = [each for each in asked if each.whole or flag in each.flags]
    if not asked:
        return [] if of(index, program) else MOOT
    return [each.note(said, flag) for each in asked if (said := wrong(each.flags.get(flag)))]


def _in_pods(index: Index) -> Iterator[Command]:
    for pod in index.pods:
        for container in pod.containers:
            command, args = texts(container.body, "command"), texts(container.body, "args")
            words = [*command, *args]
            position = next((number for number, word in enumerate(words) if flags.program_of(word)), None)
            if position is None:
                continue
            parsed = flags.parse(words[position + 1 :])
            places = {
                name: container.at(*_place(position + 1 + spot, len(command))) for name, (_, spot) in parsed.items()
            }
            yield Command(
                program=flags.program_of(words[position]),
                flags={name: value for name, (value, _) in parsed.items()},
                places=places,
                path=container.at("command" if command else "args"),
                where=pod.manifest,
            )


def _place(position: int, commands_: int) -> tuple[str, int]:
    return ("command", position) if position < commands_ else ("args", position - commands_)


def _in_kubeadm(index: Index) -> Iterator[Command]:
    for each in index.of("ClusterConfiguration"):
        for part, program in _KUBEADM.items():
            found = mapping(each.body, part).get("extraArgs")
            yield from _extra(each, program, found, (part, "extraArgs"))
        local = mapping(each.body, "etcd", "local")
        yield from _extra(each, "etcd", local.get("extraArgs"), ("etcd", "local", "extraArgs"))


def _extra(manifest: Manifest, program: str, found: object, path: Path) -> Iterator[Command]:
    """v1beta3 has a mapping, v1beta4 a list of names and values."""
    given: dict[str, str] = {}
    places: dict[str, Path] = {}
    if isinstance(found, dict):
        given = {str(name): str(value) for name, value in found.items()}
        places = {name: (*path, name) for name in given}
    elif isinstance(found, list):
        for number, item in mappings(found):
            if name := text(item, "name"):
                given[name], places[name] = str(item.get("value", "")), (*path, number)
    if given:
        yield Command(program=program, flags=given, places=places, path=path, where=manifest, whole=False)


def _in_unit(file: OperatorFile) -> Iterator[Command]:
    for number, line in flags.joined(file.text):
        name, _, value = line.strip().partition("=")
        if name == "ExecStart" and value.strip():
            yield from _of_words(file, value.strip().lstrip("-@:+!"), number)


def _in_process(file: OperatorFile) -> Iterator[Command]:
    for number, line in enumerate(file.lines, 1):
        yield from _of_words(file, line, number)


def _of_words(file: OperatorFile, line: str, number: int) -> Iterator[Command]:
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    program = flags.program_of(words[0]) if words else ""
    if program:
        given = {name: value for name, (value, _) in flags.parse(words[1:]).items()}
        yield Command(program=program, flags=given, path=(number,), file=file)
