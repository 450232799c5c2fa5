"""Seakeep's own folder on every machine: whose the machine is, and the list of what Seakeep puts there."""

from collections.abc import Iterator
from dataclasses import replace

from seakeep.artifacts import ownership
from seakeep.design.model import Machine
from seakeep.engine.model import PutFile, Step
from seakeep.facts import files, inventory
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import Comparer, file_difference
from seakeep.phases.inventory import inventory_file, surplus, wanted_entries
from seakeep.phases.machine_files import steps

PHASE = Phase("ownership", "Ownership marks", "machine")
ARTIFACTS = (ownership,)


def plan(context: PlanContext) -> Iterator[Step]:
    """First of all, so that a second cluster's apply is refused from the first moment on, and nothing is put on the
    machine that its inventory does not list. What is listed and no longer wanted stays listed until it is gone."""
    for machine in context.machines:
        yield from steps(context, PHASE.id, ARTIFACTS, machine, serial=None)
        yield from _inventory(context, machine)


def _inventory(context: PlanContext, machine: Machine) -> Iterator[Step]:
    facts = context.facts[machine.name]
    listed, entries = facts.get(inventory.FACT), wanted_entries(context, machine)
    file = inventory_file([*surplus(listed, entries), *entries])
    state = facts.get(files.FACT).get(file.path)
    new = set(entries) - set(listed)
    lacking = len(surplus(entries, listed))
    if state is not None and new:
        older = len(new) - lacking
        parts = [f"lacks {lacking}"] if lacking else []
        why = ", ".join(parts + ([f"has {older} as they were before"] if older else []))
        why += f" of {len(entries)} that the design puts there"
    else:
        # The order of its lines does not matter: only where it lies and who may read it is compared.
        same = state and replace(state, sha256=file.digest(context.resolve) or "")
        why = file_difference(file, same, context.resolve)
    if why:
        comparer = Comparer(PHASE.id, facts, context.resolve)
        yield comparer.step(f"file:{file.path}", PutFile(file), why, what=f"file {file.path}")
