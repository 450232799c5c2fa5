"""etcd members that come: a learner first, which counts for nothing until it has caught up."""

from collections.abc import Iterator

from seakeep.core.change import CLUSTER, Change, Risk
from seakeep.engine.model import AddLearner, PromoteLearner, Step
from seakeep.facts.members import peer_url
from seakeep.phases.base import Phase, PlanContext

PHASE = Phase("members_in", "etcd members that come", "cluster")


def plan(context: PlanContext) -> Iterator[Step]:
    """Two steps for each, one machine after the other: etcd bears one learner at a time."""
    membership = context.membership
    for machine in context.member_changes.joining:
        assert membership is not None
        member = membership.find(machine.name, peer_url(machine))
        begun = member is not None and member.learner
        why = "an addition that did not come to its end" if begun else "is in the file and no member yet"
        yield Step(
            change=_change(machine.name, "add", f"add {machine.name} to etcd as a learner", why),
            action=AddLearner(machine.name),
        )
        yield Step(
            change=_change(
                machine.name, "promote", f"promote {machine.name} to a voting member", "once it has caught up"
            ),
            action=PromoteLearner(machine.name),
        )


def _change(name: str, subject: str, what: str, why: str) -> Change:
    return Change(
        id=f"{CLUSTER}/{PHASE.id}/{subject}:{name}",
        host=CLUSTER,
        phase=PHASE.id,
        what=what,
        why=why,
        risk=Risk.QUORUM,
    )
