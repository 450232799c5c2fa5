"""Kernel settings and modules, and swap switched off on real nodes."""

from collections.abc import Iterator

from seakeep.artifacts import kernel
from seakeep.artifacts.registry import render_part
from seakeep.engine.model import Script, Step
from seakeep.facts import sysctls, system
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import Comparer

PHASE = Phase("kernel", "Kernel settings", "machine")

BEFORE = "/var/lib/seakeep/sysctl.before"

_SWAP_OFF = """\
swapoff -a
f=/etc/fstab
if [ -f "$f" ]; then sed -i.before-seakeep '/^[^#].*[[:space:]]swap[[:space:]]/s/^/# seakeep: /' "$f"; fi
"""


def plan(context: PlanContext) -> Iterator[Step]:
    """Files first, then the running kernel where it differs from them."""
    for machine in context.machines:
        facts = context.facts[machine.name]
        traits = context.traits(machine)
        comparer = Comparer(PHASE.id, facts, context.resolve)
        yield from comparer.steps(render_part(kernel.render, context.design, machine, traits))
        values = facts.get(sysctls.FACT)
        wrong = [
            f"{name} is {values.get(name, 'absent')}, wanted {value}"
            for name, value in kernel.sysctls(machine, traits).items()
            # A container cannot load what its host's kernel lacks: such a setting is skipped there.
            if values.get(name) != value and not (traits.nested and name not in values)
        ]
        if wrong:
            load = "".join(
                f"modprobe -q {module} || true\n" for module in kernel.modules(context.design, machine, traits)
            )
            names = " ".join(name for name in kernel.sysctls(machine, traits) if name in values)
            # The values of before, so that `reset` can give them back.
            keep = f"[ -f {BEFORE} ] || sysctl -- {names} >{BEFORE}\n" if names else ""
            script = f"{keep}{load}sysctl -q -p {kernel.SYSCTL}\n"
            yield comparer.step("sysctl", Script(script), "; ".join(wrong), what="apply kernel settings")
        found = facts.get(system.FACT)
        if machine.is_node and found.swap_mb > 0 and not found.nested:
            why = f"{found.swap_mb} MiB of swap, which the kubelet refuses"
            yield comparer.step("swap", Script(_SWAP_OFF), why, what="switch swap off")
