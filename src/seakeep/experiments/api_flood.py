"""One tenant floods the API with requests.

What: the ServiceAccount of a pod in a namespace of its own lists objects through the endpoint, as fast as it can, over
a hundred connections and more. It may do nothing else. Why: a controller gone wild does this, and the API servers'
priority and fairness must give every other tenant its turn. Heal: the flood's unit is stopped, and the namespace is
deleted with the account and all that it may do.
"""

import msgspec

from seakeep.core.json import Json, JsonObject
from seakeep.design.model import Role
from seakeep.experiments import scripts
from seakeep.experiments.base import AnyAction, ApiCall, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="api_flood",
    title="One tenant floods the API with requests",
    steady_state="another tenant's requests are answered in time",
    target="one",
    radius=Radius.PROCESS,
    seconds=20.0,
    roles=frozenset({Role.WORKER}),
    floods=True,
)

TENANT_P99_S = 1.0
"""What 99 of 100 requests of another tenant take at the most meanwhile."""


def namespace(injection: Injection) -> str:
    """Where the flood's account lives."""
    return f"seakeep-storm-flood-{injection.token.replace('_', '-')}"


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """The account and its pod, then the flood with the token that the pod was given."""
    place = namespace(injection)
    endpoint = injection.design.endpoint
    url = f"https://{endpoint.host}:{endpoint.port}/api/v1/namespaces/{place}/configmaps"
    floods = (
        Shell(
            host=machine.name,
            what="flood the API",
            script=scripts.flood(injection.token, place, url, seconds=injection.seconds),
        )
        for machine in injection.targets
    )
    return (*_account(place), *(_pod(injection, place, machine.name) for machine in injection.targets), *floods)


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Stop it, and take everything away that it was allowed with."""
    path = f"/api/v1/namespaces/{namespace(injection)}"
    return (
        *(
            Shell(host=machine.name, what="stop the flood", script=scripts.unflood(injection.token))
            for machine in injection.targets
        ),
        ApiCall(host="", what="delete the flood's namespace", method="DELETE", path=path, allow=(404, 409)),
    )


def predict(injection: Injection) -> Prediction:
    """Nobody else waits for it."""
    del injection
    return Prediction(
        survives=True,
        why="API servers queue and refuse (429) per user within a priority level, and operators are exempt",
        write_gap=TENANT_P99_S,
        read_gap=TENANT_P99_S,
        tenant_p99=TENANT_P99_S,
        dns_failures=0,
    )


def _account(place: str) -> tuple[ApiCall, ...]:
    """A namespace, and an account that may list ConfigMaps in it and nothing else. Not the restricted level:
    it asks for seccomp, which not every kernel has."""
    rbac, inside = "/apis/rbac.authorization.k8s.io/v1/namespaces", f"/api/v1/namespaces/{place}"
    labels: JsonObject = {scripts.STORM_LABEL: "yes", "pod-security.kubernetes.io/enforce": "baseline"}
    rule: JsonObject = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}
    subject: Json = {"kind": "ServiceAccount", "name": "flood", "namespace": place}
    role: Json = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "flood"}
    return (
        _post("/api/v1/namespaces", "namespace", {"metadata": {"name": place, "labels": labels}}),
        _post(f"{inside}/serviceaccounts", "account", {"metadata": {"name": "flood"}}),
        _post(f"{rbac}/{place}/roles", "role", {"metadata": {"name": "flood"}, "rules": [rule]}),
        _post(
            f"{rbac}/{place}/rolebindings",
            "role's binding",
            {"metadata": {"name": "flood"}, "roleRef": role, "subjects": [subject]},
        ),
    )


def _pod(injection: Injection, place: str, node: str) -> ApiCall:
    """On that node whatever the scheduler thinks: the token that its kubelet fetches is what the flood asks with."""
    security: JsonObject = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    container: JsonObject = {
        "name": "tenant",
        "image": injection.design.release.minor.probe_image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["pause"],
        "resources": {"requests": {"cpu": "5m", "memory": "8Mi"}, "limits": {"memory": "64Mi"}},
        "securityContext": security,
    }
    spec: JsonObject = {
        "nodeName": node,
        "serviceAccountName": "flood",
        "terminationGracePeriodSeconds": 0,
        "tolerations": [{"operator": "Exists"}],
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65534},
        "containers": [container],
    }
    metadata: JsonObject = {"name": f"flood-{node}"}
    return _post(f"/api/v1/namespaces/{place}/pods", "pod", {"metadata": metadata, "spec": spec}, host=node)


def _post(path: str, what: str, body: JsonObject, *, host: str = "") -> ApiCall:
    return ApiCall(host=host, what=f"make the flood's {what}", method="POST", path=path, body=_text(body))


def _text(body: JsonObject) -> str:
    return msgspec.json.encode(body).decode()
