"""The cluster that is measured: N machines on one network, of which eight are not workers."""

from ipaddress import IPv4Address
from pathlib import Path

FIRST = IPv4Address("10.90.0.10")
VIP = IPv4Address("10.90.255.1")
PORT = 2022


def spec(count: int, key: Path) -> str:
    """The cluster file for `count` machines, ten at least."""
    roles = ["etcd"] * 3 + ["control-plane"] * 3 + ["load-balancer"] * 2 + ["worker"] * (count - 8)
    machines = "".join(
        f"    - {{name: m{n}, address: {FIRST + n}, site: {'abc'[n % 3]}, roles: [{role}]}}\n"
        for n, role in enumerate(roles)
    )
    return (
        "apiVersion: seakeep/v1\nkind: Cluster\nmetadata:\n  name: fleet\nspec:\n  sites: [a, b, c]\n"
        f"  ssh: {{port: {PORT}, key: {key}}}\n  endpoint: {{vip: {VIP}}}\n"
        f"  network: {{podRange: 10.128.0.0/12}}\n  machines:\n{machines}"
    )
