"""Keys, certificates and random secrets in the operator's state folder."""

from collections.abc import Iterator

from seakeep.core.change import OPERATOR, Change
from seakeep.engine.model import Issue, Step
from seakeep.phases.base import Phase, PlanContext
from seakeep.state import rotation
from seakeep.state.rotation import Stage

PHASE = Phase("keys", "Keys and certificates", "operator")

_STAGES = {
    Stage.TRUST: "make and trust the next",
    Stage.REISSUE: "sign with the next",
    Stage.DROP: "forget the previous",
}


def plan(context: PlanContext) -> Iterator[Step]:
    """Issue what is absent, about to expire, or not as the design wants it. An authority that exists is kept."""
    for name, reason in context.missing:
        change = Change(
            id=f"{OPERATOR}/{PHASE.id}/{name}",
            host=OPERATOR,
            phase=PHASE.id,
            what=_what(name),
            why=reason,
            reversible=False,
        )
        yield Step(change=change, action=Issue(name))


def _what(name: str) -> str:
    if not name.startswith(rotation.PREFIX):
        return f"issue {name}"
    authority, _, stage = name.removeprefix(rotation.PREFIX).partition("/")
    return f"{_STAGES[Stage(stage)]} {authority} {'key' if authority == rotation.SERVICE_ACCOUNT else 'authority'}"
