"""The CNI configurations of a node."""

from seakeep.facts.base import Ask, Fact

FOLDER = "/etc/cni/net.d"


def script(ask: Ask) -> str:
    """Names of the files that a runtime would look at, in the order in which it does."""
    del ask
    return f"ls -1 {FOLDER} 2>/dev/null | grep -E '[.](conf|conflist|json)$'; true"


def parse(output: bytes) -> tuple[str, ...]:
    """File names. ValueError for what is none."""
    names = output.decode("utf-8", "replace").split("\n")
    if any("/" in name or "\0" in name for name in names):
        raise ValueError("not a list of file names")
    return tuple(name for name in names if name)


FACT: Fact[tuple[str, ...]] = Fact(id="network_configs", script=script, parse=parse)
