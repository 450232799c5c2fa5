"""A tenant's group must not be one that everybody is in, or that may do more already."""

from collections.abc import Iterator

from seakeep.core.finding import Severity
from seakeep.design.draft import Draft, Note, Rule, bad, counted, good, moot


def judge(draft: Draft) -> Iterator[Note]:
    """What the rule says about a draft."""
    clean, count = True, 0
    for index, tenant in enumerate(draft.spec.tenants):
        for position, group in enumerate(tenant.groups):
            count += 1
            said = ""
            if group.startswith("system:"):
                said = f"{group} is a group of Kubernetes itself, which others are in"
            elif group.startswith("seakeep:"):
                said = f"{group} is a group of the cluster's operators"
            elif group in tenant.groups[:position]:
                said = f"{group} is named twice"
            if said:
                clean = False
                yield bad(
                    f"tenant {tenant.name}: {said}",
                    where=f"spec.tenants[{index}].groups[{position}]",
                    fix="name a group of the team's own people, once",
                )
    if clean:
        yield good(counted(count, "group")) if count else moot("there are no tenants")


RULE = Rule(id="DES038", title="A tenant's groups are its own people's", severity=Severity.ERROR, judge=judge)
