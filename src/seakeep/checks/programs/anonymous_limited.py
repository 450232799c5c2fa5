"""Requests without an identity reach nothing but health.

What: an AuthenticationConfiguration that opens /livez, /readyz and /healthz at most, or --anonymous-auth=false on
every API server. Why: whatever the roles of system:anonymous let through is open to everybody who reaches the port.
Evidence: `anonymous` of the configuration, the flag. Fix: an AuthenticationConfiguration with `anonymous: {enabled:
true, conditions: [{path: /livez}, {path: /readyz}, {path: /healthz}]}`.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Per, Scope
from seakeep.checks.programs.anonymous import HEALTH, conditions, configurations
from seakeep.checks.programs.commands import of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB131",
    title="requests without an identity reach nothing but health",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="an AuthenticationConfiguration that opens /livez, /readyz and /healthz only",
    references=("https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests",),
    equivalents=("cis-1.12:1.2.1", "kubescape:C-0113", "checkov:CKV_K8S_68"),
)


def judge(index: Index) -> Iterator[Note]:
    """Configurations by what they open, API servers without one by their flag."""
    files = configurations(index)
    asked = bool(files)
    for each in files:
        paths = conditions(each)
        if paths is None:
            yield Note(message="anonymous requests reach everything", path=("anonymous",), about=each)
        elif beyond := sorted(paths - HEALTH):
            message = f"anonymous requests reach {', '.join(beyond)}"
            yield Note(message=message, path=("anonymous", "conditions"), about=each)
    for command in of(index, "kube-apiserver"):
        if "authentication-config" in command.flags or not (command.whole or "anonymous-auth" in command.flags):
            continue
        asked = True
        if command.flags.get("anonymous-auth") != "false":
            yield command.note("anonymous requests are let in everywhere", "anonymous-auth")
    if not asked:
        yield MOOT
