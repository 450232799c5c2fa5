"""The experiments, in the order in which `storm list` shows them: from one process to whole sites."""

from types import ModuleType

from seakeep.core.errors import UsageError
from seakeep.experiments import apiserver_killed, etcd_leader_killed, machine_cut_off, machine_killed

EXPERIMENTS: tuple[ModuleType, ...] = (
    etcd_leader_killed,
    apiserver_killed,
    machine_killed,
    machine_cut_off,
)


def find(name: str) -> ModuleType:
    """The experiment of that id; hyphens are as good as underscores. UsageError where there is none."""
    wanted = name.replace("-", "_")
    for module in EXPERIMENTS:
        if module.EXPERIMENT.id == wanted:
            return module
    raise UsageError(f"there is no experiment {name!r}", hint="see `seakeep storm list`")
