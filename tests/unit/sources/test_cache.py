"""The cache gives back what was put in, notices what is no longer that, and keeps nothing half-done."""
# ruff: noqa: ASYNC221 (a test may wait for a process)

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile

import pytest
import zstandard

from seakeep.core.errors import RefusedError, RunError, UsageError
from seakeep.sources import frames
from seakeep.sources.base import Fetched, Wanted
from seakeep.sources.cache import Cache
from seakeep.sources.components import COMPONENTS, component
from seakeep.sources.store import Store

CNI = Wanted("cni-plugins", "1.9.1", "amd64")
NAMES = ("bridge", "loopback", "host-local", "portmap")


@pytest.fixture
def folder(tmp_path, program):
    """A folder of the user's with the CNI plugins; sizes around a tar block on purpose."""
    place = tmp_path / "folder/cni-plugins/1.9.1"
    place.mkdir(parents=True)
    for size, name in zip((492, 493, 491, 100_000), NAMES, strict=True):
        (place / name).write_bytes(program(os.urandom(size)))
    return tmp_path / "folder"


@pytest.fixture
def local(tmp_path, folder, progress, clock, monkeypatch):
    """A store that has only the folder."""
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    return Store(tmp_path / "cache", folder=folder, mirror={}, offline=True, progress=progress, clock=clock)


async def stream(chunks) -> bytes:
    return b"".join([chunk async for chunk in chunks])


def unpack(data: bytes) -> dict[str, tuple[tarfile.TarInfo, bytes]]:
    reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True)
    found = {}
    with tarfile.open(fileobj=io.BytesIO(reader.read())) as archive:
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            found[member.name] = (member, content.read())
    return found


@pytest.mark.parametrize("chosen", [NAMES, NAMES[::-1], NAMES[:1], ()])
async def test_any_choice_of_programs_streams_as_one_tar(local, folder, chosen):
    await local._component(CNI)
    found = unpack(await stream(local.binaries("cni-plugins", "1.9.1", "amd64", chosen)))
    assert tuple(found) == chosen
    for name, (member, content) in found.items():
        assert content == (folder / "cni-plugins/1.9.1" / name).read_bytes()
        assert (member.mode, member.uid, member.gid, member.mtime) == (0o755, 0, 0, 0)
        assert member.isreg()


async def test_the_stream_is_what_tar_and_zstd_understand(local, folder, tmp_path):
    await local._component(CNI)
    archive = tmp_path / "all.tar.zst"
    archive.write_bytes(await stream(local.binaries("cni-plugins", "1.9.1", "amd64", NAMES)))
    zstd, tar = "/usr/bin/zstd", "/usr/bin/tar"
    if shutil.which(zstd) is None or shutil.which(tar) is None:
        pytest.skip("zstd or tar is not installed")
    plain = subprocess.run([zstd, "-dc", archive], capture_output=True, check=True).stdout
    listed = subprocess.run([tar, "tf", "-"], input=plain, capture_output=True, check=True)
    assert listed.stdout.decode().split() == list(NAMES)
    assert listed.stderr == b""


def test_frames_are_reproducible(tmp_path):
    (tmp_path / "program").write_bytes(os.urandom(3_000_000))
    made = []
    for _ in range(2):
        target = io.BytesIO()
        frames.write_frame(tmp_path / "program", "program", target)
        made.append(target.getvalue())
        os.utime(tmp_path / "program", (1, 1))
    assert made[0] == made[1]


async def test_the_cache_is_used_when_the_folder_is_gone(local, tmp_path, progress, clock):
    await local._component(CNI)
    async with Store(tmp_path / "cache", folder=None, mirror={}, offline=True, progress=progress, clock=clock) as later:
        await later._component(CNI)
        assert [program.name for program in later.inventory("cni-plugins", "1.9.1", "amd64")] == list(NAMES)
        assert "folder" in later.listing().components[0].origin


async def test_what_the_folder_has_now_replaces_the_cache(local, folder, program, progress):
    await local._component(CNI)
    new = program(b"newer")
    (folder / "cni-plugins/1.9.1/bridge").write_bytes(new)
    await local._component(CNI)
    assert local.program("cni-plugins", "1.9.1", "amd64", "bridge").read_bytes() == new
    assert any("not what the folder has" in note for note in progress.notes)


def damage_truncate(path):
    path.write_bytes(path.read_bytes()[:-1])


def damage_flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    stat = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))


def damage_remove(path):
    path.unlink()


@pytest.mark.parametrize("damage", [damage_truncate, damage_flip, damage_remove])
@pytest.mark.parametrize("part", ["raw", "frame"])
async def test_damage_is_found_before_use_and_repaired(local, progress, damage, part):
    manifest = await local._component(CNI)
    damage(local._cache.path(getattr(manifest.program("bridge"), part)))
    if part == "raw":
        with pytest.raises(RunError, match="damaged"):
            local.program("cni-plugins", "1.9.1", "amd64", "bridge")
    else:
        with pytest.raises(RunError, match="damaged"):
            await stream(local.binaries("cni-plugins", "1.9.1", "amd64", ["bridge"]))
    assert len(await local.verify()) == 1
    progress.notes.clear()
    await local._component(CNI)
    assert "damaged" in progress.notes[0]
    assert await local.verify() == ()
    assert "bridge" in unpack(await stream(local.binaries("cni-plugins", "1.9.1", "amd64", ["bridge"])))


async def test_verify_reads_what_looks_untouched(local):
    manifest = await local._component(CNI)
    path = local._cache.path(manifest.program("bridge").raw)
    before = path.stat()
    damage_flip(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [found.subject for found in await local.verify()] == ["cni-plugins 1.9.1 amd64: bridge"]
    await local._component(CNI)
    assert await local.verify() == ()


async def test_a_touched_file_with_the_same_content_is_sound(local, progress):
    manifest = await local._component(CNI)
    os.utime(local._cache.path(manifest.program("bridge").raw), (1, 1))
    progress.notes.clear()
    await local._component(CNI)
    assert progress.notes == []


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b'{"component": 1}', b"\xff"])
async def test_a_garbled_manifest_counts_as_absent(local, garbage, tmp_path):
    await local._component(CNI)
    path = tmp_path / "cache/components/cni-plugins/1.9.1/amd64/manifest.json"
    path.write_bytes(garbage)
    with pytest.raises(UsageError):
        local.inventory("cni-plugins", "1.9.1", "amd64")
    await local._component(CNI)
    assert len(local.inventory("cni-plugins", "1.9.1", "amd64")) == 4


async def test_a_build_of_an_outdated_recipe_is_not_used(local):
    manifest = await local._component(CNI)
    with local._cache.stage() as stage:
        programs = {program.name: local._cache.path(program.raw) for program in manifest.programs}
        edition = component("cni-plugins").go.edition + 1
        local._cache.store(CNI, Fetched(programs, "go module", owned=False, edition=edition), stage)
    assert local._usable(CNI) == (None, "was built by an outdated recipe")


def test_a_failed_store_leaves_no_manifest(tmp_path, program):
    cache = Cache(tmp_path)
    (tmp_path / "a").write_bytes(program(b"a"))
    fetched = Fetched({"bridge": tmp_path / "a", "loopback": tmp_path / "absent"}, "test", owned=False)
    with pytest.raises(FileNotFoundError), cache.stage() as stage:
        cache.store(CNI, fetched, stage)
    assert cache.manifest(CNI) is None
    assert list((tmp_path / "tmp").iterdir()) == []


LOCKER = """
import sys
from pathlib import Path
from seakeep.sources.cache import Cache
cache = Cache(Path(sys.argv[1]))
assert cache.try_lock("thing") is not None
with cache.stage() as stage:
    (stage / "half").write_bytes(b"x")
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_a_dead_process_leaves_neither_lock_nor_files(tmp_path):
    cache = Cache(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", LOCKER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"ready\n"
        assert cache.try_lock("thing") is None
        assert cache.sweep() == 0, "the work of a live process was swept"
        other.kill()
        other.wait()
        descriptor = cache.try_lock("thing")
        assert descriptor is not None
        cache.unlock(descriptor)
        assert cache.sweep() == 1
        assert list((tmp_path / "tmp").iterdir()) == []


async def test_replaced_objects_are_removed_once_they_are_old(local, folder, program):
    first = await local._component(CNI)
    old = local._cache.path(first.program("bridge").raw)
    (folder / "cni-plugins/1.9.1/bridge").write_bytes(program(b"newer"))
    await local._component(CNI)
    stored = old.stat().st_ctime
    assert local._cache.prune(stored + 60) == 0
    assert local._cache.prune(stored + 2 * 86400) == 2
    assert not old.exists()
    assert await local.verify() == ()


async def test_one_waits_while_another_gets_the_same_thing(local, clock, progress):
    held = local._cache.try_lock("cni-plugins-1.9.1-amd64")

    async def release_after_a_while(seconds):
        clock.slept.append(seconds)
        if len(clock.slept) == 3:
            local._cache.unlock(held)

    clock.sleep = release_after_a_while
    await local._component(CNI)
    assert len(clock.slept) == 3
    assert ("cni-plugins 1.9.1", "waiting for another seakeep that is getting it") in progress.states
    assert progress.states[-1] == ("cni-plugins 1.9.1", "")


async def test_a_flat_folder_and_its_checksums(tmp_path, local, folder):
    for path in sorted((folder / "cni-plugins/1.9.1").iterdir()):
        path.rename(folder / path.name)
    digest = hashlib.sha256((folder / "bridge").read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest}  ./bridge\n{'0' * 64} *elsewhere\n")
    await local._component(CNI)
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  bridge\n")
    with pytest.raises(RefusedError, match="does not match its checksum"):
        await local._component(CNI)


async def test_a_folder_with_only_some_of_the_programs_is_refused(local, folder):
    (folder / "cni-plugins/1.9.1/portmap").unlink()
    with pytest.raises(UsageError, match="but not portmap"):
        await local._component(CNI)


async def test_every_reason_is_shown_when_no_source_has_it(local):
    with pytest.raises(UsageError) as caught:
        await local._component(Wanted("runc", "1.5.2", "amd64"))
    said = caught.value.message
    assert said.index("folder: ") < said.index("official release: offline") < said.index("Go modules: Go is not inst")


async def test_ensure_shows_one_of_our_errors(local, release):
    with pytest.raises(UsageError, match="no source has"):
        await local.ensure(release, "amd64", addons=None)
    with pytest.raises(UsageError, match="architecture"):
        await local.ensure(release, "i386", addons=None)


async def test_ensure_gets_everything_from_a_folder(local, release, folder, program):
    for known in COMPONENTS:
        place = folder / known.name / release.component(known.name)
        place.mkdir(parents=True, exist_ok=True)
        for name in known.programs:
            (place / name).write_bytes(program(name.encode()))
    found = await local.ensure(release, "amd64", addons=None)
    assert [held.component for held in found.components] == ["kubernetes", "etcd", "containerd", "runc", "cni-plugins"]
    assert found.images == ()
    assert local.images(release, ())[0] == "registry.k8s.io/pause:3.10.1"


async def test_asking_for_what_is_not_there(local):
    with pytest.raises(UsageError, match="not in the cache"):
        await stream(local.image("registry.k8s.io/pause:3.10.1", "amd64"))
    await local._component(CNI)
    with pytest.raises(UsageError, match="no program"):
        await stream(local.binaries("cni-plugins", "1.9.1", "amd64", ["nosuch"]))
    with pytest.raises(UsageError, match="no program"):
        local.program("cni-plugins", "1.9.1", "amd64", "nosuch")
