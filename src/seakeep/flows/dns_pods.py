"""Where CoreDNS runs."""

import msgspec

from seakeep.transport.api import ApiClient, decoded


class _PodSpec(msgspec.Struct, rename="camel"):
    node_name: str = ""


class _PodStatus(msgspec.Struct):
    phase: str = ""


class _Pod(msgspec.Struct):
    spec: _PodSpec
    status: _PodStatus


class _Pods(msgspec.Struct):
    items: list[_Pod]


async def dns_nodes(api: ApiClient) -> frozenset[str]:
    """The nodes that a replica of CoreDNS runs on; none where the API answers with an error. SeakeepError where it does
    not answer, or with nonsense."""
    status, body = await api.asked("/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns")
    pods = decoded(body, _Pods, "list the pods of CoreDNS").items if status == 200 else []
    return frozenset(pod.spec.node_name for pod in pods if pod.status.phase == "Running")
