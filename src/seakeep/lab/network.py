"""A lab's network: one namespace with a bridge, and a cable from it to each machine.

The namespace has no way out: nothing leaves it, nothing of this computer's network leads in, and two labs
may use the same addresses.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

import msgspec

from seakeep.lab.process import attempt, call
from seakeep.transport.dial import NETNS_DIR

_BRIDGE = "br0"
_TABLE = "seakeep"

_RULES = f"""\
table bridge {_TABLE} {{
    set cut {{ type ifname . ifname; }}
    chain forward {{
        type filter hook forward priority 0; policy accept;
        iifname . oifname @cut drop
    }}
}}
"""
"""Only what goes from one machine to another is forwarded; what the operator sends and gets is not, so a
machine that is cut off can still be looked at."""


class _Element(msgspec.Struct):
    concat: tuple[str, str]


class _Set(msgspec.Struct):
    elem: list[_Element] = []


class _Entry(msgspec.Struct):
    set: _Set | None = None


class _Listing(msgspec.Struct):
    nftables: list[_Entry]


def namespace(lab: str) -> str:
    """The name of a lab's network namespace."""
    return f"seakeep-{lab}"


def _hardware(address: IPv4Address) -> str:
    # The same after every boot, as a real machine's: neighbours would go on sending to an old one for half
    # a minute. 02 marks an address of no manufacturer.
    return ":".join(f"{byte:02x}" for byte in (0x02, 0x5E, *address.packed))


@dataclass(frozen=True, slots=True)
class Network:
    """The network of one lab."""

    lab: str

    @property
    def name(self) -> str:
        """The namespace's name."""
        return namespace(self.lab)

    def exists(self) -> bool:
        """Whether there is a namespace."""
        return (NETNS_DIR / self.name).exists()

    async def make(self, subnet: IPv4Network, gateway: IPv4Address) -> None:
        """Make what is missing of namespace, bridge, gateway and rules."""
        if not self.exists():
            await call("ip", "netns", "add", self.name)
        if (await attempt("ip", "-n", self.name, "link", "show", _BRIDGE)).status != 0:
            await call("ip", "-n", self.name, "link", "add", _BRIDGE, "type", "bridge", "mcast_snooping", "0")
        # Forwarding is on only for the refusal: what leads out of the lab is told so at once.
        await call(
            "ip",
            "-n",
            self.name,
            "-batch",
            "-",
            stdin=f"link set lo up\nlink set {_BRIDGE} up\n"
            f"addr replace {gateway}/{subnet.prefixlen} dev {_BRIDGE}\n"
            "route replace unreachable default\n",
        )
        await self._inside("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        if (await self._try("nft", "list", "table", "bridge", _TABLE)) != 0:
            await self._inside("nft", "-f", "-", stdin=_RULES)

    async def ports(self) -> set[str]:
        """The ports of the bridge that have a machine on them, ready to use."""
        out = await call("ip", "-n", self.name, "-br", "link", "show", "master", _BRIDGE)
        return {line.split("@")[0].split()[0] for line in out.splitlines() if line.strip()}

    async def plug(self, pid: int, port: str, address: IPv4Address, subnet: IPv4Network, gateway: IPv4Address) -> None:
        """Give the machine whose init is `pid` its eth0. An older cable of the same port is taken away: the
        kernel may not be done yet with the network of a machine that was just killed."""
        await self.pull(port)
        await call(
            "ip",
            "-n",
            self.name,
            "-batch",
            "-",
            stdin=f"link add {port} type veth peer name eth0 address {_hardware(address)} netns {pid}\n",
        )
        # The default route comes last: machines wait for it before they start their services.
        await call(
            "nsenter",
            f"--net=/proc/{pid}/ns/net",
            "ip",
            "-batch",
            "-",
            stdin=f"link set lo up\naddr add {address}/{subnet.prefixlen} dev eth0\n"
            f"link set eth0 up\nroute add default via {gateway}\n",
        )
        # A port that is on the bridge has a machine that knows its address, even when we were killed on the way.
        await call("ip", "-n", self.name, "link", "set", port, "master", _BRIDGE, "up")

    async def unplug(self, port: str) -> None:
        """Take the machine's cable away, and every cut of it; none there is fine."""
        await self.heal(pair for pair in await self.cuts() if port in pair)
        await self.pull(port)

    async def pull(self, port: str) -> None:
        """Take the machine's cable away; its cuts stay, none there is fine."""
        await attempt("ip", "-n", self.name, "link", "del", port)

    async def cut(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Drop everything from the first to the second port of each pair."""
        elements = ", ".join(f'"{source}" . "{target}"' for source, target in pairs)
        if elements:
            await self._inside("nft", "-f", "-", stdin=f"add element bridge {_TABLE} cut {{ {elements} }}\n")

    async def cuts(self) -> tuple[tuple[str, str], ...]:
        """The pairs (from port, to port) between which nothing passes, sorted."""
        out = await self._inside("nft", "-j", "list", "set", "bridge", _TABLE, "cut")
        listed = msgspec.json.decode(out, type=_Listing)
        return tuple(
            sorted(
                (element.concat[0], element.concat[1])
                for entry in listed.nftables
                if entry.set is not None
                for element in entry.set.elem
            )
        )

    async def heal(self, pairs: Iterable[tuple[str, str]] | None = None) -> None:
        """Undo these cuts, or every cut. One that is not there is fine."""
        if pairs is None:
            await self._inside("nft", "flush", "set", "bridge", _TABLE, "cut")
            return
        present = set(await self.cuts())
        elements = ", ".join(f'"{source}" . "{target}"' for source, target in pairs if (source, target) in present)
        if elements:
            await self._inside("nft", "-f", "-", stdin=f"delete element bridge {_TABLE} cut {{ {elements} }}\n")

    async def remove(self) -> None:
        """Remove the namespace and what is in it; nothing there is fine."""
        if self.exists():
            # An open socket keeps a deleted namespace alive, but not its bridge.
            await attempt("ip", "-n", self.name, "link", "del", _BRIDGE)
            await call("ip", "netns", "del", self.name)

    async def _inside(self, *argv: str, stdin: str = "") -> str:
        return await call("ip", "netns", "exec", self.name, *argv, stdin=stdin)

    async def _try(self, *argv: str) -> int:
        return (await attempt("ip", "netns", "exec", self.name, *argv)).status
