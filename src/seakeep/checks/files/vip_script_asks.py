"""The virtual address follows the service, not a process.

What: a vrrp_script that asks the API for /readyz, not whether a process exists. Why: HAProxy runs on while it reaches
no API server, and the address stays where nobody answers. Evidence: the script's command. Fix: `curl -sf --max-time 1
--cacert CA https://127.0.0.1:PORT/readyz` through the machine's own load balancer.
"""

import re
from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import keepalived_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="KPA001",
    title="the virtual address's script asks the API",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("keepalived",),
    remediation="ask https://127.0.0.1:PORT/readyz through this machine's own load balancer",
)

_PROCESS = re.compile(r"\b(killall\s+-0|kill\s+-0|pgrep|pidof|systemctl\s+(is-active|status)|ps\s)")
_PATH = re.compile(r"https?://[^/\s\"']+(/[^\s\"'?]*)?")


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """A script in a file of its own cannot be seen into: it is taken at its word."""
    conf = keepalived_of(file, index)
    for script in conf.find("vrrp_script"):
        command = script.value("script") or ""
        if _PROCESS.search(command):
            yield bad(f"{script.name} only sees whether a process exists", (script.line,), script=command)
            continue
        asked = _PATH.search(command)
        if asked is not None and asked[1] != "/readyz":
            yield bad(f"{script.name} asks for {asked[1] or '/'}, not /readyz", (script.line,), script=command)
    for process in conf.find("vrrp_track_process"):
        if not conf.has("vrrp_script"):
            yield bad(f"{process.name} only sees whether a process exists", (process.line,))
