"""The checks of what was given, in the order of their ids."""

from types import ModuleType

from seakeep.checks.loading import fields_once, read, readable, rendered

CHECKS: tuple[ModuleType, ...] = (readable, fields_once, rendered, read)
