"""Objects of old versions, rewritten: what becomes of each, and that the result is what the target's schema wants."""

import textwrap

import pytest
from tests.unit.checks.judging import index_of

from seakeep.checks.api.conversion import Conversion, convert
from seakeep.manifests.edit import edited
from seakeep.versions.apis import every, successor

TARGET = (1, 37)


def converted(text: str, target: tuple[int, int] = TARGET) -> tuple[Conversion, str]:
    """The conversion, and the text with its edits."""
    text = textwrap.dedent(text)
    [manifest] = index_of(text).manifests
    found = convert(manifest, target)
    assert found is not None
    return found, edited(text, list(found.edits))


def after(text: str) -> str:
    found, new = converted(text)
    assert [each for each in found.decisions if each.must] == []
    return new


def test_an_ingress_keeps_its_comments_and_order() -> None:
    before = """\
        # ours
        apiVersion: extensions/v1beta1
        kind: Ingress
        metadata:
          name: web  # the shop
        spec:
          backend:
            serviceName: web
            servicePort: http
          rules:
            - host: a.example
              http:
                paths:
                  - path: /  # all of it
                    backend:
                      serviceName: web
                      servicePort: 80
        """
    assert after(before) == textwrap.dedent("""\
        # ours
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: web  # the shop
        spec:
          rules:
            - host: a.example
              http:
                paths:
                  - path: /  # all of it
                    backend:
                      service:
                        name: web
                        port:
                          number: 80
                    pathType: ImplementationSpecific
          defaultBackend:
            service:
              name: web
              port:
                name: http
        """)


def test_a_deployment_gets_its_selector_and_keeps_its_old_defaults() -> None:
    before = """\
        apiVersion: extensions/v1beta1
        kind: Deployment
        metadata: {name: web}
        spec:
          rollbackTo: {revision: 1}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: a, image: b}]}
        """
    found, new = converted(before)

    assert "apiVersion: apps/v1" in new
    assert "  selector:\n    matchLabels:\n      app: web\n" in new
    assert "    rollingUpdate:\n      maxSurge: 1\n      maxUnavailable: 1\n" in new
    assert "rollbackTo" not in new
    assert found.complete
    assert len([each for each in found.decisions if not each.must]) == 3


def test_braces_are_written_anew() -> None:
    before = """\
        apiVersion: networking.k8s.io/v1beta1
        kind: Ingress
        metadata: {name: web}
        spec: {rules: [{http: {paths: [{path: /, backend: {serviceName: web, servicePort: 80}}]}}]}
        """
    assert "backend: {service: {name: web, port: {number: 80}}}, pathType: ImplementationSpecific}" in after(before)


def test_an_autoscaler_gets_its_targets() -> None:
    before = """\
        apiVersion: autoscaling/v2beta1
        kind: HorizontalPodAutoscaler
        metadata: {name: web}
        spec:
          maxReplicas: 3
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
          metrics:
            - type: Resource
              resource: {name: cpu, targetAverageUtilization: 50}
            - type: Pods
              pods: {metricName: a, targetAverageValue: 5}
            - type: Object
              object: {metricName: a, targetValue: 5, target: {kind: Service, name: b}}
        """
    new = after(before)

    assert "apiVersion: autoscaling/v2\n" in new
    assert "resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}" in new
    assert "pods: {metric: {name: a}, target: {type: AverageValue, averageValue: 5}}" in new
    assert "describedObject: {kind: Service, name: b}, target: {type: Value, value: 5}}" in new


def test_a_definition_gets_its_versions() -> None:
    before = """\
        apiVersion: apiextensions.k8s.io/v1beta1
        kind: CustomResourceDefinition
        metadata: {name: things.example.org}
        spec:
          group: example.org
          version: v1
          names: {kind: Thing, plural: things}
          additionalPrinterColumns:
            - {name: Age, type: date, JSONPath: .metadata.creationTimestamp}
          validation:
            openAPIV3Schema: {type: object}
        """
    new = after(before)

    assert "validation" not in new
    assert "JSONPath" not in new
    assert "jsonPath: .metadata.creationTimestamp" in new
    assert "scope: Namespaced" in new


def test_webhooks_keep_what_their_defaults_were_and_ask_for_what_only_their_author_knows() -> None:
    before = """\
        apiVersion: admissionregistration.k8s.io/v1beta1
        kind: ValidatingWebhookConfiguration
        metadata: {name: a}
        webhooks:
          - name: a.example.org
            clientConfig: {url: "https://a.example"}
        """
    found, new = converted(before)

    assert "    failurePolicy: Ignore\n    matchPolicy: Exact\n    timeoutSeconds: 30\n" in new
    assert not found.complete
    assert any("sideEffects" in each.message for each in found.decisions if each.must)


def test_a_claim_of_devices_says_exactly() -> None:
    before = """\
        apiVersion: resource.k8s.io/v1beta1
        kind: ResourceClaim
        metadata: {name: a}
        spec:
          devices:
            requests:
              - name: gpu
                deviceClassName: big
                count: 2
        """
    new = after(before)

    assert "exactly:\n" in new
    assert new.count("deviceClassName") == 1


@pytest.mark.parametrize(
    ("kind", "version", "says"),
    [
        ("PodSecurityPolicy", "policy/v1beta1", "Pod Security labels"),
        ("Endpoints", "v1", "discovery.k8s.io/v1 EndpointSlice takes its place"),
    ],
)
def test_what_nothing_like_it_takes_the_place_of(kind: str, version: str, says: str) -> None:
    found, _ = converted(f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n")

    assert not found.complete
    assert found.edits == ()
    assert says in found.decisions[0].message


def test_a_budget_that_selected_nothing_is_for_a_person() -> None:
    found, _ = converted("""\
        apiVersion: policy/v1beta1
        kind: PodDisruptionBudget
        metadata: {name: a}
        spec: {maxUnavailable: 1, selector: {}}
        """)

    assert [each.message for each in found.decisions if each.must] == [
        "an empty selector selected no pods, and now selects all of the namespace"
    ]


def test_fields_that_the_new_version_does_not_have_are_said() -> None:
    found, _ = converted("""\
        apiVersion: batch/v1beta1
        kind: CronJob
        metadata: {name: a}
        spec:
          schedule: "* * * * *"
          jobTemplate: {spec: {template: {spec: {containers: [{name: a}], restartPolicy: Never}}}}
          startDeadline: 3
        """)

    assert ["did you mean startingDeadlineSeconds" in each.message for each in found.decisions] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n",
        "apiVersion: example.org/v1beta1\nkind: Thing\nmetadata: {name: a}\n",
        "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n",
    ],
)
def test_what_is_served_stays(text: str) -> None:
    [manifest] = index_of(text).manifests

    assert convert(manifest, TARGET) is None


@pytest.mark.parametrize("known", every(), ids=lambda each: f"{each.api_version}-{each.kind}")
def test_an_empty_object_of_every_version_goes_somewhere_or_says_why(known) -> None:  # type: ignore[no-untyped-def]
    [manifest] = index_of(f"apiVersion: {known.api_version}\nkind: {known.kind}\nmetadata: {{name: a}}\n").manifests
    found = convert(manifest, TARGET)
    outdated = not known.served(TARGET) or (known.deprecated is not None and known.deprecated <= TARGET)

    if not outdated or (known.served(TARGET) and successor(known, TARGET) is None):
        assert found is None
    else:
        assert found is not None
        assert found.to or found.decisions
