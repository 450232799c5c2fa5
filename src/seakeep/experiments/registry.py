"""The experiments, in the order in which `storm list` shows them: from one process to whole sites."""

from types import ModuleType

from seakeep.core.errors import UsageError
from seakeep.experiments import (
    api_flood,
    apiserver_hung,
    apiserver_killed,
    certificate_expired,
    clock_moved,
    containerd_killed,
    controller_manager_leader_killed,
    coredns_all_killed,
    coredns_killed,
    etcd_data_lost,
    etcd_disk_full,
    etcd_disk_slow,
    etcd_leader_killed,
    etcd_member_paused,
    firewall_wrong,
    haproxy_killed,
    keepalived_killed,
    kubelet_stopped,
    log_disk_full,
    machine_cut_from_some,
    machine_cut_off,
    machine_cut_one_way,
    machine_killed,
    machine_paused,
    scheduler_leader_killed,
)

EXPERIMENTS: tuple[ModuleType, ...] = (
    etcd_leader_killed,
    etcd_member_paused,
    etcd_data_lost,
    etcd_disk_full,
    etcd_disk_slow,
    apiserver_killed,
    apiserver_hung,
    api_flood,
    certificate_expired,
    firewall_wrong,
    log_disk_full,
    controller_manager_leader_killed,
    scheduler_leader_killed,
    haproxy_killed,
    keepalived_killed,
    containerd_killed,
    kubelet_stopped,
    coredns_killed,
    coredns_all_killed,
    clock_moved,
    machine_killed,
    machine_paused,
    machine_cut_off,
    machine_cut_one_way,
    machine_cut_from_some,
)


def find(name: str) -> ModuleType:
    """The experiment of that id; hyphens are as good as underscores. UsageError where there is none."""
    wanted = name.replace("-", "_")
    for module in EXPERIMENTS:
        if module.EXPERIMENT.id == wanted:
            return module
    raise UsageError(f"there is no experiment {name!r}", hint="see `seakeep storm list`")
