"""Objects of a living cluster, without what nothing is judged by: that is the larger part of what an API serves.

Left out are who owns which field (only who wrote with which version stays), the copy of the object that kubectl keeps
in an annotation (only its version and kind stay), the images that a node has, and the schemas of objects that are not
read.
"""

from collections.abc import Collection
from typing import cast

import msgspec

from seakeep.core.json import Json, JsonObject
from seakeep.flows.live_pages import ListMeta

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Listed(msgspec.Struct):
    """One page. What is in an object is decoded one by one. An empty list of metadata is `null`."""

    metadata: ListMeta = msgspec.field(default_factory=ListMeta)
    items: list[dict[str, msgspec.Raw]] | None = None


class _Wrote(msgspec.Struct, rename="camel"):
    manager: str = ""
    api_version: str = ""


class _Metadata(msgspec.Struct, rename="camel", omit_defaults=True):
    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    generation: int = 0
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: list[dict[str, object]] = []
    managed_fields: list[_Wrote] = []


class _Applied(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""


class _NodeStatus(msgspec.Struct, rename="camel", omit_defaults=True):
    conditions: list[dict[str, object]] = []
    node_info: dict[str, object] = {}
    allocatable: dict[str, object] = {}


class _Version(msgspec.Struct, rename="camel", omit_defaults=True):
    name: str = ""
    served: bool = False
    storage: bool = False
    deprecated: bool = False
    deprecation_warning: str = ""


class _Definition(msgspec.Struct, rename="camel", omit_defaults=True):
    group: str = ""
    scope: str = ""
    names: dict[str, object] = {}
    versions: list[_Version] = []


class Bodies:
    """Makes bodies of listed items. Of a CustomResourceDefinition the schemas stay where its group is among
    `schemas_of`; all of them together are larger than everything else of a small cluster."""

    def __init__(self, *, schemas_of: Collection[str] = ()) -> None:
        self._schemas_of = schemas_of
        self._definition = msgspec.json.Decoder(_Definition)
        self._metadata = msgspec.json.Decoder(_Metadata)
        self._node = msgspec.json.Decoder(_NodeStatus)
        self._any = msgspec.json.Decoder()
        self._writers: dict[tuple[tuple[str, str], ...], list[Json]] = {}

    def of(self, item: dict[str, msgspec.Raw], api: str, kind: str) -> JsonObject | None:
        """What is judged of it; None for what another object made, which is judged by its maker.

        msgspec.DecodeError for what is no object of the API."""
        metadata = self._metadata.decode(item.get("metadata", b"{}"))
        if any(owner.get("controller") for owner in metadata.owner_references):
            return None
        body: dict[str, Json] = {"apiVersion": api, "kind": kind, "metadata": self._kept(metadata)}
        for name, raw in item.items():
            if name not in body:
                body[name] = self._part(kind, name, raw)
        return body

    def _part(self, kind: str, name: str, raw: msgspec.Raw) -> Json:
        if kind == "Node" and name == "status":
            return cast("Json", msgspec.to_builtins(self._node.decode(raw)))
        if kind == "CustomResourceDefinition" and name == "spec":
            definition = self._definition.decode(raw)
            if definition.group not in self._schemas_of:
                return cast("Json", msgspec.to_builtins(definition))
        return cast("Json", self._any.decode(raw))

    def _kept(self, metadata: _Metadata) -> Json:
        """Plain, with lists of writers that are equal kept once."""
        wrote = tuple((each.manager, each.api_version) for each in metadata.managed_fields)
        metadata.managed_fields = []
        if LAST_APPLIED in metadata.annotations:
            metadata.annotations[LAST_APPLIED] = _version(metadata.annotations[LAST_APPLIED])
        kept: dict[str, Json] = msgspec.to_builtins(metadata)
        if wrote:
            made: list[Json] = [{"manager": name, "apiVersion": version} for name, version in dict.fromkeys(wrote)]
            kept["managedFields"] = self._writers.setdefault(wrote, made)
        return kept


def _version(text: str) -> str:
    try:
        return msgspec.json.encode(msgspec.json.decode(text, type=_Applied)).decode()
    except msgspec.DecodeError:
        return "{}"
