"""Another tenant: an ordinary ServiceAccount that reads and writes one object through the endpoint.

All else that a storm asks, it asks as an operator, whom API servers exempt from priority and fairness: what a tenant
waits for is seen by a tenant only.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from seakeep.core.clock import Clock
from seakeep.core.json import Json, JsonObject
from seakeep.core.secret import Secret
from seakeep.engine.probe import Kind, Sampler
from seakeep.experiments.judge.verdict import TENANT
from seakeep.flows.storm.entrances import Entrances
from seakeep.flows.storm.observers.availability import INTERVAL, request
from seakeep.flows.storm.record import Recorder
from seakeep.transport.api import ApiClient, ApiError, decoded

TOKEN_SECONDS = 3600
"""For which the tenant's token is asked for: the longest fault, and no more."""


class _Status(msgspec.Struct):
    token: str


class _TokenRequest(msgspec.Struct):
    status: _Status


async def prepare(admin: ApiClient, namespace: str) -> Secret:
    """The account, which may read and write its one object, and a token of it. ApiError where that does not work."""
    await admin.apply("v1", "ServiceAccount", TENANT, {"automountServiceAccountToken": False}, namespace=namespace)
    await admin.apply("v1", "ConfigMap", f"probe-{TENANT}", {"data": {"n": ""}}, namespace=namespace)
    rule: JsonObject = {
        "apiGroups": [""],
        "resources": ["configmaps"],
        "resourceNames": [f"probe-{TENANT}"],
        "verbs": ["get", "update"],
    }
    rbac = "rbac.authorization.k8s.io"
    await admin.apply(f"{rbac}/v1", "Role", TENANT, {"rules": [rule]}, namespace=namespace)
    subjects: list[Json] = [{"kind": "ServiceAccount", "name": TENANT, "namespace": namespace}]
    role: JsonObject = {"apiGroup": rbac, "kind": "Role", "name": TENANT}
    binding: JsonObject = {"roleRef": role, "subjects": subjects}
    await admin.apply(f"{rbac}/v1", "RoleBinding", TENANT, binding, namespace=namespace)
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{TENANT}/token"
    wanted = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": TOKEN_SECONDS},
    }
    status, body = await admin.raw(path, method="POST", body=msgspec.json.encode(wanted))
    if status >= 300:
        raise ApiError.of(status, body, "ask for a tenant's token")
    return Secret(decoded(body, _TokenRequest, "a tenant's token").status.token.encode())


@asynccontextmanager
async def asking(entrances: Entrances, record: Recorder, clock: Clock, namespace: str) -> AsyncIterator[None]:
    """A read and a write every 100 ms for the time of an `async with`."""
    requests = {
        Kind(verb, "kept", TENANT): request(entrances, record, verb, TENANT, namespace, every=1)
        for verb in ("read", "write")
    }
    async with Sampler(requests, clock=clock, interval=INTERVAL):
        yield
