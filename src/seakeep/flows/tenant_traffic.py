"""Whether pods of tenants are kept apart in the network: pods are made, and one dials another.

A policy that nobody enforces is stored like any other; only a packet tells. A refusal counts only where a pod of the
same namespace gets through to the same address, before and after: otherwise nothing may have listened there. An
enforcer hears of a pod a moment after it runs, and until then the pod is open: that time is measured and said.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec

from seakeep.checks.live.base import Proof, Tried
from seakeep.core.clock import Clock
from seakeep.core.errors import SeakeepError
from seakeep.core.json import JsonObject
from seakeep.core.progress import Progress
from seakeep.design.model import Design, Tenant
from seakeep.engine.wait import await_until
from seakeep.flows.kubectl import Kubectl
from seakeep.flows.tenant_proofs import pod_spec
from seakeep.transport.api import ApiClient, ApiError, decoded

PORT = 8080
DEADLINE = 60.0
"""Seconds until a pod has to run."""
SETTLING = 20.0
"""Seconds within which an enforcer has to have shut a new pod off, and to have opened what is allowed."""
UNLIKELY = 3.0
"""The same where the file names no enforcer and the network plugin is none: only somebody's own could be there."""
PARALLEL = 4
"""Tenants that are tried at the same moment, with three pods each."""
STUCK = frozenset({"CreateContainerError", "RunContainerError", "ErrImageNeverPull", "CreateContainerConfigError"})
"""Why a container will not start by itself."""

_ELSEWHERE = "default"
"""Where the dialling pod stands when there is no other tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the proof works with."""

    design: Design
    api: ApiClient
    kubectl: Kubectl
    clock: Clock
    progress: Progress


@dataclass(frozen=True, slots=True)
class _Pod:
    namespace: str
    name: str
    address: str


async def prove_traffic(tools: Tools) -> Tried:
    """For each tenant that is to be isolated: a pod of somebody else's dials one of its own."""
    room = asyncio.Semaphore(PARALLEL)

    async def one(tenant: Tenant) -> tuple[str, Proof]:
        async with room:
            try:
                return f"tenant {tenant.name}", await _kept_out(tools, tenant)
            except SeakeepError as error:
                return f"tenant {tenant.name}", Proof(held=None, said=error.message)

    return tuple(await asyncio.gather(*(one(tenant) for tenant in tools.design.tenants if tenant.isolated)))


def stranger(design: Design, tenant: Tenant) -> str:
    """A namespace that this tenant lets nobody in from: another tenant's, where there is one."""
    closed = [
        each.namespace
        for each in design.tenants
        if each.namespace != tenant.namespace and each.namespace not in tenant.ingress_from
    ]
    return closed[0] if closed else _ELSEWHERE


async def _kept_out(tools: Tools, tenant: Tenant) -> Proof:
    outside = stranger(tools.design, tenant)
    async with (
        _pod(tools, tenant.namespace, tenant.pod_security) as server,
        _pod(tools, tenant.namespace, tenant.pod_security) as beside,
        _pod(tools, outside, _level(tools.design, outside)) as dialling,
    ):
        await _reached(tools, tenant, beside, server)
        said, after = await _shut(tools, dialling, server)
        if said:
            # Once more, so that what answered a moment ago did not go away in the meantime.
            await _reached(tools, tenant, beside, server)
    if said:
        when = f" (it did for {after:.1f} s at first)" if after else ""
        return Proof(held=True, said=f"a pod of {outside} does not reach one of its own: {said}{when}")
    return Proof(
        held=False,
        said=f"a pod of {outside} reaches one of its own: its network policies are not enforced",
    )


async def _reached(tools: Tools, tenant: Tenant, beside: _Pod, server: _Pod) -> None:
    await await_until(
        f"{server.name} to be reached from its own namespace",
        lambda: _probe(tools, beside, server),
        timeout=SETTLING,
        interval=1,
        clock=tools.clock,
        progress=tools.progress,
        subject=tenant.namespace,
    )


async def _shut(tools: Tools, dialling: _Pod, server: _Pod) -> tuple[str, float]:
    """How dialling ended once no connection was made, or '' where one was made to the last; and the seconds until
    then, 0 where the first was refused."""
    network = tools.design.network
    limit = UNLIKELY if network.cni == "flannel" and network.policy_enforcer is None else SETTLING
    if said := await _dial(tools, dialling, server):
        return said, 0.0
    begun = tools.clock.monotonic()
    while True:
        await tools.clock.sleep(0.5)
        said, after = await _dial(tools, dialling, server), tools.clock.monotonic() - begun
        if said or after >= limit:
            return said, after


async def _probe(tools: Tools, source: _Pod, target: _Pod) -> str | None:
    return await _dial(tools, source, target) or None


async def _dial(tools: Tools, source: _Pod, target: _Pod) -> str:
    """'' where a connection was made; otherwise what came of it."""
    where = f"{target.address}:{PORT}"
    command = ("-n", source.namespace, "exec", source.name, "--", "/agnhost", "connect", where, "--timeout=3s")
    ran = await tools.kubectl.run(*command)
    if ran.status == 0:
        return ""
    words = (ran.stdout.decode("utf-8", "replace") + ran.stderr).split()
    found = [word for word in words if word in {"TIMEOUT", "REFUSED"}]
    if not found:
        raise SeakeepError(f"connect {where} in {source.name} ended with {ran.status}: {' '.join(words)[:200]}")
    return found[0]


def _level(design: Design, namespace: str) -> str:
    levels = {tenant.namespace: tenant.pod_security for tenant in design.tenants}
    return levels.get(namespace, "restricted")


@asynccontextmanager
async def _pod(tools: Tools, namespace: str, level: str) -> AsyncIterator[_Pod]:
    """A web server that runs in the namespace for as long as the block does."""
    name = f"seakeep-check-{secrets.token_hex(3)}"
    path = f"/api/v1/namespaces/{namespace}/pods"
    status, body = await tools.api.raw(
        path, method="POST", body=msgspec.json.encode(pod_body(tools.design, name, level))
    )
    if status != 201:
        raise ApiError.of(status, body, f"make a pod in {namespace}")
    try:
        yield _Pod(namespace, name, await _address(tools, f"{path}/{name}", name))
    finally:
        with contextlib.suppress(SeakeepError):
            await tools.api.raw(f"{path}/{name}?gracePeriodSeconds=0", method="DELETE")


def pod_body(design: Design, name: str, level: str) -> JsonObject:
    """The baseline level is asked for where the kernel has no seccomp: then no profile may be named."""
    spec = pod_spec(design, design.release.minor.probe_image)
    security = spec["securityContext"]
    assert isinstance(security, dict)
    if level == "baseline":
        spec["securityContext"] = {key: value for key, value in security.items() if key != "seccompProfile"}
    containers = spec["containers"]
    assert isinstance(containers, list)
    first = containers[0]
    assert isinstance(first, dict)
    amounts: JsonObject = {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "64Mi"}}
    args = ["netexec", f"--http-port={PORT}"]
    container: JsonObject = {**first, "args": args, "imagePullPolicy": "IfNotPresent", "resources": amounts}
    spec |= {"containers": [container], "terminationGracePeriodSeconds": 0, "restartPolicy": "Never"}
    return {"metadata": {"name": name}, "spec": spec}


class _Waiting(msgspec.Struct):
    reason: str = ""
    message: str = ""


class _State(msgspec.Struct):
    waiting: _Waiting | None = None


class _Container(msgspec.Struct):
    state: _State | None = None


class _Status(msgspec.Struct, rename="camel"):
    phase: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    container_statuses: list[_Container] | None = None
    conditions: list[dict[str, object]] | None = None


class _Read(msgspec.Struct):
    status: _Status = msgspec.field(default_factory=_Status)


async def _address(tools: Tools, path: str, name: str) -> str:
    """Where it listens, once it runs. SeakeepError where it will not, with the kubelet's or the scheduler's reason."""
    found: list[str] = []
    ended: list[str] = []

    async def running() -> str | None:
        status, body = await tools.api.raw(path)
        if status != 200:
            return f"reading it answered {status}"
        read = decoded(body, _Read, f"pod {name}").status
        if read.phase == "Running" and read.pod_ip:
            found.append(read.pod_ip)
            return None
        waits = [
            each.state.waiting
            for each in read.container_statuses or ()
            if each.state is not None and each.state.waiting is not None
        ]
        if stuck := [f"{each.reason}: {each.message[:200]}" for each in waits if each.reason in STUCK]:
            ended.append(stuck[0])
            return None
        pending = [str(each.get("message", "")) for each in read.conditions or () if each.get("status") == "False"]
        return f"it is {read.phase}: {'; '.join(filter(None, pending))}"

    await await_until(
        f"pod {name} to run",
        running,
        timeout=DEADLINE,
        interval=0.5,
        clock=tools.clock,
        progress=tools.progress,
        subject=name,
    )
    if ended:
        raise SeakeepError(f"no pod of it runs: {ended[0]}")
    return found[0]
