"""A local HTTPS server with a CA of its own, programs that look like programs, and a clock that does not wait."""

import asyncio
import datetime as dt
import hashlib
import io
import ipaddress
import ssl
import tarfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from seakeep.sources.store import Store
from seakeep.versions.model import Minor, Release


class InstantClock:
    """Time passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 11, 23, tzinfo=dt.UTC)

    def monotonic(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


class Recorder:
    """A Progress that remembers."""

    def __init__(self) -> None:
        self.states: list[tuple[str, str]] = []
        self.notes: list[str] = []

    def stage(self, title: str) -> None: ...

    def state(self, subject: str, doing: str) -> None:
        self.states.append((subject, doing))

    def note(self, text: str) -> None:
        self.notes.append(text)


def elf(content: bytes, machine: int = 0x3E) -> bytes:
    """Bytes that begin as a 64-bit little-endian Linux program does."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00" + machine.to_bytes(2, "little") + content


@dataclass
class Mirror:
    """What the server answers. `cut`: path -> after how many bytes connections are dropped, in turn."""

    base: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cut: dict[str, list[int]] = field(default_factory=dict)
    status: dict[str, list[int]] = field(default_factory=dict)
    hold: dict[str, int] = field(default_factory=dict)
    etags: bool = True
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    verify: ssl.SSLContext | None = None
    ca_file: Path | None = None
    released: threading.Event = field(default_factory=threading.Event)

    def ranges(self, path: str) -> list[str]:
        return [asked for method, name, asked in self.requests if name == path and method == "GET"]


class Server(threading.Thread):
    """HTTP/1.1 over TLS with ranges, on an event loop of its own: it must answer other processes too."""

    def __init__(self, mirror: Mirror, context: ssl.SSLContext) -> None:
        super().__init__(daemon=True)
        self.mirror = mirror
        self.context = context
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def run(self) -> None:
        self.loop.run_until_complete(self.main())
        self.loop.close()

    async def main(self) -> None:
        self.done = asyncio.Event()
        server = await asyncio.start_server(self.handle, "127.0.0.1", 0, ssl=self.context)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await self.done.wait()
        server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.done.set)
        self.join()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            await self.answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.tasks.discard(task)
            writer.transport.abort()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.splitlines()[0].split()
        asked = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head.splitlines()[1:] if line)
        }
        mirror = self.mirror
        mirror.requests.append((method, path, asked.get("range", "")))
        if mirror.status.get(path):
            writer.write(
                f"HTTP/1.1 {mirror.status[path].pop(0)} no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            await writer.drain()
            return
        content = mirror.files.get(path)
        if content is None:
            writer.write(b"HTTP/1.1 404 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        etag = f'"{hashlib.sha256(content).hexdigest()[:8]}"'
        lines = ["HTTP/1.1 200 OK"]
        body = content
        if asked.get("range") and asked.get("if-range") == etag:
            start = int(asked["range"].removeprefix("bytes=").rstrip("-"))
            body = content[start:]
            lines = ["HTTP/1.1 206 Partial", f"Content-Range: bytes {start}-{len(content) - 1}/{len(content)}"]
        lines += [f"Content-Length: {len(body)}", "Connection: close"]
        if mirror.etags:
            lines.append(f"ETag: {etag}")
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
        if method != "HEAD":
            if mirror.cut.get(path):
                body = body[: mirror.cut[path].pop(0)]
            if path in mirror.hold:
                writer.write(body[: mirror.hold[path]])
                await writer.drain()
                await asyncio.Event().wait()
            writer.write(body)
        await writer.drain()


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """The server's context and the file of the CA that made its certificate."""
    folder = tmp_path_factory.mktemp("tls")
    now = dt.datetime.now(dt.UTC)

    def make(name: str, issuer: x509.Name | None, signer: ec.EllipticCurvePrivateKey | None):  # type: ignore[no-untyped-def]
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
        )
        return subject, key, builder.sign(signer or key, hashes.SHA256())

    ca_name, ca_key, ca = make("test CA", None, None)
    _, key, leaf = make("127.0.0.1", ca_name, ca_key)
    pem = serialization.Encoding.PEM
    (folder / "ca.crt").write_bytes(ca.public_bytes(pem))
    (folder / "tls.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()) + leaf.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem")
    return context, folder / "ca.crt"


@pytest.fixture
def mirror(tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    mirror = Mirror(ca_file=tls[1], verify=ssl.create_default_context(cafile=str(tls[1])))
    server = Server(mirror, tls[0])
    server.start()
    assert server.ready.wait(300)
    mirror.base = f"https://127.0.0.1:{server.port}"
    yield mirror
    server.stop()


@pytest.fixture
def clock() -> InstantClock:
    return InstantClock()


@pytest.fixture
def progress() -> Recorder:
    return Recorder()


@pytest.fixture
def program() -> Callable[..., bytes]:
    return elf


@pytest.fixture
def tar_gz() -> Callable[[dict[str, bytes]], bytes]:
    def make(members: dict[str, bytes]) -> bytes:
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w:gz") as archive:
            for name, content in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return raw.getvalue()

    return make


@pytest.fixture
def release() -> Release:
    return Release(
        kubernetes="1.37.2",
        minor=Minor(
            minor=(1, 37), patches=("1.37.2",), etcd="3.6.16", containerd="2.4.2", runc="1.5.2",
            cni_plugins="1.9.1", coredns="1.15.0", flannel="0.28.4", kube_router="2.1.0",
            pause_image="registry.k8s.io/pause:3.10.1",
            coredns_image="registry.k8s.io/coredns/coredns:v1.15.0",
            flannel_image="ghcr.io/flannel-io/flannel:v0.28.4",
            kube_router_image="docker.io/cloudnativelabs/kube-router:v2.1.0",
            probe_image="registry.k8s.io/e2e-test-images/agnhost:2.53",
            authentication_config_api="", kubelet_config_api="", skew_kubelet=3, end_of_life="",
        ),
    )  # fmt: skip


@pytest.fixture
async def store(tmp_path: Path, mirror: Mirror, progress: Recorder, clock: InstantClock) -> AsyncIterator[Store]:
    """A store whose releases come from the local server."""
    async with Store(
        tmp_path / "cache", folder=None, mirror={"*": mirror.base}, offline=False,
        progress=progress, clock=clock, verify=mirror.verify,
    ) as store:  # fmt: skip
        yield store
