"""The checks of what pods are made from, in the order of their ids."""

from types import ModuleType

from seakeep.checks.workload import (
    disruption_budget,
    environment_unique,
    memory_bounded,
    privilege_escalation,
    readiness_probe,
)

CHECKS: tuple[ModuleType, ...] = (
    privilege_escalation,
    memory_bounded,
    readiness_probe,
    environment_unique,
    disruption_budget,
)
