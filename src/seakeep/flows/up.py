"""up: from nothing to a running cluster: sources, lab, apply, status."""

import asyncio

from seakeep.flows.apply import Confirm, Stopwatch, apply
from seakeep.flows.lab import up as lab_up
from seakeep.flows.session import Session
from seakeep.flows.status import status
from seakeep.flows.view import fetch
from seakeep.report.apply import UpReport


async def up(session: Session, *, confirm: Confirm) -> UpReport:
    """Everything, once more and it finds nothing to do."""
    watch = Stopwatch.start(session)
    session.progress.stage("Binaries and machines")
    if session.design.lab is not None:
        await asyncio.gather(fetch(session), lab_up(session))
    else:
        await fetch(session)
    watch.lap("Binaries and machines")
    report = await apply(session, confirm=confirm)
    watch.mark = session.clock.monotonic()
    state = await status(session)
    watch.lap("Status")
    first, *rest = watch.laps
    worker = session.design.nodes[-1].name
    return UpReport(
        cluster_name=session.design.name,
        phases=(first, *report.phases, *rest),
        changes=report.changes,
        status=state,
        run_dir=report.run_dir,
        probe=report.probe,
        proof=report.proof,
        next_steps=(
            "seakeep kubectl -- get pods -A -o wide",
            f"seakeep ssh {worker} -- systemctl stop kubelet; seakeep apply",
            f"seakeep lab kill {session.design.machines[0].name}; seakeep status",
        ),
    )
