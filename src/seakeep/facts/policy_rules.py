"""Whether rules of Seakeep's own enforcer of network policies may be in this machine's kernel."""

from seakeep.facts.base import Ask, Fact

MARK = "/run/seakeep-kube-router"
"""Made by the kubelet for its pods, and gone after a boot, as the rules are. Somebody else's kube-router makes none."""


def script(ask: Ask) -> str:
    """Looks for the mark that its pods leave until the next boot."""
    del ask
    return f"[ -d {MARK} ] && echo yes || echo no"


def parse(output: bytes) -> bool:
    """Whether they may be there."""
    return output.strip() == b"yes"


FACT: Fact[bool] = Fact(id="policy_rules", script=script, parse=parse)
