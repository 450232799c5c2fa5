"""Images that nodes do not pull (`kubernetes.images: preload`, which is what a lab does).

Last on every machine, when its services already start.
"""

from collections.abc import Iterator

from seakeep.engine.model import LoadImage, Step
from seakeep.facts import images
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import Comparer

PHASE = Phase("images", "Container images", "machine")


def plan(context: PlanContext) -> Iterator[Step]:
    """The images that are missing on every node."""
    for machine in context.nodes:
        facts = context.facts[machine.name]
        comparer = Comparer(PHASE.id, facts, context.resolve)
        present = facts.get(images.FACT)
        for reference, digest in context.images(machine):
            found = present.get(reference)
            if found == digest:
                continue
            why = "containerd does not have it" if found is None else f"is {found[7:19]}, wanted {digest[7:19]}"
            yield comparer.step(f"image:{reference}", LoadImage(reference), why, what=f"load {reference}")
