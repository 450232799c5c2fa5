"""The load balancer's check is of one kind.

What: not more than one of httpchk, ssl-hello-chk, tcp-check and the like in one backend. Why: the last one wins, in
silence; an old form of the kubeadm documents had httpchk beside ssl-hello-chk. Evidence: the option lines. Fix: keep
`option httpchk`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import backends_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="HAP006",
    title="the load balancer's check is of one kind",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("haproxy",),
    remediation="keep `option httpchk` and remove the other",
)

_KINDS = ("httpchk", "ssl-hello-chk", "tcp-check", "smtpchk", "mysql-check", "pgsql-check", "redis-check", "ldap-check")


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Kinds of one section: its own replace those of its defaults."""
    for backend in backends_of(file, index):
        own = [each for each in backend.section.directives if each.starts("option") and each.words[1:2]]
        kinds = {each.words[1]: each.line for each in own if each.words[1] in _KINDS}
        if len(kinds) > 1:
            yield bad(
                f"backend {backend.section.name} has {' and '.join(kinds)}; the last one wins",
                (max(kinds.values()),),
                backend=backend.section.name,
            )
