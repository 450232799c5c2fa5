"""The fate of API versions, against the schemas of the minors that are kept."""

import pytest

from seakeep.versions.apis import every, lifecycle, maturity, successor
from seakeep.versions.schema import known_minors, schema

FLOW = "flowcontrol.apiserver.k8s.io"


@pytest.mark.parametrize("minor", known_minors())
def test_what_a_minor_serves_is_what_its_schema_has(minor: tuple[int, int]) -> None:
    found = schema(minor)
    assert found is not None
    served = {f"{each.api_version} {each.kind}" for each in every() if each.served(minor)}

    assert served == found.kinds


def test_a_life_goes_forward() -> None:
    for each in every():
        assert each.deprecated is None or each.introduced <= each.deprecated, each
        assert each.removed is None or (each.deprecated or each.introduced) < each.removed, each


@pytest.mark.parametrize(
    ("api_version", "kind", "minor", "wanted"),
    [
        ("extensions/v1beta1", "Ingress", (1, 16), ("networking.k8s.io/v1beta1", "Ingress")),
        ("extensions/v1beta1", "Ingress", (1, 37), ("networking.k8s.io/v1", "Ingress")),
        ("extensions/v1beta1", "Deployment", (1, 37), ("apps/v1", "Deployment")),
        ("policy/v1beta1", "PodSecurityPolicy", (1, 37), None),
        (f"{FLOW}/v1beta1", "FlowSchema", (1, 26), (f"{FLOW}/v1beta3", "FlowSchema")),
        (f"{FLOW}/v1beta1", "FlowSchema", (1, 37), (f"{FLOW}/v1", "FlowSchema")),
        ("autoscaling/v2beta1", "HorizontalPodAutoscaler", (1, 37), ("autoscaling/v2", "HorizontalPodAutoscaler")),
        ("networking.k8s.io/v1beta1", "ServiceCIDR", (1, 37), ("networking.k8s.io/v1", "ServiceCIDR")),
        ("v1", "Endpoints", (1, 37), ("discovery.k8s.io/v1", "EndpointSlice")),
        ("v1", "Pod", (1, 37), None),
        ("autoscaling/v1", "HorizontalPodAutoscaler", (1, 37), ("autoscaling/v2", "HorizontalPodAutoscaler")),
    ],
)  # fmt: skip
def test_what_takes_the_place(api_version: str, kind: str, minor: tuple[int, int], wanted: object) -> None:
    known = lifecycle(api_version, kind)
    assert known is not None

    assert successor(known, minor) == wanted


@pytest.mark.parametrize(
    ("api_version", "kind", "removed"),
    [
        ("networking.k8s.io/v1beta1", "IPAddress", (1, 37)),
        ("storage.k8s.io/v1beta1", "VolumeAttributesClass", (1, 37)),
        ("certificates.k8s.io/v1alpha1", "ClusterTrustBundle", (1, 37)),
        ("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", (1, 26)),
        ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy", (1, 34)),
        ("resource.k8s.io/v1beta1", "ResourceClaim", (1, 38)),
        ("resource.k8s.io/v1beta2", "ResourceClaim", (1, 39)),
        ("batch/v1beta1", "CronJob", (1, 25)),
        ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", (1, 22)),
    ],
)
def test_removals_that_others_have_wrong(api_version: str, kind: str, removed: tuple[int, int]) -> None:
    known = lifecycle(api_version, kind)

    assert known is not None
    assert known.removed == removed


def test_a_list_shares_the_fate_of_its_items() -> None:
    assert lifecycle("batch/v1beta1", "CronJobList") == lifecycle("batch/v1beta1", "CronJob")
    assert lifecycle("example.org/v1", "Thing") is None


def test_what_is_on_by_default() -> None:
    def on(api_version: str, kind: str) -> bool:
        found = lifecycle(api_version, kind)
        assert found is not None
        return found.on_by_default

    assert on("apps/v1", "Deployment")
    assert on("batch/v1beta1", "CronJob")
    assert on("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema")
    assert not on("resource.k8s.io/v1beta2", "ResourceClaim")
    assert not on("settings.k8s.io/v1alpha1", "PodPreset")


def test_versions_are_ordered_as_the_api_does() -> None:
    names = ["v1alpha1", "v1alpha2", "v1beta1", "v2beta1", "v2beta2", "v1", "v2"]

    assert sorted(["v1", "v1beta1", "v2", "v1alpha2", "v2beta2", "v1alpha1", "v2beta1"], key=maturity) == names
