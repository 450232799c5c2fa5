"""Judging a stored run again, from its folder alone: nothing is connected and nothing is touched."""

import base64
import hashlib
from collections.abc import Mapping

import msgspec

from seakeep import __version__
from seakeep.core.errors import UndecidedError, UsageError
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.engine.journal import History, RunEnd, RunStart, State
from seakeep.engine.lock import holder
from seakeep.engine.plan import Plan
from seakeep.facts.base import FactSet, digest
from seakeep.facts.registry import STATE
from seakeep.flows.runs import chosen, read_history
from seakeep.flows.session import Session
from seakeep.report.runs import RunJudgement
from seakeep.state.runs import Run

_NAMED = 5
"""Changes that are named before they are only counted."""

_TITLES = {
    "RUN001": "its journal tells the whole story",
    "RUN002": "it came to its end",
    "RUN003": "every planned change was made",
    "RUN004": "what it left was proven",
    "RUN005": "the stored plan, file and facts are those that it was made from",
}


class _Proven(msgspec.Struct):
    """One finding of a stored report."""

    title: str = ""
    verdict: Verdict = Verdict.UNKNOWN
    message: str = ""


class _Stored(msgspec.Struct):
    """The part of any stored report that is judged."""

    proof: tuple[_Proven, ...] = ()


class _Facts(msgspec.Struct):
    machines: Mapping[str, Mapping[str, str]]


async def judge(session: Session, run_id: str | None) -> RunJudgement:
    """One run, by default the last. UsageError where there is none; a journal that cannot be read is UNKNOWN."""
    run = chosen(session, run_id)
    owner = holder(session.state.path("lock"))
    running = owner is not None and owner.run == run.id
    try:
        history = read_history(run)
    except UndecidedError as error:
        unread = _found("RUN001", Verdict.UNKNOWN, error.message, error.hint)
        return RunJudgement(run_id=run.id, folder=str(run.folder), findings=(unread,))
    findings = judged(run, history, running=running)
    return RunJudgement(run_id=run.id, folder=str(run.folder), findings=findings)


def judged(run: Run, history: History, *, running: bool = False) -> tuple[Finding, ...]:
    """The findings about a run whose journal could be read."""
    if not history.records:
        return (_found("RUN001", Verdict.UNKNOWN, "it has no journal: it was stopped before it changed anything"),)
    return (
        _found("RUN001", Verdict.PASS, f"{len(history.records)} records by {history.by}"),
        _end(history, running=running),
        _changes(history, running=running),
        _proof(run, history),
        _inputs(run, history),
    )


def _end(history: History, *, running: bool) -> Finding:
    if history.result == "ok":
        return _found("RUN002", Verdict.PASS, f"ended well at {history.ended}")
    if running:
        return _found("RUN002", Verdict.UNKNOWN, "it is still running")
    if not history.result:
        return _found("RUN002", Verdict.FAIL, "it was cut off: its process died", "`seakeep resume` goes on from there")
    error = next(each.error for each in reversed(history.records) if isinstance(each, RunEnd))
    said = f": {error.splitlines()[0]}" if error else ""
    return _found("RUN002", Verdict.FAIL, f"{history.result} at {history.ended}{said}", "`seakeep resume` goes on")


def _changes(history: History, *, running: bool) -> Finding:
    failed, open_ones, pending = (history.ids(state) for state in (State.FAILED, State.AMBIGUOUS, State.PENDING))
    done, verified = len(history.ids(State.DONE)), len(history.ids(State.VERIFIED))
    made = f"{done} reported done by their machines, {verified} seen to hold when a later attempt read them"
    if history.result == "ok" and pending:
        # Each part is planned anew when its turn comes: what is not in that plan any more was as wanted by then.
        made, pending = f"{made}, {len(pending)} found as wanted when their turn came", ()
    if failed:
        return _found("RUN003", Verdict.FAIL, f"failed: {_named(failed)}; {made}", history.errors.get(failed[0], ""))
    if pending and not running:
        return _found("RUN003", Verdict.FAIL, f"not made: {_named(pending)}; {made}", "`seakeep resume` makes them")
    if open_ones or pending:
        return _found(
            "RUN003", Verdict.UNKNOWN, f"begun, and no end is known: {_named(open_ones or pending)}; {made}",
            "`seakeep plan` reads the machines and tells",
        )  # fmt: skip
    return _found("RUN003", Verdict.PASS, made)


def _proof(run: Run, history: History) -> Finding:
    if history.result != "ok":
        return _found("RUN004", Verdict.NOT_APPLICABLE, "it did not come that far")
    try:
        proof = msgspec.json.decode(run.report.read_bytes(), type=_Stored).proof
    except OSError:
        needs = history.command not in ("reset", "unlock")
        return _found(
            "RUN004", Verdict.UNKNOWN if needs else Verdict.NOT_APPLICABLE,
            "its report is not in its folder" if needs else "nothing is left to be proven",
        )  # fmt: skip
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _found("RUN004", Verdict.UNKNOWN, f"its report cannot be read: {error}")
    if not proof:
        return _found("RUN004", Verdict.NOT_APPLICABLE, "its report holds no proof")
    for wanted in (Verdict.FAIL, Verdict.UNKNOWN):
        wrong = [each for each in proof if each.verdict is wanted]
        if wrong:
            return _found("RUN004", wanted, "; ".join(f"{each.title}: {each.message}" for each in wrong))
    return _found("RUN004", Verdict.PASS, f"{len(proof)} of {len(proof)} proofs passed")


def _inputs(run: Run, history: History) -> Finding:
    """The newest attempt wrote all three. Facts of another version may be other facts, so that their digest says
    nothing."""
    if history.command in ("reset", "unlock"):
        return _found("RUN005", Verdict.NOT_APPLICABLE, "it is made from no plan")
    start = next(each for each in reversed(history.records) if isinstance(each, RunStart))
    try:
        plan = Plan.from_json(run.plan.read_bytes(), source=str(run.plan))
        spec = hashlib.sha256(run.spec.read_bytes()).hexdigest()
        facts = msgspec.json.decode(run.facts.read_bytes(), type=_Facts)
        sets = [
            FactSet(host, {name: base64.b64decode(raw, validate=True) for name, raw in found.items()})
            for host, found in facts.machines.items()
        ]
    except OSError as error:
        return _found("RUN005", Verdict.UNKNOWN, f"{error.filename} cannot be read: {error.strerror}")
    except (UsageError, msgspec.DecodeError, ValueError) as error:
        return _found("RUN005", Verdict.FAIL, f"damaged: {error}")
    wrong = []
    if plan.spec_digest != spec:
        wrong.append("spec.yaml is not the file that the plan was made from")
    if tuple(change.id for change in plan.changes) != start.planned:
        wrong.append("plan.json is not the plan that the journal began with")
    if wrong:
        return _found("RUN005", Verdict.FAIL, "; ".join(wrong))
    if digest(sets, STATE) != plan.facts_digest:
        if start.program != __version__:
            return _found("RUN005", Verdict.UNKNOWN, f"the facts were read by Seakeep {start.program or 'unknown'}")
        return _found("RUN005", Verdict.FAIL, "facts.json is not what the plan was made from")
    return _found("RUN005", Verdict.PASS, f"{len(plan.changes)} changes, {len(sets)} machines")


def _named(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _found(id_: str, verdict: Verdict, message: str, remediation: str = "") -> Finding:
    return Finding(
        id=id_,
        verdict=verdict,
        severity=Severity.ERROR,
        title=_TITLES[id_],
        message=message,
        remediation="" if verdict is Verdict.PASS else remediation,
    )
