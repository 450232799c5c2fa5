"""The checks of this area, in the order of their ids."""

from types import ModuleType

from seakeep.checks.schema import (
    field_types,
    field_values,
    fields_known,
    fields_required,
    kind_exists,
    labels_valid,
    names_valid,
    objects_unique,
    schema_known,
)

CHECKS: tuple[ModuleType, ...] = (
    fields_known,
    field_types,
    fields_required,
    field_values,
    kind_exists,
    schema_known,
    names_valid,
    labels_valid,
    objects_unique,
)
