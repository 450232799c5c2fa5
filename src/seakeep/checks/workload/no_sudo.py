"""A container starts as the user that it is.

What: the words of command and args have no sudo or su. Why: it needs privilege escalation, which POD001 refuses, and
an image in which anybody becomes root. Evidence: the word. Fix: runAsUser.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import listing
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD060",
    title="no container becomes another user by sudo",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="set securityContext.runAsUser in place of sudo",
    equivalents=("kubescape:C-0062",),
)


def judge(container: Container, _: Index) -> Answer:
    """Also inside a line that a shell reads."""
    for field in ("command", "args"):
        for position, word in enumerate(listing(container.body, field)) if field in container.body else ():
            if isinstance(word, str) and (word == "su" or "sudo" in word.replace("/", " ").replace(";", " ").split()):
                return bad(f"container {container.name} becomes another user", container.at(field, position))
    return None
