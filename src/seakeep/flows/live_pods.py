"""Pods of a living cluster: a hundred thousand of them, so only what is used is decoded, and kept once."""

from collections.abc import Iterator, Mapping

import msgspec

from seakeep.checks.live.base import LivePod
from seakeep.flows.live_pages import ListMeta, Sleep, pages
from seakeep.transport.api import ApiClient


class _Owner(msgspec.Struct):
    kind: str = ""
    controller: bool = False


class _Meta(msgspec.Struct, rename="camel"):
    name: str = ""
    namespace: str = ""
    labels: dict[str, str] | None = None
    owner_references: list[_Owner] | None = None
    deletion_timestamp: str | None = None


class _There(msgspec.Struct):
    """Of which only the presence is asked."""


class _Volume(msgspec.Struct, rename="camel"):
    empty_dir: _There | None = None


class _Spec(msgspec.Struct, rename="camel"):
    node_name: str = ""
    volumes: list[_Volume] | None = None


class _Condition(msgspec.Struct):
    type: str = ""
    status: str = ""


class _Waiting(msgspec.Struct):
    reason: str = ""


class _State(msgspec.Struct):
    waiting: _Waiting | None = None


class _ContainerStatus(msgspec.Struct, rename="camel"):
    restart_count: int = 0
    state: _State | None = None


class _Status(msgspec.Struct, rename="camel"):
    phase: str = ""
    conditions: list[_Condition] | None = None
    container_statuses: list[_ContainerStatus] | None = None
    init_container_statuses: list[_ContainerStatus] | None = None


class _Pod(msgspec.Struct):
    metadata: _Meta
    spec: _Spec
    status: _Status


class _Pods(msgspec.Struct):
    metadata: ListMeta = msgspec.field(default_factory=ListMeta)
    items: list[msgspec.Raw] | None = None


class _Once:
    """Equal strings and labels become the same ones: most pods differ from others in nothing but their name."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._labels: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}

    def word(self, text: str) -> str:
        return self._words.setdefault(text, text)

    def labels(self, found: dict[str, str] | None) -> Mapping[str, str]:
        return self._labels.setdefault(tuple(found.items()), found) if found else {}


async def read_pods(api: ApiClient, sleep: Sleep, pods: list[LivePod], alone: list[dict[str, msgspec.Raw]]) -> None:
    """All pods are appended to `pods`, what is used of them. Those that nothing made go to `alone` as well, whole: the
    others are judged by their owner's template. SeakeepError where the list ends early; what came before stays."""
    once = _Once()
    one, whole = msgspec.json.Decoder(_Pod), msgspec.json.Decoder(dict[str, msgspec.Raw])
    async for page in pages(api, "/api/v1/pods", _Pods, sleep=sleep):
        for raw in page.items or ():
            found = _live(one.decode(raw), once)
            pods.append(found)
            if not found.owner:
                alone.append(whole.decode(raw.copy()))


def _live(pod: _Pod, once: _Once) -> LivePod:
    owners = pod.metadata.owner_references or []
    return LivePod(
        namespace=once.word(pod.metadata.namespace),
        name=pod.metadata.name,
        node=once.word(pod.spec.node_name),
        labels=once.labels(pod.metadata.labels),
        phase=once.word(pod.status.phase),
        ready=any(each.type == "Ready" and each.status == "True" for each in pod.status.conditions or ()),
        owner=once.word(next((owner.kind for owner in owners if owner.controller), "")),
        local=any(volume.empty_dir is not None for volume in pod.spec.volumes or ()),
        waiting=next(_reasons(pod.status), ""),
        restarts=max((each.restart_count for each in _containers(pod.status)), default=0),
        leaving=pod.metadata.deletion_timestamp is not None,
    )


def _containers(status: _Status) -> Iterator[_ContainerStatus]:
    yield from status.container_statuses or ()
    yield from status.init_container_statuses or ()


def _reasons(status: _Status) -> Iterator[str]:
    for each in _containers(status):
        if each.state is not None and each.state.waiting is not None and each.state.waiting.reason != "PodInitializing":
            yield each.state.waiting.reason
