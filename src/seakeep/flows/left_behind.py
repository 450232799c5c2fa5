"""What a pod leaves on its node when it is evicted: of its volumes, those that lie on the machine."""

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar
from urllib.parse import quote

import msgspec

from seakeep.transport.api import ApiClient, ApiError, decoded

_T = TypeVar("_T")
_HOSTNAME = "kubernetes.io/hostname"
_NO_DATA = frozenset({"Socket", "CharDevice"})
"""Types of a hostPath that hold nothing: another node has its own."""


class _Empty(msgspec.Struct):
    """Only whether there is one."""


class _Path(msgspec.Struct):
    path: str
    type: str | None = None


class _ClaimRef(msgspec.Struct, rename="camel"):
    claim_name: str


class Volume(msgspec.Struct, rename="camel"):
    """Of a pod's spec."""

    name: str
    empty_dir: _Empty | None = None
    host_path: _Path | None = None
    persistent_volume_claim: _ClaimRef | None = None
    ephemeral: _Empty | None = None

    def claim(self, pod: str) -> str:
        """The PersistentVolumeClaim behind it; that of an ephemeral volume has both names in its own. '' for none."""
        if self.persistent_volume_claim is not None:
            return self.persistent_volume_claim.claim_name
        return f"{pod}-{self.name}" if self.ephemeral is not None else ""


class _ClaimSpec(msgspec.Struct, rename="camel"):
    volume_name: str = ""


class _Claim(msgspec.Struct):
    spec: _ClaimSpec


class _Wanted(msgspec.Struct):
    key: str
    operator: str
    values: list[str] = []


class _Term(msgspec.Struct, rename="camel"):
    match_expressions: list[_Wanted] = []

    @property
    def hosts(self) -> frozenset[str]:
        """The nodes that it names one by one; empty where it does not."""
        named = [each.values for each in self.match_expressions if each.key == _HOSTNAME and each.operator == "In"]
        return frozenset(named[0]) if named else frozenset()


class _Selector(msgspec.Struct, rename="camel"):
    node_selector_terms: list[_Term] = []


class _Affinity(msgspec.Struct):
    required: _Selector | None = None


class _VolumeSpec(msgspec.Struct, rename="camel"):
    local: _Path | None = None
    host_path: _Path | None = None
    node_affinity: _Affinity | None = None

    @property
    def bound_to(self) -> str:
        """Where alone the pod can start again, as a clause; '' for everywhere."""
        required = self.node_affinity.required if self.node_affinity else None
        if required is None:
            return ""
        hosts = [term.hosts for term in required.node_selector_terms]
        if all(hosts) and len(frozenset().union(*hosts)) == 1:
            return ": it can start on no other node"
        return ": it can start only where the volume's node affinity allows"


class _PersistentVolume(msgspec.Struct):
    spec: _VolumeSpec


async def left_behind(
    api: ApiClient, node: str, namespace: str, pod: str, volumes: Sequence[Volume]
) -> AsyncIterator[str]:
    """A clause for each kind of loss, to stand after the pod's name. ApiError when the API does not tell."""
    if emptied := [each.name for each in volumes if each.empty_dir is not None]:
        yield f"leaves behind what it keeps in its emptyDir {', '.join(emptied)}"
    for volume in volumes:
        if (host := volume.host_path) is not None and host.type not in _NO_DATA:
            yield f"leaves behind what {node} has in {host.path} (hostPath {volume.name})"
        if name := volume.claim(pod):
            bound, spec = await _bound(api, namespace, name)
            if spec is not None and (there := spec.local or spec.host_path) is not None:
                kind = "local" if spec.local else "hostPath"
                source = f"{kind} volume {bound}, claim {name}"
                yield f"leaves behind what {node} has in {there.path} ({source}){spec.bound_to}"


async def _bound(api: ApiClient, namespace: str, claim: str) -> tuple[str, _VolumeSpec | None]:
    """The name and the spec of the PersistentVolume; without the latter where there is none (yet, or any more)."""
    found = await _get(api, f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{quote(claim)}", _Claim)
    name = found.spec.volume_name if found else ""
    volume = await _get(api, f"/api/v1/persistentvolumes/{quote(name)}", _PersistentVolume) if name else None
    return name, volume.spec if volume else None


async def _get(api: ApiClient, path: str, kind: type[_T]) -> _T | None:
    status, body = await api.asked(path)
    if status == 404:
        return None
    if status != 200:
        raise ApiError.of(status, body, f"get {path}")
    return decoded(body, kind, f"get {path}")
