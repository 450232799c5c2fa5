"""Which node gets which block of pod addresses, and the addresses of the services that come first."""

from collections.abc import Collection, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network
from itertools import chain, islice


def blocks(pod_range: IPv4Network, prefix: int) -> int:
    """How many blocks of a prefix length the range holds."""
    return 1 << (prefix - pod_range.prefixlen) if prefix >= pod_range.prefixlen else 0


def assigned(
    pod_range: IPv4Network,
    prefix: int,
    pins: Sequence[IPv4Network | None],
    *,
    last: Collection[IPv4Network] = (),
) -> tuple[IPv4Network, ...]:
    """One block per node, in the order of the file; a pinned block is kept, and the others go round it.

    Appending a node without a pin never moves another node's block. Those in `last` are only handed out when nothing
    else is left: nodes that are about to leave still have them. ValueError when the range is used up.
    """
    taken = [pin for pin in pins if pin is not None]
    if blocks(pod_range, prefix) == 0:
        raise ValueError(f"{pod_range} holds no block of /{prefix}")

    def free(*, kept: bool) -> Iterator[IPv4Network]:
        for block in pod_range.subnets(new_prefix=prefix):
            if not any(block.overlaps(pin) for pin in taken) and any(block.overlaps(old) for old in last) is kept:
                yield block

    wanted = list(islice(chain(free(kept=False), free(kept=True)), sum(pin is None for pin in pins)))
    if len(wanted) + len(taken) < len(pins):
        raise ValueError(f"{pod_range} holds fewer blocks of /{prefix} than there are nodes ({len(pins)})")
    supply = iter(wanted)
    return tuple(next(supply) if pin is None else pin for pin in pins)


def api_service_ip(service_range: IPv4Network) -> IPv4Address:
    """The address of the `kubernetes` Service: the first."""
    return service_range[1]


def dns_service_ip(service_range: IPv4Network) -> IPv4Address:
    """The address of the DNS Service: the tenth."""
    return service_range[10]
