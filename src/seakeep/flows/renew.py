"""certs renew: issue certificates anew and bring them to the machines, then see that they are what is served."""

from collections.abc import Sequence
from datetime import timedelta

from seakeep.core.errors import RefusedError
from seakeep.engine.wait import await_until
from seakeep.flows.apply import Confirm, Wish, apply
from seakeep.flows.certs import see
from seakeep.flows.certs_chosen import WHY_ALL, due, meant, wishes
from seakeep.flows.certs_judged import judged
from seakeep.flows.session import Session
from seakeep.flows.view import View
from seakeep.report.apply import ApplyReport
from seakeep.report.certs import RenewReport
from seakeep.state import pki
from seakeep.state.pki import Missing

SERVED_LIMIT = 90.0
"""Seconds until every port serves what lies on the disk. API servers are told of a changed file at once, and look at
it every minute in any case."""


async def renew(
    session: Session, confirm: Confirm, *, names: Sequence[str] = (), within: timedelta | None = None, every: bool
) -> RenewReport:
    """Renew these, those that end within a time, or all; without either those that are due.

    UsageError for a name that there is not; the errors of `apply` otherwise. RefusedError where nothing was ever
    issued.
    """
    chosen = meant(session.design, names)
    _refuse_before_the_first(session)

    def wish(view: View) -> tuple[Missing, ...]:
        del view
        if every:
            return wishes(session.design.pki.leaves, WHY_ALL)
        if within is not None:
            ends = dict(pki.expiries(session.state, session.design))
            found = due(session.design, ends, within=within, now=session.clock.now())
            return tuple(Missing(leaf.cert, why) for leaf, why in found)
        return wishes(chosen, "its renewal was asked for")

    before = dict(pki.expiries(session.state, session.design))
    done = await applied(session, confirm, command="renew", wish=wish)
    after = dict(pki.expiries(session.state, session.design))
    return RenewReport(
        cluster_name=session.design.name,
        renewed=tuple(sorted(name for name, end in after.items() if before.get(name) != end)),
        applied=done,
    )


async def applied(session: Session, confirm: Confirm, *, command: str, wish: Wish) -> ApplyReport:
    """An apply with a wish; afterwards every port serves what lies on its machine's disk."""
    report = await apply(session, confirm=confirm, command=command, wish=wish)
    if report.changes:
        await served(session)
    return report


async def served(session: Session) -> None:
    """Wait until what is served is what lies on the disks. MachineError when the deadline passes."""

    async def probe() -> str | None:
        found = judged(session.design, session.state, await see(session), session.clock.now())
        wrong = [
            f"{each.component} on {each.machine}: {each.reason or 'unknown'}"
            for row in found.certificates
            for each in row.served
            if each.matches is not True
        ]
        return "; ".join(wrong) or None

    await await_until(
        "the new certificates to be served",
        probe,
        timeout=SERVED_LIMIT,
        interval=2.0,
        clock=session.clock,
        progress=session.progress,
        subject="certificates",
    )


def _refuse_before_the_first(session: Session) -> None:
    if not pki.expiries(session.state, session.design):
        raise RefusedError(
            f"no certificate has been issued for {session.design.name} yet",
            hint="`seakeep apply` makes the cluster and its certificates",
        )
