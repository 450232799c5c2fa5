"""No certificate on a machine runs out soon.

What: every certificate that lies on the machines or in their kubeconfigs: authorities, servers' and clients', of
etcd, the API servers, kubelets and balancers. One that has run out, or does within a week, is an error; within 30
days a warning. Why: the day that one runs out, what it is for stops, and what would renew it may need it. Evidence:
the file, the name in the certificate, the day. Fix: seakeep certs renew.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from cryptography import x509

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, unknown, wrong
from seakeep.core.finding import Severity
from seakeep.facts import certificates

SOON = timedelta(days=30)
LAST = timedelta(days=7)

CHECK = Check(
    id="LIV015",
    title="no certificate runs out soon",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=(certificates.FACT.id,),
    remediation="renew it: seakeep certs renew",
    equivalents=("kubeeye:CertificateExpiredPeriod",),
)


def judge(live: Live) -> Iterable[Note]:
    """A note for each certificate that ends soon; one for a machine on which none does."""
    for machine, found, why in live.machines(certificates.FACT, live.design.machines):
        if found is None:
            yield unknown(machine.name, why)
            continue
        notes = [note for path, pem in _all(found) for note in _soon(live, machine.name, path, pem)]
        yield from notes or [good(machine.name, "")]


def _all(found: certificates.OnDisk) -> Iterable[tuple[str, str]]:
    for path, chain in sorted(found.files.items()):
        for pem in chain:
            yield path, pem
    for path, fields in sorted(found.kubeconfigs.items()):
        for name, pem in sorted(fields.items()):
            if name.endswith("-data"):
                yield path, pem


def _soon(live: Live, machine: str, path: str, pem: str) -> Iterable[Note]:
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        yield unknown(machine, f"{path} holds a certificate that cannot be read")
        return
    end = certificate.not_valid_after_utc
    left = end - live.now
    if left > SOON:
        return
    name = certificate.subject.rfc4514_string()
    said = f"{path} ({name}) {'ran' if left < timedelta() else 'runs'} out on {end:%Y-%m-%d}"
    note = wrong(machine, said, days=left.days)
    yield note if left <= LAST else replace(note, severity=Severity.WARNING)
