"""What the inventory of a machine is to say, and how it is written."""

from collections.abc import Sequence

from seakeep.artifacts.base import FileSpec, MachineFiles
from seakeep.artifacts.registry import render_machine
from seakeep.core.secret import SecretRef
from seakeep.design.model import Machine, Role
from seakeep.facts import inventory
from seakeep.facts.inventory import Entry
from seakeep.phases import wanted
from seakeep.phases.base import PlanContext
from seakeep.phases.compare import service
from seakeep.state import roster


def wanted_entries(context: PlanContext, machine: Machine) -> tuple[Entry, ...]:
    """Everything that the design puts on the machine, in the order in which it gets there."""
    return listed_of(render_machine(context.design, machine, context.traits(machine)), context, machine)


def listed_of(files: MachineFiles, context: PlanContext, machine: Machine) -> tuple[Entry, ...]:
    """The same, of files that are rendered already."""
    kept = [Entry("file", "-", roster.PATH)] if machine.has(Role.CONTROL_PLANE) else []
    made = [*_entries(files, context), *kept, *(Entry("component", "-", name) for name in wanted.programs(machine))]
    return tuple(dict.fromkeys(made))


def surplus(listed: Sequence[Entry], entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """What is listed and is not wanted any more. A file with another content is the same file."""
    kept = {(each.kind, each.path) for each in entries}
    return tuple(each for each in listed if (each.kind, each.path) not in kept)


def inventory_file(entries: Sequence[Entry]) -> FileSpec:
    """The inventory as a file."""
    return FileSpec(path=inventory.PATH, parts=(inventory.text(entries),), mode=0o600)


def _entries(files: MachineFiles, context: PlanContext) -> list[Entry]:
    return [
        *(Entry("dir", "-", each.path) for each in files.dirs),
        *(
            Entry("file", "-" if _holds_secret(each) else each.digest(context.resolve) or "-", each.path)
            for each in files.files
        ),
        *(Entry("link", target, path) for path, target in files.links),
        *(Entry("unit", "-", service(each.name)) for each in files.units),
    ]


def _holds_secret(file: FileSpec) -> bool:
    """Certificates included: they are Seakeep's own, and their content changes without the design changing."""
    return any(isinstance(part, SecretRef) for part in file.parts)
