"""The load balancer knows whom it asks.

What: `verify required` with a ca-file on servers whose check speaks TLS. Why: with `verify none` whoever has the
address can say that it is a ready API server. Evidence: verify and ca-file of the server lines, default-server
included. Fix: `verify required ca-file CLUSTER-CA`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import backends_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="HAP005",
    title="the load balancer's check verifies the certificate",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("haproxy",),
    remediation="verify required ca-file CLUSTER-CA on the server lines, with `verifyhost` where names differ",
    references=("https://docs.haproxy.org/3.0/configuration.html#5.2-verify",),
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Only where TLS is spoken at all."""
    for backend in backends_of(file, index):
        if not backend.checked or not backend.speaks_tls:
            continue
        for server in backend.servers:
            if server.options.get("verify") != "required" or "ca-file" not in server.options:
                has = server.options.get("verify", "nothing")
                yield bad(f"server {server.name} is asked with verify {has}", (server.line,), server=server.name)
