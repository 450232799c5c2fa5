"""What must hold at every moment of a run, and of every run that goes on after a kill."""

from dataclasses import dataclass, field

from .cluster import Cluster
from .machine import Machine


@dataclass
class Watch:
    """Called after everything that changes anything. `seen` are quorums that were there once. Of a `new` cluster
    members may be missing until it was `whole` for the first time, and API servers all start at once."""

    cluster: Cluster
    new: bool = False
    whole: bool = False
    seen: set[int] = field(default_factory=set)

    def __call__(self) -> None:
        """AssertionError for what must never be."""
        self._etcd()
        self._api_servers()

    def _etcd(self) -> None:
        found = [each for each in self.cluster.etcd() if each.running]
        if self.seen:
            assert found, "etcd is gone"
        assert len({each.newest.cluster for each in found}) < 2, "two clusters of etcd"
        for each in found:
            voters = each.voters
            if each.has_quorum:
                self.seen.add(each.newest.cluster)
            elif each.newest.cluster in self.seen or not self.new:
                raise AssertionError(f"no quorum: {len(each.up)} of {len(voters)} members run")
            missing = len(voters) - len(each.whole)
            if missing == 0:
                self.whole = True
            bears = missing < 2 or (self.new and not self.whole)
            assert bears, f"{missing} members of {len(voters)} are missing or behind"
            learners = [member for member in each.newest.members if member.learner]
            assert len(learners) < 2, "two learners"

    def _api_servers(self) -> None:
        """Of those that were started once."""
        down = [name for name, machine in self.cluster.machines().items() if _down(machine)]
        assert self.new or len(down) < 2, f"two API servers are down: {down}"


def _down(machine: Machine) -> bool:
    unit = machine.units.get("kube-apiserver.service")
    return unit is not None and unit.stamp != "" and (unit.active != "active" or machine.starting)
