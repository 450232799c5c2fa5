"""The checks of this area, in the order of their ids."""

from types import ModuleType

CHECKS: tuple[ModuleType, ...] = ()
