"""The load balancer asks an API server whether it is ready.

What: the check of the API's backend is an HTTP request for /readyz. Why: a connection or a handshake succeeds while a
server hangs, starts or shuts down; /livez stays good during a shutdown; /healthz has been deprecated since 1.16.
Evidence: option httpchk, http-check send, tcp-check. Fix: `http-check send meth GET uri /readyz`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import backends_of
from seakeep.core.finding import Severity
from seakeep.formats.haproxy import Backend
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="HAP003",
    title="the load balancer's check asks for /readyz",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("haproxy",),
    remediation="option httpchk; http-check connect ssl; http-check send meth GET uri /readyz",
    references=("https://kubernetes.io/docs/reference/using-api/health-checks/",),
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """One note for each backend that asks something else, or nothing."""
    for backend in backends_of(file, index):
        if not backend.checked:
            continue
        where = backend.http or backend.section.first("option", "tcp-check")
        line = where.line if where is not None else backend.servers[0].line
        if said := _asks(backend):
            yield bad(
                f"backend {backend.section.name} {said}", (line,), backend=backend.section.name, asks=backend.path
            )


def _asks(backend: Backend) -> str:
    if backend.http is None:
        sent = " ".join(word for each in backend.section.find("tcp-check", "send") for word in each.words)
        if "/readyz" in sent:
            return ""
        return "only makes a TLS handshake" if backend.speaks_tls else "only opens a connection"
    if backend.path == "/readyz":
        return ""
    return f"asks for {backend.path}, not /readyz"
