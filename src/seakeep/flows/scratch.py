"""Namespaces that Seakeep makes for a while, and accounts in them: for a proof, a probe, a storm. Each purpose has a
label of its own."""

from collections.abc import Sequence

import msgspec

from seakeep.core.errors import SeakeepError
from seakeep.core.json import Json, JsonObject
from seakeep.core.progress import Progress
from seakeep.core.secret import Secret
from seakeep.transport.api import ApiClient, ApiError, decoded

_RBAC = "rbac.authorization.k8s.io"


class _Meta(msgspec.Struct, rename="camel"):
    name: str
    deletion_timestamp: str = ""


class _Namespace(msgspec.Struct):
    metadata: _Meta


class _Namespaces(msgspec.Struct):
    items: list[_Namespace]


async def remove_leftovers(admin: ApiClient, label: str, value: str) -> tuple[str, ...]:
    """Delete what somebody who died has left, without waiting for the end of it; the names. The caller holds the lock
    that keeps others with this purpose away. ApiError where that is refused."""
    status, body = await admin.asked(f"/api/v1/namespaces?labelSelector={label}%3D{value}")
    if status != 200:
        raise ApiError.of(status, body, f"list the namespaces labelled {label}")
    found = decoded(body, _Namespaces, f"list the namespaces labelled {label}").items
    names = tuple(each.metadata.name for each in found if not each.metadata.deletion_timestamp)
    for name in names:
        await admin.delete("v1", "Namespace", name)
    return names


async def remove(admin: ApiClient, namespace: str, *, whose: str, progress: Progress) -> None:
    """Also when the API is in trouble: then a note says what is left, and the next of this purpose takes it away."""
    try:
        await admin.delete("v1", "Namespace", namespace)
    except SeakeepError as error:
        progress.note(f"{whose} namespace {namespace} could not be removed: {error.message}")


class _Token(msgspec.Struct):
    token: str


class _TokenAnswer(msgspec.Struct):
    status: _Token


async def account(
    admin: ApiClient, namespace: str, name: str, objects: Sequence[str], *, role: str, seconds: int, whose: str
) -> Secret:
    """A token, for so many seconds, of a service account that may read and write these ConfigMaps, which are made as
    well, and nothing else. ApiError where that does not work."""
    await admin.apply("v1", "ServiceAccount", name, {"automountServiceAccountToken": False}, namespace=namespace)
    for each in objects:
        await admin.apply("v1", "ConfigMap", each, {"data": {"n": ""}}, namespace=namespace)
    rule: JsonObject = {
        "apiGroups": [""],
        "resources": ["configmaps"],
        "resourceNames": list(objects),
        "verbs": ["get", "update"],
    }
    await admin.apply(f"{_RBAC}/v1", "Role", role, {"rules": [rule]}, namespace=namespace)
    subjects: list[Json] = [{"kind": "ServiceAccount", "name": name, "namespace": namespace}]
    bound: JsonObject = {"apiGroup": _RBAC, "kind": "Role", "name": role}
    await admin.apply(f"{_RBAC}/v1", "RoleBinding", role, {"roleRef": bound, "subjects": subjects}, namespace=namespace)
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": seconds},
    }
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
    status, body = await admin.asked(path, method="POST", body=msgspec.json.encode(request))
    if status >= 300:
        raise ApiError.of(status, body, f"{whose} token")
    return Secret(decoded(body, _TokenAnswer, f"{whose} token").status.token.encode())
