"""The API client over a real Unix socket with real TLS."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from seakeep.core.errors import UsageError
from seakeep.core.secret import Secret
from seakeep.transport.api import ApiClient, ApiError, api_client, object_path

_KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(name: str) -> Secret:
    """Self-signed: authority and leaf in one."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(_KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(_KEY, hashes.SHA256())
    )
    return Secret(made.public_bytes(Encoding.PEM))


_PRIVATE = Secret(_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@dataclass
class Server:
    socket: Path
    ca: Secret
    status: int = 200
    body: bytes = b"{}"
    requests: list[tuple[str, str, str, bytes]] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.split("\r\n")[0].split()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.requests.append((method, path, headers.get("content-type", ""), body))
        peer = writer.get_extra_info("peercert")
        self.clients.append(peer["subject"][0][0][1] if peer else "anonymous")
        writer.write(
            b"HTTP/1.1 %d x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (self.status, len(self.body))
        )
        writer.write(self.body)
        writer.close()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    ca = certificate("kubernetes")
    (tmp_path / "pair").write_bytes(ca.reveal() + _PRIVATE.reveal())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pair")
    context.load_verify_locations(cadata=ca.reveal().decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    made = Server(tmp_path / "s", ca)
    listener = await asyncio.start_unix_server(made.serve, made.socket, ssl=context)
    yield made
    listener.close()


async def test_a_client_shows_its_certificate_or_none(server: Server) -> None:
    for pair, seen in (((server.ca, _PRIVATE), "kubernetes"), (None, "anonymous")):
        async with api_client(server.socket, ca=server.ca, pair=pair, server_name="kubernetes") as api:
            assert await api.raw("/readyz") == (200, b"{}")
        assert server.clients[-1] == seen


async def test_a_certificate_that_is_missing_never_becomes_an_anonymous_client(server: Server) -> None:
    with pytest.raises(UsageError, match="not in the state folder"):
        async with api_client(server.socket, ca=server.ca, pair=(None, None), server_name="kubernetes"):
            pass
    with pytest.raises(UsageError, match="CA certificate"):
        async with api_client(server.socket, ca=None, pair=None, server_name="kubernetes"):
            pass


@pytest.mark.parametrize("wrong", ["name", "ca"])
async def test_a_server_of_another_name_or_authority_is_not_spoken_to(server: Server, wrong: str) -> None:
    ca = certificate("stranger") if wrong == "ca" else server.ca
    name = "stranger" if wrong == "name" else "kubernetes"
    async with api_client(server.socket, ca=ca, pair=None, server_name=name) as api:
        with pytest.raises(ApiError) as caught:
            await api.raw("/readyz")
    assert caught.value.status == 0
    assert server.requests == []


async def test_apply_owns_its_fields_and_keeps_the_given_metadata(server: Server) -> None:
    server.body = b'{"kind": "ConfigMap"}'
    async with api_client(server.socket, ca=server.ca, pair=None, server_name="kubernetes") as api:
        body = {"metadata": {"labels": {"a": "b"}}, "data": {"k": "v"}}
        assert await api.apply("v1", "ConfigMap", "cm", body, namespace="ns") == {"kind": "ConfigMap"}
    method, path, kind, sent = server.requests[0]
    assert (method, kind) == ("PATCH", "application/apply-patch+yaml")
    assert path == "/api/v1/namespaces/ns/configmaps/cm?fieldManager=seakeep&force=true"
    assert json.loads(sent) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"labels": {"a": "b"}, "name": "cm", "namespace": "ns"},
        "data": {"k": "v"},
    }


async def test_a_refusal_carries_what_the_api_said(server: Server) -> None:
    server.status, server.body = 404, b'{"message": "nodes \\"x\\" not found", "reason": "NotFound"}'
    async with api_client(server.socket, ca=server.ca, pair=None, server_name="kubernetes") as api:
        with pytest.raises(ApiError, match="not found") as caught:
            await api.get("v1", "Node", "x")
        await api.delete("v1", "Node", "x")
    assert (caught.value.status, caught.value.reason) == (404, "NotFound")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]"])
async def test_an_answer_that_is_no_object_is_an_error_of_ours(server: Server, body: bytes) -> None:
    server.body = body
    async with api_client(server.socket, ca=server.ca, pair=None, server_name="kubernetes") as api:
        with pytest.raises(ApiError):
            await api.get("v1", "Node", "x")


async def test_a_list_is_of_all_namespaces_and_says_what_each_item_is(server: Server) -> None:
    server.body = b'{"items": [{"metadata": {"name": "a"}}, "nonsense"]}'
    async with api_client(server.socket, ca=server.ca, pair=None, server_name="kubernetes") as api:
        (found,) = await api.list("apps/v1", "DaemonSet", selector="a/b=c")
    assert found == {"metadata": {"name": "a"}, "apiVersion": "apps/v1", "kind": "DaemonSet"}
    assert server.requests[0][:2] == ("GET", "/apis/apps/v1/daemonsets?labelSelector=a/b%3Dc")


async def test_a_deletion_is_of_one_object_and_not_of_another_that_took_its_name(server: Server) -> None:
    async with api_client(server.socket, ca=server.ca, pair=None, server_name="kubernetes") as api:
        await api.delete("v1", "ConfigMap", "cm", namespace="ns", uid="u-1")
        server.status, server.body = 409, b'{"message": "the UID in the precondition"}'
        with pytest.raises(ApiError) as caught:
            await api.delete("v1", "ConfigMap", "cm", namespace="ns", uid="u-1")
    method, path, _, sent = server.requests[0]
    assert (method, path) == ("DELETE", "/api/v1/namespaces/ns/configmaps/cm?propagationPolicy=Background")
    assert json.loads(sent)["preconditions"] == {"uid": "u-1"}
    assert caught.value.status == 409


RESET = b'{"message": "rpc error: code = Unavailable desc = error reading from server: read: connection reset by peer"}'
"""What an API server says whose etcd client was idle while a member's machine was replaced."""


class Replaced(ApiClient):
    """An API server that says so as often as it has lost members, and then answers."""

    def __init__(self, lost: int, status: int = 500) -> None:
        self.lost, self.status = lost, status
        self.methods: list[str] = []

    async def raw(self, path: str, *, method: str = "GET", **_: object) -> tuple[int, bytes]:
        self.methods.append(method)
        return (self.status, RESET) if len(self.methods) <= self.lost else (200, b"{}")


@pytest.mark.parametrize("status", [500, 422])
async def test_an_api_server_that_has_lost_a_member_is_asked_again(status: int) -> None:
    api = Replaced(1, status)
    await api.delete("apps/v1", "Deployment", "web", namespace="ns")
    assert api.methods == ["DELETE", "DELETE"]
    api = Replaced(2, status)
    assert await api.apply("v1", "ConfigMap", "cm", {}, namespace="ns") == {}
    assert api.methods == ["PATCH"] * 3


async def test_it_is_not_asked_for_ever_nor_for_another_failure() -> None:
    api = Replaced(9)
    with pytest.raises(ApiError, match="code = Unavailable") as caught:
        await api.get("v1", "Node", "n")
    assert (len(api.methods), caught.value.passes) == (3, True)


async def test_a_refusal_stands(server: Server) -> None:
    server.status, server.body = 403, b'{"message": "forbidden"}'
    async with api_client(server.socket, ca=server.ca, pair=None, server_name="kubernetes") as api:
        with pytest.raises(ApiError) as caught:
            await api.delete("v1", "Node", "n")
    assert (len(server.requests), caught.value.passes) == (1, False)


def test_paths() -> None:
    assert object_path("v1", "Node", "n") == "/api/v1/nodes/n"
    assert object_path("apps/v1", "Deployment", "d", namespace="n") == "/apis/apps/v1/namespaces/n/deployments/d"
    with pytest.raises(KeyError):
        object_path("v1", "Unheard", "x")


@dataclass
class Keeping:
    """A server that keeps connections, and closes one on reading the request whose number is in `cut`."""

    requests: list[str] = field(default_factory=list)
    connections: int = 0
    cut: frozenset[int] = frozenset()
    headers: list[str] = field(default_factory=list)
    silent: bool = False
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.requests.append(head.split()[0])
                self.headers.append(head.lower())
                self.heard.set()
                length = [line for line in head.lower().split("\r\n") if line.startswith("content-length: ")]
                await reader.readexactly(int(length[0].split()[1]) if length else 0)
                if len(self.requests) in self.cut:
                    return
                if self.silent:
                    continue
                writer.write(b"HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\n{}")
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[tuple[Keeping, Path, Secret]]:
    ca = certificate("kubernetes")
    (tmp_path / "pair").write_bytes(ca.reveal() + _PRIVATE.reveal())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pair")
    made = Keeping()
    listener = await asyncio.start_unix_server(made.serve, tmp_path / "s", ssl=context)
    yield made, tmp_path / "s", ca
    listener.close()


async def test_a_kept_connection_that_was_closed_costs_one_repetition(keeping: tuple[Keeping, Path, Secret]) -> None:
    server, socket, ca = keeping
    server.cut = frozenset({2})
    async with api_client(socket, ca=ca, pair=None, server_name="kubernetes") as api:
        assert (await api.raw("/a"))[0] == 200
        assert (await api.raw("/b"))[0] == 200
        assert api.reconnected == 1
    assert (len(server.requests), server.connections) == (3, 2)


async def test_what_must_not_be_done_twice_is_not_repeated(keeping: tuple[Keeping, Path, Secret]) -> None:
    server, socket, ca = keeping
    server.cut = frozenset({2})
    async with api_client(socket, ca=ca, pair=None, server_name="kubernetes") as api:
        await api.raw("/a")
        with pytest.raises(ApiError) as caught:
            await api.raw("/b", method="POST", body=b"{}")
    assert caught.value.sent
    assert (server.requests, api.reconnected) == (["GET", "POST"], 0)


async def test_a_new_connection_that_is_cut_is_an_error(keeping: tuple[Keeping, Path, Secret]) -> None:
    server, socket, ca = keeping
    server.cut = frozenset({1})
    async with api_client(socket, ca=ca, pair=None, server_name="kubernetes") as api:
        with pytest.raises(ApiError) as caught:
            await api.raw("/a")
    assert caught.value.sent
    assert server.requests == ["GET"]


async def test_nobody_listening_means_that_nothing_was_sent(tmp_path: Path) -> None:
    ca = certificate("kubernetes")
    async with api_client(tmp_path / "none", ca=ca, pair=None, server_name="kubernetes") as api:
        with pytest.raises(ApiError) as caught:
            await api.raw("/a")
    assert not caught.value.sent
