"""plan: what apply would do. Reads only."""

from seakeep.engine.plan import Plan
from seakeep.flows import planning
from seakeep.flows.session import Session
from seakeep.flows.view import observe


async def plan(session: Session) -> Plan:
    """The plan as data; empty when the cluster is as designed. Machines that do not answer are named in it, and nothing
    is planned for them. RefusedError for machines that are not ready."""
    view = await observe(session)
    planning.refuse(view.findings, absent=view.unreachable, file=session.loaded.path)
    return view.plan(session)
