"""Each block of a policy is one, and its exceptions lie inside it.

What: cidr and except of ipBlock in NetworkPolicies. Why: the API server refuses the object; a block with host bits
set is accepted and means the whole network. Evidence: the block. Fix: the network's address and prefix.
"""

import ipaddress
from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.core.json import Json, JsonObject
from seakeep.manifests.access import Path, listing, mapping, mappings
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET006",
    title="the address blocks of a network policy are right",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("NetworkPolicy",),
    remediation="write the network's address and its prefix length",
)


def judge(manifest: Manifest, _: Index) -> Iterator[Note]:
    """Both directions."""
    for direction, end in (("ingress", "from"), ("egress", "to")):
        for position, rule in mappings(manifest.spec, direction) if direction in manifest.spec else ():
            for place, peer in mappings(rule, end):
                if "ipBlock" in peer:
                    yield from _block(mapping(peer, "ipBlock"), ("spec", direction, position, end, place, "ipBlock"))


def _block(block: JsonObject, path: Path) -> Iterator[Note]:
    whole = _network(block.get("cidr"))
    if whole is None:
        yield bad(f"{block.get('cidr')} is no block of addresses", (*path, "cidr"))
        return
    for position, each in enumerate(listing(block, "except")):
        inside = _network(each)
        if inside is None:
            yield bad(f"{each} is no block of addresses", (*path, "except", position))
        elif inside.version != whole.version or not inside.subnet_of(whole):  # type: ignore[arg-type]
            yield bad(f"{each} does not lie in {whole}", (*path, "except", position))


def _network(written: Json) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(written) if isinstance(written, str) and "/" in written else None
    except ValueError:
        return None
