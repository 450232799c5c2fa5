"""The checks of waivers themselves, in the order of their ids."""

from types import ModuleType

from seakeep.checks.waivers import complete, current, used

CHECKS: tuple[ModuleType, ...] = (current, used, complete)
