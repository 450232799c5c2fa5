"""The checks of other tools' objects, in the order of their ids."""

from types import ModuleType

from seakeep.checks.objects import (
    certificate_times,
    chaos_namespaces,
    chaos_schedule,
    chaos_selects,
    chaos_times,
    velero_kept,
    velero_runs,
    velero_volumes,
)

CHECKS: tuple[ModuleType, ...] = (
    chaos_selects,
    chaos_namespaces,
    chaos_schedule,
    chaos_times,
    certificate_times,
    velero_runs,
    velero_volumes,
    velero_kept,
)
