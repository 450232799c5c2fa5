"""Every etcd member serves.

What: each member of the design answers a linearizable read, is in the member list, and has no learner beside it. Why: a
member that is down takes away what the cluster may lose; a learner that was forgotten counts for nothing. Evidence:
etcdctl on each machine. Fix: `seakeep status`, then the journal of etcd on the machine.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, each
from seakeep.core.finding import Severity
from seakeep.design.model import Machine, Role
from seakeep.facts import etcd
from seakeep.facts.etcd import EtcdState

CHECK = Check(
    id="ETCD001",
    title="every etcd member serves",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="journalctl -u etcd on the machine; `seakeep apply` starts what is stopped",
)


def judge(live: Live) -> Iterable[Note]:
    """Member by member."""
    return each(live, etcd.FACT, live.design.with_role(Role.ETCD), _wrong)


def _wrong(machine: Machine, state: EtcdState) -> str:
    if not state.serving:
        return "it does not serve"
    if not state.healthy:
        return "it sees no quorum"
    if state.learner:
        return "it is a learner: it has no vote"
    learners = [member.name or member.id for member in state.members if member.learner]
    if learners:
        return f"learners are left in the member list: {', '.join(learners)}"
    return "" if any(member.name == machine.name for member in state.members) else "it is not in its own member list"
