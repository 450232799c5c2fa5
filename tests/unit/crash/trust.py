"""Which certificates the programs of a machine show, and which authorities they trust, from what each has read.

A program keeps what it read at its start (`Machine.booted`); what it follows it reads again a moment later
(`Machine.followed`), etcd at every handshake.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from cryptography import x509

from seakeep.artifacts import etcd, kubelet
from seakeep.artifacts.common import PKI
from seakeep.artifacts.registry import render_machine
from seakeep.core.secret import Secret, SecretRef
from seakeep.design.model import Design
from seakeep.design.model import Machine as Planned
from seakeep.design.traits import Traits
from seakeep.state import certificates
from seakeep.state.rotation import SA_KEY, SA_PUBLIC, SERVICE_ACCOUNT

from .machine import KEPT, Machine, content

_PLACES: dict[tuple[int, str], tuple[Design, "tuple[Read, ...]"]] = {}
_HELD: dict[tuple[int, int], tuple[Design, Machine, "tuple[Held, ...]"]] = {}


class Read(NamedTuple):
    """A certificate of the state folder that a unit reads: once, or again when it changes."""

    unit: str
    path: str
    name: str
    follows: bool


@dataclass(frozen=True, slots=True)
class Held:
    """Something that a program has read: of the authority's name `ca`, what it trusts (`keys` are those of the
    authorities) or what it shows (that of its issuer)."""

    who: str
    ca: str
    trusts: bool
    keys: frozenset[bytes]


def places(design: Design, machine: Planned) -> tuple[Read, ...]:
    """Every certificate that a unit reads."""
    key = id(design), machine.name
    if key not in _PLACES:
        _PLACES[key] = design, tuple(_places(design, machine))
    return _PLACES[key][1]


def _places(design: Design, machine: Planned) -> Iterator[Read]:
    files = render_machine(design, machine, Traits())
    names = {
        file.path: part.name
        for file in files.files
        for part in file.parts
        if isinstance(part, SecretRef) and part.name.endswith((".crt", SA_PUBLIC, SA_KEY)) and len(file.parts) == 1
    }
    for unit in files.units:
        for path in (*unit.reads, *unit.follows):
            if path in names:
                yield Read(unit.name, path, names[path], path in unit.follows)
    if machine.is_node:
        # The kubelet's own is named in its kubeconfig.
        yield Read(kubelet.NAME, f"{PKI}/node.crt", design.pki.leaf("cluster", f"node-{machine.name}").cert, False)


def read(machine: Machine, place: Read) -> bytes:
    """What the program has of it; nothing where it does not run or found none."""
    if place.unit not in machine.booted or not machine.told_to_run(place.unit):
        return b""
    files = machine.booted[place.unit]
    if place.follows:
        files = machine.files if place.unit == etcd.NAME else machine.followed
    path = place.path
    if path.endswith("/node.crt") and kubelet.CLIENT in files:
        path = kubelet.CLIENT
    return content(files[path]) if path in files else b""


def held(design: Design, machine: Machine) -> tuple[Held, ...]:
    """Everything that programs which run have read. Kept for the last machines that were asked about."""
    key = id(design), id(machine)
    if key not in _HELD:
        _HELD[key] = design, machine, tuple(_held(design, machine))
        if len(_HELD) > KEPT:
            del _HELD[next(iter(_HELD))]
    return _HELD[key][2]


def _held(design: Design, machine: Machine) -> Iterator[Held]:
    planned = next((each for each in design.machines if each.name == machine.machine.name), None)
    for place in places(design, planned) if planned else ():
        found = read(machine, place)
        if found and not place.name.endswith("/ca.crt"):
            yield of(f"{place.unit} on {machine.machine.name} ({place.path})", place.name, found)


def of(who: str, name: str, found: bytes) -> Held:
    """What this value is to whoever has it."""
    if name in (SA_PUBLIC, SA_KEY):
        # Tokens, in place of certificates.
        return Held(who, SERVICE_ACCOUNT, name == SA_PUBLIC, _public(found))
    ca, trusts = name.split("/")[1], name.endswith("/trust.crt")
    return Held(who, ca, trusts, _authorities(found) if trusts else _issuer(found))


@cache
def _public(content: bytes) -> frozenset[bytes]:
    if b"PRIVATE" in content:
        return frozenset({certificates.public_pem(certificates.load_key(Secret(content)).public_key())})
    return frozenset(re.findall(rb"-----BEGIN.+?-----END PUBLIC KEY-----\n", content, re.DOTALL))


@cache
def _authorities(content: bytes) -> frozenset[bytes]:
    found = x509.load_pem_x509_certificates(content)
    return frozenset(each.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest for each in found)


@cache
def _issuer(content: bytes) -> frozenset[bytes]:
    found = x509.load_pem_x509_certificate(content)
    identifier = found.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    return frozenset({identifier or b""})
