"""Proofs: what a cluster refuses is asked of it, and what is made for it is removed."""

import asyncio
import contextlib
import secrets
import shlex
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from seakeep.artifacts.kube_apiserver import AUDIT_LOG, PORT
from seakeep.checks.live.base import Proof, Tried
from seakeep.core.errors import SeakeepError
from seakeep.design.model import Machine, Role
from seakeep.facts.etcd import ETCDCTL
from seakeep.flows.kubectl import connected
from seakeep.flows.session import Session
from seakeep.flows.tenant_proofs import prove_tenants
from seakeep.flows.tenant_traffic import Tools, prove_traffic
from seakeep.transport.api import ApiClient
from seakeep.transport.handshake import speaks_tls_1_1

NAMESPACE = "default"
KUBELET_PORT = 10250
_LIMIT = 20.0
_REFUSED = frozenset({"401", "403"})


async def prove_all(session: Session, clients: Mapping[str, ApiClient]) -> dict[str, Tried]:
    """Every proof, side by side but for the two that share a Secret. `clients` has `admin` and `anonymous`."""
    admin = clients["admin"]
    found = await asyncio.gather(
        _anonymous(session, clients["anonymous"]),
        _kubelets(session),
        _etcd(session),
        _privileged(session, admin),
        _old_tls(session),
        _secret(session, admin),
    )
    anonymous, kubelets, etcd, privileged, tls, (encryption, audit) = found
    tenants, traffic = await asyncio.gather(prove_tenants(session.design, admin), _traffic(session, admin))
    return {
        **tenants,
        "tenant-traffic": traffic,
        "anonymous": anonymous,
        "kubelet": kubelets,
        "etcd": etcd,
        "privileged": privileged,
        "tls": tls,
        "encryption": encryption,
        "audit": audit,
    }


async def _traffic(session: Session, admin: ApiClient) -> Tried:
    """Pods run only for tenants that are to be kept apart in the network."""
    isolated = [tenant.name for tenant in session.design.tenants if tenant.isolated]
    if not isolated:
        return ()
    try:
        async with connected(session) as kubectl:
            return await prove_traffic(
                Tools(
                    design=session.design,
                    api=admin,
                    kubectl=kubectl,
                    clock=session.clock,
                    progress=session.progress,
                )
            )
    except SeakeepError as error:
        return tuple((f"tenant {name}", Proof(held=None, said=error.message)) for name in isolated)


async def _on_each(machines: tuple[Machine, ...], ask: Callable[[Machine], Awaitable[Proof]]) -> Tried:
    async def one(machine: Machine) -> tuple[str, Proof]:
        try:
            return machine.name, await ask(machine)
        except SeakeepError as error:
            return machine.name, Proof(held=None, said=error.message)

    return tuple(await asyncio.gather(*(one(machine) for machine in machines)))


async def _code(session: Session, machine: Machine, *arguments: str) -> str:
    """The HTTP status that curl gets on the machine, 000 where there was no HTTP answer, and curl's exit code."""
    words = " ".join(shlex.quote(word) for word in arguments)
    script = f"curl -sk -o /dev/null -w '%{{http_code}}' --max-time 5 {words}; echo \" $?\""
    answer = await session.host(machine.name).run(script, what="ask without a certificate", timeout=_LIMIT)
    return answer.stdout.decode("ascii", "replace").strip()


async def _anonymous(session: Session, anonymous: ApiClient) -> Tried:
    async def endpoint() -> Proof:
        ready, _ = await anonymous.raw("/readyz")
        others = [(path, (await anonymous.raw(path))[0]) for path in ("/version", "/api/v1/namespaces")]
        told = ", ".join(f"{path} answered {status}" for path, status in (("/readyz", ready), *others))
        return Proof(held=ready == 200 and all(status in (401, 403) for _, status in others), said=told)

    async def server(machine: Machine) -> Proof:
        code = (await _code(session, machine, f"https://{machine.address}:{PORT}/api/v1/secrets")).split()[0]
        return Proof(held=None if code == "000" else code in _REFUSED, said=f"/api/v1/secrets answered {code}")

    try:
        first = ("endpoint", await endpoint())
    except SeakeepError as error:
        first = ("endpoint", Proof(held=None, said=error.message))
    return (first, *await _on_each(session.design.with_role(Role.CONTROL_PLANE), server))


async def _kubelets(session: Session) -> Tried:
    async def ask(machine: Machine) -> Proof:
        code = (await _code(session, machine, f"https://{machine.address}:{KUBELET_PORT}/pods")).split()[0]
        return Proof(held=None if code == "000" else code in _REFUSED, said=f"/pods answered {code}")

    return await _on_each(session.design.nodes, ask)


async def _etcd(session: Session) -> Tried:
    async def ask(machine: Machine) -> Proof:
        # The key is the byte 0, the end of the range too: everything.
        request = ("-X", "POST", "-d", '{"key":"AA==","range_end":"AA==","limit":1}')
        code, _, ended = (await _code(session, machine, *request, "https://127.0.0.1:2379/v3/kv/range")).partition(" ")
        if ended in {"6", "7", "28"}:
            return Proof(held=None, said="it does not answer")
        return Proof(held=code == "000", said="the handshake is refused" if code == "000" else f"it answered {code}")

    return await _on_each(session.design.with_role(Role.ETCD), ask)


async def _privileged(session: Session, admin: ApiClient) -> Tried:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"seakeep-check-{secrets.token_hex(3)}"},
        "spec": {
            "containers": [
                {
                    "name": "c",
                    "image": session.design.release.minor.pause_image,
                    "securityContext": {"privileged": True},
                }
            ]
        },
    }
    subject = f"namespace {NAMESPACE}"
    try:
        status, body = await admin.raw(
            f"/api/v1/namespaces/{NAMESPACE}/pods?dryRun=All", method="POST", body=msgspec.json.encode(pod)
        )
    except SeakeepError as error:
        return ((subject, Proof(held=None, said=error.message)),)
    if status == 403 and b"PodSecurity" in body:
        return ((subject, Proof(held=True, said="refused by PodSecurity")),)
    held = False if status == 201 else None
    return ((subject, Proof(held=held, said=f"a privileged pod was answered with {status}")),)


async def _old_tls(session: Session) -> Tried:
    async def ask(machine: Machine) -> Proof:
        async with session.host(machine.name).tunnel(str(machine.address), PORT) as socket:
            spoken = await speaks_tls_1_1(socket)
        if spoken is None:
            return Proof(held=None, said="it could not be asked")
        return Proof(held=not spoken, said="TLS 1.1 is accepted" if spoken else "TLS 1.1 is refused")

    return await _on_each(session.design.with_role(Role.CONTROL_PLANE), ask)


async def _secret(session: Session, admin: ApiClient) -> tuple[Tried, Tried]:
    """A Secret that holds nothing but chance, looked for in etcd and in the audit log."""
    name, content = f"seakeep-check-{secrets.token_hex(4)}", secrets.token_hex(16)
    path = f"/api/v1/namespaces/{NAMESPACE}/secrets"
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"chance": content}}
    try:
        status, _ = await admin.raw(path, method="POST", body=msgspec.json.encode(body))
        if status != 201:
            failed = ((f"namespace {NAMESPACE}", Proof(held=None, said=f"a Secret was answered with {status}")),)
            return failed, failed
        await admin.raw(f"{path}/{name}")
        encryption = await _stored(session, name, content)
        audit = await _recorded(session, name)
    except SeakeepError as error:
        failed = ((f"namespace {NAMESPACE}", Proof(held=None, said=error.message)),)
        return failed, failed
    finally:
        with contextlib.suppress(SeakeepError):
            await admin.raw(f"{path}/{name}", method="DELETE")
    return encryption, audit


async def _stored(session: Session, name: str, content: str) -> Tried:
    async def ask(machine: Machine) -> Proof:
        script = (
            f"v=$(timeout 5 {ETCDCTL} get --print-value-only /registry/secrets/{NAMESPACE}/{name} | tr -d '\\000')\n"
            '[ -n "$v" ] || { echo missing; exit 0; }\n'
            f'case $v in *{content}*|*"$(printf %s {content} | base64)"*) echo open ;; k8s:enc:*) echo closed ;;'
            " *) echo strange ;; esac\n"
        )
        answer = await session.host(machine.name).run(script, what="read a Secret's bytes from etcd", timeout=_LIMIT)
        word = answer.stdout.decode("ascii", "replace").strip()
        said = {
            "closed": "it is stored encrypted",
            "open": "it is stored as it is",
            "strange": "it is stored in a form that is not known",
        }
        held = {"closed": True, "open": False}.get(word)
        return Proof(held=held, said=said.get(word, "it was not found"))

    return await _on_each(session.design.with_role(Role.ETCD)[:1], ask)


async def _recorded(session: Session, name: str) -> Tried:
    """One API server answered the read: one log has it, and the others cannot."""

    async def ask(machine: Machine) -> Proof:
        script = f"grep -F -- 'secrets/{name}' {AUDIT_LOG} | grep -c '\"verb\":\"get\"'; true"
        answer = await session.host(machine.name).run(script, what="look into the audit log", timeout=_LIMIT)
        found = answer.stdout.strip()
        return Proof(held=found.isdigit() and int(found) > 0, said=f"{found.decode('ascii', 'replace')} entries")

    looked = await _on_each(session.design.with_role(Role.CONTROL_PLANE), ask)
    for machine, proof in looked:
        if proof.held:
            return ((machine, Proof(held=True, said="the read is in its audit log")),)
    if unread := [f"{machine}: {proof.said}" for machine, proof in looked if proof.held is None]:
        return (("audit log", Proof(held=None, said="; ".join(unread))),)
    return (("audit log", Proof(held=False, said="no API server has recorded it")),)
