"""Official releases: only what matches a published checksum is used; what was received is not lost."""
# ruff: noqa: ASYNC220 (a test may wait for a process)

import hashlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from seakeep.core.errors import RefusedError, UsageError
from seakeep.sources.base import UnavailableError, Wanted, parse_checksum
from seakeep.sources.components import component
from seakeep.sources.release import base_url
from seakeep.sources.settings import cache_dir, mirrors

RUNC = Wanted("runc", "1.5.2", "amd64")
ETCD = Wanted("etcd", "3.6.16", "amd64")
FOLDER = "/github.com/opencontainers/runc/releases/download/v1.5.2"
RUNC_PATH = f"{FOLDER}/runc.amd64"
RUNC_SUMS = f"{FOLDER}/runc.sha256sum"
ETCD_FOLDER = "/github.com/etcd-io/etcd/releases/download/v3.6.16"
ETCD_NAME = "etcd-v3.6.16-linux-amd64"


@pytest.fixture(autouse=True)
def no_go(monkeypatch, tmp_path):
    """Nothing may fall through to Go here."""
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def sums(name: str, content: bytes) -> bytes:
    return f"{'0' * 64}  another\n{hashlib.sha256(content).hexdigest()} *{name}\n".encode()


@pytest.fixture
def content(program):
    return program(os.urandom(3_000_000))


@pytest.fixture
def runc(mirror, content):
    mirror.files = {RUNC_PATH: content, RUNC_SUMS: sums("runc.amd64", content)}
    return mirror


async def test_a_release_with_the_right_checksum_is_used(store, runc, content):
    manifest = await store._component(RUNC)
    assert store.program("runc", "1.5.2", "amd64", "runc").read_bytes() == content
    assert manifest.origin == f"release {runc.base}{FOLDER}"
    assert store.inventory("runc", "1.5.2", "amd64")[0].sha256 == hashlib.sha256(content).hexdigest()
    asked = len(runc.requests)
    await store._component(RUNC)
    assert len(runc.requests) == asked, "the cache was not used"


async def test_a_wrong_checksum_is_refused_and_the_file_removed(store, runc, content, tmp_path):
    runc.files[RUNC_PATH] = content[:-1] + bytes([content[-1] ^ 1])
    with pytest.raises(RefusedError, match="does not match its published checksum"):
        await store._component(RUNC)
    assert list((tmp_path / "cache/downloads").iterdir()) == []
    assert store.listing().components == ()
    with pytest.raises(UsageError, match="not in the cache"):
        store.inventory("runc", "1.5.2", "amd64")


async def test_a_missing_checksum_is_refused_without_downloading(store, runc):
    del runc.files[RUNC_SUMS]
    with pytest.raises(RefusedError, match="no published checksum"):
        await store._component(RUNC)
    assert ("GET", RUNC_PATH, "") not in runc.requests


async def test_a_checksum_file_that_lists_other_files_is_refused(store, runc, content):
    runc.files[RUNC_SUMS] = sums("runc.arm64", content)
    with pytest.raises(RefusedError, match=r"no checksum for runc\.amd64"):
        await store._component(RUNC)


async def test_a_release_that_does_not_exist_leaves_it_to_the_next_source(store, mirror):
    with pytest.raises(UsageError) as caught:
        await store._component(RUNC)
    assert "official release: " in caught.value.message
    assert "does not exist" in caught.value.message
    assert "Go modules: Go is not installed" in caught.value.message


async def test_a_dropped_connection_is_resumed_where_it_broke(store, runc, content):
    runc.cut[RUNC_PATH] = [1_000_000, 500_000]
    await store._component(RUNC)
    assert store.program("runc", "1.5.2", "amd64", "runc").read_bytes() == content
    asked = runc.ranges(RUNC_PATH)
    assert asked[0] == ""
    starts = [int(text.removeprefix("bytes=").rstrip("-")) for text in asked[1:]]
    assert len(starts) == 2
    assert 0 < starts[0] < starts[1] < len(content)


async def test_a_line_that_keeps_breaking_gets_there_while_it_makes_progress(store, runc, content):
    runc.cut[RUNC_PATH] = [300_000] * 9
    await store._component(RUNC)
    assert store.program("runc", "1.5.2", "amd64", "runc").read_bytes() == content


async def test_a_server_that_never_gets_further_is_given_up(store, runc):
    runc.etags = False
    runc.cut[RUNC_PATH] = [1_000_000] * 20
    with pytest.raises(UsageError, match="official release"):
        await store._component(RUNC)
    assert 1 < len(runc.ranges(RUNC_PATH)) < 12


async def test_without_a_validator_a_broken_download_starts_over(store, runc, content):
    runc.etags = False
    runc.cut[RUNC_PATH] = [1_000_000]
    await store._component(RUNC)
    assert runc.ranges(RUNC_PATH) == ["", ""]
    assert store.program("runc", "1.5.2", "amd64", "runc").read_bytes() == content


async def test_a_file_that_changed_meanwhile_is_not_glued_together(store, runc, content, program):
    runc.cut[RUNC_PATH] = [1_000_000, 0, 0, 0, 0, 0]
    with pytest.raises(UsageError):
        await store._component(RUNC)
    other = program(os.urandom(2_000_000))
    runc.files = {RUNC_PATH: other, RUNC_SUMS: sums("runc.amd64", other)}
    await store._component(RUNC)
    assert store.program("runc", "1.5.2", "amd64", "runc").read_bytes() == other


async def test_a_busy_server_is_asked_again_and_a_refusing_one_is_not(store, runc, clock):
    runc.status[RUNC_SUMS] = [503, 429]
    await store._component(RUNC)
    assert clock.slept == sorted(clock.slept)
    assert len(clock.slept) == 2
    runc.requests.clear()
    runc.status[f"{ETCD_FOLDER}/SHA256SUMS"] = [403]
    with pytest.raises(UsageError, match="answered 403"):
        await store._component(ETCD)
    assert len(runc.requests) == 1


async def test_programs_are_taken_out_of_an_archive(store, mirror, tar_gz, program):
    members = {f"{ETCD_NAME}/{name}": program(name.encode()) for name in ("etcd", "etcdctl", "etcdutl")}
    archive = tar_gz({f"{ETCD_NAME}/README.md": b"no", **members})
    mirror.files = {
        f"{ETCD_FOLDER}/{ETCD_NAME}.tar.gz": archive,
        f"{ETCD_FOLDER}/SHA256SUMS": sums(f"{ETCD_NAME}.tar.gz", archive),
    }
    await store._component(ETCD)
    assert store.program("etcd", "3.6.16", "amd64", "etcdctl").read_bytes() == members[f"{ETCD_NAME}/etcdctl"]


async def test_an_archive_without_a_program_is_refused(store, mirror, tar_gz, program):
    archive = tar_gz({f"{ETCD_NAME}/etcd": program(b"x"), "../etcdctl": program(b"y")})
    mirror.files = {
        f"{ETCD_FOLDER}/{ETCD_NAME}.tar.gz": archive,
        f"{ETCD_FOLDER}/SHA256SUMS": sums(f"{ETCD_NAME}.tar.gz", archive),
    }
    with pytest.raises(RefusedError, match="holds no etcdctl, etcdutl"):
        await store._component(ETCD)


async def test_what_is_not_a_program_is_refused_even_with_a_right_checksum(store, mirror, program):
    for content, said in ((b"<html>please log in</html>", "not a program"), (program(b"", 0xB7), "another arch")):
        mirror.files = {RUNC_PATH: content, RUNC_SUMS: sums("runc.amd64", content)}
        with pytest.raises(RefusedError, match=said):
            await store._component(RUNC)


async def test_an_unreachable_host_is_tried_once(store, mirror, release, clock):
    store._releases._mirror = {"*": "https://127.0.0.1:9"}
    for wanted in (RUNC, ETCD):
        with pytest.raises(UsageError, match=r"127\.0\.0\.1"):
            await store._component(wanted)
    assert clock.slept == []


async def test_a_server_with_another_ca_is_not_believed(store, runc, tmp_path):
    store._releases._verify = None
    with pytest.raises(UsageError, match=r"(?i)certificate"):
        await store._component(RUNC)


async def test_all_programs_of_kubernetes_have_checksums_of_their_own(store, mirror, program):
    folder = "/dl.k8s.io/release/v1.37.2/bin/linux/amd64"
    for name in component("kubernetes").programs:
        content = program(name.encode())
        mirror.files[f"{folder}/{name}"] = content
        mirror.files[f"{folder}/{name}.sha256"] = hashlib.sha256(content).hexdigest().encode()
    await store._component(Wanted("kubernetes", "1.37.2", "amd64"))
    assert len(store.inventory("kubernetes", "1.37.2", "amd64")) == 6


KILLED = """
import asyncio, ssl, sys
from pathlib import Path
from seakeep.sources.base import Wanted
from seakeep.sources.store import Store

class Say:
    def stage(self, title): pass
    def note(self, text): pass
    def state(self, subject, doing):
        print(doing, flush=True)

async def main():
    store = Store(Path(sys.argv[1]), folder=None, mirror={"*": sys.argv[2]}, offline=False, progress=Say(),
                  verify=ssl.create_default_context(cafile=sys.argv[3]))
    await store._component(Wanted("runc", "1.5.2", "amd64"))

asyncio.run(main())
"""


def wait_for_line(process: subprocess.Popen[str], text: str) -> None:
    """Read the process's lines until one has the text; the time limit is for a broken test only."""
    assert process.stdout is not None
    while True:
        readable, _, _ = select.select([process.stdout], [], [], 300)
        assert readable, "the process said nothing"
        line = process.stdout.readline()
        assert line, "the process ended"
        if text in line:
            return


async def test_a_killed_download_leaves_no_half_file_and_is_resumed(store, runc, content, tmp_path):
    runc.hold[RUNC_PATH] = 2_000_000
    arguments = [sys.executable, "-c", KILLED, str(tmp_path / "cache"), runc.base, str(runc.ca_file)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        wait_for_line(process, "downloading")
        os.kill(process.pid, signal.SIGKILL)
    cache: Path = tmp_path / "cache"
    assert not (cache / "components").exists()
    assert not (cache / "objects").exists()
    leftovers = [path for path in (cache / "tmp").iterdir() if path.is_dir()]
    assert len(leftovers) == 1
    received = next((cache / "downloads").glob("*.part")).stat().st_size
    assert 0 < received < len(content)

    runc.hold.clear()
    assert store._cache.sweep() == 1
    await store._component(RUNC)
    assert runc.ranges(RUNC_PATH)[-1] == f"bytes={received}-"
    assert store.program("runc", "1.5.2", "amd64", "runc").read_bytes() == content
    assert list((cache / "tmp").iterdir()) == []
    assert list((cache / "downloads").iterdir()) == []


def test_checksum_files_of_every_form():
    digest = "AB" * 32
    assert parse_checksum(digest + "\n", "anything") == digest.lower()
    assert parse_checksum(f"{digest}  ./dir/name\n", "name") == digest.lower()
    assert parse_checksum(f"{digest} *name\n", "name") == digest.lower()
    assert parse_checksum(f"{digest}  name2\n", "name") is None
    assert parse_checksum(f"{digest}  name.asc\n{'cd' * 32}  name\n", "name") == "cd" * 32
    assert parse_checksum("<html>", "name") is None
    assert parse_checksum("", "name") is None


def test_a_signed_checksum_file():
    text = f"""-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

{"ab" * 32}  runc.amd64
{"cd" * 32}  runc.arm64
-----BEGIN PGP SIGNATURE-----

iQIzBAEBCAAdFiEEXzbGxhtUYBJKdfWmnhiqJn3bjbQFAmZDQAACgkQnhiqJn3b
-----END PGP SIGNATURE-----
"""
    assert parse_checksum(text, "runc.arm64") == "cd" * 32
    assert parse_checksum(text, "runc.riscv64") is None


def test_mirrors():
    one = mirrors({"SEAKEEP_MIRROR": "https://m.example/k8s/"})
    assert base_url("dl.k8s.io", one) == "https://m.example/k8s/dl.k8s.io"
    some = mirrors({"SEAKEEP_MIRROR": "dl.k8s.io=https://a.example, github.com=off"})
    assert base_url("dl.k8s.io", some) == "https://a.example"
    with pytest.raises(UnavailableError):
        base_url("github.com", some)
    assert base_url("github.com", mirrors({})) == "https://github.com"
    with pytest.raises(UnavailableError):
        base_url("github.com", mirrors({"SEAKEEP_MIRROR": "off"}))
    for wrong in ("http://m.example", "m.example", "dl.k8s.io="):
        with pytest.raises(UsageError):
            mirrors({"SEAKEEP_MIRROR": wrong})


def test_the_cache_folder():
    assert cache_dir({"SEAKEEP_CACHE": "/c"}) == Path("/c")
    assert cache_dir({"XDG_CACHE_HOME": "/x"}) == Path("/x/seakeep")
    assert cache_dir({"XDG_CACHE_HOME": "relative"}) == Path.home() / ".cache/seakeep"
