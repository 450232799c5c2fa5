"""Another plugin may enforce policies itself, or lead packets past the rules: a second enforcer helps nobody there."""

from collections.abc import Iterator

from seakeep.core.finding import Severity
from seakeep.design.draft import Draft, Note, Rule, bad, good, moot


def judge(draft: Draft) -> Iterator[Note]:
    """What the rule says about a draft."""
    network = draft.spec.network
    if network.policy_enforcer == "none":
        yield moot("none is asked for")
    elif network.cni == ("flannel",):
        yield good(f"{network.policy_enforcer} beside flannel")
    else:
        yield bad(
            f"{network.policy_enforcer} is set up beside flannel only, and the network plugin is your own",
            where="spec.network.policyEnforcer",
            fix="write policyEnforcer: none, and install an enforcer that fits the plugin; or use cni: flannel",
        )


RULE = Rule(
    id="DES042",
    title="The enforcer of network policies fits the network plugin",
    severity=Severity.ERROR,
    judge=judge,
)
