"""Asks every check about everything it is for.

A check is only called for objects of its types: 10,000 objects and 200 checks are some hundred thousand calls, not two
million. What passes is counted, and made into a finding only where somebody wants to see it.

The unit that is counted is a check and an object: all containers of a Deployment are one answer of one check.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from seakeep.checks.base import MOOT, Answer, Check, Note, Per
from seakeep.core.finding import REVIEW
from seakeep.core.verdict import Verdict, merge
from seakeep.manifests.index import Index, OperatorFile
from seakeep.manifests.model import Manifest
from seakeep.manifests.pods import Pod

Judge = Callable[..., Answer]
"""What it takes is said by the check's `per`."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One thing that a check said, and what about. `about` is None where it is about the run or a named subject. `line`
    is given where it was found already."""

    check: Check
    note: Note
    about: Manifest | OperatorFile | None
    line: int | None = None


@dataclass(slots=True)
class Tally:
    """Answers of one check by verdict, a unit being the check and one object."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    moot: int = 0
    waived: int = 0

    def count(self, verdict: Verdict) -> None:
        """One more."""
        match verdict:
            case Verdict.PASS:
                self.passed += 1
            case Verdict.FAIL:
                self.failed += 1
            case Verdict.NOT_APPLICABLE:
                self.moot += 1
            case _:
                self.unknown += 1

    def add(self, other: "Tally") -> None:
        """The answers about other objects."""
        self.passed += other.passed
        self.failed += other.failed
        self.unknown += other.unknown
        self.moot += other.moot
        self.waived += other.waived


@dataclass(slots=True)
class Verdicts:
    """What all checks said. `passes` are only there where they were asked for."""

    said: list[Judged] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)

    def add(self, other: "Verdicts") -> None:
        """What the same checks said about other objects."""
        self.said += other.said
        for id_, tally in other.tallies.items():
            self.tallies[id_].add(tally)


Entry = tuple[Check, Judge, Tally]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Who is asked about objects of a type: about the object, its pod, its containers."""

    objects: list[Entry]
    pods: list[Entry]
    containers: list[Entry]


class Engine:
    """The checks of a run, sorted by what they are called with."""

    def __init__(self, modules: Iterable[ModuleType], index: Index, *, passes: bool = False) -> None:
        self._index = index
        self._passes = passes
        self._made = Verdicts()
        self._entries: list[Entry] = []
        self._plans: dict[str, _Plan] = {}
        for module in modules:
            tally = self._made.tallies[module.CHECK.id] = Tally()
            self._entries.append((module.CHECK, module.judge, tally))

    def run(self) -> Verdicts:
        """Judge everything: object by object, then the operators' files, then what is asked about all at once."""
        self.objects(0, len(self._index.manifests))
        return self.rest()

    def objects(self, start: int, stop: int) -> Verdicts:
        """Judge a part of the objects; the answer is all that was said so far."""
        for each in self._index.manifests[start:stop]:
            self._object(each)
        return self._made

    def rest(self) -> Verdicts:
        """Judge the operators' files, then what is asked about all at once."""
        for file in self._index.operator_files:
            self._ask([each for each in self._of(Per.FILE) if file.form in each[0].forms], file, file)
        for check, judge, _ in self._of(Per.INDEX):
            self._ask_once(check, judge)
        return self._made

    def _of(self, per: Per) -> list[Entry]:
        return [each for each in self._entries if each[0].per is per]

    def _plan(self, type_: str) -> _Plan:
        def meant(per: Per) -> list[Entry]:
            return [each for each in self._of(per) if not each[0].types or {type_, "*"} & set(each[0].types)]

        self._plans[type_] = made = _Plan(meant(Per.OBJECT), meant(Per.POD), meant(Per.CONTAINER))
        return made

    def _object(self, manifest: Manifest) -> None:
        plan = self._plans.get(manifest.type) or self._plan(manifest.type)
        self._ask(plan.objects, manifest, manifest)
        pod = self._index.pod(manifest)
        if pod is not None:
            self._ask(plan.pods, manifest, pod)
            self._ask_containers(plan.containers, manifest, pod)

    def _ask(self, entries: Iterable[Entry], about: Manifest | OperatorFile, subject: Any) -> None:
        """The two plain answers are only counted: there are hundreds of thousands of them."""
        index, quiet = self._index, not self._passes
        for check, judge, tally in entries:
            try:
                answer = judge(subject, index)
            except Exception as error:  # noqa: BLE001 - a check that cannot cope is UNKNOWN, and the others go on
                answer = _broken(error)
            if answer is None and quiet:
                tally.passed += 1
            elif answer is MOOT and quiet:
                tally.moot += 1
            else:
                self._note(check, about, _heard(answer))

    def _ask_once(self, check: Check, judge: Judge) -> None:
        try:
            answer = judge(self._index)
        except Exception as error:  # noqa: BLE001 - see _ask
            answer = _broken(error)
        self._note(check, None, _heard(answer))

    def _ask_containers(self, entries: Iterable[Entry], manifest: Manifest, pod: Pod) -> None:
        """All containers of the pod are one answer of each check."""
        index, quiet = self._index, not self._passes
        for check, judge, tally in entries:
            roles = check.roles
            chosen = [each for each in pod.containers if each.role in roles]
            if not chosen:
                continue
            notes: list[Note] = []
            for container in chosen:
                try:
                    answer = judge(container, index)
                except Exception as error:  # noqa: BLE001 - see _ask
                    answer = _broken(error)
                if answer is not None:
                    notes += _heard(answer)
            if notes or not quiet:
                self._note(check, manifest, notes)
            else:
                tally.passed += 1

    def _note(self, check: Check, about: Manifest | OperatorFile | None, notes: Sequence[Note]) -> None:
        tally = self._made.tallies[check.id]
        if not notes:
            tally.passed += 1
            if self._passes:
                self._made.said.append(Judged(check, Note(message="", verdict=Verdict.PASS), about))
            return
        if check.per is Per.INDEX:  # each note is about another thing, and a unit of its own
            for note in notes:
                tally.count(note.verdict)
        else:
            tally.count(_unit(notes))
        for note in notes:
            shown = note.verdict in {Verdict.FAIL, Verdict.UNKNOWN} or note.message.startswith(REVIEW)
            if shown or self._passes:
                self._made.said.append(Judged(check, note, note.about or about))


def _heard(answer: Answer) -> Sequence[Note]:
    """The notes of an answer. A generator may break on its way: what it said before stays, and the rest is UNKNOWN."""
    if answer is None:
        return ()
    if isinstance(answer, Note):
        return (answer,)
    notes: list[Note] = []
    try:
        notes.extend(answer)
    except Exception as error:  # noqa: BLE001 - see Engine._ask
        notes.append(_broken(error))
    return notes


def _unit(notes: Sequence[Note]) -> Verdict:
    """The one verdict of several notes: the question arises where it arises for any of them."""
    verdicts = [note.verdict for note in notes if note.verdict is not Verdict.NOT_APPLICABLE]
    return merge(verdicts) if verdicts else Verdict.NOT_APPLICABLE


def _broken(error: Exception) -> Note:
    return Note(message=f"the check could not cope: {type(error).__name__}: {error}", verdict=Verdict.UNKNOWN)
