"""The load balancer speaks TLS when it asks an API server.

What: the check of the API's backend connects with TLS. Why: an API server answers plain bytes with 400, so that a check
without an expectation passes on anything that listens, and one with an expectation never passes. Evidence: http-check
connect, tcp-check, check-ssl. Fix: `http-check connect ssl`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import backends_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="HAP002",
    title="the load balancer's check speaks TLS",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("haproxy",),
    remediation="option httpchk; http-check connect ssl; http-check send meth GET uri /readyz",
    references=("https://docs.haproxy.org/3.0/configuration.html#4.2-http-check%20connect",),
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Only where something is sent: a check that merely connects is another check's business."""
    for backend in backends_of(file, index):
        sends = backend.section.first("tcp-check", "send") or backend.section.first("tcp-check", "send-lf")
        asks = sends or backend.http
        if asks is not None and backend.checked and not backend.speaks_tls:
            yield bad(
                f"backend {backend.section.name} sends its check as plain text to a port that speaks TLS",
                (asks.line,),
                backend=backend.section.name,
            )
