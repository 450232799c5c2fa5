"""Programs of every component, side by side by version. The links that choose one belong to what runs them."""

from collections.abc import Iterator

from seakeep.engine.model import PlaceBinaries, Step
from seakeep.facts import programs
from seakeep.phases import wanted
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import Comparer

PHASE = Phase("binaries", "Programs", "machine")


def plan(context: PlanContext) -> Iterator[Step]:
    """A step for each component with a missing or wrong program."""
    release = context.design.release
    for machine in context.machines:
        facts = context.facts[machine.name]
        comparer = Comparer(PHASE.id, facts, context.resolve)
        found = facts.get(programs.FACT)
        arch = context.traits(machine).arch
        for component, names in wanted.programs(machine).items():
            version = release.component(component)
            digests = context.programs.digests(component, version, arch)
            wrong = {name: found.get((component, version, name)) for name in names}
            wrong = {name: sha256 for name, sha256 in wrong.items() if sha256 != digests[name]}
            if wrong:
                why = "; ".join(
                    f"{name} {'is missing' if sha256 is None else f'is {sha256[:12]}, wanted {digests[name][:12]}'}"
                    for name, sha256 in sorted(wrong.items())
                )
                action = PlaceBinaries(component, version, tuple((name, digests[name]) for name in sorted(wrong)))
                yield comparer.step(component, action, why, what=f"place {component} {version}")
