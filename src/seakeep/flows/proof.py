"""Real work through the endpoint at the end of an apply: the claim "it runs" is proven by running something.

Everything is made in a namespace of its own, which is removed afterwards, also when a proof fails.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

import msgspec

from seakeep.core.clock import Clock
from seakeep.core.errors import SeakeepError
from seakeep.core.finding import Finding, Severity
from seakeep.core.json import JsonObject
from seakeep.core.progress import Progress
from seakeep.core.verdict import Verdict
from seakeep.design.model import Design, Machine, Role
from seakeep.engine.wait import await_until
from seakeep.flows.kubectl import Kubectl
from seakeep.transport.api import ApiClient, ApiError, decoded

T = TypeVar("T")

DEADLINE = 90.0
PORT = 8080


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
    through the same endpoint."""

    design: Design
    api: ApiClient
    anonymous: ApiClient
    kubectl: Kubectl
    clock: Clock
    progress: Progress
    restricted: bool
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
    nodes = _nodes(proof.design, proof.without)
    count = max(2, len(nodes))
    try:
        await proof.api.apply("v1", "Namespace", namespace, _namespace(namespace, restricted=proof.restricted))
        await proof.api.apply(
            "apps/v1", "Deployment", "web", _deployment(proof, namespace, nodes, count), namespace=namespace
        )
        await proof.api.apply("v1", "Service", "web", _service(namespace), namespace=namespace)
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
    where = f"{first.metadata.name} on {first.spec.node_name}"

    def dial(host: str, port: int, wanted: set[str]) -> Callable[[], Awaitable[str]]:
        return lambda: _dial(proof, _Call(namespace, first.metadata.name, host, port), wanted)

    names = {pod.metadata.name for pod in pods}
    title = "a pod reaches a pod on another node" if len(used) > 1 else "a pod reaches another pod"
    return [
        _finding("PROOF003", "a Deployment spreads over the workers", spread, f"{count} pods on {', '.join(used)}"),
        *await asyncio.gather(
            _judged("PROOF004", title, dial(other.status.pod_ip, PORT, {other.metadata.name})),
            _judged("PROOF005", "a Service answers at its ClusterIP", dial(cluster_ip, 80, names)),
            _judged("PROOF006", "a Service answers at its DNS name", dial(name, 80, names)),
            _judged("PROOF007", f"logs of {where}", lambda: _logs(proof, namespace, first.metadata.name)),
            _judged("PROOF008", f"exec in {where}", lambda: _exec(proof, namespace, first.metadata.name, name)),
        ),
    ]


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
    status, _ = await proof.anonymous.raw("/readyz")
    if status != 200:
        raise SeakeepError(f"/readyz answered {status}, wanted 200")
    return "/readyz answered 200"


async def _anonymous_refused(proof: Proof) -> str:
    answers = [(path, (await proof.anonymous.raw(path))[0]) for path in ("/version", "/api/v1/namespaces")]
    text = ", ".join(f"{path} answered {status}" for path, status in answers)
    if any(status not in (401, 403) for _, status in answers):
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
    """A pod that is to ask host:port."""

    namespace: str
    pod: str
    host: str
    port: int


async def _dial(proof: Proof, call: _Call, wanted: set[str]) -> str:
    """The API server reaches the pod, and the pod reaches the host. DNS and the service rules of a node may lag
    behind by a moment: retried until a short deadline."""
    path = (
        f"/api/v1/namespaces/{call.namespace}/pods/{call.pod}:{PORT}/proxy/dial"
        f"?host={quote(call.host)}&port={call.port}&protocol=http&request=hostname&tries=1"
    )

    async def ask() -> str:
        status, body = await proof.api.raw(path)
        if status != 200:
            raise SeakeepError(
                f"the API server's way to the pod answered {status}: {body[:200].decode('utf-8', 'replace')}"
            )
        answer = decoded(body, _Dial, f"dial from {call.pod}")
        hits = wanted & {response.strip() for response in answer.responses}
        if not hits:
            raise SeakeepError(
                "; ".join(answer.errors) or f"answered by {answer.responses}, wanted one of {sorted(wanted)}"
            )
        return f"{call.pod} asked {call.host}:{call.port}, {min(hits)} answered"

    return await _until(proof, f"{call.host}:{call.port} to answer {call.pod}", ask, timeout=20)


async def _logs(proof: Proof, namespace: str, pod: str) -> str:
    result = await proof.kubectl.run("-n", namespace, "logs", pod)
    if result.status != 0 or not result.stdout.strip() + result.stderr.strip().encode():
        raise SeakeepError(f"kubectl logs ended with {result.status}: {result.stderr.strip() or 'nothing was logged'}")
    return f"{len(result.stdout.splitlines())} lines"


async def _exec(proof: Proof, namespace: str, pod: str, name: str) -> str:
    """Retried like `_dial`, and for the same reason."""
    arguments = ("-n", namespace, "exec", pod, "--", "/agnhost", "connect", f"{name}:80", "--timeout=5s")

    async def connect() -> str:
        result = await proof.kubectl.run(*arguments)
        if result.status != 0:
            text = (result.stderr + result.stdout.decode("utf-8", "replace")).strip()
            raise SeakeepError(f"connect {name}:80 in {pod} ended with {result.status}: {text}")
        return f"connected to {name}:80"

    return await _until(proof, f"exec in {pod} to connect to {name}:80", connect, timeout=30)


async def _remove(proof: Proof, namespace: str) -> str:
    """Everything that ran is gone, and the namespace is being deleted. The controller manager lets a namespace rest
    for five seconds before it begins (namespaceDeletionGracePeriod); nothing is learned by waiting for that."""
    with contextlib.suppress(ApiError):
        await proof.api.delete("apps/v1", "Deployment", "web", namespace=namespace)

    async def empty() -> None:
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


def _nodes(design: Design, without: frozenset[str]) -> tuple[Machine, ...]:
    nodes = [each for each in design.with_role(Role.WORKER) or design.nodes if each.name not in without]
    return tuple(nodes)


def _namespace(name: str, *, restricted: bool) -> JsonObject:
    # A kernel without seccomp cannot run what the restricted level demands (a RuntimeDefault profile).
    level = "restricted" if restricted else "baseline"
    return {"metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": level}}}


def _deployment(proof: Proof, namespace: str, nodes: tuple[Machine, ...], count: int) -> JsonObject:
    labels = {"app": "web"}
    security: JsonObject = {"runAsNonRoot": True, "runAsUser": 65534}
    if proof.restricted:
        security = {**security, "seccompProfile": {"type": "RuntimeDefault"}}
    return {
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {
            "replicas": count,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "automountServiceAccountToken": False,
                    "terminationGracePeriodSeconds": 0,
                    "affinity": _only_on(nodes),
                    "tolerations": [{"operator": "Exists"}],
                    "topologySpreadConstraints": [
                        {
                            "maxSkew": 1,
                            "topologyKey": "kubernetes.io/hostname",
                            "whenUnsatisfiable": "DoNotSchedule",
                            "labelSelector": {"matchLabels": labels},
                        }
                    ],
                    "securityContext": security,
                    "containers": [
                        {
                            "name": "web",
                            "image": proof.design.release.minor.probe_image,
                            "imagePullPolicy": "IfNotPresent",
                            "args": ["netexec", f"--http-port={PORT}"],
                            "ports": [{"containerPort": PORT, "protocol": "TCP"}],
                            "readinessProbe": {"httpGet": {"path": "/hostname", "port": PORT}, "periodSeconds": 1},
                            "resources": {
                                "requests": {"cpu": "10m", "memory": "16Mi"},
                                "limits": {"memory": "64Mi"},
                            },
                            "securityContext": {
                                "allowPrivilegeEscalation": False,
                                "capabilities": {"drop": ["ALL"]},
                                "readOnlyRootFilesystem": True,
                            },
                        }
                    ],
                },
            },
        },
    }


def _only_on(nodes: tuple[Machine, ...]) -> JsonObject:
    names = [machine.name for machine in nodes]
    term = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": names}]}
    required = {"nodeSelectorTerms": [term]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def _service(namespace: str) -> JsonObject:
    return {
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": PORT, "protocol": "TCP"}]},
    }


def _field(body: object, *path: str) -> object:
    for part in path:
        body = body.get(part) if isinstance(body, dict) else None
    return body
