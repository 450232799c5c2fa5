"""Bringing back from the machines what a state folder lost and nobody can make again.

Machines have copies of what their programs need: every control-plane machine has the encryption key and the
service-account key. Leaves are issued again by any apply. The keys of the authorities for etcd and the front proxy are
on no machine: they come from a copy of the folder, or not at all. What the cluster is made of its control-plane
machines have a copy of; where they have none, machines, etcd and the API say it together.
"""

import asyncio
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from seakeep.artifacts.base import FileSpec
from seakeep.artifacts.registry import render_machine
from seakeep.core.errors import MachineError, RefusedError, SeakeepError
from seakeep.core.secret import Secret, SecretRef
from seakeep.design.model import Role
from seakeep.design.traits import Traits
from seakeep.engine.lock import FileLock, Owner
from seakeep.facts import leftovers
from seakeep.flows import newest
from seakeep.flows.roster_found import find_roster
from seakeep.flows.session import Session
from seakeep.report.state import RecoveredValue, RecoveryReport
from seakeep.state import pki, roster
from seakeep.state.rotation import trust_name


@dataclass(frozen=True, slots=True)
class _Copy:
    """A file of a machine that holds one value, between texts that are known."""

    machine: str
    path: str
    before: bytes
    after: bytes

    def value(self, content: bytes) -> Secret | None:
        """The value; None where the file is not what Seakeep wrote."""
        if not (content.startswith(self.before) and content.endswith(self.after)):
            return None
        inner = content[len(self.before) : len(content) - len(self.after)]
        return Secret(inner) if inner.strip() else None


async def recover(session: Session) -> RecoveryReport:
    """Write back what is lacking and found. Nothing that is there is replaced; nothing on a machine is changed.

    A value of which machines have different copies is left alone, and said.
    """
    owner = Owner.me(run="-", command="state recover", clock=session.clock)
    with FileLock(session.state.path("lock"), owner):
        lost = pki.lost(session.state, session.design)
        values = [await _bring_back(session, name) for name in lost]
        if session.known is None and not any(each.problem for each in values if each.name.startswith("pki/cluster/")):
            values += [each for each in (await _roster(session),) if each is not None]
    return RecoveryReport(cluster_name=session.design.name, folder=str(session.state.root), values=tuple(values))


async def _roster(session: Session) -> RecoveredValue | None:
    """The roster, found out anew; None where no machine belongs to the cluster, which then was never made."""
    found, _ = await session.read((leftovers.FACT,), session.design.machines)
    mark = f"owner:{session.design.name}"
    if not any(mark in each.get(leftovers.FACT) for each in found.values()):
        return None
    copy = await newest.kept(session, [machine.name for machine in session.design.with_role(Role.CONTROL_PLANE)])
    if copy is not None:
        source, known = f"{copy[0]}:{roster.PATH}", copy[1]
    else:
        # An older Seakeep kept no copy, or every control-plane machine of the file is new.
        try:
            _issue_own(session)
            source, known = "the machines, etcd and the API", await find_roster(session)
        except SeakeepError as error:
            return RecoveredValue(name=roster.NAME, problem=error.message)
    roster.restore(session.state, session.design.name, known)
    listed = ", ".join(f"{machine.name} ({'+'.join(sorted(machine.roles))})" for machine in known.all)
    return RecoveredValue(name=roster.NAME, source=f"{source}: {listed}")


def _issue_own(session: Session) -> None:
    """What we show to the API: like every leaf it can be issued again, and asking comes before the next apply."""
    name = session.design.pki.leaf("cluster", "break-glass").cert
    for each in pki.missing(session.state, session.design, session.clock.now()):
        if each.name == name or each.name == trust_name("cluster"):
            pki.issue(session.state, session.design, each.name, session.clock)


async def _bring_back(session: Session, name: str) -> RecoveredValue:
    copies = list(_copies(session, name))
    if not copies:
        return RecoveredValue(name=name, problem="no machine has it: put it back from a copy of the state folder")
    answers = await asyncio.gather(*(_read(session, copy) for copy in copies))
    found = {copy: answer for copy, answer in zip(copies, answers, strict=True) if isinstance(answer, Secret)}
    if not found:
        said = next((answer for answer in answers if isinstance(answer, str)), "")
        return RecoveredValue(name=name, problem=f"not to be had from {copies[0].machine}: {said}")
    if len({value.reveal() for value in found.values()}) > 1:
        return RecoveredValue(name=name, problem=f"{' and '.join(c.machine for c in found)} have different copies")
    copy, value = next(iter(found.items()))
    session.state.write(name, value, durable=True)
    return RecoveredValue(name=name, source=f"{copy.machine}:{copy.path}")


def _copies(session: Session, name: str) -> Iterator[_Copy]:
    for machine in session.design.machines:
        for file in render_machine(session.design, machine, Traits()).files:
            copy = _copy_of(file, machine.name, name)
            if copy is not None:
                yield copy


def _copy_of(file: FileSpec, machine: str, name: str) -> _Copy | None:
    references = [position for position, part in enumerate(file.parts) if isinstance(part, SecretRef)]
    if len(references) != 1 or file.parts[references[0]] != SecretRef(name):
        return None
    texts = ["".join(str(part) for part in some) for some in _around(file.parts, references[0])]
    return _Copy(machine, file.path, texts[0].encode(), texts[1].encode())


def _around(parts: tuple[str | SecretRef, ...], position: int) -> tuple[tuple[str | SecretRef, ...], ...]:
    return parts[:position], parts[position + 1 :]


async def _read(session: Session, copy: _Copy) -> Secret | str:
    """The value, or why there is none."""
    try:
        answer = await session.host(copy.machine).run(
            f"cat -- {shlex.quote(copy.path)}", what=f"read {copy.path}", timeout=30
        )
    except (MachineError, RefusedError) as error:
        return error.message
    if answer.status != 0:
        return f"{copy.path} does not exist"
    return copy.value(answer.stdout) or f"{copy.path} is not what Seakeep wrote there"
