"""Which roles a machine of a living cluster may lose in the file."""

from dataclasses import replace

import pytest
from tests.unit.phases.world import design_of

from seakeep.checks.base import Fleet
from seakeep.checks.change import roles_kept
from seakeep.core.verdict import Verdict
from seakeep.design.known import known_of
from seakeep.design.model import Design, Role

ETCD, CONTROL, BALANCER, WORKER = Role.ETCD, Role.CONTROL_PLANE, Role.LOAD_BALANCER, Role.WORKER


def with_roles(design: Design, *roles: Role) -> Design:
    machines = tuple(
        replace(machine, roles=frozenset(roles)) if machine.name == "c-cp1" else machine for machine in design.machines
    )
    return replace(design, machines=machines)


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ((CONTROL,), (CONTROL,), ""),
        ((CONTROL,), (CONTROL, WORKER, BALANCER, ETCD), ""),
        ((CONTROL, BALANCER), (CONTROL,), ""),
        ((CONTROL, WORKER), (CONTROL,), ""),
        ((CONTROL, WORKER), (WORKER,), ""),
        ((CONTROL,), (WORKER,), ""),
        ((CONTROL,), (BALANCER,), "control-plane"),
        ((WORKER,), (BALANCER,), "worker"),
        ((CONTROL, ETCD), (CONTROL,), "etcd"),
        ((CONTROL, ETCD, WORKER), (WORKER,), "etcd"),
    ],
)
def test_a_node_may_stop_being_a_control_plane_and_nobody_stops_being_a_member_or_a_node(
    before: tuple[Role, ...], after: tuple[Role, ...], lost: str
) -> None:
    design = design_of()
    fleet = Fleet(
        design=with_roles(design, *after),
        facts={},
        fresh=frozenset(),
        unreachable={},
        lab=True,
        known=known_of(design, machines=with_roles(design, *before).machines),
    )
    found = list(roles_kept.judge(fleet))
    assert [(each.where, each.verdict) for each in found] == ([("c-cp1", Verdict.FAIL)] if lost else [])
    assert all(f"it has the role {lost}, the file takes it away" in each.message for each in found)
