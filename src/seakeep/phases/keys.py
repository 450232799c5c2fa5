"""Keys, certificates and random secrets in the operator's state folder."""

from collections.abc import Iterator

from seakeep.core.change import OPERATOR, Change
from seakeep.engine.model import Issue, Step
from seakeep.phases.base import Phase, PlanContext

PHASE = Phase("keys", "Keys and certificates", "operator")


def plan(context: PlanContext) -> Iterator[Step]:
    """Issue what is absent, about to expire, or not as the design wants it. An authority that exists is kept."""
    for name, reason in context.missing:
        change = Change(
            id=f"{OPERATOR}/{PHASE.id}/{name}",
            host=OPERATOR,
            phase=PHASE.id,
            what=f"issue {name}",
            why=reason,
            reversible=False,
        )
        yield Step(change=change, action=Issue(name))
