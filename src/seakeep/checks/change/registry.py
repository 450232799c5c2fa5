"""The checks of what the file changes about a living cluster, in the order of their ids. None can be waived."""

from types import ModuleType

from seakeep.checks.change import (
    addresses_kept,
    control_plane_stays,
    load_balancer_stays,
    machines_not_renamed,
    one_member_at_a_time,
    quorum_kept,
    ranges_kept,
    replaced_machine_is_new,
    roles_kept,
    version_steps,
)

CHECKS: tuple[ModuleType, ...] = (
    ranges_kept,
    version_steps,
    addresses_kept,
    machines_not_renamed,
    roles_kept,
    control_plane_stays,
    load_balancer_stays,
    one_member_at_a_time,
    quorum_kept,
    replaced_machine_is_new,
)
