"""A client of the Kubernetes API behind a Unix socket, which leads through an SSH connection to the endpoint.

The server's certificate is checked against the cluster's CA under a given name: the socket has no address that
could be checked. Answers are plain decoded JSON; callers that want a part of one decode it themselves from `raw`.
"""

import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec

from seakeep.core.errors import RunError, UsageError
from seakeep.core.json import JsonObject
from seakeep.core.secret import Secret
from seakeep.transport.secretfile import readable

T = TypeVar("T")

FIELD_MANAGER = "seakeep"
IMPERSONATED = "seakeep:check"
"""Whose name stands in the audit log where something is asked in the name of a group."""
TIMEOUT = 15.0
"""Seconds for one request."""

PLURALS: Mapping[tuple[str, str], str] = {
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"): "validatingadmissionpolicies",
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"): "validatingadmissionpolicybindings",
    ("v1", "ConfigMap"): "configmaps",
    ("networking.k8s.io/v1", "NetworkPolicy"): "networkpolicies",
    ("v1", "LimitRange"): "limitranges",
    ("v1", "Namespace"): "namespaces",
    ("v1", "Node"): "nodes",
    ("v1", "Pod"): "pods",
    ("v1", "ResourceQuota"): "resourcequotas",
    ("v1", "Service"): "services",
    ("v1", "ServiceAccount"): "serviceaccounts",
    ("apps/v1", "DaemonSet"): "daemonsets",
    ("apps/v1", "Deployment"): "deployments",
    ("coordination.k8s.io/v1", "Lease"): "leases",
    ("policy/v1", "PodDisruptionBudget"): "poddisruptionbudgets",
    ("rbac.authorization.k8s.io/v1", "ClusterRole"): "clusterroles",
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): "clusterrolebindings",
    ("rbac.authorization.k8s.io/v1", "Role"): "roles",
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): "rolebindings",
}
"""The kinds that Seakeep owns objects of: no discovery is needed."""


class ApiError(RunError):
    """The API did not do it. `status` is 0 where there was no answer at all; `sent` is False where the request
    certainly never left, so that it was not carried out."""

    def __init__(self, message: str, *, status: int, reason: str = "", hint: str = "", sent: bool = True) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.reason = reason
        self.sent = sent

    @classmethod
    def of(cls, status: int, body: bytes, what: str) -> "ApiError":
        """From an answer: the API's own message where it gave one."""
        try:
            said = msgspec.json.decode(body, type=_Status)
        except msgspec.DecodeError:
            said = _Status(message=body[:200].decode("utf-8", "replace"))
        return cls(f"{what}: {said.message or 'no message'} ({status})", status=status, reason=said.reason)

    @property
    def passes(self) -> bool:
        """Whether asking again may help: no answer, 429, 5xx, or what `lost_member` is about."""
        return self.status in (0, 429) or self.status >= 500 or lost_member(self.message)


def lost_member(said: str) -> bool:
    """Whether an API server's etcd client only now learned that a member is gone.

    Each kind of object has an etcd client of its own there, which sends no pings while it is idle: it learns by the
    failure of its next request that a member's machine was lost or has been another one meanwhile (gRPC: Unavailable),
    and asks another member from then on. The answer is 500, or 422 for a Service that needs an address.
    """
    return "code = Unavailable" in said


class _Status(msgspec.Struct):
    message: str = ""
    reason: str = ""


class _Meta(msgspec.Struct, rename="camel"):
    name: str
    namespace: str = ""
    resource_version: str = ""


class _Named(msgspec.Struct, rename="camel"):
    api_version: str
    kind: str
    metadata: _Meta


class _Way:
    """Follows one request: whether it got a connection of its own, and whether an answer had begun."""

    def __init__(self) -> None:
        self.new = False
        self.answering = False

    @property
    def watch(self) -> dict[str, object]:
        """What httpx is given with the request."""
        return {"trace": self._event}

    async def _event(self, name: str, _: object) -> None:
        self.new = self.new or name.startswith("connection.connect")
        self.answering = self.answering or name.endswith("receive_response_headers.complete")


_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_CUT = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
_REPEATABLE = frozenset({"GET", "PUT", "DELETE"})
"""Methods that HTTP calls idempotent (RFC 9110, 9.2.2)."""
_APPLY = "application/apply-patch+yaml"
_JSON_PATCH = "application/json-patch+json"
_TRIES = 3
"""Of a request whose failure is `lost_member`: more members than that are not lost at once."""


class ApiClient:
    """Made by `api_client`. Every method raises ApiError for an answer that is not a success, except `raw`.

    `reconnected` counts kept connections that turned out to be closed when they were used again. Servers close idle
    ones when they please, an API server that ends first of all; an idempotent request is then sent once more, as
    RFC 9112 (9.3.1) has it.
    """

    reconnected = 0
    server_time: datetime | None = None
    """The server's clock at its last answer, to the second."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def raw(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        content_type: str = "application/json",
        accept: str = "",
        group: str = "",
    ) -> tuple[int, bytes]:
        """(status, body) of any request. ApiError only where there was no answer. With `group` it is asked in the name
        of somebody who is in this group alone."""
        headers = {"Content-Type": content_type} if body is not None else {}
        if group:
            headers |= {"Impersonate-User": IMPERSONATED, "Impersonate-Group": group}
        if accept:
            headers["Accept"] = accept
        repeatable = method in _REPEATABLE or content_type == _APPLY
        way = _Way()
        try:
            try:
                answer = await self._http.request(method, path, content=body, headers=headers, extensions=way.watch)
            except _CUT:
                if way.new or way.answering or not repeatable:
                    raise
                self.reconnected += 1
                answer = await self._http.request(method, path, content=body, headers=headers)
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            text = str(error) or type(error).__name__
            sent = not isinstance(error, _NOT_SENT)
            raise ApiError(f"the API did not answer {method} {path}: {text}", status=0, sent=sent) from error
        self.server_time = _date(answer.headers.get("date", ""))
        return answer.status_code, answer.content

    async def asked(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        content_type: str = "application/json",
        accept: str = "",
    ) -> tuple[int, bytes]:
        """As `raw`, for a request that may be carried out twice: asked again where `lost_member` says so."""
        for _ in range(_TRIES - 1):
            status, answer = await self.raw(path, method=method, body=body, content_type=content_type, accept=accept)
            if status < 400 or not lost_member(answer.decode("utf-8", "replace")):
                return status, answer
        return await self.raw(path, method=method, body=body, content_type=content_type, accept=accept)

    async def lines(self, path: str, *, silence: float) -> AsyncIterator[bytes]:
        """The lines of an answer that goes on and on, such as a watch, as they come. Ends when the server ends it.

        ApiError for an answer that is not 200, for a connection that breaks, and after `silence` seconds of silence.
        """
        try:
            async with self._http.stream("GET", path, timeout=httpx.Timeout(TIMEOUT, read=silence)) as answer:
                if answer.status_code != 200:
                    raise ApiError.of(answer.status_code, await answer.aread(), f"GET {path}")
                rest = b""
                async for piece in answer.aiter_bytes():
                    *whole, rest = (rest + piece).split(b"\n")
                    for line in whole:
                        yield line
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            text = str(error) or type(error).__name__
            raise ApiError(f"the answer to GET {path} broke off: {text}", status=0) from error

    async def get(self, api_version: str, kind: str, name: str, *, namespace: str | None = None) -> JsonObject:
        """One object."""
        return await self._object("GET", object_path(api_version, kind, name, namespace=namespace))

    async def apply(
        self, api_version: str, kind: str, name: str, body: JsonObject, *, namespace: str | None = None
    ) -> JsonObject:
        """Server-side apply with force: fields in `body` are Seakeep's, whoever wrote them before."""
        path = object_path(api_version, kind, name, namespace=namespace)
        metadata = body.get("metadata")
        identity = {**(metadata if isinstance(metadata, Mapping) else {}), "name": name}
        if namespace is not None:
            identity["namespace"] = namespace
        whole = {**body, "apiVersion": api_version, "kind": kind, "metadata": identity}
        return await self._object(
            "PATCH",
            f"{path}?fieldManager={FIELD_MANAGER}&force=true",
            msgspec.json.encode(whole),
            _APPLY,
        )

    async def remove_fields(self, found: JsonObject, pointers: Sequence[str]) -> str:
        """Take these fields (JSON pointers) away from the object, one after the other. '' when that is done; what the
        API says where the object is not any more what was found. It makes nobody the owner of anything."""
        meta = decoded(msgspec.json.encode(found), _Named, "an object")
        own = meta.metadata
        path = object_path(meta.api_version, meta.kind, own.name, namespace=own.namespace or None)
        test = {"op": "test", "path": "/metadata/resourceVersion", "value": own.resource_version}
        patch = [test, *({"op": "remove", "path": pointer} for pointer in pointers)]
        body = msgspec.json.encode(patch)
        status, answer = await self.asked(
            f"{path}?fieldManager={FIELD_MANAGER}", method="PATCH", body=body, content_type=_JSON_PATCH
        )
        if status < 300:
            return ""
        error = ApiError.of(status, answer, f"PATCH {path}")
        if status in (409, 422):
            return error.message
        raise error

    async def list(self, api_version: str, kind: str, *, selector: str = "") -> tuple[JsonObject, ...]:
        """The objects of a kind, in all namespaces, whose labels fit. Each has its apiVersion and kind."""
        path = collection_path(api_version, kind) + (f"?labelSelector={quote(selector)}" if selector else "")
        items = (await self._object("GET", path)).get("items")
        found = items if isinstance(items, list) else []
        return tuple({**each, "apiVersion": api_version, "kind": kind} for each in found if isinstance(each, dict))

    async def delete(
        self, api_version: str, kind: str, name: str, *, namespace: str | None = None, uid: str = ""
    ) -> None:
        """Delete in the background; gone already is done. With `uid`, another object of the same name stays: that is
        an ApiError with status 409."""
        path = object_path(api_version, kind, name, namespace=namespace)
        only = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}}
        status, body = await self.asked(
            f"{path}?propagationPolicy=Background", method="DELETE", body=msgspec.json.encode(only) if uid else None
        )
        if status >= 300 and status != 404:
            raise ApiError.of(status, body, f"delete {kind} {name}")

    async def _object(
        self, method: str, path: str, body: bytes | None = None, content_type: str = "application/json"
    ) -> JsonObject:
        status, answer = await self.asked(path, method=method, body=body, content_type=content_type)
        if not 200 <= status < 300:
            raise ApiError.of(status, answer, f"{method} {path}")
        try:
            found = msgspec.json.decode(answer)
        except msgspec.DecodeError as error:
            raise ApiError(f"{method} {path}: the answer is not JSON: {error}", status=status) from error
        if not isinstance(found, dict):
            raise ApiError(f"{method} {path}: the answer is not an object", status=status)
        return found


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def decoded(body: bytes, kind: type[T], what: str) -> T:
    """An answer of `raw`, with the fields that are used. ApiError for one of another shape."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ApiError(f"{what}: the answer is not understood: {error}", status=200) from error


def object_path(api_version: str, kind: str, name: str, *, namespace: str | None = None) -> str:
    """The path of one object. KeyError for a kind that Seakeep owns none of."""
    return f"{collection_path(api_version, kind, namespace=namespace)}/{name}"


def collection_path(api_version: str, kind: str, *, namespace: str | None = None) -> str:
    """The path of all objects of a kind: of one namespace, or of all of them. KeyError as in `object_path`."""
    root = "/apis" if "/" in api_version else "/api"
    inside = "" if namespace is None else f"/namespaces/{namespace}"
    return f"{root}/{api_version}{inside}/{PLURALS[api_version, kind]}"


@asynccontextmanager
async def api_client(
    socket: Path,
    *,
    ca: Secret | None,
    pair: tuple[Secret | None, Secret | None] | None,
    server_name: str,
    keep: bool = True,
    timeout: float = TIMEOUT,
) -> AsyncIterator[ApiClient]:
    """A client of the API server behind the socket. `pair` is a certificate and its key; None is anonymous. Without
    `keep` every request has a connection of its own.

    UsageError for a value that the state folder does not hold: a missing certificate is never anonymous.
    """
    context = trusting(ca)
    if pair is not None:
        present(context, pair)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None if keep else 0)
    transport = httpx.AsyncHTTPTransport(uds=str(socket), verify=context, trust_env=False, limits=limits)
    base = f"https://{server_name}"
    async with httpx.AsyncClient(transport=transport, base_url=base, timeout=timeout, trust_env=False) as http:
        yield ApiClient(http)


def trusting(ca: Secret | None) -> ssl.SSLContext:
    """TLS towards a server whose certificate this authority has signed. UsageError where there is none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=_held(ca, "the CA certificate").reveal().decode())
    return context


def _held(value: Secret | None, what: str) -> Secret:
    if value is None:
        raise UsageError(
            f"{what} for the API is not in the state folder",
            hint="name the state folder of the computer that applied the cluster, or run apply",
        )
    return value


def present(context: ssl.SSLContext, pair: tuple[Secret | None, Secret | None]) -> None:
    """What a client shows of itself: a certificate and its key. UsageError where one of them is not there."""
    load_pair(context, _held(pair[0], "the certificate"), _held(pair[1], "the certificate's key"))


def load_pair(context: ssl.SSLContext, certificate: Secret, key: Secret) -> None:
    """What a client shows of itself."""
    pair = b"\n".join(part.reveal() for part in (certificate, key))
    with readable(Secret(pair)) as file:
        context.load_cert_chain(file.path)
