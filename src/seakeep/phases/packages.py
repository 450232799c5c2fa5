"""Programs that come from the operating system's packages, where they are missing."""

from collections.abc import Iterator

from seakeep.core.errors import RefusedError
from seakeep.engine.model import Script, Step
from seakeep.facts import system, tools
from seakeep.phases import wanted
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import Comparer

PHASE = Phase("packages", "Operating system packages", "machine")

INSTALLED = "/var/lib/seakeep/packages.installed"
"""Those that Seakeep brought, a line each: `reset` takes them away again."""

# The distribution starts some services when their package is installed. Ours have units of their own, so those
# are stopped and disabled at once; chrony is the one that is wanted as it comes.
_QUIET = ("haproxy", "keepalived", "nftables")

_INSTALL = {
    "debian": (
        "export DEBIAN_FRONTEND=noninteractive\n"
        "apt-get update -q || exit\n"
        "apt-get install -q -y --no-install-recommends {names} || exit\n"
    ),
    "rhel": "dnf install -q -y {names} || exit\n",
}


def plan(context: PlanContext) -> Iterator[Step]:
    """One step a machine. RefusedError on a distribution with neither apt nor dnf."""
    for machine in context.machines:
        facts = context.facts[machine.name]
        found = facts.get(system.FACT)
        needed = wanted.tools(machine, nested=found.nested)
        present = facts.get(tools.FACT)
        missing = sorted(needed.keys() - present)
        if not missing:
            continue
        if found.family not in _INSTALL:
            raise RefusedError(
                f"{machine.name} runs {found.os_id}, for which Seakeep knows no package manager",
                hint=f"install these programs yourself: {', '.join(missing)}",
            )
        packages = sorted({needed[tool][0 if found.family == "debian" else 1] for tool in missing})
        script = _INSTALL[found.family].format(names=" ".join(packages))
        script += f"printf '%s\\n' {' '.join(packages)} >>{INSTALLED}\n"
        for service in sorted(set(packages) & set(_QUIET)):
            script += f"systemctl disable --now {service}.service 2>/dev/null || true\n"
        comparer = Comparer(PHASE.id, facts, context.resolve)
        yield comparer.step(
            "install", Script(script), f"missing: {', '.join(missing)}", what=f"install {', '.join(packages)}"
        )
