"""certs rotate-ca: replace authorities in stages. Each stage reaches every machine before the next one begins.

    trust     the next authority is made, and trusted beside the one that signs
    reissue   the next one signs: every certificate is issued anew, kubelets get new ones from it
    drop      the previous one is trusted no more

Where a rotation stands is told by the state folder (`state/rotation.py`), and whether the machines have come there by
an ordinary plan: while one is not empty, the stage is not over. `apply` and `resume` go on with it as well as this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from seakeep.core.errors import RefusedError
from seakeep.flows import trusting
from seakeep.flows.apply import Confirm, no_wish
from seakeep.flows.certs import see
from seakeep.flows.certs_chosen import authority, wishes
from seakeep.flows.certs_judged import judged
from seakeep.flows.renew import applied, served
from seakeep.flows.session import Session
from seakeep.flows.view import View
from seakeep.report.certs import RotationReport, RotationRow, StageDone
from seakeep.state import rotation
from seakeep.state.pki import Missing
from seakeep.state.rotation import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to replace, the stage after which to stop, and whether other people's pods may be left behind."""

    words: Sequence[str]
    until: Stage = Stage.DROP
    ignore_pods: bool = False


async def rotate(session: Session, confirm: Confirm, wanted: Wanted) -> RotationReport:
    """Go on with these rotations, or begin them.

    UsageError for an authority that there is not; RefusedError where machines are not as designed, another authority is
    in the middle of its rotation, or somebody still depends on what would be dropped; the errors of `apply`.
    """
    names = authority(session.design, wanted.words)
    _refuse_others(session, names)
    done: list[StageDone] = []
    if rotation.stages(session.state, session.design):
        # A run that stopped part-way may have left machines behind.
        report = await applied(session, confirm, command="rotate-ca", wish=no_wish)
        if report.changes:
            here = {name: str(stage) for name, stage in rotation.stages(session.state, session.design).items()}
            done.append(StageDone(stage="; ".join(sorted(set(here.values()))), authorities=tuple(here), applied=report))
        else:
            # One that was killed at its end may not have waited for it.
            await served(session)
        await trusting.settle(session, names)
    for stage in list(Stage)[: list(Stage).index(wanted.until) + 1]:
        due = tuple(name for name in names if _next(session, name, done) is stage)
        if not due:
            continue
        await _refuse_too_early(session, stage, due, wanted)
        report = await applied(session, confirm, command="rotate-ca", wish=partial(_wish, session, stage, due))
        await trusting.settle(session, due)
        done.append(StageDone(stage=str(stage), authorities=due, applied=report))
    standing = rotation.stages(session.state, session.design)
    return RotationReport(
        cluster_name=session.design.name,
        stages=tuple(done),
        open=tuple(RotationRow(authority=name, stage=str(stage)) for name, stage in standing.items()),
        next_steps=_next_steps(standing),
    )


def _next(session: Session, name: str, done: Sequence[StageDone]) -> Stage | None:
    """The step that comes now; None for a rotation that ended in this call."""
    if any(each.stage == Stage.DROP and name in each.authorities for each in done):
        return None
    return rotation.NEXT[rotation.stage(session.state, name)]


def _wish(session: Session, stage: Stage, names: Sequence[str], view: View) -> tuple[Missing, ...]:
    """What to issue for a stage, once everything is as designed before it."""
    drift = view.plan(session).changes
    if drift:
        raise RefusedError(
            f"the machines are not as designed: {len(drift)} changes are due, the first {drift[0].host}: "
            f"{drift[0].what} ({drift[0].why}); nothing was changed",
            hint="`seakeep apply` first: a rotation begins, and goes on, from a cluster without drift",
        )
    found = [Missing(rotation.step(name, stage), "the rotation was asked for") for name in names]
    if stage is Stage.REISSUE:
        leaves = [leaf for leaf in session.design.pki.leaves if leaf.ca in names]
        found += wishes(leaves, "its authority is replaced")
    return tuple(found)


def _refuse_others(session: Session, names: Sequence[str]) -> None:
    """One after the other, unless they were begun together: two that are at different stages would each wait for the
    other's machines."""
    standing = rotation.stages(session.state, session.design)
    others = {name: stage for name, stage in standing.items() if name not in names}
    if others:
        listed = ", ".join(f"{name} (at {stage})" for name, stage in others.items())
        raise RefusedError(
            f"a rotation is already in progress: {listed}; nothing was changed",
            hint=f"`seakeep certs rotate-ca {' '.join(others)}` goes on with it; then begin this one",
        )


async def _refuse_too_early(session: Session, stage: Stage, names: Sequence[str], wanted: Wanted) -> None:
    if stage is Stage.REISSUE and "cluster" in names and not wanted.ignore_pods:
        await trusting.refuse_old_pods(session)
    if stage is not Stage.DROP:
        return
    if rotation.SERVICE_ACCOUNT in names:
        trusting.refuse_young_key(session)
    found = judged(session.design, session.state, await see(session), session.clock.now())
    # A leaf that the previous authority signed is a problem of its own in this list.
    wrong = [f"{row.name}: {problem}" for row in found.certificates for problem in row.problems]
    if wrong:
        raise RefusedError(
            "the previous authority cannot be dropped yet: not everything is known to be of the new one; "
            "the rotation stays at reissue\n" + "\n".join(wrong[:10]),
            hint="`seakeep certs list` shows them all; then go on with the same command",
        )


def _next_steps(standing: dict[str, Stage]) -> tuple[str, ...]:
    if standing:
        return (f"seakeep certs rotate-ca {' '.join(standing)}",)
    return ("seakeep kubeconfig   # whoever has an older one needs this one", "seakeep certs list")
