"""Anonymous requests are settled in one place.

What: no --anonymous-auth beside an --authentication-config whose file has `anonymous`. Why: the API server does not
start with both, whatever the flag says. Evidence: the flags, the configurations of the input. Fix: remove
--anonymous-auth.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Per, Scope
from seakeep.checks.programs.anonymous import configurations
from seakeep.checks.programs.commands import of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB132",
    title="anonymous requests are settled in one place",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove --anonymous-auth",
)


def judge(index: Index) -> Iterator[Note]:
    """Without the file, the flag beside an --authentication-config may still be right."""
    commands = of(index, "kube-apiserver")
    if not commands:
        yield MOOT
    for command in commands:
        if "anonymous-auth" in command.flags and "authentication-config" in command.flags and configurations(index):
            yield command.note(
                "--anonymous-auth beside a file that has `anonymous`: it will not start", "anonymous-auth"
            )
