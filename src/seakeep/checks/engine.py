"""Asks every check about everything it is for.

A check is only called for objects of its types: 10,000 objects and 200 checks are some hundred thousand calls, not two
million. What passes is counted, and made into a finding only where somebody wants to see it.

The unit that is counted is a check and an object: all containers of a Deployment are one answer of one check.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from seakeep.checks.base import Answer, Check, Note, Per
from seakeep.core.verdict import Verdict, merge
from seakeep.manifests.index import Index, OperatorFile
from seakeep.manifests.model import Manifest
from seakeep.manifests.pods import Pod

_EACH = frozenset({Per.INDEX, Per.LIVE})
"""Called once about everything: each note is about another thing, and a unit of its own."""

Judge = Callable[..., Answer]
"""What it takes is said by the check's `per`."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One thing that a check said, and what about. `about` is None where it is about the run or a named subject."""

    check: Check
    note: Note
    about: Manifest | OperatorFile | None


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


@dataclass(slots=True)
class Verdicts:
    """What all checks said. `passes` are only there where they were asked for."""

    said: list[Judged] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)


class Engine:
    """The checks of a run, sorted by what they are called with."""

    def __init__(self, modules: Iterable[ModuleType], index: Index, *, passes: bool = False, live: Any = None) -> None:
        """`live` is what was read of the living cluster, for checks of that scope; they are not asked without it."""
        self._index = index
        self._live = live
        self._passes = passes
        self._by_type: dict[str, list[tuple[Check, Judge]]] = {}
        self._every: list[tuple[Check, Judge]] = []
        self._pods: list[tuple[Check, Judge]] = []
        self._containers: list[tuple[Check, Judge]] = []
        self._whole: list[tuple[Check, Judge]] = []
        self._living: list[tuple[Check, Judge]] = []
        self._by_form: dict[str, list[tuple[Check, Judge]]] = {}
        self._made = Verdicts()
        for module in modules:
            self._take(module.CHECK, module.judge)

    def _take(self, check: Check, judge: Judge) -> None:
        entry = (check, judge)
        self._made.tallies[check.id] = Tally()
        match check.per:
            case Per.OBJECT:
                for name in check.types:
                    (self._every if name == "*" else self._by_type.setdefault(name, [])).append(entry)
            case Per.POD:
                self._pods.append(entry)
            case Per.CONTAINER:
                self._containers.append(entry)
            case Per.INDEX:
                self._whole.append(entry)
            case Per.FILE:
                for form in check.forms:
                    self._by_form.setdefault(form, []).append(entry)
            case Per.LIVE:
                self._living.append(entry)

    def run(self) -> Verdicts:
        """Judge everything."""
        self.objects(self._index.manifests)
        self.whole()
        return self._made

    def objects(self, manifests: Sequence[Manifest]) -> Verdicts:
        """Judge these objects of the index, one by one."""
        index = self._index
        for each in manifests:
            for check, judge in self._by_type.get(each.type, ()):
                self._ask(check, judge, each, each)
            for check, judge in self._every:
                self._ask(check, judge, each, each)
            pod = index.pod(each)
            if pod is not None:
                self._pod(each, pod)
        return self._made

    def whole(self) -> Verdicts:
        """Judge the operators' files, and what is asked about everything at once."""
        for file in self._index.operator_files:
            for check, judge in self._by_form.get(file.form, ()):
                self._ask(check, judge, file, file)
        for check, judge in self._whole:
            self._ask_once(check, judge, self._index)
        if self._live is not None:
            for check, judge in self._living:
                self._ask_once(check, judge, self._live)
        return self._made

    def _pod(self, manifest: Manifest, pod: Pod) -> None:
        for check, judge in self._pods:
            if not check.types or manifest.type in check.types:
                self._ask(check, judge, manifest, pod)
        for check, judge in self._containers:
            if not check.types or manifest.type in check.types:
                self._ask_containers(check, judge, manifest, pod)

    def _ask(self, check: Check, judge: Judge, about: Manifest | OperatorFile, subject: Any) -> None:
        try:
            answer = judge(subject, self._index)
            if answer is None:
                self._note(check, about, ())
            else:
                self._note(check, about, (answer,) if isinstance(answer, Note) else tuple(answer))
        except Exception as error:  # noqa: BLE001 - a check that cannot cope is UNKNOWN, and the others go on
            self._note(check, about, (_broken(error),))

    def _ask_once(self, check: Check, judge: Judge, world: Any) -> None:
        try:
            answer = judge(world)
            notes = () if answer is None else (answer,) if isinstance(answer, Note) else tuple(answer)
        except Exception as error:  # noqa: BLE001 - see _ask
            notes = (_broken(error),)
        self._note(check, None, notes)

    def _ask_containers(self, check: Check, judge: Judge, manifest: Manifest, pod: Pod) -> None:
        """All containers of the pod are one answer."""
        index, roles = self._index, check.roles
        notes: list[Note] = []
        asked = False
        try:
            for container in pod.containers:
                if container.role not in roles:
                    continue
                asked = True
                answer = judge(container, index)
                if answer is None:
                    continue
                notes += (answer,) if isinstance(answer, Note) else answer
        except Exception as error:  # noqa: BLE001 - see _ask
            notes.append(_broken(error))
        if asked:
            self._note(check, manifest, notes)

    def _note(self, check: Check, about: Manifest | OperatorFile | None, notes: Sequence[Note]) -> None:
        tally = self._made.tallies[check.id]
        if not notes:
            tally.passed += 1
            if self._passes:
                self._made.said.append(Judged(check, Note(message="", verdict=Verdict.PASS), about))
            return
        if check.per in _EACH:
            for note in notes:
                tally.count(note.verdict)
        else:
            tally.count(_unit(notes))
        for note in notes:
            if note.verdict in {Verdict.FAIL, Verdict.UNKNOWN} or self._passes:
                self._made.said.append(Judged(check, note, note.about or about))


def _unit(notes: Sequence[Note]) -> Verdict:
    """The one verdict of several notes: the question arises where it arises for any of them."""
    verdicts = [note.verdict for note in notes if note.verdict is not Verdict.NOT_APPLICABLE]
    return merge(verdicts) if verdicts else Verdict.NOT_APPLICABLE


def _broken(error: Exception) -> Note:
    return Note(message=f"the check could not cope: {type(error).__name__}: {error}", verdict=Verdict.UNKNOWN)
