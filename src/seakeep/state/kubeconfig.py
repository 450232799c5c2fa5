"""Kubeconfigs for people, complete in one file."""

import base64
import json

from seakeep.core.clock import Clock
from seakeep.core.errors import RefusedError, UsageError
from seakeep.core.json import JsonObject
from seakeep.core.secret import Secret
from seakeep.design.model import Design, Leaf, Tenant
from seakeep.state.folder import State
from seakeep.state.pki import lend
from seakeep.state.rotation import trust_name

PEOPLE = ("admin", "viewer", "break-glass")
"""Who a kubeconfig can be made for: the names of their certificates in the cluster's authority."""


def endpoint_url(design: Design) -> str:
    """Where people and workers reach the API."""
    return f"https://{design.endpoint.host}:{design.endpoint.port}"


def operator_kubeconfig(state: State, design: Design, person: str = "admin", *, server: str = "") -> Secret:
    """A kubeconfig with the certificates inside. `server` replaces the endpoint's URL; the certificate is
    checked against the endpoint's address all the same.

    UsageError while the certificates do not exist.
    """
    leaf = design.pki.leaf("cluster", person)
    names = (trust_name("cluster"), leaf.cert, leaf.key)
    values = [state.read(name) for name in names]
    for name, value in zip(names, values, strict=True):
        if value is None:
            raise UsageError(
                f"no kubeconfig for {person} yet: {state.path(name)} does not exist",
                hint="run `seakeep apply` first, or name the state folder of this cluster in SEAKEEP_STATE",
            )
    authority, certificate, key = (value for value in values if value is not None)
    return _document(design, person, authority, certificate, key, server=server)


def tenant_kubeconfig(state: State, design: Design, tenant: Tenant, leaf: Leaf, clock: Clock) -> Secret:
    """A kubeconfig for one of a tenant's people, with a certificate that is made for it and kept nowhere else.

    RefusedError where nothing can be signed.
    """
    certificate, key = lend(state, leaf, clock)
    authority = state.read(trust_name("cluster"))
    if authority is None:
        raise RefusedError(
            f"{state.path(trust_name('cluster'))} does not exist",
            hint="put it back from a copy of the state folder, or run `seakeep apply`",
        )
    return _document(design, leaf.name, authority, certificate, key, namespace=tenant.namespace)


def _document(
    design: Design,
    person: str,
    authority: Secret,
    certificate: Secret,
    key: Secret,
    *,
    server: str = "",
    namespace: str = "",
) -> Secret:
    def packed(value: Secret) -> str:
        return base64.b64encode(value.reveal()).decode()

    cluster: dict[str, str] = {
        "server": server or endpoint_url(design),
        "certificate-authority-data": packed(authority),
    }
    if server:
        cluster["tls-server-name"] = str(design.endpoint.host)
    user = f"{design.name}-{person}"
    context = {"cluster": design.name, "user": user} | ({"namespace": namespace} if namespace else {})
    document: JsonObject = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": design.name, "cluster": cluster}],
        "users": [
            {"name": user, "user": {"client-certificate-data": packed(certificate), "client-key-data": packed(key)}}
        ],
        "contexts": [{"name": user, "context": context}],
        "current-context": user,
    }
    # JSON is YAML, and needs no quoting rules of our own.
    return Secret((json.dumps(document, indent=2) + "\n").encode())
