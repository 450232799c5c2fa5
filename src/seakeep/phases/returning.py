"""A machine that was fenced and is in the file again claims nothing until the others know it."""

from collections.abc import Iterator
from dataclasses import replace

from seakeep.artifacts import keepalived, kubelet
from seakeep.core.change import Risk
from seakeep.design.model import Machine
from seakeep.engine.model import Step, UnitDo, UnitVerb
from seakeep.facts import leftovers, units
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import Comparer, service

PHASE = Phase("returning", "Machines that come back", "machine")
_STOPPED = ("inactive", "failed")
_WHY = {
    # As soon as the fence is gone, and before the others have been told of it.
    keepalived.NAME: "it was taken out while it did not answer: it would take the VIP before the others know it",
    # It gives itself two minutes for its CSINode object before it ends. Its pods run on without it.
    kubelet.NAME: "it was taken out while it did not answer, and waits for the API server of that time",
}


def plan(context: PlanContext) -> Iterator[Step]:
    """Steps for what still runs of before on machines whose fence ends; what is stopped here is started again later."""
    for machine, name in _running(context):
        yield Comparer(PHASE.id, context.facts[machine.name], context.resolve).step(
            f"unit:{name}", UnitDo(service(name), UnitVerb.STOP), _WHY[name], what=f"stop {name}", risk=Risk.RESTART
        )


def stopped(context: PlanContext) -> PlanContext:
    """The context as it is when this has been done."""
    running = tuple(_running(context))
    if not running:
        return context
    facts = dict(context.facts)
    for machine, name in running:
        states = facts[machine.name].get(units.FACT)
        state = replace(states[service(name)], active="inactive", sub="dead", enabled="disabled", stamp="", runs="")
        facts[machine.name] = facts[machine.name].with_value(units.FACT, {**states, service(name): state})
    return replace(context, facts=facts)


def _running(context: PlanContext) -> Iterator[tuple[Machine, str]]:
    before = context.known.fences if context.known is not None else ()
    ended = {each.address for each in before if each not in context.design.fences}
    for machine in context.machines if ended else ():
        if machine.address not in ended:
            continue
        facts = context.facts[machine.name]
        if f"owner:{context.design.name}" not in facts.get(leftovers.FACT):
            continue
        for name in _WHY:
            state = facts.get(units.FACT).get(service(name))
            if state is not None and state.active not in _STOPPED:
                yield machine, name
