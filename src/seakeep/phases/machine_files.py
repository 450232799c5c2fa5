"""Which artifacts make up each phase of a machine, and the comparison that they share."""

from collections.abc import Iterator, Mapping
from types import ModuleType

from seakeep.artifacts.base import MachineFiles
from seakeep.artifacts.registry import render_part
from seakeep.design.model import Design, Machine
from seakeep.design.traits import Traits
from seakeep.engine.model import Step
from seakeep.facts import programs
from seakeep.facts.base import FactSet
from seakeep.phases import wanted
from seakeep.phases.base import PlanContext
from seakeep.phases.compare import Comparer


def rendered(modules: tuple[ModuleType, ...], design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """What the artifacts put on the machine, together."""
    parts: list[MachineFiles] = [render_part(module.render, design, machine, traits) for module in modules]
    return MachineFiles(
        dirs=tuple({each.path: each for part in parts for each in part.dirs}.values()),
        files=tuple(each for part in parts for each in part.files),
        units=tuple(each for part in parts for each in part.units),
        users=tuple(dict.fromkeys(each for part in parts for each in part.users)),
        links=tuple(each for part in parts for each in part.links),
    )


def program_digests(context: PlanContext, machine: Machine) -> dict[tuple[str, str], str]:
    """(component, program) -> sha256 of the programs that the machine is to run."""
    arch = context.traits(machine).arch
    return {
        (component, name): context.programs.digests(component, context.design.release.component(component), arch)[name]
        for component, names in wanted.programs(machine).items()
        for name in names
    }


def steps(
    context: PlanContext, phase: str, modules: tuple[ModuleType, ...], machine: Machine, *, serial: str | None
) -> Iterator[Step]:
    """Drift of one machine against these artifacts."""
    files = rendered(modules, context.design, machine, context.traits(machine))
    facts, wanted_programs = context.facts[machine.name], program_digests(context, machine)
    comparer = Comparer(phase, facts, context.resolve, serial=serial)
    yield from comparer.steps(
        files,
        digests=context.digests[machine.name],
        programs=wanted_programs,
        replaced=replaced(context, facts, wanted_programs) if files.units else (),
    )


def replaced(
    context: PlanContext, facts: FactSet, wanted_programs: Mapping[tuple[str, str], str]
) -> frozenset[tuple[str, str]]:
    """(component, program) of those that are not there or not what they should be, in the release's version."""
    found = facts.get(programs.FACT)
    return frozenset(
        (component, name)
        for (component, name), sha256 in wanted_programs.items()
        if found.get((component, context.design.release.component(component), name)) != sha256
    )
