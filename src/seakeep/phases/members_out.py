"""etcd members that leave: those whose machine is gone from the file or given up, and what a dead addition left."""

from collections.abc import Iterator

from seakeep.core.change import CLUSTER, Change, Risk
from seakeep.engine.model import RemoveMember, Step
from seakeep.facts.etcd import Member
from seakeep.phases.base import Phase, PlanContext

PHASE = Phase("members_out", "etcd members that leave", "cluster")


def plan(context: PlanContext) -> Iterator[Step]:
    """A removal for each, one after the other. Before any is added: the fewer members do not serve, the more of the
    others may fail meanwhile."""
    changes = context.member_changes
    names = {machine.name for machine in context.design.machines}
    for member in changes.orphans:
        yield _step(member, "a learner that belongs to no machine of the file: its addition did not come to its end")
    for member in changes.out:
        serves = context.membership is not None and member.id in context.membership.healthy
        state = "" if serves else "; it does not serve"
        reason = "its machine is replaced" if member.name in names else "its machine is not in the file any more"
        yield _step(member, reason + state)


def _step(member: Member, why: str) -> Step:
    name = member.name or ", ".join(member.peer_urls)
    change = Change(
        id=f"{CLUSTER}/{PHASE.id}/{member.id}",
        host=CLUSTER,
        phase=PHASE.id,
        what=f"remove etcd member {name} ({member.id})",
        why=why,
        risk=Risk.QUORUM,
        reversible=False,
    )
    return Step(change=change, action=RemoveMember(member.id, name))
