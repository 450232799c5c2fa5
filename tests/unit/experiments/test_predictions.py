"""What follows from timers that no setting of ours reaches."""

from tests.unit.phases.world import design_of

from seakeep.experiments import etcd_leader_killed, etcd_member_paused, machine_killed, machine_paused
from seakeep.experiments.base import Injection


def injection(machine: str) -> Injection:
    design = design_of()
    return Injection(design=design, targets=(design.machine(machine),), seconds=20, token="t_0")


def test_a_member_that_is_frozen_is_left_later_than_one_that_is_gone() -> None:
    asked = injection("a-etcd1")
    gone = [module.predict(asked).settles for module in (etcd_leader_killed, machine_killed)]
    frozen = [module.predict(asked) for module in (etcd_member_paused, machine_paused)]
    assert gone == [10.0, 15.0]
    assert [each.settles for each in frozen] == [45.0, 45.0]
    assert all("40 s" in each.why for each in frozen)


def test_what_else_is_frozen_is_left_as_if_it_were_gone() -> None:
    asked = injection("a-lb1")
    assert machine_paused.predict(asked) == machine_killed.predict(asked)
