"""What each role needs on a machine from outside its files: programs and packages."""

from seakeep.design.model import Machine, Role

PROGRAMS: tuple[tuple[Role, str, tuple[str, ...]], ...] = (
    (Role.ETCD, "etcd", ("etcd", "etcdctl", "etcdutl")),
    (Role.CONTROL_PLANE, "kubernetes", ("kube-apiserver", "kube-controller-manager", "kube-scheduler")),
)

NODE_PROGRAMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cni-plugins", ("bridge", "host-local", "loopback", "portmap")),
    ("containerd", ("containerd", "containerd-shim-runc-v2", "ctr")),
    ("kubernetes", ("kube-proxy", "kubelet")),
    ("runc", ("runc",)),
)

TOOLS: tuple[tuple[Role | None, str, str, str], ...] = (
    (None, "zstd", "zstd", "zstd"),
    (None, "curl", "curl", "curl"),
    (Role.ETCD, "nft", "nftables", "nftables"),
    (Role.LOAD_BALANCER, "haproxy", "haproxy", "haproxy"),
    (Role.LOAD_BALANCER, "keepalived", "keepalived", "keepalived"),
    (Role.LOAD_BALANCER, "nft", "nftables", "nftables"),
)
"""(role or None for all, program, Debian package, Red Hat package)."""

NODE_TOOLS: tuple[tuple[str, str, str], ...] = (
    ("nft", "nftables", "nftables"),
    ("conntrack", "conntrack", "conntrack-tools"),
    ("ethtool", "ethtool", "ethtool"),
    # nft names protocols by this file. Without it kube-proxy reads its own rules back with numbers in place of
    # names, takes them for somebody else's and removes them: Services stop answering at its second full sync.
    ("/etc/protocols", "netbase", "setup"),
)

CLOCK_TOOL = ("chronyd", "chrony", "chrony")
"""For real machines only: a container has its host's clock."""


def programs(machine: Machine) -> dict[str, tuple[str, ...]]:
    """component -> the programs this machine needs, sorted."""
    found: dict[str, set[str]] = {}
    for role, component, names in PROGRAMS:
        if machine.has(role):
            found.setdefault(component, set()).update(names)
    if machine.is_node:
        for component, names in NODE_PROGRAMS:
            found.setdefault(component, set()).update(names)
    return {component: tuple(sorted(names)) for component, names in sorted(found.items())}


def tools(machine: Machine, *, nested: bool) -> dict[str, tuple[str, str]]:
    """program -> (Debian package, Red Hat package) of what the operating system has to provide."""
    found = {tool: (deb, rpm) for role, tool, deb, rpm in TOOLS if role is None or machine.has(role)}
    if machine.is_node:
        found.update({tool: (deb, rpm) for tool, deb, rpm in NODE_TOOLS})
    if not nested:
        tool, deb, rpm = CLOCK_TOOL
        found[tool] = (deb, rpm)
    return found
