"""etcd trusts an authority of its own.

What: the authority on etcd's machines is not the one that Kubernetes' clients are trusted by. Why: whoever has any
certificate of the cluster could read etcd. Evidence: digests of both files. Fix: an authority for etcd alone.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, unknown, wrong
from seakeep.core.finding import Severity
from seakeep.facts import files

CHECK = Check(
    id="ETCD008",
    title="etcd trusts an authority of its own",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="an authority for etcd alone; `seakeep certs rotate-ca etcd` replaces it",
    equivalents=("cis-1.12:2.7", "kubescape:C-0159"),
)

ETCD, KUBERNETES = ("/etc/etcd/pki/ca.crt", "/etc/kubernetes/pki/etcd-ca.crt"), "/etc/kubernetes/pki/ca.crt"


def judge(live: Live) -> Iterable[Note]:
    """Over all machines: the two need not lie on one."""
    seen: dict[str, set[str]] = {"etcd": set(), "cluster": set()}
    for _, found, _ in live.machines(files.FACT, live.design.machines):
        for path, state in (found or {}).items():
            if path in ETCD:
                seen["etcd"].add(state.sha256)
            elif path == KUBERNETES:
                seen["cluster"].add(state.sha256)
    if not seen["etcd"] or not seen["cluster"]:
        yield unknown("etcd", "the authorities' files could not be read")
    elif seen["etcd"] & seen["cluster"]:
        yield wrong("etcd", "etcd trusts whoever the cluster's own authority vouches for")
    else:
        yield good("etcd", "two authorities")
