"""A tenant in a namespace of the cluster's own would own the cluster; in an exempt one, nothing holds its pods back."""

from collections.abc import Iterator

from seakeep.core.finding import Severity
from seakeep.design.draft import Draft, Note, Rule, bad, counted, good, moot
from seakeep.design.tenants import namespace


def judge(draft: Draft) -> Iterator[Note]:
    """What the rule says about a draft."""
    exempt = {exemption.namespace for exemption in draft.spec.security.exemptions}
    clean = True
    for index, tenant in enumerate(draft.spec.tenants):
        name = namespace(tenant)
        said = ""
        if name == "default" or name.startswith(("kube-", "seakeep-")):
            said = f"namespace {name} belongs to the cluster itself"
        elif name in exempt:
            said = f"namespace {name} is exempt from PodSecurity, so that nothing would hold its pods to a level"
        if said:
            clean = False
            field = "namespace" if tenant.namespace != tenant.name else "name"
            fix = "choose another namespace" + (", or remove the exemption" if name in exempt else f": team-{name}")
            yield bad(f"tenant {tenant.name}: {said}", where=f"spec.tenants[{index}].{field}", fix=fix)
    if clean:
        tenants = draft.spec.tenants
        yield good(f"{counted(len(tenants), 'tenant')}, none in it") if tenants else moot("there are no tenants")


RULE = Rule(
    id="DES036",
    title="No tenant lives in a namespace of the cluster's own",
    severity=Severity.ERROR,
    judge=judge,
)
