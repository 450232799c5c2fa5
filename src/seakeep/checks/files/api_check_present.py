"""The load balancer asks API servers how they are.

What: `check` on every server of the API's backend in haproxy.cfg. Why: without it a server that is gone keeps its
share of the requests until each has timed out. Evidence: the server lines. Fix: `default-server check ...`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import backends_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="HAP001",
    title="the load balancer checks API servers",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("haproxy",),
    remediation="default-server check verify required ca-file CLUSTER-CA inter 1s fall 2 rise 2",
    references=("https://docs.haproxy.org/3.0/configuration.html#5.2-check",),
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """One note for each server without a check."""
    for backend in backends_of(file, index):
        for server in backend.servers:
            if "check" not in server.options:
                yield bad(f"server {server.name} is never checked", (server.line,), server=server.name)
