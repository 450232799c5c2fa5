"""What a finished cluster looks like: waits that end an apply, each naming what it waits for."""

from collections.abc import Sequence

import msgspec

from seakeep.artifacts import coredns, flannel, kube_router
from seakeep.artifacts.base import KubeObject
from seakeep.core.errors import SeakeepError
from seakeep.design.model import Design, Role
from seakeep.engine.wait import Probe, await_until
from seakeep.facts import apiserver, etcd, vip
from seakeep.flows import gates
from seakeep.flows.session import Session
from seakeep.transport.api import ApiClient, decoded

LIMIT = 180.0
"""Seconds that a part of the cluster may take to come up."""


class _Condition(msgspec.Struct):
    type: str
    status: str
    message: str = ""


class _NodeInfo(msgspec.Struct, rename="camel"):
    kubelet_version: str = ""


class _NodeState(msgspec.Struct, rename="camel"):
    conditions: list[_Condition] = []
    node_info: _NodeInfo = msgspec.field(default_factory=_NodeInfo)


class _Meta(msgspec.Struct):
    name: str


class Node(msgspec.Struct):
    """The fields of a node that readiness is judged by."""

    metadata: _Meta
    status: _NodeState = msgspec.field(default_factory=_NodeState)

    @property
    def ready(self) -> bool:
        """Whether the kubelet reports Ready."""
        return any(each.type == "Ready" and each.status == "True" for each in self.status.conditions)

    @property
    def problem(self) -> str:
        """What the kubelet says about not being ready; '' where it has said nothing yet."""
        return next((each.message for each in self.status.conditions if each.type == "Ready"), "")


class _Nodes(msgspec.Struct):
    items: list[Node]


class _Workload(msgspec.Struct, rename="camel"):
    available_replicas: int = 0
    number_available: int = 0
    desired_number_scheduled: int = 0
    replicas: int = 0
    observed_generation: int = 0
    updated_replicas: int = 0
    updated_number_scheduled: int = 0


class _Generation(msgspec.Struct):
    generation: int = 0


class _Object(msgspec.Struct):
    metadata: _Generation = msgspec.field(default_factory=_Generation)
    status: _Workload = msgspec.field(default_factory=_Workload)


async def nodes(api: ApiClient) -> dict[str, Node]:
    """All nodes by name."""
    status, body = await api.asked("/api/v1/nodes")
    if status != 200:
        raise SeakeepError(f"listing nodes answered {status}")
    return {node.metadata.name: node for node in decoded(body, _Nodes, "list nodes").items}


async def _await(session: Session, what: str, subject: str, probe: Probe) -> None:
    await await_until(
        what,
        probe,
        timeout=LIMIT,
        interval=0.4,
        clock=session.clock,
        progress=session.progress,
        subject=subject,
    )


async def etcd_healthy(session: Session) -> None:
    """Every member serves linearizable reads."""
    await _await(
        session,
        "etcd members to be healthy",
        "etcd",
        lambda: gates.all_healthy(session, Role.ETCD, etcd.FACT, gates.etcd_health),
    )


async def api_servers_ready(session: Session) -> None:
    """Every API server answers /readyz, and so does it through every load balancer."""

    async def probe() -> str | None:
        own = await gates.all_healthy(session, Role.CONTROL_PLANE, apiserver.FACT, gates.api_health)
        if own:
            return own
        return await gates.all_healthy(session, Role.LOAD_BALANCER, vip.FACT, gates.balancer_health)

    await _await(session, "API servers to be ready", "kube-apiserver", probe)


async def endpoint_ready(session: Session, anonymous: ApiClient) -> None:
    """The endpoint that clients use answers: one API server is enough."""

    async def probe() -> str | None:
        status, body = await anonymous.raw("/readyz")
        return None if status == 200 else f"answered {status} {body[:80].decode('utf-8', 'replace')}"

    endpoint = session.design.endpoint
    await _await(session, f"the API at {endpoint.host}:{endpoint.port}", "endpoint", probe)


async def nodes_ready(session: Session, api: ApiClient) -> None:
    """Every node of the design is Ready with the design's version."""
    version = f"v{session.design.release.kubernetes}"

    async def probe() -> str | None:
        found = await nodes(api)
        wrong = []
        for machine in session.design.nodes:
            if machine.name in session.without:
                continue
            node = found.get(machine.name)
            if node is None:
                wrong.append(f"{machine.name} is not there")
            elif not node.ready:
                wrong.append(f"{machine.name} is not ready {node.problem[:120]}".strip())
            elif node.status.node_info.kubelet_version != version:
                wrong.append(f"{machine.name} runs {node.status.node_info.kubelet_version}")
        return "; ".join(wrong) or None

    await _await(session, "nodes to be ready", "nodes", probe)


async def addons_ready(session: Session, api: ApiClient) -> None:
    """Pod network and policy enforcer on every node, and all replicas of DNS. What may have been on a node that is down
    is not awaited."""
    await _workloads(session, api, "pod network and DNS to be available", addons(session.design), anew=False)


async def rolled_out(session: Session, api: ApiClient, workloads: Sequence[KubeObject]) -> None:
    """The same for these of the add-ons, and every pod is of the newest generation."""
    names = " and ".join(each.name for each in workloads)
    await _workloads(session, api, f"pods of {names} to be replaced", workloads, anew=True)


def addons(design: Design) -> tuple[KubeObject, ...]:
    """The workloads that Seakeep itself runs in the cluster."""
    made = (*flannel.render(design), *kube_router.render(design), *coredns.render(design))
    return tuple(each for each in made if each.kind in {"DaemonSet", "Deployment"})


async def _workloads(
    session: Session, api: ApiClient, what: str, workloads: Sequence[KubeObject], *, anew: bool
) -> None:
    design = session.design
    down = sum(node.name in session.without for node in design.nodes)
    wanted = [
        (each, max(1, (len(design.nodes) if each.kind == "DaemonSet" else design.dns_replicas) - down))
        for each in workloads
    ]

    async def probe() -> str | None:
        wrong = []
        for each, count in wanted:
            plural = f"{each.kind.lower()}s"
            status, body = await api.asked(f"/apis/apps/v1/namespaces/{each.namespace}/{plural}/{each.name}")
            if status != 200:
                wrong.append(f"{each.name} answered {status}")
                continue
            found = decoded(body, _Object, each.name)
            ready = max(found.status.available_replicas, found.status.number_available)
            updated = max(found.status.updated_replicas, found.status.updated_number_scheduled)
            if ready < count:
                wrong.append(f"{each.name}: {ready} of {count} pods available")
            elif anew and (updated < count or found.status.observed_generation < found.metadata.generation):
                wrong.append(f"{each.name}: {updated} of {count} pods replaced")
        return "; ".join(wrong) or None

    await _await(session, what, "add-ons", probe)
