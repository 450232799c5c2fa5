"""Owners and modes of what lies on machines, as CIS 1.12 wants them."""

from collections.abc import Iterable, Mapping

from seakeep.checks.base import Note
from seakeep.checks.live.base import Live, good, unknown, wrong
from seakeep.design.model import Machine
from seakeep.facts import files
from seakeep.facts.files import FileState


def closed(
    live: Live,
    machines: Iterable[Machine],
    *,
    paths: tuple[str, ...] = (),
    suffix: tuple[str, ...] = (),
    under: str = "",
    most: int,
    owner: str = "root",
) -> Iterable[Note]:
    """A note for each machine: the files named, and those under a folder whose names end so, are no more open than
    `most` and belong to the owner. A machine that has none of them is left out."""
    for machine, found, why in live.machines(files.FACT, machines):
        if found is None:
            yield unknown(machine.name, why)
            continue
        chosen = {
            path: state
            for path, state in found.items()
            if path in paths or (under and path.startswith(under) and path.endswith(suffix))
        }
        if not chosen:
            continue
        if said := _open(chosen, most, owner):
            yield wrong(machine.name, "; ".join(said))
        else:
            yield good(machine.name, "")


def _open(states: Mapping[str, FileState], most: int, owner: str) -> list[str]:
    said = []
    for path, state in sorted(states.items()):
        if state.kind == "link":
            continue
        if state.mode & ~most:
            said.append(f"{path} has mode {state.mode:04o}, wanted {most:04o} or less")
        if (state.owner, state.group) != (owner, owner):
            said.append(f"{path} belongs to {state.owner}:{state.group}, wanted {owner}:{owner}")
    return said
