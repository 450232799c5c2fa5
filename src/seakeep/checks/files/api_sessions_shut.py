"""Connections to an API server that is down are closed.

What: `on-marked-down shutdown-sessions` on the API's servers. Why: clients of Kubernetes keep one connection for hours;
without it they go on waiting for a server that is known to be gone. Evidence: the server lines. Fix: add the option to
default-server.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import backends_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="HAP007",
    title="connections to an API server that is down are closed",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("haproxy",),
    remediation="default-server ... on-marked-down shutdown-sessions",
    references=("https://docs.haproxy.org/3.0/configuration.html#5.2-on-marked-down",),
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Of servers that are checked: others are never marked down."""
    for backend in backends_of(file, index):
        for server in backend.servers:
            if "check" in server.options and server.options.get("on-marked-down") != "shutdown-sessions":
                yield bad(f"sessions of server {server.name} outlive it", (server.line,), server=server.name)
