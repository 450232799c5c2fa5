"""Whether the cluster knows better than the state folder what it is made of: another operator may have worked since.

What the cluster keeps is judged by, without asking: it was written under the locks, and the folder that is behind would
take a machine that it never heard of for a stranger, or one that has left for one that still has to.
"""

import hashlib
from collections.abc import Iterable, Mapping

from seakeep.design.known import Known, differences, newest, own, shared
from seakeep.design.model import Role
from seakeep.facts import files, roster
from seakeep.facts.base import FactSet
from seakeep.flows.session import Session
from seakeep.state.roster import PATH, Copy, copy


async def catch_up(session: Session) -> None:
    """Ask the control-plane machines. Those that do not answer are left out."""
    await _adopt(session, [machine.name for machine in session.design.with_role(Role.CONTROL_PLANE)])


async def adopt_newer(session: Session, facts: Mapping[str, FactSet]) -> bool:
    """Whether a copy that is newer than the folder's roster was found, and is judged by from here on. It is only asked
    for where a digest among the facts differs."""
    ours = None
    if session.known is not None:
        ours = hashlib.sha256(copy(session.design.name, session.known)).hexdigest()
    others: dict[str, str] = {}
    for machine in session.design.with_role(Role.CONTROL_PLANE):
        found = facts[machine.name].find(files.FACT) if machine.name in facts else None
        state = found.get(PATH) if found else None
        if state is not None and state.sha256 not in ("", ours):
            others.setdefault(state.sha256, machine.name)
    return bool(others) and await _adopt(session, others.values())


async def kept(session: Session, names: Iterable[str]) -> tuple[str, Known] | None:
    """The newest copy that one of these machines has, in this operator's words, and the machine's name."""
    found, _ = await session.read((roster.FACT,), [session.design.machine(name) for name in names], timeout=30)
    best: tuple[str, Copy] | None = None
    for name, each in found.items():
        record = each.find(roster.FACT)
        if record is None or record.cluster != session.design.name:
            continue
        if best is None or record.known.serial > best[1].known.serial:
            best = name, record
    return (best[0], own(best[1].known, session.design)) if best else None


async def _adopt(session: Session, names: Iterable[str]) -> bool:
    found = await kept(session, names)
    if found is None:
        return False
    machine, theirs = found
    known = newest(session.known, theirs)
    if known is None or (session.known is not None and shared(known) == shared(session.known)):
        return False
    if said := differences(session.known, known):
        behind = "is behind: the cluster was changed from elsewhere" if session.known else "does not know the cluster"
        session.progress.note(f"this state folder {behind}; {machine}:{PATH} is judged by; {said}")
    session.adopt(known)
    return True
