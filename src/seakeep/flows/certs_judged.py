"""Every certificate, judged: what was seen against the design and the state folder. Reads nothing of machines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from seakeep.artifacts.base import MachineFiles
from seakeep.artifacts.registry import render_machine
from seakeep.core.change import OPERATOR
from seakeep.core.clock import rfc3339
from seakeep.core.errors import SeakeepError
from seakeep.core.secret import Secret, SecretRef
from seakeep.core.verdict import Verdict, merge
from seakeep.design.model import Design, Machine, Role
from seakeep.design.traits import Traits
from seakeep.facts import certificates as fact
from seakeep.facts.certificates import OnDisk
from seakeep.phases.node import LATE
from seakeep.report.certs import CertificateRow, CertificatesReport, Place, RotationRow, Served
from seakeep.report.model import Unanswered
from seakeep.state import certificates, pki, rotation
from seakeep.state.folder import State
from seakeep.state.rotation import ca_name, trust_name


@dataclass(frozen=True, slots=True)
class Port:
    """Where a certificate of a leaf is served, as the machine itself reaches it."""

    component: str
    address: str
    port: int
    leaf: str

    @property
    def where(self) -> str:
        """`10.77.1.21:6443`."""
        return f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class Held:
    """A kubeconfig with certificates in it, as PEM; '' where it has none. `machine` is `operator` for one of the
    user's."""

    machine: str
    path: str
    client: str
    authority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was read of everything. `shown`: (machine, port) -> DER, or why there was none. `kubeconfigs` are those that
    hold certificates rather than name their files."""

    disks: Mapping[str, OnDisk]
    errors: Mapping[str, str]
    shown: Mapping[tuple[str, Port], bytes | str]
    kubeconfigs: tuple[Held, ...] = ()


def ports(design: Design, machine: Machine) -> tuple[Port, ...]:
    """The ports of this machine at which certificates of ours are served."""
    own, name = str(machine.address), machine.name
    leaf = design.pki.leaf
    found: list[Port] = []
    if machine.has(Role.ETCD):
        found.append(Port("etcd clients", own, 2379, leaf("etcd", f"server-{name}").cert))
        found.append(Port("etcd peers", own, 2380, leaf("etcd", f"peer-{name}").cert))
    if machine.has(Role.CONTROL_PLANE):
        found.append(Port("kube-apiserver", own, 6443, leaf("cluster", f"apiserver-{name}").cert))
        for component, port in (("controller-manager", 10257), ("scheduler", 10259)):
            serving = leaf("cluster", f"{component}-serving-{name}").cert
            found.append(Port(f"kube-{component}", "127.0.0.1", port, serving))
    if machine.is_node:
        found.append(Port("kubelet", own, 10250, leaf("cluster", f"kubelet-{name}").cert))
    return tuple(found)


def judged(design: Design, state: State, seen: Seen, now: datetime) -> CertificatesReport:
    """What was seen against the design and the state folder."""
    judge = _Judge(design, state, seen, now)
    rows = sorted((*judge.authorities(), *judge.leaves(), *judge.kubelets(), *judge.kubeconfigs()), key=_order)
    return CertificatesReport(
        verdict=merge([row.verdict for row in rows]),
        cluster_name=design.name,
        checked_at=rfc3339(now),
        certificates=tuple(rows),
        rotations=tuple(
            RotationRow(authority=name, stage=str(stage)) for name, stage in rotation.stages(state, design).items()
        ),
        errors=tuple(
            Unanswered(area="certificates", subject=name, reason=reason) for name, reason in sorted(seen.errors.items())
        ),
    )


def _order(row: CertificateRow) -> tuple[bool, int, str]:
    return row.remaining_seconds is None, row.remaining_seconds or 0, row.name


@dataclass(slots=True)
class _Wrong:
    """What is wrong with one certificate, and what is not known about it."""

    problems: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        return Verdict.FAIL if self.problems else Verdict.UNKNOWN if self.unknown else Verdict.PASS


class _Judge:
    def __init__(self, design: Design, state: State, seen: Seen, now: datetime) -> None:
        self._design = design
        self._state = state
        self._seen = seen
        self._now = now
        self._files = {machine.name: render_machine(design, machine, Traits()) for machine in design.machines}
        self._ports = [(machine, port) for machine in self._design.machines for port in ports(self._design, machine)]
        try:
            found = pki.missing(state, design, now)
            self._due = {each.name: each.reason for each in found}
            self._refused = ""
        except SeakeepError as error:
            self._due, self._refused = {}, error.message

    def authorities(self) -> Iterator[CertificateRow]:
        """Those that sign, and those that are coming or going."""
        for ca in self._design.pki.cas:
            for name in (ca_name(ca.name), *rotation.others(ca.name)):
                stored = self._state.read(name)
                if stored is None and name != ca_name(ca.name):
                    continue
                wrong = _Wrong()
                certificate = self._load(stored, wrong)
                if certificate is not None:
                    left = certificate.not_valid_after_utc - self._now
                    if left <= timedelta(0):
                        wrong.problems.append("has ended")
                    elif name == ca_name(ca.name) and left < self._design.pki.leaf_life:
                        wrong.problems.append(
                            f"ends before a certificate issued now would: seakeep certs rotate-ca {ca.name}"
                        )
                places = self._places(trust_name(ca.name), wrong) if name == ca_name(ca.name) else ()
                yield self._row(name, "authority", certificate, wrong, places=(self._stored(name, stored), *places))

    def leaves(self) -> Iterator[CertificateRow]:
        """Every one that the design plans."""
        for leaf in self._design.pki.leaves:
            wrong = _Wrong()
            stored = self._state.read(leaf.cert)
            certificate = self._load(stored, wrong)
            if stored is not None and leaf.cert in self._due:
                wrong.problems.append(self._due[leaf.cert])
            if self._refused:
                wrong.unknown.append(self._refused)
            places = self._places(leaf.cert, wrong)
            served = tuple(
                self._served(machine, port, wrong) for machine, port in self._ports if port.leaf == leaf.cert
            )
            yield self._row(
                leaf.cert, "leaf", certificate, wrong, places=(self._stored(leaf.cert, stored), *places), served=served
            )

    def kubelets(self) -> Iterator[CertificateRow]:
        """The client certificates that kubelets got from the cluster. One that has none uses the one that we issued."""
        for machine in self._design.nodes:
            disk = self._seen.disks.get(machine.name)
            name = f"kubelet/{machine.name}"
            place = Place(machine=machine.name, path=fact.KUBELET_CLIENT, used_by=("kubelet",), matches=None)
            if disk is None:
                unread = _Wrong(unknown=[f"{place.path} on {machine.name} could not be read"])
                yield self._row(name, "kubelet", None, unread, places=(place,))
                continue
            found = disk.files.get(fact.KUBELET_CLIENT, ())
            if not found:
                continue
            wrong, certificate = _Wrong(), certificates.load_certificate(Secret(found[0].encode()))
            end, begin = certificate.not_valid_after_utc, certificate.not_valid_before_utc
            if end <= self._now:
                wrong.problems.append("has ended: seakeep apply gives the kubelet a new one")
            elif end - self._now <= LATE * (end - begin):
                wrong.problems.append("is overdue: the kubelet should have renewed it by now")
            if not any(certificates.signed_by(certificate, each) for each in self._trusted("cluster")):
                wrong.problems.append("was signed by an authority that is not trusted")
            elif not any(certificates.signed_by(certificate, each) for each in self._trusted("cluster")[:1]):
                wrong.problems.append("was signed by the previous authority")
            yield self._row(name, "kubelet", certificate, wrong, places=(place,))

    def kubeconfigs(self) -> Iterator[CertificateRow]:
        """Client certificates inside kubeconfigs: nobody renews those, and they outlive what they trust."""
        trust = self._state.read(trust_name("cluster"))
        for held in self._seen.kubeconfigs:
            wrong, certificate = _Wrong(), None
            if held.client:
                certificate = certificates.load_certificate(Secret(held.client.encode()))
                left = certificate.not_valid_after_utc - self._now
                if left <= timedelta(0):
                    wrong.problems.append("has ended: seakeep kubeconfig makes a new file")
                elif left < self._design.pki.renew_before:
                    wrong.problems.append("ends soon: seakeep kubeconfig makes a new file")
                if not any(certificates.signed_by(certificate, each) for each in self._trusted("cluster")):
                    wrong.problems.append("was signed by an authority that is not trusted")
            if held.authority and _split(Secret(held.authority.encode())) != _split(trust):
                wrong.problems.append("trusts something else than the cluster does now: seakeep kubeconfig")
            place = Place(machine=held.machine, path=held.path, used_by=(), matches=None)
            yield self._row(f"kubeconfig {held.path}", "kubeconfig", certificate, wrong, places=(place,))

    def _trusted(self, ca: str) -> list[x509.Certificate]:
        """The one that signs first."""
        names = (ca_name(ca), *rotation.others(ca))
        stored = [self._state.read(name) for name in names]
        return [certificates.load_certificate(each) for each in stored if each is not None]

    def _load(self, stored: Secret | None, wrong: _Wrong) -> x509.Certificate | None:
        if stored is None:
            wrong.problems.append("is not in the state folder")
            return None
        try:
            return certificates.load_certificate(stored)
        except ValueError:
            wrong.problems.append("is not readable in the state folder")
            return None

    def _stored(self, name: str, stored: Secret | None) -> Place:
        return Place(machine=OPERATOR, path=str(self._state.path(name)), matches=stored is not None)

    def _places(self, name: str, wrong: _Wrong) -> tuple[Place, ...]:
        """Where the value of this name is to lie, and whether it does."""
        stored = self._state.read(name)
        wanted = _split(stored)
        found = []
        for machine in self._design.machines:
            files = self._files[machine.name]
            for file in files.files:
                if file.parts != (SecretRef(name),):
                    continue
                disk = self._seen.disks.get(machine.name)
                matches = None if disk is None else disk.files.get(file.path) == wanted and wanted != ()
                if matches is None:
                    wrong.unknown.append(f"{file.path} on {machine.name} could not be read")
                elif not matches:
                    state = "is not there" if disk and file.path not in disk.files else "is another one"
                    wrong.problems.append(f"{file.path} on {machine.name} {state}: seakeep apply")
                used_by = _users(files, file.path, disk)
                found.append(Place(machine=machine.name, path=file.path, used_by=used_by, matches=matches))
        return tuple(found)

    def _served(self, machine: Machine, port: Port, wrong: _Wrong) -> Served:
        """What is shown against what lies on the same machine's disk."""
        answer = self._seen.shown[machine.name, port]
        disk = self._seen.disks.get(machine.name)
        path = next(f.path for f in self._files[machine.name].files if f.parts == (SecretRef(port.leaf),))
        found = disk.files.get(path, ()) if disk is not None else ()
        matches: bool | None = None
        reason = ""
        if isinstance(answer, str):
            reason = answer
            wrong.unknown.append(f"{port.where} on {machine.name} did not tell: {reason}")
        elif found:
            matches = certificates.load_certificate(Secret(found[0].encode())).public_bytes(Encoding.DER) == answer
            if not matches:
                reason = "another one is served than lies on the disk"
                wrong.problems.append(f"{port.component} on {machine.name} serves another one than {path}")
        return Served(
            machine=machine.name, component=port.component, address=port.where, matches=matches, reason=reason
        )

    def _row(
        self,
        name: str,
        kind: str,
        certificate: x509.Certificate | None,
        wrong: _Wrong,
        *,
        places: tuple[Place, ...],
        served: tuple[Served, ...] = (),
    ) -> CertificateRow:
        about = _about(certificate, self._now) if certificate is not None else _UNREADABLE
        return msgspec.structs.replace(
            about,
            name=name.removeprefix("pki/").removesuffix(".crt"),
            kind=kind,
            verdict=wrong.verdict,
            problems=(*wrong.problems, *wrong.unknown),
            places=places,
            served=served,
        )


_UNREADABLE = CertificateRow(
    name="",
    kind="",
    subject=None,
    issuer=None,
    serial=None,
    not_before=None,
    not_after=None,
    remaining_seconds=None,
    verdict=Verdict.UNKNOWN,
)


def _about(certificate: x509.Certificate, now: datetime) -> CertificateRow:
    """What the certificate says of itself."""
    end = certificate.not_valid_after_utc
    return msgspec.structs.replace(
        _UNREADABLE,
        subject=certificate.subject.rfc4514_string(),
        sans=tuple(sorted(certificates.alternative_names(certificate))),
        issuer=certificate.issuer.rfc4514_string(),
        serial=f"{certificate.serial_number:x}",
        not_before=rfc3339(certificate.not_valid_before_utc),
        not_after=rfc3339(end),
        remaining_seconds=int((end - now).total_seconds()),
    )


def _users(files: MachineFiles, path: str, disk: OnDisk | None) -> tuple[str, ...]:
    """The units that read the file, and the kubeconfigs that name it."""
    units = [unit.name for unit in files.units if path in (*unit.reads, *unit.follows)]
    named = [name for name, fields in disk.kubeconfigs.items() if path in fields.values()] if disk is not None else []
    return (*sorted(units), *sorted(named))


def _split(stored: Secret | None) -> tuple[str, ...]:
    """The certificates of a bundle as PEM; nothing where it is not readable."""
    if stored is None:
        return ()
    try:
        found = x509.load_pem_x509_certificates(stored.reveal())
    except ValueError:
        return ()
    return tuple(certificates.pem(each).decode() for each in found)
