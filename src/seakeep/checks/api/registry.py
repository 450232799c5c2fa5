"""The checks of this area, in the order of their ids."""

from types import ModuleType

from seakeep.checks.api import (
    already_served,
    annotations_current,
    last_applied_served,
    node_labels_current,
    not_deprecated,
    on_by_default,
    served_in_target,
    stored_versions,
)

CHECKS: tuple[ModuleType, ...] = (
    served_in_target,
    not_deprecated,
    already_served,
    on_by_default,
    last_applied_served,
    annotations_current,
    node_labels_current,
    stored_versions,
)
