"""API servers go on serving until the load balancer has noticed.

What: --shutdown-delay-duration of the API servers of the input is no shorter than the balancer's inter times fall.
Why: connections are still sent to a server that has ended. Evidence: haproxy.cfg beside the command lines. Fix: raise
the delay, or check more often.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Per, Scope, bad
from seakeep.checks.files.api_check_times import seconds as takes
from seakeep.checks.files.lookups import backends_of
from seakeep.checks.programs.commands import of
from seakeep.core.finding import Severity
from seakeep.formats.duration import seconds
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="HAP011",
    title="API servers serve until the load balancer has noticed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("haproxy",),
    remediation="--shutdown-delay-duration of inter x fall and a margin",
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """The shortest delay of any API server against the slowest check."""
    delays = [seconds(each.flags.get("shutdown-delay-duration", "0")) or 0.0 for each in of(index, "kube-apiserver")]
    servers = [
        server for backend in backends_of(file, index) for server in backend.servers if "check" in server.options
    ]
    if not delays or not servers:
        yield MOOT
        return
    slowest = max(servers, key=takes)
    if takes(slowest) > min(delays):
        yield bad(
            f"server {slowest.name} is out after {takes(slowest):g} s; an API server serves {min(delays):g} s longer",
            (slowest.line,),
            server=slowest.name,
        )
