"""A kubeconfig for a person."""

from datetime import timedelta
from difflib import get_close_matches

from seakeep.core.errors import UsageError
from seakeep.design.model import Leaf
from seakeep.flows.session import Session
from seakeep.spec.fields import duration, is_label
from seakeep.state.kubeconfig import operator_kubeconfig, tenant_kubeconfig

LONGEST = timedelta(days=30)
"""A certificate cannot be taken back: whoever leaves keeps it until it ends."""


async def kubeconfig(session: Session, identity: str = "admin") -> str:
    """The text, with certificates inside. UsageError before the first apply."""
    return operator_kubeconfig(session.state, session.design, identity).reveal().decode()


async def for_tenant(session: Session, *, group: str, person: str, life: str) -> str:
    """The text for somebody of a tenant's group, with a certificate that ends after `life` (12h).

    UsageError for a group that no tenant has, and for a name or a life that will not do.
    """
    tenants = [tenant for tenant in session.design.tenants if group in tenant.groups]
    if not tenants:
        groups = sorted({name for tenant in session.design.tenants for name in tenant.groups})
        close = get_close_matches(group, groups, n=1)
        known = f"the tenants' groups: {', '.join(groups)}" if groups else "the file names no tenants"
        raise UsageError(f"no tenant has the group {group!r}", hint=f"did you mean {close[0]}?" if close else known)
    if not is_label(person):
        raise UsageError(
            f"{person!r} is not a name of lower-case letters, digits and inner hyphens", hint="such as --person ann"
        )
    try:
        lasting = duration(life)
    except ValueError:
        raise UsageError(f"{life!r} is not a duration", hint="such as 12h, 30m or 7d") from None
    if lasting > LONGEST:
        raise UsageError(
            f"{life} is too long: a certificate cannot be taken back", hint=f"{LONGEST.days}d at most; make another"
        )
    leaf = Leaf(
        name=f"{person}-{group}", ca="cluster", common_name=person, organizations=(group,), client=True, life=lasting
    )
    return tenant_kubeconfig(session.state, session.design, tenants[0], leaf, session.clock).reveal().decode()
