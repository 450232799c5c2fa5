"""The cluster's own copy of the roster, compared with what it is to say."""

from collections.abc import Iterator

from seakeep.artifacts.base import FileSpec
from seakeep.design.known import Known, differences
from seakeep.design.model import Role
from seakeep.engine.model import PutFile, Step
from seakeep.facts import files
from seakeep.phases.base import PlanContext
from seakeep.phases.compare import Comparer, file_difference
from seakeep.state import roster


def steps(context: PlanContext, phase: str, known: Known) -> Iterator[Step]:
    """A step for each control-plane machine that does not say this."""
    file = FileSpec(path=roster.PATH, parts=(roster.copy(context.design.name, known).decode(),), mode=0o600)
    changed = differences(context.known, known)
    for machine in context.with_role(Role.CONTROL_PLANE):
        facts = context.facts[machine.name]
        why = file_difference(file, facts.get(files.FACT).get(file.path), context.resolve)
        if why:
            why = f"{why}; {changed}" if changed else why
            comparer = Comparer(phase, facts, context.resolve)
            yield comparer.step(f"file:{file.path}", PutFile(file), why, what=f"file {file.path}")
