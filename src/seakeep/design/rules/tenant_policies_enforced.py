"""A NetworkPolicy is a wish: where no program enforces it, tenants' pods reach each other all the same."""

from collections.abc import Iterator

from seakeep.core.finding import Severity
from seakeep.design.draft import Draft, Note, Rule, bad, good, listed, moot
from seakeep.design.tenants import ENFORCING


def judge(draft: Draft) -> Iterator[Note]:
    """What the rule says about a draft."""
    tenants = draft.spec.tenants
    isolated = [tenant.name for tenant in tenants if tenant.network.isolated]
    plugin = draft.spec.network.cni[0] if draft.spec.network.cni else "none"
    enforcer = draft.spec.network.policy_enforcer
    if not tenants:
        yield moot("there are no tenants")
    elif not isolated:
        yield good("no tenant asks for it")
    elif enforcer != "none" or plugin in ENFORCING:
        yield good(f"{enforcer if enforcer != 'none' else plugin} enforces them")
    else:
        index = next(i for i, tenant in enumerate(tenants) if tenant.network.isolated)
        unsure = plugin == "none"
        yield bad(
            f"{'no network plugin is known to enforce' if unsure else f'{plugin} does not enforce'} "
            f"the network policies of {listed(isolated)}: pods of other namespaces reach theirs",
            where="spec.network.policyEnforcer" if not unsure else f"spec.tenants[{index}]",
            fix=f"{'' if unsure else 'write policyEnforcer: kube-router; '}`seakeep check --live` measures it; where "
            "tenants need not be kept apart in the network, write network: {isolated: false}",
        )


RULE = Rule(
    id="DES040",
    title="Tenants' network policies are enforced",
    severity=Severity.WARNING,
    judge=judge,
)
