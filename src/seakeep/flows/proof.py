"""Real work through the endpoint at the end of an apply: the claim "it runs" is proven by running something.

Everything is made in a namespace of its own, which is removed afterwards, also when a proof fails. What a run that was
killed has left (its proof's namespace, its probe's) the next one removes.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

import msgspec

from seakeep.core.clock import Clock
from seakeep.core.errors import SeakeepError
from seakeep.core.finding import Finding, Severity
from seakeep.core.progress import Progress
from seakeep.core.verdict import Verdict
from seakeep.design.model import Design, Machine
from seakeep.engine.wait import await_until
from seakeep.flows import probe_account
from seakeep.flows import proof_objects as objects
from seakeep.flows.kubectl import Kubectl
from seakeep.flows.scratch import remove_leftovers
from seakeep.transport.api import ApiClient, ApiError, decoded

T = TypeVar("T")

DEADLINE = 90.0
ANSWER = 20.0
"""Seconds until an address has to answer: the service rules of a node may lag behind."""
TAKEN = 30.0
"""Seconds until the API has to take the proof's objects."""
NAMED = 10.0
"""Seconds until CoreDNS has to know a new Service: with its eye on the API it takes a fraction of one."""

_LEFT = ((objects.LABEL, "yes"), (probe_account.LABEL, "apply"))
"""What a run that was killed may have left: its proof's namespace, and its probe's."""

UNKNOWN_NAME = "no such host"
"""What the resolver of the proof's web server says to an NXDOMAIN (Go, net.DNSError)."""


class _PodStatus(msgspec.Struct, rename="camel"):
    phase: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    conditions: list[dict[str, object]] = []


class _PodSpec(msgspec.Struct, rename="camel"):
    node_name: str = ""


class _Meta(msgspec.Struct):
    name: str


class _Pod(msgspec.Struct):
    metadata: _Meta
    spec: _PodSpec
    status: _PodStatus

    @property
    def ready(self) -> bool:
        return any(c.get("type") == "Ready" and c.get("status") == "True" for c in self.status.conditions)


class _Pods(msgspec.Struct):
    items: list[_Pod]


class _NamespaceMeta(msgspec.Struct, rename="camel"):
    deletion_timestamp: str = ""


class _Namespace(msgspec.Struct):
    metadata: _NamespaceMeta = msgspec.field(default_factory=_NamespaceMeta)


class _Dial(msgspec.Struct):
    responses: list[str] = []
    errors: list[str] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the proofs work with. `without` are machines that are down. `anonymous` is a client without a certificate,
    through the same endpoint. `renew_dns` starts CoreDNS again; it is told why."""

    design: Design
    api: ApiClient
    anonymous: ApiClient
    kubectl: Kubectl
    clock: Clock
    progress: Progress
    restricted: bool
    renew_dns: Callable[[str], Awaitable[None]]
    without: frozenset[str] = frozenset()


async def prove(proof: Proof) -> tuple[Finding, ...]:
    """All proofs, in order. A proof that raises is a FAIL with the error as its evidence."""
    findings = [
        await _judged("PROOF001", "anonymous health probes are answered", lambda: _anonymous_allowed(proof)),
        await _judged("PROOF002", "anonymous requests to anything else are refused", lambda: _anonymous_refused(proof)),
    ]
    namespace = f"seakeep-proof-{secrets.token_hex(3)}"
    try:
        findings.extend(await _workload(proof, namespace))
    finally:
        findings.append(await _judged("PROOF009", "what the proof made is removed", lambda: _remove(proof, namespace)))
    return tuple(findings)


async def _workload(proof: Proof, namespace: str) -> list[Finding]:
    nodes = objects.workers(proof.design, proof.without)
    count = max(2, len(nodes))
    try:
        await _make(proof, namespace, nodes, count)
        pods = await _ready_pods(proof, namespace, count)
        service = await proof.api.get("v1", "Service", "web", namespace=namespace)
    except SeakeepError as error:
        return [_finding("PROOF003", "a Deployment spreads over the workers", Verdict.FAIL, error.message)]
    used = sorted({pod.spec.node_name for pod in pods})
    spread = Verdict.PASS if len(used) == len(nodes) else Verdict.FAIL
    first = pods[0]
    other = next((pod for pod in pods if pod.spec.node_name != first.spec.node_name), pods[1])
    cluster_ip = str(_field(service, "spec", "clusterIP"))
    name = f"web.{namespace}.svc.{proof.design.network.cluster_domain}"
    names = frozenset(pod.metadata.name for pod in pods)

    def call(host: str, port: int, wanted: frozenset[str]) -> _Call:
        return _Call(namespace, first.metadata.name, host, port, wanted)

    beside = call(other.status.pod_ip, objects.PORT, frozenset({other.metadata.name}))
    title = "a pod reaches a pod on another node" if len(used) > 1 else "a pod reaches another pod"
    proofs = await asyncio.gather(
        _judged("PROOF004", title, lambda: _dial(proof, beside)),
        _judged("PROOF005", "a Service answers at its ClusterIP", lambda: _dial(proof, call(cluster_ip, 80, names))),
        _by_name(proof, call(name, 80, names), first.spec.node_name),
    )
    return [
        _finding("PROOF003", "a Deployment spreads over the workers", spread, f"{count} pods on {', '.join(used)}"),
        *proofs[:2],
        *proofs[2],
    ]


async def _make(proof: Proof, namespace: str, nodes: Sequence[Machine], count: int) -> None:
    """What stands in the way for a moment only is waited for; another refusal stands."""
    body = objects.deployment(proof.design, namespace, nodes, count=count, restricted=proof.restricted)

    async def tidied() -> None:
        for label, value in _LEFT:
            await remove_leftovers(proof.api, label, value)

    async def made() -> ApiError | None:
        try:
            await proof.api.apply(
                "v1", "Namespace", namespace, objects.namespace(namespace, restricted=proof.restricted)
            )
            await proof.api.apply("apps/v1", "Deployment", "web", body, namespace=namespace)
            await proof.api.apply("v1", "Service", "web", objects.service(namespace), namespace=namespace)
        except ApiError as error:
            if _passes(error):
                raise
            return error
        return None

    await _until(proof, "what earlier runs left to be removed", tidied, timeout=TAKEN)
    refused = await _until(proof, "the API to take the proof's objects", made, timeout=TAKEN)
    if refused is not None:
        raise refused


def _passes(error: ApiError) -> bool:
    """Whether asking again may help: an API server that has just come back may not see the new namespace either."""
    return error.passes or error.status in (404, 409)


async def _by_name(proof: Proof, call: "_Call", node: str) -> list[Finding]:
    where = f"{call.pod} on {node}"
    return [
        await _judged("PROOF006", "a Service answers at its DNS name", lambda: _named(proof, call)),
        await _judged("PROOF007", f"logs of {where}", lambda: _logs(proof, call)),
        await _judged("PROOF008", f"exec in {where}", lambda: _exec(proof, call)),
    ]


async def _named(proof: Proof, call: "_Call") -> str:
    """CoreDNS follows the API by itself, but waits longer and longer between its tries while the API is away, up to a
    minute (client-go's reflector: 30 s, doubled by chance). One that is started again does not wait."""
    try:
        return await _dial(proof, call, timeout=NAMED)
    except SeakeepError as error:
        if UNKNOWN_NAME not in error.message:
            return await _dial(proof, call)
    await proof.renew_dns(f"CoreDNS did not know a Service that had been there for {NAMED:.0f} s")
    return f"{await _dial(proof, call)}, after CoreDNS was started again: it had not heard from the API"


async def _until(proof: Proof, what: str, work: Callable[[], Awaitable[T]], *, timeout: float) -> T:
    """The first result of `work` that does not raise. MachineError with the last reason at the deadline."""
    results: list[T] = []

    async def probe() -> str | None:
        results.append(await work())
        return None

    await await_until(
        what,
        probe,
        timeout=timeout,
        interval=0.3,
        clock=proof.clock,
        progress=proof.progress,
        subject="proof",
    )
    return results[-1]


def _finding(id_: str, title: str, verdict: Verdict, message: str) -> Finding:
    return Finding(
        id=id_,
        verdict=verdict,
        severity=Severity.ERROR,
        title=title,
        message=message,
        remediation="" if verdict is Verdict.PASS else "see `seakeep status` and the journal of the named machine",
    )


async def _judged(id_: str, title: str, work: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return _finding(id_, title, Verdict.PASS, await work())
    except SeakeepError as error:
        return _finding(id_, title, Verdict.FAIL, error.message)


async def _anonymous_allowed(proof: Proof) -> str:
    async def allowed() -> str:
        status, _ = await proof.anonymous.raw("/readyz")
        if status != 200:
            raise SeakeepError(f"/readyz answered {status}, wanted 200")
        return "/readyz answered 200"

    return await _until(proof, "/readyz to be answered", allowed, timeout=ANSWER)


async def _anonymous_refused(proof: Proof) -> str:
    """Anything but a refusal is not one; only what an API server says while it is not well is asked for again."""

    async def refused() -> tuple[str, bool]:
        answers = [(path, (await proof.anonymous.raw(path))[0]) for path in ("/version", "/api/v1/namespaces")]
        text = ", ".join(f"{path} answered {status}" for path, status in answers)
        if any(status == 429 or status >= 500 for _, status in answers):
            raise SeakeepError(f"{text}; wanted 401")
        return text, all(status in (401, 403) for _, status in answers)

    text, well = await _until(proof, "anonymous requests to be refused", refused, timeout=ANSWER)
    if not well:
        raise SeakeepError(f"{text}; wanted 401")
    return text


async def _ready_pods(proof: Proof, namespace: str, count: int) -> list[_Pod]:
    async def ready() -> list[_Pod]:
        found = await proof.api.raw(f"/api/v1/namespaces/{namespace}/pods")
        pods = decoded(found[1], _Pods, "list pods").items if found[0] == 200 else []
        ready = [pod for pod in pods if pod.ready]
        if len(ready) < count:
            states = ", ".join(f"{pod.metadata.name} is {pod.status.phase or 'pending'}" for pod in pods)
            raise SeakeepError(f"{len(ready)} of {count} pods ready: {states or 'none made yet'}")
        return sorted(ready, key=lambda pod: pod.metadata.name)

    return await _until(proof, "the proof's pods to be ready", ready, timeout=DEADLINE)


@dataclass(frozen=True, slots=True)
class _Call:
    """A pod that is to ask host:port, and the pods of which one has to answer."""

    namespace: str
    pod: str
    host: str
    port: int
    wanted: frozenset[str]


async def _dial(proof: Proof, call: _Call, *, timeout: float = ANSWER) -> str:
    """The API server reaches the pod, and the pod reaches the host."""
    path = (
        f"/api/v1/namespaces/{call.namespace}/pods/{call.pod}:{objects.PORT}/proxy/dial"
        f"?host={quote(call.host)}&port={call.port}&protocol=http&request=hostname&tries=1"
    )

    async def ask() -> str:
        status, body = await proof.api.raw(path)
        if status != 200:
            raise SeakeepError(
                f"the API server's way to the pod answered {status}: {body[:200].decode('utf-8', 'replace')}"
            )
        answer = decoded(body, _Dial, f"dial from {call.pod}")
        hits = call.wanted & {response.strip() for response in answer.responses}
        if not hits:
            raise SeakeepError(
                "; ".join(answer.errors) or f"answered by {answer.responses}, wanted one of {sorted(call.wanted)}"
            )
        return f"{call.pod} asked {call.host}:{call.port}, {min(hits)} answered"

    return await _until(proof, f"{call.host}:{call.port} to answer {call.pod}", ask, timeout=timeout)


async def _logs(proof: Proof, call: _Call) -> str:
    result = await proof.kubectl.run("-n", call.namespace, "logs", call.pod)
    if result.status != 0 or not result.stdout.strip() + result.stderr.strip().encode():
        raise SeakeepError(f"kubectl logs ended with {result.status}: {result.stderr.strip() or 'nothing was logged'}")
    return f"{len(result.stdout.splitlines())} lines"


async def _exec(proof: Proof, call: _Call) -> str:
    """Retried like `_dial`: a moment after CoreDNS was started again, a node may still ask the one that is gone."""
    asked = f"{call.host}:{call.port}"
    arguments = ("-n", call.namespace, "exec", call.pod, "--", "/agnhost", "connect", asked, "--timeout=5s")

    async def connect() -> str:
        result = await proof.kubectl.run(*arguments)
        if result.status != 0:
            text = (result.stderr + result.stdout.decode("utf-8", "replace")).strip()
            raise SeakeepError(f"connect {asked} in {call.pod} ended with {result.status}: {text}")
        return f"connected to {asked}"

    return await _until(proof, f"exec in {call.pod} to connect to {asked}", connect, timeout=ANSWER)


async def _remove(proof: Proof, namespace: str) -> str:
    """Everything that ran is gone, and the namespace is being deleted. The controller manager lets a namespace rest
    for five seconds before it begins (namespaceDeletionGracePeriod); nothing is learned by waiting for that."""

    async def empty() -> None:
        await proof.api.delete("apps/v1", "Deployment", "web", namespace=namespace)
        status, body = await proof.api.raw(f"/api/v1/namespaces/{namespace}/pods")
        left = decoded(body, _Pods, "list pods").items if status == 200 else []
        if status not in (200, 404) or left:
            names = ", ".join(pod.metadata.name for pod in left)
            raise SeakeepError(f"pods of {namespace}: {names or f'listing them answered {status}'}")

    async def going() -> str:
        with contextlib.suppress(ApiError):
            await proof.api.delete("v1", "Namespace", namespace)
        status, body = await proof.api.raw(f"/api/v1/namespaces/{namespace}")
        if status == 404:
            return f"its pods and its namespace {namespace} are gone"
        if status != 200 or not decoded(body, _Namespace, "the namespace").metadata.deletion_timestamp:
            raise SeakeepError(f"namespace {namespace} is still there ({status})")
        return f"its pods are gone, its namespace {namespace} is being deleted"

    try:
        await _until(proof, f"the pods of {namespace} to go", empty, timeout=60)
    finally:
        said = await _until(proof, f"namespace {namespace} to go", going, timeout=60)
    return said


def _field(body: object, *path: str) -> object:
    for part in path:
        body = body.get(part) if isinstance(body, dict) else None
    return body
