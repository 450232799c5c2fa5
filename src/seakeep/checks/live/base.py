"""What was read of a living cluster, and how checks of it are asked."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import TypeVar

from seakeep.checks.base import Check, Note
from seakeep.checks.engine import Judged, Tally, Verdicts
from seakeep.core.finding import REVIEW
from seakeep.core.verdict import Verdict, merge
from seakeep.design.model import Design, Machine
from seakeep.facts.base import Fact, FactSet
from seakeep.manifests.index import Index

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Something that was tried. `held` is None where it could not be tried; `said` is what was seen."""

    held: bool | None
    said: str


Tried = tuple[tuple[str, Proof], ...]
"""(where or with whom, what came of it) of one proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A cluster as it is. `unreachable`: machine -> reason. `unread`: resource of the API -> why it could not be read.
    `index` holds the objects that were read, and the machines' configuration files. `proofs`: id of a proof -> what
    came of it. `lab` says that the machines are containers on one computer. `requested`: machine -> the deprecated
    APIs that its API server was asked for, or why it could not say. `releases` is None where nobody looked."""

    design: Design
    facts: Mapping[str, FactSet]
    unreachable: Mapping[str, str]
    index: Index
    unread: Mapping[str, str]
    proofs: Mapping[str, Tried]
    now: datetime
    lab: bool
    pods: tuple["LivePod", ...] = field(default=())
    requested: Mapping[str, "tuple[Requested, ...] | str"] = field(default_factory=dict)
    releases: "Releases | None" = None

    def machines(self, fact: Fact[T], machines: Iterable[Machine]) -> Iterable[tuple[Machine, T | None, str]]:
        """(machine, its reading, why there is none) for each of them."""
        for machine in machines:
            found = self.facts.get(machine.name)
            if found is None:
                yield machine, None, self.unreachable.get(machine.name, "it was not read")
                continue
            value = found.find(fact)
            yield machine, value, "" if value is not None else f"the fact {fact.id} could not be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePod:
    """What is needed of a pod that something else made. `owner` is its controller's kind; '' for one that nobody made
    again. `local` says that it has data on its node (emptyDir). `waiting` is why a container of it waits,
    `restarts` the most that one was restarted, `leaving` says that it is being deleted."""

    namespace: str
    name: str
    node: str
    labels: Mapping[str, str]
    phase: str
    ready: bool
    owner: str
    local: bool = False
    waiting: str = ""
    restarts: int = 0
    leaving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Requested:
    """A deprecated API that an API server was asked for since its start. `removed` is the minor that removes it, ''
    where none is announced."""

    group: str
    version: str
    resource: str
    subresource: str
    removed: str

    def __str__(self) -> str:
        path = "/".join(filter(None, (self.resource, self.subresource)))
        return f"{self.group}/{self.version} {path}" if self.group else f"{self.version} {path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The newest revision of a Helm release: what its stored manifests hold. `objects` are (apiVersion, kind, name);
    `why` says why they could not be read."""

    namespace: str
    name: str
    revision: int
    objects: tuple[tuple[str, str, str], ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """Helm's releases. `opened` says that their Secrets were read, which has to be asked for."""

    opened: bool
    newest: tuple[Release, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """Pods of one namespace with the same labels: what selects one of them selects all."""

    namespace: str
    labels: Mapping[str, str]
    pods: list[LivePod]


def alike(pods: Iterable[LivePod]) -> Iterable[Alike]:
    """The pods in groups. The reader keeps equal labels once, so that they are told by which they are; labels that
    are equal and not the same make one group more, and nothing wrong."""
    found: dict[tuple[str, int], Alike] = {}
    for pod in pods:
        key = (pod.namespace, id(pod.labels))
        if key not in found:
            found[key] = Alike(pod.namespace, pod.labels, [])
        found[key].pods.append(pod)
    return found.values()


def good(subject: str, message: str) -> Note:
    """It is as it should be."""
    return Note(message=message, verdict=Verdict.PASS, subject=subject)


def wrong(subject: str, message: str, **evidence: str | float | list[str]) -> Note:
    """It is not."""
    return Note(message=message, subject=subject, evidence=evidence or None)


def moot(subject: str, message: str) -> Note:
    """The question does not arise."""
    return Note(message=message, verdict=Verdict.NOT_APPLICABLE, subject=subject)


def unknown(subject: str, message: str) -> Note:
    """It could not be told."""
    return Note(message=message, verdict=Verdict.UNKNOWN, subject=subject)


def review(subject: str, message: str) -> Note:
    """Only a person can say: the evidence is collected."""
    return Note(message=REVIEW + message, verdict=Verdict.NOT_APPLICABLE, subject=subject)


def each(live: Live, fact: Fact[T], machines: Iterable[Machine], judge: Callable[[Machine, T], str]) -> Iterable[Note]:
    """A note for each machine: `judge` says what is wrong, or ''. A machine that could not be read is UNKNOWN."""
    for machine, value, why in live.machines(fact, machines):
        if value is None:
            yield unknown(machine.name, why)
        elif said := judge(machine, value):
            yield wrong(machine.name, said)
        else:
            yield good(machine.name, "")


def run(modules: Iterable[ModuleType], live: Live, *, passes: bool = False) -> Verdicts:
    """Ask every check. One that needs a resource that could not be read, and one that breaks, is UNKNOWN."""
    made = Verdicts()
    for module in modules:
        check: Check = module.CHECK
        tally = made.tallies.setdefault(check.id, Tally())
        for note in _asked(module, check, live):
            tally.count(note.verdict)
            shown = note.verdict in {Verdict.FAIL, Verdict.UNKNOWN}
            # What a person has to decide is shown: it is the only way that it is ever decided.
            if shown or passes or note.message.startswith(REVIEW):
                made.said.append(Judged(check, note, note.about))
    return made


def _asked(module: ModuleType, check: Check, live: Live) -> list[Note]:
    if lacking := [f"{name}: {live.unread[name]}" for name in check.needs if name in live.unread]:
        return [unknown(live.design.name, f"could not be read: {'; '.join(lacking)}")]
    try:
        notes = list(module.judge(live))
    except Exception as error:  # noqa: BLE001 - a check that cannot cope is UNKNOWN, and the others go on
        return [unknown(live.design.name, f"the check could not cope: {type(error).__name__}: {error}")]
    return notes or [Note(message="the question does not arise", verdict=Verdict.NOT_APPLICABLE)]


def verdict(verdicts: Verdicts) -> Verdict:
    """Of everything that was said."""
    return merge(judged.note.verdict for judged in verdicts.said)
