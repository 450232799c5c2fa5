"""All etcd members have one version.

What: the version that each member says it has. Why: a cluster of two versions is in the middle of an upgrade that
nobody ended; features of the newer one stay off. Evidence: etcdctl endpoint status. Fix: `seakeep apply`.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, unknown, wrong
from seakeep.core.finding import Severity
from seakeep.design.model import Role
from seakeep.facts import etcd

CHECK = Check(
    id="ETCD007",
    title="all etcd members have one version",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="`seakeep apply`",
)


def judge(live: Live) -> Iterable[Note]:
    """Of those that serve."""
    versions: dict[str, list[str]] = {}
    for machine, state, why in live.machines(etcd.FACT, live.design.with_role(Role.ETCD)):
        if state is None or not state.serving:
            yield unknown(machine.name, why or "it does not serve")
        else:
            versions.setdefault(state.version, []).append(machine.name)
    if len(versions) > 1:
        told = "; ".join(f"{version} on {', '.join(names)}" for version, names in sorted(versions.items()))
        yield wrong("etcd", told)
    for version in versions if len(versions) == 1 else ():
        yield good("etcd", version)
