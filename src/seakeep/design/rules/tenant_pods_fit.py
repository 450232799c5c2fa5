"""A quota that the nodes can never hold promises what nobody can keep. Processors and memory are judged when machines
have been read (PRE015)."""

from collections.abc import Iterator

from seakeep.core.finding import Severity
from seakeep.design.draft import Draft, Note, Rule, bad, counted, good, moot
from seakeep.design.model import Role

PODS_PER_NODE = 110
"""What the kubelets are told (artifacts/kubelet.py)."""


def judge(draft: Draft) -> Iterator[Note]:
    """What the rule says about a draft."""
    workers = draft.with_role(Role.WORKER)
    # A block's first and last address and the bridge's are no pod's.
    room = len(workers) * min(PODS_PER_NODE, 2 ** (32 - draft.spec.network.node_prefix) - 3)
    clean = True
    for index, tenant in enumerate(draft.spec.tenants):
        if tenant.quota.pods > room:
            clean = False
            yield bad(
                f"tenant {tenant.name} may have {tenant.quota.pods} pods, and {counted(len(workers), 'worker')} run"
                f" {room} at most",
                where=f"spec.tenants[{index}].quota.pods",
                fix=f"{room} at most, or more workers",
            )
    if clean:
        tenants = draft.spec.tenants
        yield good(f"{counted(len(workers), 'worker')} run {room} pods") if tenants else moot("there are no tenants")


RULE = Rule(
    id="DES041",
    title="The workers can hold as many pods as a tenant may have",
    severity=Severity.WARNING,
    judge=judge,
)
