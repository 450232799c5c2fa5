"""The checks of this area, in the order of their ids."""

from types import ModuleType

from seakeep.checks.images import (
    always_pulled,
    digest_pinned,
    no_git_sync,
    no_known_holes,
    nothing_retired,
    pull_policy_fits,
    reference_valid,
    registry_alive,
    registry_allowed,
    signature_verified,
    tag_pinned,
)

CHECKS: tuple[ModuleType, ...] = (
    tag_pinned,
    digest_pinned,
    registry_allowed,
    pull_policy_fits,
    always_pulled,
    registry_alive,
    no_known_holes,
    signature_verified,
    reference_valid,
    nothing_retired,
    no_git_sync,
)
