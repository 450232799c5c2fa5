"""Images: valid OCI archives under their full names, and our own programs doing what they stand in for."""
# ruff: noqa: ASYNC220, ASYNC221 (a test may wait for a process)

import asyncio
import contextlib
import hashlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import urllib.request

import pytest
import zstandard

from seakeep.core.progress import Silent
from seakeep.sources import gomod, images, oci
from seakeep.sources.store import Store

needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")


def spec(tmp_path, **more):
    (tmp_path / "program").write_bytes(b"\x7fELF program")
    file = oci.LayerFile(path="/opt/bin/thing", source=tmp_path / "program", capability=oci.CAP_NET_BIND_SERVICE)
    wanted = {
        "reference": "registry.example/a/thing:v1", "files": (file,), "entrypoint": ("/opt/bin/thing",),
        "user": "65532:65532", "command": ("run",), "folders": (("/tmp", 0o1777),), "links": (("/bin/sh", "thing"),),
    }  # fmt: skip
    return oci.ImageSpec(**{**wanted, **more})


def write(tmp_path, image, name="archive", arch="amd64"):
    oci.write_archive(image, arch, tmp_path, tmp_path / name)
    return (tmp_path / name).read_bytes()


def opened(data):
    plain = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}


def parts(data):
    """The archive's files, index entry, manifest, config and layer, every digest and size checked."""
    files = opened(data)
    assert json.loads(files["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    for name, content in files.items():
        if name.startswith("blobs/"):
            assert name == f"blobs/sha256/{hashlib.sha256(content).hexdigest()}"

    def blob(descriptor):
        content = files["blobs/" + descriptor["digest"].replace(":", "/")]
        assert len(content) == descriptor["size"]
        return content

    (entry,) = json.loads(files["index.json"])["manifests"]
    manifest = json.loads(blob(entry))
    config = json.loads(blob(manifest["config"]))
    (layer,) = manifest["layers"]
    assert config["rootfs"]["diff_ids"] == [layer["digest"]]
    return entry, config, blob(layer)


def test_an_archive_is_whole_and_named(tmp_path):
    entry, config, layer = parts(write(tmp_path, spec(tmp_path)))
    assert entry["annotations"]["io.containerd.image.name"] == "registry.example/a/thing:v1"
    assert entry["annotations"]["org.opencontainers.image.ref.name"] == "registry.example/a/thing:v1"
    assert entry["platform"] == {"architecture": "amd64", "os": "linux"}
    assert config["architecture"] == "amd64"
    assert config["config"]["Entrypoint"] == ["/opt/bin/thing"]
    assert config["config"]["Cmd"] == ["run"]
    assert config["config"]["User"] == "65532:65532"
    with tarfile.open(fileobj=io.BytesIO(layer)) as content:
        names = content.getnames()
        assert names == ["bin", "opt", "opt/bin", "tmp", "bin/sh", "opt/bin/thing"]
        assert content.getmember("tmp").mode == 0o1777
        assert content.getmember("bin/sh").linkname == "thing"
        thing = content.getmember("opt/bin/thing")
        assert (thing.mode, thing.uid, thing.mtime) == (0o755, 0, 0)
        capability = thing.pax_headers["SCHILY.xattr.security.capability"].encode()
    # struct vfs_cap_data, revision 2, effective; bit 10 is CAP_NET_BIND_SERVICE
    assert capability == bytes.fromhex("01000002 00040000 00000000 00000000 00000000")


def test_archives_are_reproducible(tmp_path):
    first = write(tmp_path, spec(tmp_path))
    os.utime(tmp_path / "program", (1, 1))
    assert write(tmp_path, spec(tmp_path), "again") == first
    assert write(tmp_path, spec(tmp_path), "other", arch="arm64") != first


def test_plans_and_fingerprints(release, monkeypatch):
    plans = images.plans(release, ("coredns", "flannel"))
    assert [plan.kind for plan in plans] == ["pause", "probe", "coredns", "flannel"]
    assert images.plans(release, ())[-1].kind == "probe"
    assert images.plans(release, ("coredns", "kube-router"))[-1].reference == release.minor.kube_router_image
    pause, coredns = plans[0], plans[2]
    made = {images.fingerprint(pause, "amd64", {}), images.fingerprint(pause, "arm64", {})}
    made |= {images.fingerprint(coredns, "amd64", {"coredns": digest}) for digest in "ab"}
    assert len(made) == 4
    assert images.fingerprint(pause, "amd64", {}) in made


@pytest.mark.skipif(shutil.which("mmdebstrap") is None, reason="mmdebstrap is not installed")
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root for chroot")
async def test_nft_and_iptables_run_from_the_files_of_the_flannel_image(tmp_path, release):
    (tmp_path / "flanneld").write_bytes(b"flanneld")
    plan = images.plans(release, ("coredns", "flannel"))[3]
    arch = gomod.host_arch()
    image = await images.describe(plan, arch, {"flanneld": tmp_path / "flanneld"}, stage=tmp_path, log=tmp_path / "log")
    _, config, layer = parts(write(tmp_path, image, arch=arch))
    assert config["config"]["Entrypoint"] == ["/opt/bin/flanneld"]
    root = tmp_path / "root"
    with tarfile.open(fileobj=io.BytesIO(layer)) as content:
        content.extractall(root, filter="tar")
    said = subprocess.run(["chroot", root, "/usr/sbin/nft", "--version"], capture_output=True, text=True, check=True)
    # Older ones end with a segmentation fault when they see the tables of the lab's machines.
    assert said.stdout.startswith("nftables v1.1")
    for program in ("iptables", "ip6tables"):
        said = subprocess.run(["chroot", root, program, "--version"], capture_output=True, text=True, check=True)
        assert said.stdout.startswith(f"{program} v1.")
    said = subprocess.run(
        ["chroot", root, "iptables", "-m", "comment", "--help"], capture_output=True, text=True, check=True
    )
    assert "comment match options" in said.stdout


@pytest.mark.skipif(shutil.which("mmdebstrap") is None, reason="mmdebstrap is not installed")
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root for chroot")
async def test_what_kube_router_runs_is_in_its_image(tmp_path, release):
    (tmp_path / "kube-router").write_bytes(b"kube-router")
    plan = images.plans(release, ("kube-router",))[-1]
    arch, programs = gomod.host_arch(), {"kube-router": tmp_path / "kube-router"}
    image = await images.describe(plan, arch, programs, stage=tmp_path, log=tmp_path / "log")
    _, config, layer = parts(write(tmp_path, image, arch=arch))
    assert config["config"]["Entrypoint"] == ["/usr/local/bin/kube-router"]
    root = tmp_path / "root"
    with tarfile.open(fileobj=io.BytesIO(layer)) as content:
        content.extractall(root, filter="tar")
    for program in ("iptables", "iptables-save", "iptables-restore", "ipset"):
        said = subprocess.run(["chroot", root, program, "--version"], capture_output=True, text=True, check=True)
        assert said.stdout.startswith(f"{program} v"), said.stdout
    for match in ("set", "physdev", "addrtype", "multiport", "limit"):
        subprocess.run(["chroot", root, "iptables", "-m", match, "--help"], capture_output=True, check=True)


def test_the_coredns_image_may_bind_its_port_without_root(tmp_path, release):
    plan = images.plans(release, ("coredns",))[2]
    image = asyncio.run(
        images.describe(plan, "amd64", {"coredns": tmp_path / "x"}, stage=tmp_path, log=tmp_path / "log")
    )
    assert image.user == "65532:65532"
    assert image.files[0].capability == oci.CAP_NET_BIND_SERVICE


@needs_go
async def test_pause_is_built_and_kept(tmp_path, release, progress):
    store = Store(tmp_path / "cache", folder=None, mirror={}, offline=True, progress=progress)
    plan = images.plans(release, ())[0]
    arch = gomod.host_arch()
    held = await store._image(plan, release, arch)
    data = b"".join([chunk async for chunk in store.image(plan.reference, arch)])
    entry, config, layer = parts(data)
    assert entry["annotations"]["io.containerd.image.name"] == plan.reference
    assert config["config"]["User"] == "65535:65535"
    with tarfile.open(fileobj=io.BytesIO(layer)) as content:
        content.extract("pause", tmp_path, filter="tar")
    progress.states.clear()
    assert await store._image(plan, release, arch) == held
    assert ("image registry.k8s.io/pause:3.10.1", "making it") not in progress.states

    with subprocess.Popen([tmp_path / "pause"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "not process 1" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(300) == 0

    path = store._cache.path(held.archive)
    path.write_bytes(data[:-5])
    again = await store._image(plan, release, arch)
    assert again.archive.sha256 == held.archive.sha256
    assert any("damaged" in note for note in progress.notes)


@pytest.fixture(scope="module")
def agnhost(tmp_path_factory):
    """The probe, built once."""
    folder = tmp_path_factory.mktemp("agnhost")
    source = images.source_of("probe")
    return asyncio.run(gomod.build_own(source, "probe", arch=gomod.host_arch(), stage=folder, log=folder / "log"))


def free_port(kind=socket.SOCK_STREAM):
    """Below those that the kernel gives to anybody who asks for any: none of them takes it in the meantime."""
    for port in range(10_000 + os.getpid() % 10_000, 32_000):
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@contextlib.contextmanager
def deaf_port():
    """A port that stays taken, and on which nobody listens."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield deaf.getsockname()[1]


@pytest.fixture
def server(agnhost):
    """A running `agnhost netexec`: its base URL and UDP port."""
    port, udp = free_port(), free_port(socket.SOCK_DGRAM)
    arguments = [agnhost, "netexec", f"--http-port={port}", f"--udp-port={udp}"]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "serving" in process.stderr.readline()
        connected = None
        while connected is None:  # the line is printed just before the port is opened
            try:
                connected = socket.create_connection(("127.0.0.1", port), 5)
            except ConnectionRefusedError:
                assert process.poll() is None
        connected.close()
        yield port, udp
        process.send_signal(signal.SIGTERM)
        assert process.wait(300) == 0


def get(port, path):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}{path}", timeout=300) as answer:
        return answer.read().decode()


@needs_go
def test_the_probe_answers(server):
    port, udp = server
    name = socket.gethostname()
    assert get(port, "/hostname") == name
    assert get(port, "/hostName") == name
    assert get(port, "/healthz") == ""
    assert get(port, "/echo?msg=hello%20there") == "hello there"
    ask = f"/dial?host=127.0.0.1&port={port}&request=hostname&protocol=http&tries=2"
    assert json.loads(get(port, ask)) == {"responses": [name, name]}
    ask = f"/dial?host=127.0.0.1&port={udp}&request=echo%20hi&protocol=udp"
    assert json.loads(get(port, ask)) == {"responses": ["hi"]}
    with deaf_port() as deaf:
        failed = json.loads(get(port, f"/dial?host=127.0.0.1&port={deaf}&request=hostname&tries=1"))
    assert list(failed) == ["errors"]
    for wrong in ("/dial?host=127.0.0.1&port=1", "/dial?host=h&port=1&request=x&protocol=ftp", "/echo?code=9"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            get(port, wrong)
        assert caught.value.code == 400
        caught.value.close()


@needs_go
def test_the_probe_connects(agnhost, server):
    port, udp = server

    def connect(*arguments):
        done = subprocess.run(
            [agnhost, "connect", *arguments], capture_output=True, text=True, timeout=300, check=False
        )
        return done.returncode, done.stderr.partition(":")[0].strip()

    assert connect(f"127.0.0.1:{port}", "--timeout=100s") == (0, "")
    assert connect("--timeout", "100s", f"127.0.0.1:{port}") == (0, "")
    assert connect(f"127.0.0.1:{udp}", "--protocol", "udp", "--timeout=100s") == (0, "")
    with deaf_port() as deaf:
        assert connect(f"127.0.0.1:{deaf}", "--timeout=100s") == (1, "REFUSED")
    assert connect(f"127.0.0.1:{udp}", "--protocol=udp", "--udp-data=nosuch", "--timeout=50ms") == (1, "TIMEOUT")
    assert connect("nonsense") == (1, "UNKNOWN")
    assert connect() == (1, "usage")


@needs_go
def test_the_probe_pauses(agnhost):
    with subprocess.Popen([agnhost, "pause"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "Paused\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(300) == 2


async def test_an_image_that_cannot_be_made_says_why(tmp_path, release, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    store = Store(tmp_path / "cache", folder=None, mirror={}, offline=True, progress=Silent())
    with pytest.raises(Exception, match="cannot be made here: Go is not installed"):
        await store._image(images.plans(release, ())[0], release, "amd64")
