"""A virtual address's health check ends by itself.

What: a time limit in the script's command or block. Why: a question to a server that hangs never comes back, and a
check that has not ended has not failed. Evidence: `timeout` of the vrrp_script; --max-time or -m of curl, -T of wget.
Fix: `timeout 1` and `curl --max-time 1`.
"""

import re
from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import keepalived_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="KPA004",
    title="a virtual address's health check ends by itself",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("keepalived",),
    remediation="timeout 1 in the vrrp_script, --max-time 1 for curl",
)

_ASKS = re.compile(r"\b(curl|wget|nc|openssl)\b")
_LIMITED = re.compile(r"--max-time|--connect-timeout|\s-[a-zA-Z]*m\s*\d|--timeout|\s-T\s*\d|\s-w\s*\d|\btimeout\s+\d")


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """A command that asks over a network."""
    for script in keepalived_of(file, index).find("vrrp_script"):
        command = script.value("script") or ""
        if _ASKS.search(command) and not _LIMITED.search(command) and not script.has("timeout"):
            yield bad(f"{script.name} may wait for ever", (script.line,), script=command)
