"""certs list: every certificate of the cluster, from the state folder, the machines' disks and the ports."""

import asyncio

from seakeep.core.errors import MachineError, SeakeepError
from seakeep.core.secret import Secret
from seakeep.design.model import Machine
from seakeep.facts import certificates as fact
from seakeep.facts.base import FactSet
from seakeep.facts.registry import CERTIFICATES
from seakeep.flows.certs_judged import Port, Seen, judged, ports
from seakeep.flows.session import Session
from seakeep.report.certs import CertificatesReport
from seakeep.transport import tls

LIMIT = 10.0
"""Seconds for a handshake, the way through SSH included."""


async def certs(session: Session) -> CertificatesReport:
    """All of them, judged. What cannot be read is unknown."""
    session.progress.stage("Certificates")
    return judged(session.design, session.state, await see(session), session.clock.now())


async def see(session: Session) -> Seen:
    """Read every disk and every port, side by side."""
    design = session.design
    facts, errors = await session.read(CERTIFICATES, design.machines, timeout=30)
    places = [(machine, port) for machine in design.machines for port in ports(design, machine)]
    shown = await asyncio.gather(
        *(_shown(session, machine, port, errors.get(machine.name)) for machine, port in places)
    )
    return Seen(
        disks={name: disk for name, found in facts.items() if (disk := found.find(fact.FACT)) is not None},
        errors={
            machine.name: errors[machine.name].message
            if machine.name in errors
            else "what it printed is not understood"
            for machine in design.machines
            if not _told(facts.get(machine.name))
        },
        shown={(machine.name, port): answer for (machine, port), answer in zip(places, shown, strict=True)},
    )


def _told(found: FactSet | None) -> bool:
    return found is not None and found.find(fact.FACT) is not None


async def _shown(session: Session, machine: Machine, port: Port, lost: MachineError | None) -> bytes | str:
    if lost is not None:
        return lost.message
    try:
        async with session.host(machine.name).tunnel(port.address, port.port) as socket:
            return await tls.shown(socket, _pair(session, machine, port), timeout=LIMIT)
    except SeakeepError as error:
        return error.message


def _pair(session: Session, machine: Machine, port: Port) -> tuple[Secret, Secret] | None:
    """etcd notes every client that shows nothing."""
    if not port.component.startswith("etcd"):
        return None
    leaf = session.design.pki.leaf("etcd", f"health-{machine.name}")
    certificate, key = session.state.read(leaf.cert), session.state.read(leaf.key)
    return (certificate, key) if certificate is not None and key is not None else None
