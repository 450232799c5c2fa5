"""The load balancer's question is one that API servers answer.

What: a check without a certificate asks for a path that anonymous requests reach. Why: 401 takes every API server out
of the balancer at once: the whole API is down at the moment the hardening arrives. Evidence: haproxy.cfg beside
--anonymous-auth and AuthenticationConfiguration of the same input. Fix: open /readyz in an
AuthenticationConfiguration, or give the check a certificate (`crt`).
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import backends_of
from seakeep.checks.programs.anonymous import anonymous
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="HAP010",
    title="the load balancer's question is one that API servers answer",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("haproxy",),
    remediation="AuthenticationConfiguration: anonymous: {enabled: true, conditions: [{path: /readyz}, ...]}",
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Where the input says nothing of API servers the question does not arise."""
    open_to = index.once(anonymous)
    if not open_to.said:
        yield MOOT
        return
    for backend in backends_of(file, index):
        asks = backend.http
        if asks is None or any("crt" in server.options for server in backend.servers):
            continue
        if not open_to.lets_in(backend.path):
            yield bad(
                f"backend {backend.section.name} asks for {backend.path} without a certificate and is refused with 401",
                (asks.line,),
                backend=backend.section.name,
            )
