"""Machines that were taken out while they did not answer are kept away, before the others forget them."""

from collections.abc import Iterator
from dataclasses import replace

from seakeep.artifacts import fence as artifact
from seakeep.artifacts.registry import render_part
from seakeep.core.change import Risk
from seakeep.design.known import fence_differences
from seakeep.design.model import Machine
from seakeep.engine.model import Remove, Script, Step, UnitDo, UnitVerb
from seakeep.facts import fence, files, leftovers, tools, units
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import Comparer, service, unit_stamp
from seakeep.phases.machine_files import steps

PHASE = Phase("fence", "Machines that are kept away", "machine")
ARTIFACTS = (artifact,)
UNIT = service(artifact.NAME)
PATHS = frozenset({artifact.UNIT_FILE, artifact.RULES})


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every machine that has something to keep others away from, and that is ours already: the others come to
    it when they have what it takes. A fence goes here as well, and not when machines are cleaned up: what is new at the
    address could not join."""
    for machine in guards(context):
        if ready(context, machine):
            yield from drift(context, PHASE.id, machine)


def guards(context: PlanContext) -> tuple[Machine, ...]:
    """The machines that can be read and have API servers or members of etcd."""
    return tuple(machine for machine in context.machines if machine.roles & artifact.ROLES)


def ready(context: PlanContext, machine: Machine) -> bool:
    """Whether the machine can put a fence up now: nft comes with its packages."""
    facts = context.facts[machine.name]
    return f"owner:{context.design.name}" in facts.get(leftovers.FACT) and "nft" in facts.get(tools.FACT)


def drift(context: PlanContext, phase: str, machine: Machine) -> Iterator[Step]:
    """What is missing on one machine, the rules in its kernel included."""
    wanted = render_part(artifact.render, context.design, machine, context.traits(machine))
    facts = context.facts[machine.name]
    comparer = Comparer(phase, facts, context.resolve)
    said = fence_differences(context.known.fences if context.known is not None else (), context.design.fences)
    if not wanted.units:
        yield from _end(comparer, context, machine, said or "nobody is kept away any more")
        return
    made = list(steps(context, phase, ARTIFACTS, machine, serial=None))
    state = facts.get(fence.FACT)
    if state != "whole" and not any(isinstance(step.action, UnitDo) for step in made):
        stamp = unit_stamp(wanted.units[0], context.digests[machine.name], {})
        why = "its rules are gone from the kernel" if state in ("none", "gone") else "its rules were changed by hand"
        act = UnitDo(UNIT, UnitVerb.RELOAD, stamp)
        made.append(comparer.step(f"unit:{artifact.NAME}", act, why, what=f"reload {artifact.NAME}", risk=Risk.RELOAD))
    for step in made:
        why = f"{step.change.why}; {said}" if said else step.change.why
        yield replace(step, change=replace(step.change, why=why))


def _end(comparer: Comparer, context: PlanContext, machine: Machine, why: str) -> Iterator[Step]:
    """Whether the inventory lists it or not: a run may have died before it was written."""
    facts = context.facts[machine.name]
    state = facts.get(units.FACT).get(UNIT)
    lying = [path for path in sorted(PATHS) if path in facts.get(files.FACT)]
    active = state is not None and state.active not in ("inactive", "failed")
    if active or lying:
        yield comparer.step(
            f"unit:{artifact.NAME}",
            UnitDo(UNIT, UnitVerb.STOP),
            why,
            what=f"stop {artifact.NAME}",
            risk=Risk.RELOAD if active else Risk.NONE,
        )
    for path in lying:
        yield comparer.step(f"file:{path}", Remove(path), why, what=f"remove {path}")
    if artifact.UNIT_FILE in lying:
        what = "have systemd forget the fence"
        yield comparer.step("units", Script("systemctl daemon-reload\n"), why, what=what)
