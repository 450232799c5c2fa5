"""Namespaces that Seakeep makes for a while: for a proof, a probe, a storm. Each purpose has a label of its own."""

import msgspec

from seakeep.transport.api import ApiClient, ApiError, decoded


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
    status, body = await admin.raw(f"/api/v1/namespaces?labelSelector={label}%3D{value}")
    if status != 200:
        raise ApiError.of(status, body, f"list the namespaces labelled {label}")
    found = decoded(body, _Namespaces, f"list the namespaces labelled {label}").items
    names = tuple(each.metadata.name for each in found if not each.metadata.deletion_timestamp)
    for name in names:
        await admin.delete("v1", "Namespace", name)
    return names
