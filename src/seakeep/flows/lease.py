"""The operator's lease in the cluster, over the API client."""

from datetime import datetime

import msgspec

from seakeep.engine.lease import NAME, NAMESPACE, Lease
from seakeep.transport.api import ApiClient, ApiError, decoded

_PATH = "/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"


class _Field(msgspec.Struct):
    time: datetime | None = None


class _Meta(msgspec.Struct, rename="camel"):
    managed_fields: list[_Field] = []


class _Written(msgspec.Struct):
    metadata: _Meta


async def renewed_at(api: ApiClient) -> datetime | None:
    """When the lease was last written, by the API server's clock: its own renewTime is of the holder's."""
    status, body = await api.raw(f"{_PATH.format(namespace=NAMESPACE)}/{NAME}")
    if status != 200:
        return None
    times = [each.time for each in decoded(body, _Written, "the operator's lease").metadata.managed_fields]
    return max((time for time in times if time is not None), default=None)


class ApiLease:
    """Implements the engine's LeaseApi."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def get(self, namespace: str, name: str) -> Lease | None:
        """The lease, or None when there is none."""
        status, body = await self._api.raw(f"{_PATH.format(namespace=namespace)}/{name}")
        return self._decoded(status, body, absent=(404,))

    async def create(self, lease: Lease) -> Lease | None:
        """None when it exists already."""
        path = _PATH.format(namespace=lease.metadata.namespace)
        status, body = await self._api.raw(path, method="POST", body=msgspec.json.encode(lease))
        return self._decoded(status, body, absent=(409,))

    async def update(self, lease: Lease) -> Lease | None:
        """None when somebody was faster or it is gone."""
        path = f"{_PATH.format(namespace=lease.metadata.namespace)}/{lease.metadata.name}"
        status, body = await self._api.raw(path, method="PUT", body=msgspec.json.encode(lease))
        return self._decoded(status, body, absent=(404, 409))

    def _decoded(self, status: int, body: bytes, *, absent: tuple[int, ...]) -> Lease | None:
        if status in absent:
            return None
        if status >= 300:
            raise ApiError.of(status, body, "the operator's lease")
        return decoded(body, Lease, "the operator's lease")
