"""Going on without machines that do not answer: only those that the user names, and only where the rest carries it."""

from collections.abc import Sequence

from seakeep.core.errors import RefusedError
from seakeep.design.quorum import loss
from seakeep.engine.budget import may_stop, quorum
from seakeep.engine.stage import Stage
from seakeep.flows.gates import GROUPS
from seakeep.flows.session import Session
from seakeep.flows.view import View


def refuse_wrong(session: Session, view: View) -> None:
    """RefusedError where one of the machines that are to be left out answers, the cluster has never been whole, or what
    is left would not carry it."""
    names = session.without
    if not names:
        return
    answering = sorted(names - view.unreachable.keys())
    if answering:
        raise RefusedError(
            f"{', '.join(answering)} can be read; only a machine that does not answer can be left out",
            hint="take it away from --without",
        )
    if session.known is None or not session.known.whole:
        raise RefusedError(
            f"the cluster has never been seen whole, so that it cannot be made without {', '.join(sorted(names))}",
            hint="start the machine, or take it out of the file",
        )
    lost = loss(session.design, tuple(session.design.machine(name) for name in sorted(names)))
    if not lost.survives:
        raise RefusedError(
            f"without {', '.join(lost.lost)} there is nothing to go on with: {lost.reason}",
            hint="bring a machine back first",
        )
    for name in sorted(names):
        session.progress.note(f"going on without {name}: {view.unreachable[name].message}")


def refuse_unbearable(session: Session, stages: Sequence[Stage]) -> None:
    """RefusedError where the plan restarts something that, with the absent ones, would be missed. Told here, before
    anything is done; the gate of its group would refuse it as well, after a minute."""
    absent = session.without
    for group, role, _, _, needed in GROUPS:
        group_of = {machine.name for machine in session.design.with_role(role)}
        hosts = {step.change.host for stage in stages for step in stage.steps if step.serial == group}
        for host in sorted(hosts):
            if not may_stop(group_of, group_of - absent, host, needed=needed):
                least = quorum(len(group_of)) if needed is None else needed
                left = len(group_of - absent - {host})
                raise RefusedError(
                    f"while {', '.join(sorted(absent & group_of))} cannot be reached, nothing of {group} may be"
                    f" restarted on {host}: {left} of {len(group_of)} would be left, {least} are needed",
                    hint="bring a machine back first",
                )
