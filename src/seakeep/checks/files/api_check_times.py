"""The load balancer notices an API server that is gone within ten seconds.

What: `inter` times `fall` of the API's servers. Why: until then every new connection may land on it. Evidence: inter
and fall of the server lines; HAProxy's defaults are 2 s and 3. Fix: `inter 1s fall 2 rise 2`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import backends_of
from seakeep.core.finding import Severity
from seakeep.formats.haproxy import Server, milliseconds
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="HAP009",
    title="the load balancer notices a lost API server in time",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("haproxy",),
    remediation="inter 1s fall 2 rise 2",
    references=("https://docs.haproxy.org/3.0/configuration.html#5.2-inter",),
)

MOST = 10.0
"""Seconds."""


def seconds(server: Server) -> float:
    """Until the server is marked down, at the most, without the time that a check itself may take."""
    fall = server.options.get("fall", "3")
    return (
        milliseconds(server.options.get("inter", "2s"), default=2000.0) / 1000 * (int(fall) if fall.isdecimal() else 3)
    )


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Of servers that are checked."""
    for backend in backends_of(file, index):
        for server in backend.servers:
            takes = seconds(server)
            if "check" in server.options and takes > MOST:
                yield bad(
                    f"server {server.name} is out after {takes:g} s, wanted {MOST:g} s or less",
                    (server.line,),
                    server=server.name,
                    seconds=takes,
                )
