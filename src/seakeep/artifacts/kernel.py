"""Kernel settings and modules of a machine, by what it does."""

from seakeep.artifacts import kube_router
from seakeep.artifacts.base import FileSpec, MachineFiles
from seakeep.design.model import Design, Machine, Role
from seakeep.design.traits import Traits

SYSCTL = "/etc/sysctl.d/90-seakeep.conf"
MODULES = "/etc/modules-load.d/seakeep.conf"


def sysctls(machine: Machine, traits: Traits) -> dict[str, str]:
    """The settings this machine needs and can set. A container owns those of its network namespace only."""
    chosen: dict[str, str] = {}
    if machine.has(Role.LOAD_BALANCER):
        # HAProxy binds the VIP on the machine that does not hold it.
        chosen["net.ipv4.ip_nonlocal_bind"] = "1"
    if machine.is_node:
        chosen["net.ipv4.ip_forward"] = "1"
        # Answers between two pods of one node cross the bridge only; the service rules must see them.
        chosen["net.bridge.bridge-nf-call-iptables"] = "1"
        # Pod traffic comes in on one interface and is answered on another: loose, not strict.
        chosen["net.ipv4.conf.all.rp_filter"] = "2"
        chosen["net.ipv4.conf.default.rp_filter"] = "2"
        if not traits.nested:
            # What a kubelet with protectKernelDefaults insists on.
            chosen |= {
                "kernel.keys.root_maxbytes": "25000000",
                "kernel.keys.root_maxkeys": "1000000",
                "kernel.panic": "10",
                "kernel.panic_on_oops": "1",
                "vm.overcommit_memory": "1",
                "vm.panic_on_oom": "0",
                "fs.inotify.max_user_instances": "8192",
                "fs.inotify.max_user_watches": "524288",
            }
    if not traits.nested:
        # Two people's processes in one folder: no following of planted links.
        chosen |= {"fs.protected_hardlinks": "1", "fs.protected_symlinks": "1"}
    return chosen


def modules(design: Design, machine: Machine, traits: Traits) -> tuple[str, ...]:
    """The modules this machine loads at boot. A container uses what its host has loaded."""
    if traits.nested or not machine.is_node:
        return ()
    enforcing = kube_router.MODULES if design.network.policy_enforcer == "kube-router" else ()
    return ("br_netfilter", "nf_conntrack", "nf_tables", "overlay", "vxlan", *enforcing)


def render(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """The sysctl file, and the modules file where there is something to load."""
    # In a container a setting that the host's kernel has not loaded is skipped (leading dash).
    dash = "-" if traits.nested else ""
    settings = sysctls(machine, traits)
    files: list[FileSpec] = []
    if settings:
        text = "".join(f"{dash}{key} = {value}\n" for key, value in settings.items())
        files.append(FileSpec(path=SYSCTL, parts=(text,)))
    loaded = modules(design, machine, traits)
    if loaded:
        files.append(FileSpec(path=MODULES, parts=("".join(f"{name}\n" for name in loaded),)))
    return MachineFiles(files=tuple(files))
