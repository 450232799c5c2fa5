"""POD002."""

import pytest
from tests.unit.checks.judging import WEB, failures

from seakeep.checks.workload import memory_bounded as check


@pytest.mark.parametrize(
    "resources",
    ["{limits: {memory: 1Gi}}", "{requests: {memory: 1Gi}, limits: {memory: 1Gi}}"],
)
def test_a_limit_is_enough(resources: str) -> None:
    assert failures(check, WEB + f"          resources: {resources}\n") == []


@pytest.mark.parametrize("resources", ["{}", "null", "text", "{requests: {memory: 1Gi}}", "{limits: {cpu: 1}}"])
def test_without_a_limit_it_fails(resources: str) -> None:
    assert failures(check, WEB + f"          resources: {resources}\n") == [
        "spec.template.spec.containers[0].resources: container web has no memory limit"
    ]
