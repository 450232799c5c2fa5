"""The load balancer lets watches be silent.

What: `timeout client`, `timeout server` and, where it is set, `timeout tunnel` of the API's backend are two minutes
or more. Why: a watch says nothing while nothing happens, and a bookmark comes only about once a minute; one that is
cut makes its client list everything again. Evidence: the timeouts, inherited ones included. Fix: `timeout client 1h`,
`timeout server 1h`, and `option clitcpka`, `option srvtcpka` for peers that are gone.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import backends_of
from seakeep.core.finding import Severity
from seakeep.formats.haproxy import milliseconds
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="HAP008",
    title="the load balancer lets watches be silent",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("haproxy",),
    remediation="timeout client 1h; timeout server 1h",
)

LEAST = 120_000.0
"""Milliseconds."""


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """The timeouts that count for the backend. No timeout is none."""
    for backend in backends_of(file, index):
        for side in ("client", "server", "tunnel"):
            found = backend.section.first("timeout", side)
            if found is None or len(found.words) < 3:
                continue
            if 0 < milliseconds(found.words[2], default=LEAST) < LEAST:
                yield bad(f"timeout {side} {found.words[2]} cuts watches that are silent", (found.line,), side=side)
