"""Two tenants in one namespace are one tenant: they read each other's Secrets and share a quota."""

from collections.abc import Iterator

from seakeep.core.finding import Severity
from seakeep.design.draft import Draft, Note, Rule, bad, counted, good, moot
from seakeep.design.tenants import namespace


def judge(draft: Draft) -> Iterator[Note]:
    """What the rule says about a draft."""
    names: set[str] = set()
    homes: dict[str, str] = {}
    clean = True
    for index, tenant in enumerate(draft.spec.tenants):
        where, home = f"spec.tenants[{index}]", namespace(tenant)
        if tenant.name in names:
            clean = False
            yield bad(f"two tenants are called {tenant.name}", where=f"{where}.name", fix="give each a name of its own")
        elif home in homes:
            clean = False
            yield bad(
                f"{tenant.name} and {homes[home]} are both in namespace {home}",
                where=f"{where}.namespace",
                fix=f"give each its own, or add the groups of {tenant.name} to {homes[home]}",
            )
        names.add(tenant.name)
        homes.setdefault(home, tenant.name)
    if clean:
        yield good(counted(len(homes), "namespace")) if homes else moot("there are no tenants")


RULE = Rule(id="DES037", title="Every tenant has a namespace of its own", severity=Severity.ERROR, judge=judge)
