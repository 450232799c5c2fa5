"""Machines that come are on record before anything is done to them, and machines that do not answer before they are
fenced: a load balancer that nobody remembers would go on claiming the VIP."""

from collections.abc import Iterator

from seakeep.design.known import begun
from seakeep.engine.model import Step
from seakeep.phases import kept
from seakeep.phases.base import Phase, PlanContext

PHASE = Phase("announce", "Machines that come, on record", "machine")


def plan(context: PlanContext) -> Iterator[Step]:
    """A step for each control-plane machine, while a machine or a fence comes, or a fence ends. Nothing before the
    cluster was ever whole: there is nobody yet who could be mistaken about it."""
    known = begun(context.known, context.design)
    silent = any(departure.facts is None for departure in context.departures)
    if context.known is not None and context.known.whole and (known.begun or silent or known != context.known):
        yield from kept.steps(context, PHASE.id, known)
