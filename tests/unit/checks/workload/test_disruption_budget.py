"""POD005."""

from tests.unit.checks.judging import WEB, failures, tally

from seakeep.checks.workload import disruption_budget as check

BUDGET = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
"""


def test_two_replicas_need_a_budget() -> None:
    assert failures(check, WEB) == ["spec.template: no PodDisruptionBudget in shop selects its pods"]
    assert failures(check, WEB, BUDGET) == []
    assert failures(check, WEB, BUDGET.replace("shop", "other")) != []


def test_an_empty_selector_covers_the_namespace() -> None:
    assert failures(check, WEB, BUDGET.replace("{matchLabels: {app: web}}", "{}")) == []


def test_one_replica_cannot_keep_a_budget() -> None:
    assert tally(check, WEB.replace("replicas: 2", "replicas: 1")).moot == 1
