"""Whether the fence in this machine's kernel is what its unit put there."""

from typing import Literal

from seakeep.facts.base import Ask, Fact

TABLE = "seakeep_fence"
RULES = "/var/lib/seakeep/fence.nft"
LOADED = "/run/seakeep-fence/loaded"
"""The digest of what the kernel said of the table right after it was loaded."""

State = Literal["none", "whole", "changed", "gone"]
"""`gone`: it was put up since the machine was started, and the table is not there any more."""
STATES: tuple[State, ...] = ("none", "whole", "changed", "gone")

SCRIPT = f"""\
[ -e {RULES} ] || [ -e {LOADED} ] || {{ echo none; exit; }}
if ! t=$(nft -s list table inet {TABLE}); then [ -e {LOADED} ] && echo gone || echo none
elif [ "$(printf '%s\\n' "$t" | sha256sum)" = "$(cat {LOADED})" ]; then echo whole
else echo changed; fi
"""


def script(ask: Ask) -> str:
    """Without a fence nft is not started."""
    del ask
    return SCRIPT


def parse(output: bytes) -> State:
    """ValueError for any other word."""
    word = output.strip().decode("ascii", "replace")
    for state in STATES:
        if word == state:
            return state
    raise ValueError(f"not a state of the fence: {word[:40]!r}")


FACT: Fact[State] = Fact(id="fence", script=script, parse=parse)
