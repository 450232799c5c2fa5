"""The fence: API servers and members of etcd do not hear machines that were taken out while they did not answer.

A load balancer that comes back knows nothing of that, and the others know nothing of it: it would take the VIP beside
the one that holds it. Its HAProxy is refused by every API server instead, so that its keepalived, whose checks count as
failed until they succeed, never becomes MASTER; one that was only cut off from the operator gives the VIP up. An API
server that comes back finds no etcd: it would be good enough for such a load balancer, on the same machine above all.
Refused with a reset, which ends what is connected, and tells the other end at once.

In a table of its own and early on the way in: what ends here nobody else can let in, and `accept` in another table ends
nothing here. kube-proxy, kube-router and Flannel rewrite tables of their own only. Members' port 2380 stays open: it is
there that etcd tells a removed member to stop.
"""

from seakeep.artifacts import unit
from seakeep.artifacts.base import FileSpec, MachineFiles, UnitSpec
from seakeep.artifacts.common import UNITS, unit_file
from seakeep.artifacts.kube_apiserver import PORT
from seakeep.artifacts.ownership import FOLDER
from seakeep.design.model import Design, Machine, Role
from seakeep.design.traits import Traits

NAME = "seakeep-fence"
TABLE = "seakeep_fence"
RULES = f"{FOLDER}/fence.nft"
LOADED = f"/run/{NAME}/loaded"
"""The digest of what the kernel said of the table right after it was loaded."""
UNIT_FILE = f"{UNITS}/{NAME}.service"
CLIENTS = 2379
"""Where a member of etcd hears its clients."""
ROLES = frozenset({Role.CONTROL_PLANE, Role.ETCD})
"""Who has something to keep machines away from."""


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """The fence on this machine; nothing while nobody is kept away."""
    del traits
    if not design.fences:
        return MachineFiles()
    return MachineFiles(
        files=(FileSpec(path=RULES, parts=(_rules(design, machine),), mode=0o600), unit_file(NAME, _unit())),
        units=(UnitSpec(name=NAME, reads=(UNIT_FILE, RULES), reloads=(RULES,)),),
    )


def _rules(design: Design, machine: Machine) -> str:
    """One transaction: the table is never gone while it is replaced."""
    ports = [str(port) for role, port in ((Role.ETCD, CLIENTS), (Role.CONTROL_PLANE, PORT)) if machine.has(role)]
    lines = [
        f"table inet {TABLE}",
        f"delete table inet {TABLE}",
        f"table inet {TABLE} {{",
        "  chain in {",
        "    type filter hook input priority -300; policy accept;",
        *(
            f"    ip saddr {each.address} tcp dport {{ {', '.join(ports)} }} reject with tcp reset"
            f' comment "{each.name}, since {each.since}"'
            for each in design.fences
        ),
        "  }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _unit() -> str:
    """What the kernel then says of the table is kept as a digest: whether somebody else has changed it since is told
    without understanding how this version of nft prints it."""
    load = f"/bin/sh -c 'nft -f {RULES} && nft -s list table inet {TABLE} | sha256sum >{LOADED}'"
    lines = [
        "[Unit]",
        "Description=Addresses that API servers and etcd do not hear",
        # Its configuration usually begins with emptying everything.
        "After=nftables.service",
        "Before=etcd.service kube-apiserver.service",
        "",
        "[Service]",
        "Type=oneshot",
        "RemainAfterExit=yes",
        f"ExecStart={load}",
        f"ExecReload={load}",
        f"ExecStop=-/usr/sbin/nft delete table inet {TABLE}",
        f"RuntimeDirectory={NAME}",
        *unit.SANDBOX,
        "CapabilityBoundingSet=CAP_NET_ADMIN",
        "RestrictAddressFamilies=AF_UNIX AF_NETLINK",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"
