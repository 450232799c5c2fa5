"""A container in production talks to nobody at a keyboard.

What: neither stdin nor tty is true, on any container but ephemeral ones. INFO. Why: it is left over from debugging; a
program that thinks it has a terminal colours its logs and asks questions. Evidence: the field. Fix: remove it.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad, drop
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container, Role

CHECK = Check(
    id="POD068",
    title="no container waits at a terminal",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    roles=(Role.APP, Role.SIDECAR, Role.INIT),
    remediation="remove stdin and tty",
    fixable=True,
    equivalents=("gatekeeper:disallowinteractive",),
)


def judge(container: Container, _: Index) -> Answer:
    """Either of the two."""
    for field in ("stdin", "tty"):
        if container.body.get(field) is True:
            path = container.at(field)
            return bad(f"container {container.name} has {field}", path, fix=(drop(path),))
    return None
