"""Pieces of shell that several faults are made of. POSIX sh, coreutils, systemd, nft."""

from collections.abc import Iterable

from seakeep.design.model import Machine
from seakeep.engine import guard


def kill_unit(*units: str) -> str:
    """SIGKILL to every process of the units. Those with `Restart=` come back by themselves. Fails where a unit does not
    run: nothing would be tested."""
    lines = ["set -eu"]
    for unit in map(guard.unit, units):
        lines.append(f"systemctl is-active --quiet {unit}")
        lines.append(f"systemctl kill --signal=SIGKILL {unit}")
    return "\n".join(lines) + "\n"


def start_unit(*units: str) -> str:
    """Start what does not run, with what systemd counts against it forgotten. Does not wait: a member that waits for
    its peers is not ready."""
    return "".join(
        f"systemctl reset-failed {unit} 2>/dev/null || true\nsystemctl start --no-block {unit}\n"
        for unit in map(guard.unit, units)
    )


def cut(token: str, machine: Machine, others: Iterable[Machine], *, inbound: bool = True, outbound: bool = True) -> str:
    """Drop every packet between this machine and the others, also of connections that stand. SSH stays open both ways,
    so that the operator (who may be on one of them) can still heal it."""
    addresses = ", ".join(sorted(str(other.address) for other in others))
    ssh = machine.ssh.port
    rules = ["add table inet storm_" + token]
    for chain, side, wanted in (("input", "saddr", inbound), ("output", "daddr", outbound)):
        if not wanted:
            continue
        # Before connection tracking (-200) and every other table: nothing else may have accepted it already.
        rules.append(f"add chain inet storm_{token} {chain} {{ type filter hook {chain} priority -350; }}")
        rules.append(f"add rule inet storm_{token} {chain} tcp dport {ssh} accept")
        rules.append(f"add rule inet storm_{token} {chain} tcp sport {ssh} accept")
        rules.append(f"add rule inet storm_{token} {chain} ip {side} {{ {addresses} }} drop")
    text = "\n".join(rules)
    return f"nft -f - <<'END'\n{text}\nEND\n"


def uncut(token: str) -> str:
    """Undo `cut`."""
    return f"nft delete table inet storm_{token} 2>/dev/null || true\n"
