"""resume: go on with a run that stopped part-way.

What was done is seen on the machines, so that going on is an apply with the run's own spec and journal: what is
verified is not planned again, what is ambiguous is repeated if the facts do not show it.
"""

import hashlib
from functools import partial

import msgspec

from seakeep.core.change import OPERATOR
from seakeep.core.errors import RefusedError
from seakeep.design.known import Replacing
from seakeep.engine.journal import Journal, State
from seakeep.flows.apply import Confirm, apply
from seakeep.flows.renew import served
from seakeep.flows.session import Session
from seakeep.flows.view import View
from seakeep.phases import keys
from seakeep.report.apply import ApplyReport
from seakeep.state import pki
from seakeep.state.runs import Run, find_run, list_runs

RESUMABLE = ("apply", "renew", "rotate-ca")
"""The verbs of runs that are an apply, with or without something that was to be issued besides."""


async def resume(session: Session, run_id: str | None, confirm: Confirm) -> ApplyReport:
    """RefusedError where there is nothing to go on with, or the file is not the run's any more. What a run was to issue
    is served when it has ended."""
    run = _chosen(session, run_id)
    try:
        stored = run.spec.read_bytes()
    except FileNotFoundError:
        stored = b""
    if hashlib.sha256(stored).hexdigest() != session.loaded.digest:
        raise RefusedError(
            f"{session.loaded.path} has changed since {run.id} began",
            hint="`seakeep apply` takes the machines from where they are to the file as it is now",
        )
    given_up = run.folder / "replacing.json"
    if given_up.exists():
        # The member that it was when the run began: what carries another id by now is the new one.
        session.replacing = msgspec.json.decode(given_up.read_bytes(), type=Replacing)
    report = await apply(session, confirm=confirm, command=run.verb, run=run, wish=partial(_unfinished, run))
    if run.verb != "apply":
        await served(session)
    return report


def _unfinished(run: Run, view: View) -> tuple[pki.Missing, ...]:
    """What the run was to issue, though nothing was wrong with it, and has not: the state folder does not tell."""
    del view
    if run.verb == "apply":
        return ()
    history = Journal.read(run.journal)
    prefix = f"{OPERATOR}/{keys.PHASE.id}/"
    open_ones = (State.PENDING, State.AMBIGUOUS, State.FAILED)
    return tuple(
        pki.Missing(change.removeprefix(prefix), "the run that is resumed was to issue it")
        for change, state in history.states.items()
        if change.startswith(prefix) and state in open_ones
    )


def _chosen(session: Session, run_id: str | None) -> Run:
    if run_id is not None:
        run = find_run(session.state, run_id)
        if run is None:
            raise RefusedError(f"there is no run {run_id!r}", hint="see `seakeep runs list`")
        if run.verb not in RESUMABLE:
            command = (Journal.read(run.journal).command if run.begun else "") or run.verb
            raise RefusedError(f"{run.id} is no apply", hint=f"`seakeep {command}` again does what is left")
        if not run.begun or Journal.read(run.journal).finished:
            raise RefusedError(f"there is nothing to resume: {run.id} came to its end", hint="see `seakeep runs list`")
        return run
    for run in list_runs(session.state):
        if run.verb not in RESUMABLE or not run.begun:
            continue
        if Journal.read(run.journal).finished:
            break
        return run
    raise RefusedError("there is nothing to resume: the last run came to its end", hint="see `seakeep runs list`")
