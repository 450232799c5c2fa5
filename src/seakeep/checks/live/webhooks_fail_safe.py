"""A webhook that is down does not stop the cluster.

What: a webhook that fails closed (failurePolicy: Fail, the default) has two ready pods or more behind its Service, or
leaves kube-system out. Why: with its only pod gone nothing can be made any more, the pod itself included. Evidence:
the webhook configurations, their Services, the pods these select. Fix: two replicas, failurePolicy: Ignore, or a
namespaceSelector.
"""

from collections.abc import Iterable, Iterator

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.core.verdict import Verdict
from seakeep.manifests.access import mapping, mappings, text
from seakeep.manifests.selectors import matches, plain

CHECK = Check(
    id="LIV002",
    title="a webhook that is down does not stop the cluster",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("pods", "services", "validatingwebhookconfigurations", "mutatingwebhookconfigurations"),
    equivalents=("kubescape:C-0036", "kubescape:C-0039"),
    remediation="two replicas behind it, failurePolicy: Ignore, or a namespaceSelector that leaves kube-system out",
)

TYPES = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


def judge(live: Live) -> Iterable[Note]:
    """Webhook by webhook; one outside of the cluster could not be told."""
    for configuration in live.index.of(*TYPES):
        for number, hook in mappings(configuration.body, "webhooks"):
            path = ("webhooks", number)
            for verdict, message in _judged(live, hook):
                yield Note(message=message, verdict=verdict, path=path, about=configuration)


def _judged(live: Live, hook: JsonObject) -> Iterator[tuple[Verdict, str]]:
    name = text(hook, "name")
    if text(hook, "failurePolicy") == "Ignore" or _spares(hook):
        yield Verdict.PASS, f"{name} does not stop kube-system"
        return
    service = mapping(hook, "clientConfig", "service")
    if not service:
        yield Verdict.UNKNOWN, f"{name} fails closed, and is outside of the cluster"
        return
    namespace = text(service, "namespace")
    found = live.index.get("Service", namespace, text(service, "name"))
    selector = mapping(found.spec, "selector") if found is not None else {}
    ready = [
        pod
        for pod in live.pods
        if selector and pod.namespace == namespace and pod.ready and matches(plain(selector), pod.labels)
    ]
    told = f"{name} fails closed with {len(ready)} ready pods behind it"
    yield (Verdict.PASS if len(ready) > 1 else Verdict.FAIL), told


def _spares(hook: JsonObject) -> bool:
    """Whether kube-system is left out by its name."""
    for _, term in mappings(hook, "namespaceSelector", "matchExpressions"):
        values = term.get("values")
        if text(term, "key") == "kubernetes.io/metadata.name" and isinstance(values, list):
            if text(term, "operator") == "NotIn" and "kube-system" in values:
                return True
            if text(term, "operator") == "In" and "kube-system" not in values:
                return True
    return False
