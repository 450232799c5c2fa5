"""Compiled batches, run by the real shell in a folder."""

import io
import shutil
import socket
import stat
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seakeep.artifacts.base import UserSpec
from seakeep.cli import failure
from seakeep.cli.settings import Settings
from seakeep.core.errors import Exit, RefusedError, RunError
from seakeep.core.secret import SecretRef
from seakeep.engine import guard
from seakeep.engine.batch import compile_batch
from seakeep.engine.journal import History, Journal, State
from seakeep.engine.model import (
    Action,
    LoadImage,
    PlaceBinaries,
    PutDir,
    PutFile,
    PutLink,
    PutUser,
    Remove,
    RemoveDir,
    Script,
    SetAside,
    UnitDo,
    UnitVerb,
)
from seakeep.engine.outcome import RunFailedError
from seakeep.engine.run import Executor, World
from seakeep.engine.stage import Stage
from seakeep.transport.base import Result

from .sim import KEY, ME, FakeBlobs, FakeClock, FolderHost, Recorder, file, folder, resolve, step


@pytest.fixture
def host(tmp_path: Path) -> FolderHost:
    return FolderHost("m1", tmp_path)


async def do(host: FolderHost, *actions: Action, blobs: FakeBlobs | None = None) -> tuple[Result, list[str]]:
    steps = [step(host.name, f"s{n}", action) for n, action in enumerate(actions)]
    lines: list[str] = []
    answer = Result(0, b"", "")
    for feed in compile_batch(steps, resolve=resolve, blobs=blobs or FakeBlobs(), arch="amd64", root=str(host.root)):
        answer = await host.feed(
            feed.command, feed.payload(), what=feed.what, timeout=feed.timeout, on_line=lines.append
        )
        if answer.status:
            break
    return answer, lines


async def ok(host: FolderHost, *actions: Action) -> list[str]:
    answer, lines = await do(host, *actions)
    assert answer.status == 0, answer.stderr
    return lines


EVERYTHING: tuple[Action, ...] = (
    PutUser(UserSpec(name="etcd", home="/var/lib/etcd")),
    PutDir(folder("/etc/etcd/pki", 0o700)),
    PutFile(file("/etc/etcd/etcd.yaml", "name: a\n")),
    PutFile(file("/etc/etcd/pki/server.key", SecretRef("pki/x.key"), mode=0o600)),
    PutLink("/opt/seakeep/bin/etcd", "../etcd/3.6.16/etcd"),
    Script('echo once >"$0.out"; mkdir -p "${0%/*}/sub"'),
    UnitDo("etcd.service", UnitVerb.START, "abc123"),
    UnitDo("kubelet", UnitVerb.RESTART, "def"),
    UnitDo("haproxy", UnitVerb.RELOAD, "fed"),
    UnitDo("old.service", UnitVerb.STOP),
    Remove("/etc/etcd/none"),
)


async def test_everything_is_done_in_order_and_said(host: FolderHost) -> None:
    lines = await ok(host, *EVERYTHING)

    assert [line for line in lines if line.startswith("done")] == [f"done {n}" for n in range(len(EVERYTHING))]
    assert sorted(lines) == sorted(f"{word} {n}" for word in ("begin", "done") for n in range(len(EVERYTHING)))
    assert host.read("/etc/etcd/etcd.yaml") == b"name: a\n"
    assert host.read("/etc/etcd/pki/server.key") == KEY.reveal()
    assert stat.S_IMODE(host.at("/etc/etcd/pki/server.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(host.at("/etc/etcd/pki").stat().st_mode) == 0o700
    assert host.at("/opt/seakeep/bin/etcd").readlink() == Path("../etcd/3.6.16/etcd")
    assert host.read("/var/lib/seakeep/units/etcd.service") == b"abc123\n"
    assert stat.S_IMODE(host.at("/var/lib/seakeep/units").stat().st_mode) == 0o700
    assert not host.at("/var/lib/seakeep/units/old.service").exists()
    assert (host.sim / "useradd.log").read_text().split()[-1] == "etcd"
    assert list(host.at("/run/seakeep").iterdir()) == [host.at("/run/seakeep/lock")]


async def test_twice_is_once(host: FolderHost) -> None:
    await ok(host, *EVERYTHING)
    first = host.tree()

    await ok(host, *EVERYTHING)

    assert host.tree() == first
    assert (host.sim / "accounts").read_text().splitlines() == ["group:etcd", "passwd:etcd"]


SHOW = "show -p LoadState,NeedDaemonReload -- "


async def test_units_are_enabled_at_once_and_started_without_waiting(host: FolderHost) -> None:
    await ok(
        host,
        PutFile(file("/etc/systemd/system/a.service", "[Service]\n")),
        UnitDo("a.service", UnitVerb.START, "1"),
        UnitDo("b.service", UnitVerb.START, "2"),
    )

    assert host.systemctl == [
        "enable --no-reload --quiet -- a.service b.service",
        f"{SHOW}a.service b.service",
        "reset-failed -- a.service",
        "start --no-block -- a.service",
        "reset-failed -- b.service",
        "start --no-block -- b.service",
    ]


@pytest.mark.parametrize(
    "show",
    [
        "LoadState=loaded\nNeedDaemonReload=no\n\nLoadState=loaded\nNeedDaemonReload=yes\n",
        "LoadState=not-found\nNeedDaemonReload=no\n",
        "LoadState=bad-setting\nNeedDaemonReload=no\n",
    ],
)
async def test_systemd_is_reloaded_when_it_does_not_know_the_unit_as_it_is(host: FolderHost, show: str) -> None:
    (host.sim / "show").write_text(show)

    await ok(host, UnitDo("a.service", UnitVerb.START, "1"))

    assert host.systemctl[1:3] == [f"{SHOW}a.service", "daemon-reload"]


@pytest.mark.parametrize("verb", [UnitVerb.RESTART, UnitVerb.RELOAD, UnitVerb.STOP])
async def test_what_may_be_running_always_gets_a_reload_of_systemd_first(host: FolderHost, verb: UnitVerb) -> None:
    await ok(host, UnitDo("a.service", verb, "1"), UnitDo("b.service", UnitVerb.START, "2"))

    assert host.systemctl[:2] == ["enable --no-reload --quiet -- b.service", "daemon-reload"]
    assert host.systemctl.count("daemon-reload") == 1


async def test_a_unit_that_cannot_be_enabled_fails_its_step(host: FolderHost) -> None:
    (host.sim / "systemctl.fail").write_text("enable\n")

    answer, lines = await do(host, Script("true"), UnitDo("a.service", UnitVerb.START, "1"))

    assert answer.status != 0
    assert lines == ["begin 0", "done 0", "fail 1"]


async def test_contents_are_flushed_before_they_get_their_names(host: FolderHost) -> None:
    shim = host.sim / "bin/sync"
    shim.write_text(
        '#!/bin/sh\nshift\nfor f; do [ -s "$f" ] && echo "$f" >>"$SIM/sync.log"; done\n'
        'ls -A "${1%/*}" >>"$SIM/sync.log"\n'
    )
    shim.chmod(0o755)

    await ok(host, PutFile(file("/etc/a/one", "1")), PutFile(file("/etc/a/two", "2")))

    temporary = [".one.seakeep-new", ".two.seakeep-new"]
    assert (host.sim / "sync.log").read_text().splitlines() == [
        *(str(host.at(f"/etc/a/{name}")) for name in temporary),
        *temporary,
    ]


async def test_a_failed_restart_leaves_no_stamp_and_says_why(host: FolderHost) -> None:
    (host.sim / "systemctl.fail").write_text("restart\n")

    answer, lines = await do(host, UnitDo("etcd.service", UnitVerb.RESTART, "new"), PutFile(file("/etc/after", "x")))

    assert answer.status != 0
    assert "Job failed: restart" in answer.stderr
    assert lines == ["begin 0", "fail 0"]
    assert not host.at("/var/lib/seakeep/units/etcd.service").exists()
    assert not host.at("/etc/after").exists()


async def test_the_first_failure_stops_the_batch(host: FolderHost) -> None:
    answer, lines = await do(
        host, Script("echo one"), Script("echo broken >&2; false; echo not reached"), Script("echo three")
    )

    assert answer.status == 1
    assert lines == ["begin 0", "done 0", "begin 1", "fail 1"]
    assert "broken" in answer.stderr
    assert "not reached" not in answer.stderr


async def test_what_a_step_prints_is_not_protocol(host: FolderHost) -> None:
    lines = await ok(host, Script("echo 'done 1'; echo 'done 7' >&3 || true"), Script("true"))

    assert lines == ["begin 0", "done 0", "begin 1", "done 1"]


async def test_a_failed_file_keeps_the_old_one(host: FolderHost) -> None:
    await ok(host, PutFile(file("/etc/a/one", "old")), PutFile(file("/etc/a/two", "old")))
    host.at("/etc/a/two").unlink()
    host.at("/etc/a/two/full").mkdir(parents=True)
    # Nor can it be kept elsewhere.
    host.at("/var/lib/seakeep").mkdir(parents=True, exist_ok=True)
    host.at("/var/lib/seakeep/aside").write_text("")

    answer, lines = await do(host, PutFile(file("/etc/a/one", "new")), PutFile(file("/etc/a/two", "new")))

    assert answer.status != 0
    assert lines == ["begin 0", "begin 1", "done 0", "fail 1"]
    assert host.read("/etc/a/one") == b"new"
    assert host.at("/etc/a/two/full").is_dir()


@pytest.fixture
def immutable(host: FolderHost) -> Iterator[Callable[[str], None]]:
    """Takes root's right to change a path, until the test is over."""
    done: list[Path] = []

    def fix(path: str) -> None:
        found = shutil.which("chattr")
        if (
            found is None
            or subprocess.run([found, "+i", "--", host.at(path)], capture_output=True, check=False).returncode
        ):
            pytest.skip("chattr +i does not work here")
        done.append(host.at(path))

    yield fix
    for path in done:
        thaw(path)


def thaw(path: Path) -> None:
    subprocess.run(["chattr", "-i", "--", path], capture_output=True, check=False)


PLACED = PlaceBinaries("etcd", "3.6.16", FakeBlobs.sums("etcd", "3.6.16", "etcd"))
ONE = file("/etc/a/one", "new")


@pytest.mark.parametrize(
    ("held", "action"),
    [
        ("/etc/a/one", PutFile(ONE)),
        ("/etc/a", PutFile(ONE)),
        ("/etc/a/one", PutLink("/etc/a/one", "two")),
        ("/etc/a/one", SetAside("/etc/a/one")),
        ("/etc/a/one", Remove("/etc/a/one")),
        ("/etc/a/one", Remove("/etc/a")),
        ("/etc/a", PutDir(folder("/etc/a", 0o700))),
        ("/etc/a", PutDir(folder("/etc/a/b"))),
    ],
)
async def test_what_is_immutable_is_named_with_the_way_out(
    host: FolderHost, immutable: Callable[[str], None], held: str, action: Action
) -> None:
    """The kernel's own words are those for a lack of rights, which root has none of."""
    await ok(host, PutFile(file("/etc/a/one", "old")))
    immutable(held)
    before = host.read("/etc/a/one")

    answer, lines = await do(host, action)

    assert answer.status != 0
    assert lines == ["begin 0", "fail 0"]
    said = answer.stderr.strip().splitlines()
    assert f"{host.at(held)} can be neither changed nor removed" in said[-1]
    assert f"chattr -i -a {host.at(held)} takes them away" in said[-1]
    assert host.read("/etc/a/one") == before

    thaw(host.at(held))
    await ok(host, action)


async def test_a_run_that_met_an_immutable_file_names_all_and_goes_on_when_it_is_none(
    host: FolderHost, immutable: Callable[[str], None], tmp_path: Path
) -> None:
    """All of the way, from the machine's kernel to what a person reads."""
    await ok(host, PutFile(file("/etc/a/one", "old")))
    steps = tuple(step("m1", name, PutFile(file(f"/etc/a/{name}", "new"))) for name in ("one", "two"))
    world = World(
        host=lambda _: host,
        arch=lambda _: "amd64",
        root=lambda _: str(host.root),
        resolve=resolve,
        blobs=FakeBlobs(),
    )

    async def attempt() -> History:
        with Journal(tmp_path / "journal", clock=FakeClock()) as journal:
            journal.run_start(run="r", by="me", command="apply", planned=[each.change.id for each in steps])
            executor = Executor(world, journal=journal, clock=FakeClock(), progress=Recorder())
            await executor.run([Stage("machines", "Machines", steps)])
            journal.run_end("ok")
        return Journal.read(tmp_path / "journal")

    immutable("/etc/a/one")
    with pytest.raises(RunFailedError) as caught:
        await attempt()
    said = io.StringIO()
    assert failure.told([caught.value], Settings(), said) is Exit.PARTIAL
    lines = [line.strip() for line in said.getvalue().splitlines()]
    one = host.at("/etc/a/one")
    assert [line for line in lines if line.startswith("error: Machines: m1: ") and steps[0].change.what in line]
    assert "host: m1" in lines
    assert [line for line in lines if line.startswith("command: ")]
    assert [line for line in lines if line.endswith(f"chattr -i -a {one} takes them away")]
    assert "hint: when the cause is gone, `seakeep resume` goes on from there" in lines
    assert host.read("/etc/a/one") == b"old"

    thaw(one)
    history = await attempt()
    assert history.finished
    assert {history.states[each.change.id] for each in steps} == {State.DONE}
    assert (host.read("/etc/a/one"), host.read("/etc/a/two")) == (b"new", b"new")


async def test_a_program_that_is_immutable_is_named(host: FolderHost, immutable: Callable[[str], None]) -> None:
    await ok(host, PLACED)
    immutable("/opt/seakeep/etcd/3.6.16/etcd")

    answer, lines = await do(host, PLACED)

    assert answer.status != 0
    assert lines == ["begin 0", "fail 0"]
    assert "/etcd/3.6.16/etcd can be neither changed nor removed" in answer.stderr.splitlines()[-1]


async def test_an_ordinary_failure_says_nothing_of_attributes(host: FolderHost) -> None:
    host.at("/etc/real").mkdir()
    host.at("/etc/a").symlink_to("real")

    answer, _ = await do(host, PutDir(folder("/etc/a")))

    assert "attributes" not in answer.stderr


async def test_an_empty_folder_in_the_place_of_a_file_gives_way(host: FolderHost) -> None:
    host.at("/etc/a/one").mkdir(parents=True)

    await ok(host, PutFile(file("/etc/a/one", "new")))

    assert host.read("/etc/a/one") == b"new"


async def test_a_folder_with_something_in_it_in_the_place_of_a_file_is_set_aside(host: FolderHost) -> None:
    for where in ("/etc/a/one", "/opt/now"):
        host.at(f"{where}/theirs").mkdir(parents=True)

    await ok(host, PutFile(file("/etc/a/one", "new")), PutLink("/opt/now", "v1"))

    assert host.read("/etc/a/one") == b"new"
    assert host.at("/opt/now").readlink() == Path("v1")
    for where in ("etc/a/one", "opt/now"):
        assert host.at(f"/var/lib/seakeep/aside/{where}/theirs").is_dir()


async def test_a_link_is_replaced_by_the_file_not_written_through(host: FolderHost) -> None:
    host.at("/etc/real").write_text("untouched")
    host.at("/etc/a").symlink_to("real")
    host.at("/etc/.a.seakeep-new").symlink_to("real")

    await ok(host, PutFile(file("/etc/a", "new")))

    assert host.read("/etc/real") == b"untouched"
    assert not host.at("/etc/a").is_symlink()


async def test_a_folder_that_is_a_link_is_refused(host: FolderHost) -> None:
    host.at("/etc/real").mkdir()
    host.at("/etc/a").symlink_to("real")

    answer, _ = await do(host, PutDir(folder("/etc/a")))

    assert answer.status != 0
    assert "is a link" in answer.stderr


async def test_a_link_to_a_folder_is_repointed_not_entered(host: FolderHost) -> None:
    host.at("/opt/v1").mkdir()
    host.at("/opt/v2").mkdir()
    await ok(host, PutLink("/opt/now", "v1"))

    await ok(host, PutLink("/opt/now", "v2"))

    assert host.at("/opt/now").readlink() == Path("v2")
    assert list(host.at("/opt/v1").iterdir()) == []


async def test_leftovers_of_a_killed_batch_go_with_the_next(host: FolderHost) -> None:
    host.at("/run/seakeep/stage.dead").mkdir(parents=True)
    (host.at("/run/seakeep/stage.dead") / "f0").write_bytes(KEY.reveal())
    host.at("/etc/.a.seakeep-new").write_text("half")

    await ok(host, PutFile(file("/etc/a", "new")))

    assert not host.at("/run/seakeep/stage.dead").exists()
    assert sorted(p.name for p in host.at("/etc").iterdir()) == ["a"]


async def test_the_stage_folder_goes_even_when_the_script_is_killed(host: FolderHost) -> None:
    answer, _ = await do(host, PutFile(file("/etc/k", SecretRef("pki/x.key"))), Script("kill -9 $PPID"))

    assert answer.status != 0
    assert [p.name for p in host.at("/run/seakeep").iterdir()] == ["lock"]


async def test_a_torn_stream_changes_nothing(host: FolderHost) -> None:
    [feed] = compile_batch(
        [step("m1", "a", PutFile(file("/etc/a", "x" * 20000)))],
        resolve=resolve,
        blobs=FakeBlobs(),
        arch="amd64",
        root=str(host.root),
    )
    whole = b"".join([chunk async for chunk in feed.payload()])
    for size in (0, 100, 700, len(whole) // 2):

        async def torn(size: int = size):  # type: ignore[no-untyped-def]
            yield whole[:size]

        answer = await host.feed(feed.command, torn(), what="", timeout=1)

        assert answer.status != 0
        assert not host.at("/etc/a").exists()
        assert [p.name for p in host.at("/run/seakeep").iterdir()] == ["lock"]


async def test_removing(host: FolderHost) -> None:
    host.at("/var/lib/etcd/member").mkdir(parents=True)
    host.at("/etc/x").mkdir()
    host.at("/etc/x/link").symlink_to(host.at("/var/lib/etcd"))

    await ok(host, Remove("/etc/x/link"))
    assert host.at("/var/lib/etcd/member").is_dir()

    await ok(host, Remove("/var/lib/etcd"), Remove("/var/lib/etcd"))
    assert not host.at("/var/lib/etcd").exists()


async def test_an_empty_folder_is_removed_and_one_with_something_in_it_stays(host: FolderHost) -> None:
    host.at("/etc/empty").mkdir()
    host.at("/etc/full").mkdir()
    host.at("/etc/full/theirs").write_text("x")
    host.at("/etc/link").symlink_to(host.at("/etc/empty"))

    await ok(host, *(RemoveDir(f"/etc/{name}") for name in ("link", "full", "empty", "empty", "none")))

    assert sorted(path.name for path in host.at("/etc").iterdir()) == ["full", "link"]


async def test_what_somebody_else_put_there_is_set_aside_and_nothing_is_lost(host: FolderHost) -> None:
    path, aside = "/etc/seakeep/lb/theirs", host.at("/var/lib/seakeep/aside/etc/seakeep/lb")
    for text in ("one", "two"):
        host.at(path).parent.mkdir(parents=True, exist_ok=True)
        host.at(path).write_text(text)
        await ok(host, SetAside(path), SetAside(path))
    host.at("/etc/seakeep/lb/folder").mkdir()
    host.at("/etc/seakeep/lb/folder/inner").write_text("x")
    host.at("/etc/seakeep/lb/nowhere").symlink_to("/nowhere")
    await ok(host, SetAside("/etc/seakeep/lb/folder"), SetAside("/etc/seakeep/lb/nowhere"))

    assert list(host.at("/etc/seakeep/lb").iterdir()) == []
    assert {each.name: each.read_text() for each in aside.iterdir() if each.is_file()} == {
        "theirs": "two",
        "theirs.~1~": "one",
    }
    assert (aside / "folder" / "inner").read_text() == "x"
    assert (aside / "nowhere").readlink() == Path("/nowhere")
    assert stat.S_IMODE(host.at("/var/lib/seakeep/aside").stat().st_mode) == 0o700


async def test_the_folder_of_a_units_overrides_goes_with_its_last_one(host: FolderHost) -> None:
    folder_ = host.at("/etc/systemd/system/x.service.d")
    folder_.mkdir(parents=True)
    for name in ("a.conf", "b.conf"):
        (folder_ / name).write_text("[Service]\n")

    await ok(host, SetAside("/etc/systemd/system/x.service.d/a.conf"))
    assert [path.name for path in folder_.iterdir()] == ["b.conf"]
    await ok(host, SetAside("/etc/systemd/system/x.service.d/b.conf"))
    assert not folder_.exists()


async def test_a_batch_that_dies_before_its_restarts_leaves_stamps_that_say_so(host: FolderHost) -> None:
    """A file that was put right by hand leaves the wanted stamp as it was: only the taken stamp tells."""
    await ok(host, UnitDo("a.service", UnitVerb.START, "abc"), UnitDo("b.service", UnitVerb.START, "def"))
    units = {
        "a.service": (UnitDo("a.service", UnitVerb.RESTART, "abc"), b"pending\n"),
        "b.service": (UnitDo("b.service", UnitVerb.START, "def"), b"def\n"),
        "c.service": (UnitDo("c.service", UnitVerb.RELOAD, "ghi"), None),
    }
    before = (PutFile(file("/etc/a", "right\n")), Script("exit 3"))

    answer, _ = await do(host, *before, *(action for action, _ in units.values()))

    assert answer.status != 0
    assert host.read("/etc/a") == b"right\n"
    for unit, (_, stamp) in units.items():
        path = host.at(f"/var/lib/seakeep/units/{unit}")
        assert (path.read_bytes() if path.exists() else None) == stamp
    await ok(host, *(action for action, _ in units.values()))
    assert host.read("/var/lib/seakeep/units/a.service") == b"abc\n"


async def test_stamps_are_taken_before_programs_are_placed(host: FolderHost) -> None:
    await ok(host, UnitDo("a.service", UnitVerb.START, "abc"))
    programs = FakeBlobs.sums("etcd", "3.6", "etcd")
    blobs = FakeBlobs()
    blobs.broken = True
    steps = [
        step("a", "p", PlaceBinaries("etcd", "3.6", programs)),
        step("a", "u", UnitDo("a.service", UnitVerb.RESTART, "abc")),
    ]
    first, *_ = compile_batch(steps, resolve=resolve, blobs=blobs, arch="amd64", root=str(host.root))

    answer = await host.feed(first.command, first.payload(), what="", timeout=1)

    assert answer.status != 0
    assert host.read("/var/lib/seakeep/units/a.service") == b"pending\n"


async def test_a_link_that_leads_nowhere_is_removed_too(host: FolderHost) -> None:
    host.at("/etc/x").symlink_to("/nowhere")

    await ok(host, Remove("/etc/x"))

    assert not host.at("/etc/x").is_symlink()


async def test_a_mount_point_is_emptied_and_a_link_to_one_is_not_followed(host: FolderHost) -> None:
    shim = host.sim / "bin/mountpoint"
    shim.write_text('#!/bin/sh\nfor p; do :; done\n[ "$(readlink -f -- "$p")" = "$(cat "$SIM/mounted")" ]\n')
    shim.chmod(0o755)
    data = host.at("/var/lib/etcd")
    (data / "member").mkdir(parents=True)
    (host.sim / "mounted").write_text(f"{data}\n")
    host.at("/etc/x").symlink_to(data)

    await ok(host, Remove("/etc/x"))
    assert (data / "member").is_dir()

    await ok(host, Remove("/var/lib/etcd"))
    assert list(data.iterdir()) == []


async def test_removing_through_a_link_into_the_system_is_refused_on_the_machine(host: FolderHost) -> None:
    host.at("/usr/lib").mkdir(parents=True)
    host.at("/opt/seakeep").symlink_to(host.at("/usr"))
    host.at("/opt/all").symlink_to(host.root)

    for path in ("/opt/seakeep/lib", "/opt/all/usr", "/opt/all/etc"):
        answer, _ = await do(host, Remove(path))
        assert answer.status != 0
        assert "not removed" in answer.stderr
    assert host.at("/usr/lib").is_dir()
    assert host.at("/etc").is_dir()


@pytest.mark.parametrize(
    "path",
    [
        "/", "/etc", "/opt", "/var", "etc/x", "", "/etc/../usr/x", "/etc//x", "/etc/x/", "/etc/./x", "/var/lib",
        "/etc/systemd/system", "/usr/bin/env", "/proc/1", "/sys/kernel", "/dev/sda", "/boot/vmlinuz", "/etc/passwd",
        "/home/me", "/lib/systemd/system/x.service", "/etc/ssh/sshd_config", "/etc/x\n/y", "/etc/x\0y",
        "/var/lib/dpkg/status", "/root/.ssh/authorized_keys",
    ],
)  # fmt: skip
def test_what_belongs_to_the_system_is_never_removed(path: str) -> None:
    with pytest.raises(RefusedError):
        guard.removable(path)


@pytest.mark.parametrize(
    "path",
    ["/etc/etcd", "/var/lib/etcd", "/etc/systemd/system/etcd.service", "/opt/seakeep", "/data/etcd", "/run/flannel"],
)
def test_what_is_ours_may_be_removed(path: str) -> None:
    assert guard.removable(path) == path


@pytest.mark.parametrize(
    "action",
    [
        PutUser(UserSpec(name="x; reboot", home="/x")),
        PutUser(UserSpec(name="-x", home="/x")),
        PutDir(folder("relative")),
        PutFile(file("/etc/a\nb", "x")),
        PutFile(file("/etc/../a", "x")),
        PutLink("/etc/a", "x\ny"),
        PutLink("/etc/a", ""),
        UnitDo("a b.service", UnitVerb.START),
        UnitDo("--now", UnitVerb.START),
        UnitDo("../x", UnitVerb.START),
        UnitDo("a.service", UnitVerb.START, "$(reboot)"),
        PlaceBinaries("etcd", "../3", (("etcd", "0" * 64),)),
        PlaceBinaries("etcd", "3", (("etcd", "short"),)),
        PlaceBinaries("etcd", "3", (("../../bin/sh", "0" * 64),)),
        LoadImage("a b"),
        LoadImage("-x"),
    ],
)
def test_hostile_values_are_refused_before_anything_is_sent(action: Action) -> None:
    with pytest.raises(RefusedError):
        compile_batch([step("m", "x", action)], resolve=resolve, blobs=FakeBlobs(), arch="amd64")


NAMES = st.text(alphabet=st.sampled_from("ab $'\"\\`;&|<>()*?[]{}~#!%=-ü€ "), min_size=1, max_size=12).filter(
    lambda name: name not in (".", "..")
)


@settings(max_examples=15, deadline=None)
@given(NAMES, st.text(max_size=40))
async def test_any_printable_path_and_any_content_arrive(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: str
) -> None:
    host = FolderHost("m", tmp_path_factory.mktemp("m"))

    await ok(
        host,
        PutDir(folder(f"/etc/{name}")),
        PutFile(file(f"/etc/{name}/{name}", content)),
        PutLink(f"/etc/{name}/-l", name),
    )

    assert host.read(f"/etc/{name}/{name}") == content.encode()
    assert str(host.at(f"/etc/{name}/-l").readlink()) == name
    await ok(host, Remove(f"/etc/{name}"))
    assert list(host.at("/etc").iterdir()) == []


async def test_binaries_get_their_names_after_their_digests_were_right(host: FolderHost) -> None:
    sums = FakeBlobs.sums("etcd", "3.6.16", "etcd", "etcdctl")

    lines = await ok(host, PlaceBinaries("etcd", "3.6.16", sums))

    base = host.at("/opt/seakeep/etcd/3.6.16")
    assert lines == ["begin 0", "done 0"]
    assert sorted(p.name for p in base.iterdir()) == [".manifest", "etcd", "etcdctl"]
    assert [p.name for p in base.parent.iterdir()] == ["3.6.16"]
    assert stat.S_IMODE((base / "etcd").stat().st_mode) == 0o755
    expected = []
    for name, digest in sums:
        info = (base / name).stat()
        expected.append(f"{digest} {info.st_size} {info.st_ino} {int(info.st_ctime)} {name}")
    assert (base / ".manifest").read_text().splitlines() == expected


async def test_programs_of_one_version_that_come_later_join_the_manifest(host: FolderHost) -> None:
    await ok(host, PlaceBinaries("kubernetes", "1.37.2", FakeBlobs.sums("kubernetes", "1.37.2", "kubelet", "kubectl")))
    await ok(host, PlaceBinaries("kubernetes", "1.37.2", FakeBlobs.sums("kubernetes", "1.37.2", "kubectl")))

    manifest = host.read("/opt/seakeep/kubernetes/1.37.2/.manifest").decode().splitlines()

    assert sorted(line.split()[4] for line in manifest) == ["kubectl", "kubelet"]


async def test_a_wrong_digest_leaves_what_is_there(host: FolderHost) -> None:
    sums = FakeBlobs.sums("etcd", "3.6.16", "etcd")
    await ok(host, PlaceBinaries("etcd", "3.6.16", sums))
    before = host.tree()

    answer, lines = await do(host, PlaceBinaries("etcd", "3.6.16", (("etcd", "0" * 64),)))

    assert answer.status != 0
    assert "not what was sent" in answer.stderr
    assert lines == ["begin 0", "fail 0"]
    assert host.tree() == before


async def test_a_truncated_stream_of_binaries_leaves_nothing(host: FolderHost) -> None:
    blobs = FakeBlobs()
    blobs.broken = True

    answer, _ = await do(host, PlaceBinaries("etcd", "3.6.16", FakeBlobs.sums("etcd", "3.6.16", "etcd")), blobs=blobs)

    assert answer.status != 0
    assert list(host.at("/opt/seakeep/etcd/3.6.16").iterdir()) == []
    assert [p.name for p in host.at("/opt/seakeep/etcd").iterdir()] == ["3.6.16"]


async def test_a_machine_without_zstd_is_told_which_package(host: FolderHost, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = host.sim / "bare"
    bare.mkdir()
    monkeypatch.setenv("PATH", str(bare))

    answer, _ = await do(host, PlaceBinaries("etcd", "3.6.16", FakeBlobs.sums("etcd", "3.6.16", "etcd")))

    assert answer.status == 69
    assert "install the package zstd" in answer.stderr


async def test_an_image_is_imported_and_looked_for(host: FolderHost, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = "registry.k8s.io/pause:3.10.1"
    ctr = host.at("/opt/seakeep/bin/ctr")
    ctr.parent.mkdir(parents=True)
    ctr.write_text(
        '#!/bin/sh\necho "$*" >>"$SIM/ctr.log"\n'
        f'case "$*" in *import*) cat >"$SIM/image.tar";; *"ls -q") echo {reference};; esac\n'
    )
    ctr.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listening:
        with monkeypatch.context() as patch:
            patch.chdir(host.at("/run/containerd"))  # a socket's path has little room
            listening.bind("containerd.sock")

        assert await ok(host, LoadImage(reference)) == ["begin 0", "done 0"]
        answer, lines = await do(host, LoadImage("example.org/other:1"))

    assert (host.sim / "ctr.log").read_text().splitlines()[0] == "-n k8s.io images import -"
    assert answer.status == 65
    assert lines == ["begin 0", "fail 0"]


async def test_bulk_and_small_steps_keep_their_order(host: FolderHost) -> None:
    sums = FakeBlobs.sums("etcd", "3", "etcd")
    actions: list[Action] = [Script("true"), PlaceBinaries("etcd", "3", sums), PutFile(file("/etc/a", "x"))]

    feeds = compile_batch(
        [step("m", str(n), action) for n, action in enumerate(actions)],
        resolve=resolve, blobs=FakeBlobs(), arch="amd64",
    )  # fmt: skip

    assert [feed.steps for feed in feeds] == [(0,), (1,), (2,)]
    assert [feed.what for feed in feeds] == ["1 other step", "send etcd 3", "write 1 file"]


def test_a_secret_that_does_not_exist_yet_is_named() -> None:
    with pytest.raises(RunError, match=r"pki/none\.key"):
        compile_batch(
            [step("m", "x", PutFile(file("/etc/x", "a", SecretRef("pki/none.key"))))],
            resolve=resolve, blobs=FakeBlobs(), arch="amd64",
        )  # fmt: skip


async def test_no_secret_is_in_commands_or_scripts(host: FolderHost) -> None:
    feeds = compile_batch(
        [step("m", str(n), action) for n, action in enumerate(EVERYTHING)],
        resolve=resolve, blobs=FakeBlobs(), arch="amd64", root=str(host.root),
    )  # fmt: skip
    [feed] = feeds
    payload = b"".join([chunk async for chunk in feed.payload()])

    assert KEY.reveal() not in feed.command.encode()
    assert payload.count(KEY.reveal()) == 1
    with tarfile.open(fileobj=io.BytesIO(payload)) as tar:
        script = (tar.extractfile("run.sh") or io.BytesIO()).read()
    assert b"PRIVATE KEY" not in script
    assert "PRIVATE" not in repr(feed)


def test_the_current_user_can_own_files() -> None:
    assert guard.account(ME) == ME
