"""Which other machines this one reaches over TCP (their SSH port, which is open before anything else is)."""

from seakeep.facts.base import Ask, Fact


def script(ask: Ask) -> str:
    """All peers at once, two seconds each at most. bash has TCP of its own; without bash nothing is printed."""
    peers = [each for each in ask.peers if each[1] != ask.address]
    if not peers:
        return "echo done"
    lines = ["command -v bash >/dev/null || exit 1"]
    lines.extend(
        f"(timeout 2 bash -c 'exec 3<>/dev/tcp/{address}/{port}' && echo {name}) &" for name, address, port in peers
    )
    return "\n".join([*lines, "wait", "echo done"])


def parse(output: bytes) -> frozenset[str]:
    """The peers that answered. ValueError where the check did not run to its end."""
    names = output.decode("ascii", "replace").split()
    if "done" not in names:
        raise ValueError("the check was cut off")
    return frozenset(names) - {"done"}


FACT: Fact[frozenset[str]] = Fact(id="reach", script=script, parse=parse, volatile=True)
