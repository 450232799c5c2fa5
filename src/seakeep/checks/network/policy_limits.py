"""A network policy does not allow everything.

What: no rule of a NetworkPolicy is empty, and none allows 0.0.0.0/0 or ::/0 for ingress without naming ports. A
policy that only opens the way out for everybody passes when it says so for egress alone: ingress is what protects.
Why: one such rule opens what all other policies close, for they add up. Evidence: the rule. Fix: name peers or ports.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import dig, listing, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET005",
    title="a network policy limits something",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("NetworkPolicy",),
    remediation="name peers or ports in the rule",
    equivalents=("popeye:POP-1203",),
)

EVERYBODY = frozenset({"0.0.0.0/0", "::/0"})


def judge(manifest: Manifest, _: Index) -> Iterator[Note]:
    """Rules for ingress."""
    for position, rule in mappings(manifest.spec, "ingress"):
        path = ("spec", "ingress", position)
        if listing(rule, "ports"):
            continue
        peers = listing(rule, "from")
        if not peers:
            yield bad("the rule lets everybody in", path)
        elif any(text(peer, "ipBlock", "cidr") in EVERYBODY and not dig(peer, "ipBlock", "except") for peer in peers):
            yield bad("the rule lets every address in", path)
