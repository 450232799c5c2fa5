"""What must hold at every moment of a run, and of every run that goes on after a kill."""

from dataclasses import dataclass, field

from seakeep.state.rotation import trust_name

from . import trust
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
        self._trust()

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

    def _trust(self) -> None:
        """Nobody can meet a certificate of an authority that it does not trust, wherever it shows up."""
        design, values = self.cluster.design, self.cluster.values
        held = [each for machine in self.cluster.machines().values() for each in trust.held(design, machine)]
        own = [*(trust_name(ca.name) for ca in design.pki.cas), "pki/cluster/admin.crt", "pki/cluster/break-glass.crt"]
        held += [trust.of("the operator", name, values[name]) for name in own if name in values]
        names = {each.ca for each in held}
        shown = {ca: [each for each in held if each.ca == ca and not each.trusts] for ca in names}
        issuers = {ca: frozenset().union(*(each.keys for each in found)) for ca, found in shown.items()}
        for each in held:
            if each.trusts and not issuers[each.ca] <= each.keys:
                by = next(one.who for one in shown[each.ca] if not one.keys <= each.keys)
                raise AssertionError(f"{each.who} does not trust what {by} shows")


def _down(machine: Machine) -> bool:
    unit = machine.units.get("kube-apiserver.service")
    return unit is not None and unit.stamp != "" and (unit.active != "active" or machine.starting)
