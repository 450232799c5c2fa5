"""certs list: every certificate of the cluster, from the state folder, the machines' disks and the ports."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import msgspec.yaml
import yaml
from cryptography import x509

from seakeep.core.change import OPERATOR
from seakeep.core.errors import MachineError, SeakeepError, UsageError, unreadable
from seakeep.core.secret import Secret
from seakeep.core.verdict import merge
from seakeep.design.model import Machine
from seakeep.facts import certificates as fact
from seakeep.facts.base import FactSet
from seakeep.facts.registry import CERTIFICATES
from seakeep.flows.certs_chosen import shown
from seakeep.flows.certs_judged import Held, Port, Seen, judged, ports
from seakeep.flows.session import Session
from seakeep.report.certs import CertificatesReport
from seakeep.transport import tls

LIMIT = 10.0
"""Seconds for a handshake, the way through SSH included."""


async def certs(session: Session, kubeconfigs: Sequence[Path] = (), *, names: Sequence[str] = ()) -> CertificatesReport:
    """All of them, or those that are named, judged, with those in the user's own kubeconfigs. What cannot be read is
    unknown.

    UsageError for a file that is no kubeconfig, and for a name that there is not.
    """
    wanted = shown(session.design, names)
    own = tuple(_held(session, path) for path in kubeconfigs)
    session.progress.stage("Certificates")
    found = await see(session)
    found = replace(found, kubeconfigs=(*found.kubeconfigs, *own))
    report = judged(session.design, session.state, found, session.clock.now())
    return _only(report, tuple(names), wanted) if names else report


def _only(report: CertificatesReport, names: tuple[str, ...], wanted: frozenset[str]) -> CertificatesReport:
    """Those rows, and those of kubeconfigs that were asked for by their files. UsageError where there is none: a
    kubelet that has not asked the cluster for a certificate yet."""
    rows = tuple(
        row
        for row in report.certificates
        if row.name in wanted or (row.kind == "kubeconfig" and row.places[0].machine == OPERATOR)
    )
    if not rows:
        raise UsageError(
            f"{', '.join(names)}: not there yet, the kubelet still uses the certificate that it was given",
            hint="`seakeep certs list` names all there are",
        )
    verdict = merge([row.verdict for row in rows])
    return msgspec.structs.replace(report, verdict=verdict, certificates=rows, named=names)


async def see(session: Session) -> Seen:
    """Read every disk and every port, side by side."""
    design = session.design
    facts, errors = await session.read(CERTIFICATES, design.machines, timeout=30)
    places = [(machine, port) for machine in design.machines for port in ports(design, machine)]
    shown = await asyncio.gather(
        *(_shown(session, machine, port, errors.get(machine.name)) for machine, port in places)
    )
    disks = {name: disk for name, found in facts.items() if (disk := found.find(fact.FACT)) is not None}
    return Seen(
        disks=disks,
        errors={
            machine.name: errors[machine.name].message
            if machine.name in errors
            else "what it printed is not understood"
            for machine in design.machines
            if not _told(facts.get(machine.name))
        },
        shown={(machine.name, port): answer for (machine, port), answer in zip(places, shown, strict=True)},
        kubeconfigs=tuple(
            Held(name, path, fields.get("client-certificate-data", ""), fields.get("certificate-authority-data", ""))
            for name, disk in sorted(disks.items())
            for path, fields in sorted(disk.kubeconfigs.items())
            if any(field.endswith("-data") for field in fields)
        ),
    )


class _Fields(msgspec.Struct, rename="kebab"):
    client_certificate_data: str = ""
    certificate_authority_data: str = ""


class _User(msgspec.Struct):
    name: str
    user: _Fields | None = None


class _Cluster(msgspec.Struct):
    name: str
    cluster: _Fields | None = None


class _Kubeconfig(msgspec.Struct):
    users: list[_User] = []
    clusters: list[_Cluster] = []


def _held(session: Session, path: Path) -> Held:
    """What a kubeconfig of the user's holds for this cluster: kubeconfigs may be for several."""
    try:
        found = msgspec.yaml.decode(path.read_bytes(), type=_Kubeconfig)
    except OSError as error:
        raise unreadable(path, error, UsageError, what="the kubeconfig") from error
    except (msgspec.DecodeError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a kubeconfig") from error
    name = session.design.name
    users = [each.user for each in found.users if each.name.startswith(f"{name}-") and each.user is not None]
    clusters = [each.cluster for each in found.clusters if each.name == name and each.cluster is not None]
    client = users[0].client_certificate_data if users else ""
    authority = clusters[0].certificate_authority_data if clusters else ""
    if not client and not authority:
        raise UsageError(
            f"{path} holds no certificate of {name}",
            hint="`seakeep kubeconfig` writes files that --kubeconfig can judge",
        )
    return Held(OPERATOR, str(path), _decoded(path, client), _decoded(path, authority))


def _decoded(path: Path, data: str) -> str:
    if not data:
        return ""
    try:
        text = base64.b64decode(data, validate=True)
        x509.load_pem_x509_certificates(text)
    except ValueError as error:
        raise UsageError(f"{path} holds something that is not a certificate") from error
    return text.decode("ascii")


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
