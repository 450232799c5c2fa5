"""Builds from Go modules: what is asked of Go, and what happens when it fails or is killed. Go is played by a
script, but for our own programs, which need nothing but its library."""
# ruff: noqa: ASYNC220 (a test may wait for a process)

import asyncio
import os
import select
import shutil
import signal
import subprocess
import sys

import pytest

from seakeep.core.errors import RunError, UsageError
from seakeep.sources import gomod
from seakeep.sources.base import UnavailableError, Wanted
from seakeep.sources.components import COMPONENTS, component
from seakeep.sources.store import Store

RUNC = Wanted("runc", "1.5.2", "amd64")

KUBERNETES_MOD = """\
module k8s.io/kubernetes

go 1.26.0

godebug default=go1.26

require (
	k8s.io/api v0.0.0
	k8s.io/kube-openapi v0.0.0-20260721132016-d427ff9ee9ad
	k8s.io/utils v0.0.0-20260626114624-be93311217bd
)

replace (
	k8s.io/client-go => ./staging/src/k8s.io/client-go
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/apimachinery v0.0.0 => ./staging/src/k8s.io/apimachinery
)

replace k8s.io/streaming => ./staging/src/k8s.io/streaming

replace example.com/fork => example.com/other v1.2.3
"""

KUBERNETES_OURS = """\
module seakeep.local/kubernetes

go 1.26.0

tool (
	k8s.io/kubernetes/cmd/kube-apiserver
	k8s.io/kubernetes/cmd/kube-controller-manager
	k8s.io/kubernetes/cmd/kube-proxy
	k8s.io/kubernetes/cmd/kube-scheduler
	k8s.io/kubernetes/cmd/kubectl
	k8s.io/kubernetes/cmd/kubelet
)

require (
	k8s.io/kubernetes v1.37.2
)

replace (
	k8s.io/api => k8s.io/api v0.37.2
	k8s.io/apimachinery => k8s.io/apimachinery v0.37.2
	k8s.io/client-go => k8s.io/client-go v0.37.2
	k8s.io/streaming => k8s.io/streaming v0.37.2
)
"""


def test_the_module_file_of_kubernetes():
    recipe = component("kubernetes").go
    assert gomod.module_file(recipe, "kubernetes", "1.37.2", KUBERNETES_MOD) == KUBERNETES_OURS
    assert recipe.ldflags("1.37.2") == "-s -w -X k8s.io/component-base/version.gitVersion=v1.37.2"


def test_every_module_of_etcd_is_pinned():
    written = gomod.module_file(component("etcd").go, "etcd", "3.6.16", "go 1.24\n")
    for module in ("server", "etcdctl", "etcdutl"):
        assert f"\tgo.etcd.io/etcd/{module}/v3 v3.6.16\n" in written


@pytest.mark.parametrize(
    ("upstream", "expected"),
    [("go 1.26.0\n", "1.26.0"), ("go 1.19\n", "1.24"), ("", "1.24"), ("go 1.25\n", "1.25"), ("go 2.0\n", "2.0")],
)
def test_the_language_version_is_the_modules_own(upstream, expected):
    assert gomod.language_version(f"module x\n\n{upstream}") == expected


def test_recipes_are_complete():
    for known in COMPONENTS:
        assert len(known.go.packages) == len(known.programs)
        renamed = dict(known.go.renames)
        assert sorted(renamed.values()) == sorted(set(renamed.values()) & set(known.programs))
        if known.release is not None:
            found = [name for asset in known.release.assets for name, _ in asset.members]
            assert sorted(found) == sorted(known.programs)
            for asset in known.release.assets:
                for template in (asset.path, asset.checksum):
                    assert "{" not in template.format(version="1", arch="amd64")


FAKE_GO = """\
#!/bin/sh
echo "$@" >> "$FAKE/calls"
env | grep -E '^(CGO_ENABLED|GOARCH|GOOS|GOPROXY|GOWORK)=' | sort > "$FAKE/env-$1"
case "$1-$2" in
mod-download)
    if [ -n "$FAKE_NO_MODULE" ]; then echo '{"Error": "not found: unknown revision"}'; exit 1; fi
    echo "module upstream" > "$FAKE/upstream.mod"
    echo "{\\"GoMod\\": \\"$FAKE/upstream.mod\\"}" ;;
mod-tidy) cp go.mod "$FAKE/go.mod" ;;
list-*) echo "github.com/opencontainers/runc ${FAKE_RESOLVED:-v1.5.2}" ;;
build-*)
    if [ -n "$FAKE_FAIL" ]; then
        echo "go: downloading noise" >&2
        echo "main.go:1:2: undefined: thing" >&2
        exit 1
    fi
    while [ "$1" != "-o" ]; do shift; done
    if [ -n "$FAKE_BLOCK" ]; then
        printf half > "$2/runc"
        echo "$$" > "$FAKE_BLOCK"
        exec tail -f /dev/null
    fi
    if [ -z "$FAKE_NOTHING" ]; then cp "$FAKE/program" "$2/runc"; fi ;;
esac
"""


@pytest.fixture
def fake(tmp_path, monkeypatch, program):
    """A Go that does as it is told; gives the folder with its records."""
    folder = tmp_path / "fake"
    tools = tmp_path / "bin"
    folder.mkdir()
    tools.mkdir()
    (folder / "program").write_bytes(program(b"runc"))
    (tools / "go").write_text(FAKE_GO)
    (tools / "go").chmod(0o755)
    for name in ("gcc", "pkg-config"):
        (tools / name).write_text("#!/bin/sh\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("FAKE", str(folder))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.delenv("PKG_CONFIG", raising=False)
    monkeypatch.delenv("GOPROXY", raising=False)
    monkeypatch.setattr(gomod, "host_arch", lambda: "amd64")
    return folder


@pytest.fixture
def local(tmp_path, progress, clock):
    return Store(tmp_path / "cache", folder=None, mirror={"*": "off"}, offline=False, progress=progress, clock=clock)


async def test_a_build(fake, local, progress, program):
    await local._component(RUNC)
    assert local.program("runc", "1.5.2", "amd64", "runc").read_bytes() == program(b"runc")
    calls = (fake / "calls").read_text().splitlines()
    assert calls[0] == "mod download -json github.com/opencontainers/runc@v1.5.2"
    assert calls[1] == "mod tidy -e"
    assert calls[3].startswith(
        'build -trimpath -tags netgo,osusergo,seccomp -ldflags -s -w -linkmode external -extldflags "-static" -o '
    )
    assert (fake / "env-build").read_text() == "CGO_ENABLED=1\nGOARCH=amd64\nGOOS=linux\nGOWORK=off\n"
    assert "\tgithub.com/opencontainers/runc v1.5.2\n" in (fake / "go.mod").read_text()
    (note,) = progress.notes
    assert note.startswith("runc 1.5.2 comes from go module github.com/opencontainers/runc v1.5.2 (official release: ")


async def test_offline_builds_use_only_what_go_has(fake, tmp_path, progress):
    store = Store(tmp_path / "cache", folder=None, mirror={}, offline=True, progress=progress)
    await store._component(RUNC)
    assert "GOPROXY=off" in (fake / "env-build").read_text()


async def failure(local):
    with pytest.raises(UsageError) as caught:
        await local._component(RUNC)
    assert local.listing().components == ()
    return caught.value.message


async def test_a_failed_build_shows_gos_last_words_and_the_log(fake, local, monkeypatch, tmp_path):
    monkeypatch.setenv("FAKE_FAIL", "1")
    said = await failure(local)
    assert "undefined: thing" in said
    assert "downloading noise" not in said
    log = tmp_path / "cache/logs/runc-1.5.2-amd64.log"
    assert str(log) in said
    assert "$ go build" in log.read_text()


async def test_a_module_that_does_not_exist(fake, local, monkeypatch):
    monkeypatch.setenv("FAKE_NO_MODULE", "1")
    assert "unknown revision" in await failure(local)


async def test_a_module_lifted_by_another_is_refused(fake, local, monkeypatch):
    monkeypatch.setenv("FAKE_RESOLVED", "v1.6.0")
    assert "resolved github.com/opencontainers/runc to v1.6.0 instead of v1.5.2" in await failure(local)


async def test_a_build_that_makes_nothing(fake, local, monkeypatch):
    monkeypatch.setenv("FAKE_NOTHING", "1")
    with pytest.raises(RunError, match="made no runc"):
        await local._component(RUNC)


async def test_no_go_and_no_c(fake, local, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin/pkg-config").write_text("#!/bin/sh\nexit 1\n")
    assert "install the packages libseccomp-dev" in await failure(local)
    (tmp_path / "bin/pkg-config").unlink()
    (tmp_path / "bin/gcc").unlink()
    assert "install the packages gcc libc6-dev pkg-config libseccomp-dev" in await failure(local)
    (tmp_path / "bin/go").unlink()
    assert "Go is not installed" in await failure(local)


async def test_c_is_not_built_for_another_architecture(fake, local, monkeypatch):
    monkeypatch.setattr(gomod, "host_arch", lambda: "arm64")
    assert "built for arm64 only" in await failure(local)


KILLED = """
import asyncio, sys
from pathlib import Path
from seakeep.core.progress import Silent
from seakeep.sources.base import Wanted
from seakeep.sources.store import Store
store = Store(Path(sys.argv[1]), folder=None, mirror={"*": "off"}, offline=False, progress=Silent())
asyncio.run(store._component(Wanted("runc", "1.5.2", sys.argv[2])))
"""


@pytest.mark.skipif(shutil.which("setpriv", path="/usr/bin:/bin") is None, reason="setpriv is not installed")
async def test_a_killed_build_leaves_no_half_file_and_no_go(fake, local, tmp_path, monkeypatch):
    monkeypatch.undo()
    arch = gomod.host_arch()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    environment = os.environ | {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "FAKE": str(fake), "FAKE_BLOCK": str(pipe)
    }  # fmt: skip
    arguments = [sys.executable, "-c", KILLED, str(tmp_path / "cache"), arch]
    with subprocess.Popen(arguments, env=environment) as process:
        go = os.pidfd_open(int(pipe.read_text()))  # blocks until the build has written half a file
        os.kill(process.pid, signal.SIGKILL)
    ended, _, _ = select.select([go], [], [], 300)
    os.close(go)
    assert ended, "Go went on without us"
    cache = tmp_path / "cache"
    assert not (cache / "components").exists()
    assert not (cache / "objects").exists()
    assert len([path for path in (cache / "tmp").iterdir() if path.is_dir()]) == 1
    assert local._cache.sweep() == 1
    assert list((cache / "tmp").iterdir()) == []
    descriptor = local._cache.try_lock("go")
    assert descriptor is not None, "the lock outlived its process"
    local._cache.unlock(descriptor)


async def test_a_cancelled_build_ends_go(fake, local, tmp_path, monkeypatch):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setenv("FAKE_BLOCK", str(pipe))
    task = asyncio.ensure_future(local._component(RUNC))
    go = os.pidfd_open(int(await asyncio.to_thread(pipe.read_text)))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    ended, _, _ = select.select([go], [], [], 300)
    os.close(go)
    assert ended, "Go went on"
    assert list((tmp_path / "cache/tmp").iterdir()) == []


async def test_the_next_source_is_tried_after_a_folder_without_it(fake, tmp_path, progress):
    (tmp_path / "folder").mkdir()
    store = Store(tmp_path / "cache", folder=tmp_path / "folder", mirror={"*": "off"}, offline=False, progress=progress)
    await store._component(RUNC)
    assert "folder: " in progress.notes[0]


def test_staged_names_ignores_other_replacements():
    assert gomod.staged_names(KUBERNETES_MOD) == [
        "k8s.io/api", "k8s.io/apimachinery", "k8s.io/client-go", "k8s.io/streaming",
    ]  # fmt: skip


def test_own_sources_name_no_module():
    with pytest.raises(UnavailableError, match="instead of"):
        gomod._resolved("a v1.5.2\nb v1.5.3\n", RUNC)
    assert gomod._resolved("a v1.5.2\n", RUNC) == ["a"]
