"""POD003."""

from tests.unit.checks.judging import WEB, failures, tally

from seakeep.checks.workload import readiness_probe as check

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""


def test_it_fails_only_behind_a_service() -> None:
    assert failures(check, WEB, SERVICE) == [
        "spec.template.spec.containers: web sends requests to it from the moment it starts"
    ]
    assert failures(check, WEB) == []
    assert tally(check, WEB).moot == 1


def test_a_probe_of_one_container_is_enough() -> None:
    probed = WEB + "          readinessProbe: {httpGet: {port: 80}}\n        - {name: helper}\n"

    assert tally(check, probed, SERVICE).passed == 1


def test_another_namespace_and_no_selector_select_nothing() -> None:
    assert tally(check, WEB, SERVICE.replace("shop", "other")).moot == 1
    assert tally(check, WEB, SERVICE.replace("{app: web}", "{}")).moot == 1


def test_a_probe_of_an_init_container_does_not_count() -> None:
    probed = WEB + "      initContainers: [{name: i, readinessProbe: {}}]\n"

    assert tally(check, probed, SERVICE).failed == 1
