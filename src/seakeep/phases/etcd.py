"""etcd members with mutual TLS. A member that runs is restarted alone, with the quorum watched."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace

from seakeep.artifacts import etcd as etcd_artifact
from seakeep.core.change import Change, Risk
from seakeep.design.model import Machine, Role
from seakeep.engine.model import PutFile, Script, Step, UnitDo, UnitVerb
from seakeep.facts import etcd_data, files, units
from seakeep.facts.etcd import Membership
from seakeep.facts.members import peer_url, stale_data
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import file_difference, service
from seakeep.phases.machine_files import steps

PHASE = Phase("etcd", "etcd members", "machine")
ARTIFACTS = (etcd_artifact,)
SERIAL = "etcd"
_UNIT = service(etcd_artifact.NAME)


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every machine with the role, in the order of the file.

    A machine that is being taken into a living cluster is only started: it waits there until it is let in.
    """
    joining = {machine.name for machine in context.member_changes.joining}
    for machine in context.with_role(Role.ETCD):
        drift = steps(context, PHASE.id, ARTIFACTS, machine, serial=SERIAL)
        if machine.name in joining:
            yield from _newcomer(context, machine, drift)
        elif context.founds(machine):
            yield from _founder(context, machine, drift)
        else:
            yield from drift


def _founder(context: PlanContext, machine: Machine, drift: Iterable[Step]) -> Iterator[Step]:
    """What it starts with comes before the start, unless it is there already."""
    file = etcd_artifact.founding(context.design, machine)
    found = context.facts[machine.name].get(files.FACT).get(file.path)
    told = not file_difference(file, found, context.resolve)
    for step in drift:
        if isinstance(step.action, UnitDo) and not told:
            told = True
            yield _step(
                machine,
                f"file:{file.path}",
                PutFile(file),
                f"file {file.path}",
                "there are no data yet: it founds the cluster with the others",
            )
        yield step


def _newcomer(context: PlanContext, machine: Machine, drift: Iterable[Step]) -> Iterator[Step]:
    """Old data go first. It is started without waiting and without a gate: it carries nothing yet, and is not ready
    before it is a member."""
    assert context.membership is not None
    given_up = context.replacing is not None and context.replacing.name == machine.name
    wiped = given_up and _worthless(context, machine, context.membership)
    if wiped:
        data = shlex.quote(context.design.etcd.data_dir)
        yield _step(
            machine,
            "data",
            Script(f"systemctl stop etcd.service 2>/dev/null || true\nrm -rf -- {data}/member\n"),
            "remove the old member's data",
            "the member is replaced: what it knew belongs to nobody",
            risk=Risk.QUORUM,
            reversible=False,
        )
    starts = False
    for step in drift:
        action = step.action
        if isinstance(action, UnitDo) and action.verb is not UnitVerb.STOP:
            starts = True
            yield replace(step, action=replace(action, verb=UnitVerb.START), serial=None)
        else:
            yield step
    if wiped and not starts:
        # It ran as it should: its stamp is right.
        stamp = context.facts[machine.name].get(units.FACT)[_UNIT].stamp
        yield _step(
            machine,
            f"unit:{etcd_artifact.NAME}",
            UnitDo(_UNIT, UnitVerb.START, stamp),
            f"{UnitVerb.START} {etcd_artifact.NAME}",
            "was stopped to remove the old member's data",
        )


def _worthless(context: PlanContext, machine: Machine, membership: Membership) -> bool:
    """Whether the data there are those of another member than the one that is to be."""
    facts = context.facts[machine.name]
    member = membership.find(machine.name, peer_url(machine))
    replaced = member is not None and any(member.id == out.id for out in context.member_changes.out)
    return facts.get(etcd_data.FACT) and (replaced or bool(stale_data(machine, facts, membership)))


def _step(
    machine: Machine,
    subject: str,
    action: PutFile | Script | UnitDo,
    what: str,
    why: str,
    *,
    risk: Risk = Risk.NONE,
    reversible: bool = True,
) -> Step:
    change = Change(
        id=f"{machine.name}/{PHASE.id}/{subject}",
        host=machine.name,
        phase=PHASE.id,
        what=what,
        why=why,
        risk=risk,
        reversible=reversible,
    )
    return Step(change=change, action=action)
