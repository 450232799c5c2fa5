"""What the probe needs in the cluster: a namespace, two ConfigMaps, and an account that may read and write those."""

from collections.abc import Sequence

import msgspec

from seakeep.core.errors import SeakeepError
from seakeep.core.json import JsonObject
from seakeep.core.secret import Secret
from seakeep.flows.session import Session
from seakeep.transport.api import ApiClient, ApiError, decoded

LABEL = "seakeep.dev/probe"
ACCOUNT = "probe"
ROLE = "seakeep:probe"
TOKEN_SECONDS = 12 * 3600
"""No probe runs longer. The token ends with its namespace in any case."""


class _Token(msgspec.Struct):
    token: str


class _TokenAnswer(msgspec.Struct):
    status: _Token


async def prepare(admin: ApiClient, namespace: str, purpose: str, objects: Sequence[str]) -> Secret:
    """The namespace, the ConfigMaps and the account that may read and write them; its token."""
    labels: JsonObject = {LABEL: purpose, "app.kubernetes.io/managed-by": "seakeep"}
    await admin.apply("v1", "Namespace", namespace, {"metadata": {"labels": labels}})
    await admin.apply("v1", "ServiceAccount", ACCOUNT, {"automountServiceAccountToken": False}, namespace=namespace)
    for name in objects:
        await admin.apply("v1", "ConfigMap", name, {"data": {"n": ""}}, namespace=namespace)
    rbac = "rbac.authorization.k8s.io"
    rule: JsonObject = {
        "apiGroups": [""],
        "resources": ["configmaps"],
        "resourceNames": list(objects),
        "verbs": ["get", "update"],
    }
    await admin.apply(f"{rbac}/v1", "Role", ROLE, {"rules": [rule]}, namespace=namespace)
    binding: JsonObject = {
        "roleRef": {"apiGroup": rbac, "kind": "Role", "name": ROLE},
        "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": namespace}],
    }
    await admin.apply(f"{rbac}/v1", "RoleBinding", ROLE, binding, namespace=namespace)
    return await _token(admin, namespace)


async def _token(admin: ApiClient, namespace: str) -> Secret:
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": TOKEN_SECONDS},
    }
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{ACCOUNT}/token"
    status, body = await admin.raw(path, method="POST", body=msgspec.json.encode(request))
    if status >= 300:
        raise ApiError.of(status, body, "the probe's token")
    return Secret(decoded(body, _TokenAnswer, "the probe's token").status.token.encode())


def config_map(name: str, number: int) -> JsonObject:
    """The object as the probe writes it."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"n": str(number)}}


async def remove(session: Session, admin: ApiClient, namespace: str) -> None:
    """Also when the API is in trouble: then a note says what is left, and the next probe takes it away."""
    try:
        await admin.delete("v1", "Namespace", namespace)
    except SeakeepError as error:
        session.progress.note(f"the probe's namespace {namespace} could not be removed: {error.message}")
