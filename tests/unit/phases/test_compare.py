"""Every difference between what artifacts want on a machine and what facts tell of it."""

from dataclasses import replace
from typing import Any

import pytest

from seakeep.artifacts.base import DirSpec, FileSpec, MachineFiles, UnitSpec, UserSpec
from seakeep.core.change import Risk
from seakeep.core.secret import SecretRef
from seakeep.engine.batch import check_step
from seakeep.engine.model import PutDir, PutFile, PutLink, PutUser, SetAside, Step, UnitDo, UnitVerb
from seakeep.facts.base import FactSet
from seakeep.facts.files import FileState
from seakeep.facts.units import UnitState
from seakeep.phases.compare import Comparer, service, unit_stamp

from .world import RUNNING, Box, design_of, resolve, sha256

FILE = FileSpec(path="/etc/x.conf", parts=("a = 1\n",), mode=0o640, owner="etcd", group="etcd")
SAME = FileState(kind="file", mode=0o640, owner="etcd", group="etcd", sha256=sha256("a = 1\n"))
DIR = DirSpec(path="/etc/x", mode=0o750)
SAME_DIR = FileState(kind="directory", mode=0o750, owner="root", group="root")
LINK = ("/opt/seakeep/bin/x", "../x/2/x")
SAME_LINK = FileState(kind="link", mode=0o777, owner="root", group="root", target="../x/2/x")
UNIT_FILE = FileSpec(path="/etc/systemd/system/x.service", parts=("[Service]\n",))
SAME_UNIT_FILE = FileState(kind="file", mode=0o644, owner="root", group="root", sha256=sha256("[Service]\n"))
UNIT = UnitSpec(
    name="x",
    reads=(UNIT_FILE.path, FILE.path, "/etc/elsewhere"),
    binaries=(("comp", "x"),),
    reloads=(FILE.path,),
    risk=Risk.QUORUM,
)
DIGESTS: dict[str, str | None] = {FILE.path: SAME.sha256, UNIT_FILE.path: SAME_UNIT_FILE.sha256}
PROGRAMS = {("comp", "x"): "1" * 64}
STAMP = unit_stamp(UNIT, DIGESTS, PROGRAMS)
SAME_UNIT = replace(RUNNING, stamp=STAMP)
ALL = {FILE.path: SAME, DIR.path: SAME_DIR, LINK[0]: SAME_LINK, UNIT_FILE.path: SAME_UNIT_FILE}


def facts(files: dict[str, FileState], unit: UnitState | None = SAME_UNIT, *, users: tuple[str, ...] = ()) -> FactSet:
    box = Box(design_of().machine("a-cp1"), files=dict(files), accounts=set(users))
    box.units = {"x.service": unit} if unit else {}
    return box.facts()


def compare(found: FactSet, **wanted: Any) -> list[Step]:
    comparer = Comparer("test", found, resolve, serial="group")
    return list(comparer.steps(MachineFiles(**wanted), digests=DIGESTS, programs=PROGRAMS))


def whys(steps: list[Step]) -> list[str]:
    return [step.change.why for step in steps]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (SAME, None),
        (None, "does not exist"),
        (replace(SAME, kind="directory", sha256=""), "is a directory, not a file"),
        (replace(SAME, kind="link", sha256="", target="/dev/null"), "is a link, not a file"),
        (replace(SAME, kind="other", sha256=""), "is a device, pipe or socket, not a file"),
        (replace(SAME, mode=0o644), "mode is 0644, wanted 0640"),
        (replace(SAME, mode=0o4640), "mode is 4640, wanted 0640"),
        (replace(SAME, owner="root"), "owner is root:etcd, wanted etcd:etcd"),
        (replace(SAME, group="UNKNOWN"), "owner is etcd:UNKNOWN, wanted etcd:etcd"),
        (replace(SAME, sha256=""), f"content is unreadable, wanted {SAME.sha256[:12]}"),
        (
            replace(SAME, sha256="0" * 64, mode=0o600),
            f"content is 000000000000, wanted {SAME.sha256[:12]}; mode is 0600, wanted 0640",
        ),
    ],
)
def test_files(found: FileState | None, why: str | None) -> None:
    steps = compare(facts({FILE.path: found} if found else {}), files=(FILE,))
    assert whys(steps) == ([why] if why else [])
    assert [step.action for step in steps] == ([PutFile(FILE)] if why else [])


def test_a_file_whose_secret_is_not_issued_yet_is_written_whatever_is_there() -> None:
    file = replace(FILE, parts=(SecretRef("pki/x.crt"),))
    comparer = Comparer("test", facts({FILE.path: SAME}), lambda _: None)
    assert whys(list(comparer.steps(MachineFiles(files=(file,))))) == ["its certificate or key is about to be issued"]


def test_nothing_secret_is_in_a_reason() -> None:
    file = replace(FILE, parts=(SecretRef("pki/x.key"),))
    (step,) = compare(facts({FILE.path: SAME}), files=(file,))
    assert "content of" not in repr(step)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (SAME_DIR, None),
        (None, "does not exist"),
        (SAME, "is a file, not a folder"),
        (replace(SAME_DIR, mode=0o755), "mode is 0755, wanted 0750"),
        (replace(SAME_DIR, group="adm"), "owner is root:adm, wanted root:root"),
    ],
)
def test_folders(found: FileState | None, why: str | None) -> None:
    steps = compare(facts({DIR.path: found} if found else {}), dirs=(DIR,))
    assert [(step.change.why, step.action) for step in steps] == ([(why, PutDir(DIR))] if why else [])


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (SAME_LINK, None),
        (None, "does not exist"),
        (SAME, "is a file, not a link"),
        (replace(SAME_LINK, target="../x/1/x"), "points at ../x/1/x, wanted ../x/2/x"),
    ],
)
def test_links(found: FileState | None, why: str | None) -> None:
    steps = compare(facts({LINK[0]: found} if found else {}), links=(LINK,))
    assert [(step.change.why, step.action) for step in steps] == ([(why, PutLink(*LINK))] if why else [])


def test_accounts() -> None:
    user = UserSpec(name="etcd", home="/var/lib/etcd")
    assert compare(facts({}, users=("etcd",)), users=(user,)) == []
    (step,) = compare(facts({}), users=(user,))
    assert step.action == PutUser(user)


OVERRIDE = "/etc/systemd/system/x.service.d/o.conf"


@pytest.mark.parametrize(
    ("change", "verb", "why"),
    [
        ({}, None, ""),
        ({"active": "reloading"}, None, ""),
        ({"enabled": "static"}, None, ""),
        ({"drop_ins": ("/usr/lib/systemd/system/service.d/10.conf",)}, None, ""),
        ({"stamp": ""}, "start", "was never started by Seakeep"),
        ({"active": "inactive", "sub": "dead"}, "start", "is inactive (dead), wanted active"),
        ({"active": "failed", "sub": "failed"}, "start", "is failed (failed), wanted active"),
        ({"active": "activating", "sub": "auto-restart"}, "restart", "is activating (auto-restart), wanted active"),
        ({"stamp": "0" * 64}, "restart", "runs with an older configuration or program"),
        ({"stamp": "0" * 64, "active": "failed", "sub": "failed"}, "start", "is failed (failed), wanted active"),
        ({"load": "masked"}, "restart", "its unit file is masked"),
        ({"load": "masked", "active": "inactive"}, "start", "its unit file is masked"),
        ({"load": "not-found", "active": "failed"}, "start", "its unit file is not-found"),
        ({"enabled": "disabled"}, "start", "is disabled, wanted enabled"),
        ({"enabled": "enabled-runtime"}, "start", "is enabled-runtime, wanted enabled"),
        ({"other_command": True}, "restart", "still runs with other arguments than its unit file has"),
        ({"other_command": True, "active": "failed", "sub": "failed"}, "start", "is failed (failed), wanted active"),
        ({"enabled": ""}, "start", "is not enabled, wanted enabled"),
        ({"needs_reload": True}, "restart", "systemd still has an older unit file loaded"),
    ],
)
def test_units(change: dict[str, Any], verb: str | None, why: str) -> None:
    steps = compare(facts(ALL, replace(SAME_UNIT, **change)), units=(UNIT,), files=(FILE, UNIT_FILE))
    wanted = [(UnitDo("x.service", UnitVerb(verb), STAMP), why)] if verb else []
    assert [(step.action, step.change.why) for step in steps] == wanted


def test_a_unit_that_nobody_has_seen_is_started() -> None:
    (step,) = compare(facts(ALL, None), units=(UNIT,))
    assert (step.action, step.change.risk, step.serial) == (
        UnitDo("x.service", UnitVerb.START, STAMP),
        Risk.NONE,
        None,
    )


@pytest.mark.parametrize(
    ("changed", "stamp", "verb", "why"),
    [
        ({FILE.path}, "0" * 64, UnitVerb.RELOAD, "reads 1 changed file"),
        ({FILE.path}, STAMP, UnitVerb.RELOAD, "reads 1 changed file"),
        ({UNIT_FILE.path}, STAMP, UnitVerb.RESTART, "may run with a changed x.service"),
        ({FILE.path, UNIT_FILE.path}, "0" * 64, UnitVerb.RESTART, "runs with an older configuration or program"),
        (set(), "0" * 64, UnitVerb.RESTART, "runs with an older configuration or program"),
    ],
)
def test_a_reload_is_enough_only_when_all_that_changed_is_reloaded(
    changed: set[str], stamp: str, verb: UnitVerb, why: str
) -> None:
    files = {path: replace(state, sha256="0" * 64) if path in changed else state for path, state in ALL.items()}
    steps = compare(facts(files, replace(SAME_UNIT, stamp=stamp)), units=(UNIT,), files=(FILE, UNIT_FILE))
    assert [type(step.action) for step in steps] == [PutFile] * len(changed) + [UnitDo]
    step = steps[-1]
    assert (step.action, step.change.why) == (UnitDo("x.service", verb, STAMP), why)
    assert step.change.risk is (Risk.RELOAD if verb is UnitVerb.RELOAD else Risk.QUORUM)
    assert step.serial == ("group" if verb is UnitVerb.RESTART else None)


def test_a_changed_mode_restarts_nothing() -> None:
    steps = compare(facts({**ALL, FILE.path: replace(SAME, mode=0o600)}), units=(UNIT,), files=(FILE, UNIT_FILE))
    assert [type(step.action) for step in steps] == [PutFile]


CONTROL = "/etc/systemd/system.control/x.service.d/50-CPU.conf"
RUNTIME = "/run/systemd/system/x.service.d/50-CPU.conf"
LOCAL = "/usr/local/lib/systemd/system/x.service.d/their own.conf"


def test_overrides_are_set_aside_before_the_unit_is_restarted() -> None:
    drop_ins = ("/usr/lib/systemd/system/service.d/10.conf", OVERRIDE, RUNTIME, CONTROL, LOCAL)
    steps = compare(facts(ALL, replace(SAME_UNIT, drop_ins=drop_ins)), units=(UNIT,))
    assert [step.action for step in steps] == [
        SetAside(OVERRIDE),
        SetAside(RUNTIME),
        SetAside(CONTROL),
        SetAside(LOCAL),
        UnitDo("x.service", UnitVerb.RESTART, STAMP),
    ]
    assert [step.serial for step in steps] == [None, None, None, None, "group"]
    for step in steps:
        check_step(step)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/systemd/system/service.d/all.conf",
        "/etc/systemd/system/x-.service.d/some.conf",
        "/etc/systemd/system/y.service.d/theirs.conf",
        "/usr/lib/systemd/system/x.service.d/10.conf",
    ],
)
def test_an_override_that_says_something_about_other_units_too_stays(path: str) -> None:
    assert compare(facts(ALL, replace(SAME_UNIT, drop_ins=(path,))), units=(UNIT,)) == []


def test_a_unit_file_that_hides_ours_is_set_aside() -> None:
    hiding = "/etc/systemd/system.control/x.service"
    steps = compare(facts(ALL, replace(SAME_UNIT, fragment=hiding)), units=(UNIT,))
    assert [step.action for step in steps] == [SetAside(hiding), UnitDo("x.service", UnitVerb.RESTART, STAMP)]
    assert steps[-1].change.why == "runs with an override: x.service"
    check_step(steps[0])


PROGRAM = "/opt/seakeep/x/2/x"


@pytest.mark.parametrize(
    ("runs", "why"),
    [
        (PROGRAM, ""),
        ("", ""),
        ("/opt/theirs", f"still runs /opt/theirs, wanted {PROGRAM}"),
        (f"{PROGRAM} (deleted)", f"still runs {PROGRAM} (deleted), wanted {PROGRAM}"),
        ("/opt/seakeep/x/1/x", f"still runs /opt/seakeep/x/1/x, wanted {PROGRAM}"),
    ],
)
def test_a_process_that_is_of_another_program_than_the_one_in_place_is_restarted(runs: str, why: str) -> None:
    steps = compare(facts(ALL, replace(SAME_UNIT, runs=runs)), units=(UNIT,), links=(LINK,))
    assert whys(steps) == ([why] if why else [])
    assert [(step.action, step.serial) for step in steps] == (
        [(UnitDo("x.service", UnitVerb.RESTART, STAMP), "group")] if why else []
    )


def test_the_process_of_a_program_that_the_machine_brought_is_the_machines() -> None:
    assert compare(facts(ALL, replace(SAME_UNIT, runs="/usr/sbin/haproxy (deleted)")), units=(UNIT,)) == []


@pytest.mark.parametrize("active", ["active", "failed"])
def test_a_unit_whose_program_or_link_is_wrong_is_restarted_though_its_stamp_is_right(active: str) -> None:
    found = facts(ALL, replace(SAME_UNIT, active=active, sub=active))
    comparer = Comparer("test", found, resolve, serial="group")
    (step,) = comparer.steps(
        MachineFiles(units=(UNIT,)), digests=DIGESTS, programs=PROGRAMS, replaced={("comp", "x"), ("comp", "y")}
    )
    wanted = (UnitVerb.RESTART, "may run with a changed x") if active == "active" else (UnitVerb.START, "is failed")
    assert isinstance(step.action, UnitDo)
    assert step.action.verb is wanted[0]
    assert step.change.why.startswith(wanted[1])
    other = {**ALL, LINK[0]: replace(SAME_LINK, target="../x/1/x")}
    steps = compare(facts(other), links=(LINK,), units=(UNIT,))
    assert [type(step.action) for step in steps] == [PutLink, UnitDo]
    assert steps[-1].change.why == "may run with a changed x"


def test_a_program_that_the_unit_does_not_run_restarts_nothing() -> None:
    comparer = Comparer("test", facts(ALL), resolve)
    wanted = MachineFiles(units=(UNIT,))
    assert list(comparer.steps(wanted, digests=DIGESTS, programs=PROGRAMS, replaced={("comp", "y")})) == []


@pytest.mark.parametrize("active", ["active", "reloading", "activating", "inactive", "failed", "deactivating"])
@pytest.mark.parametrize("change", [{"stamp": "0" * 64}, {"needs_reload": True}, {"drop_ins": (OVERRIDE,)}])
def test_a_unit_is_in_its_serial_group_only_when_something_running_is_taken_down(
    active: str, change: dict[str, Any]
) -> None:
    steps = compare(facts(ALL, replace(SAME_UNIT, active=active, sub="x", **change)), units=(UNIT,))
    step = steps[-1]
    assert isinstance(step.action, UnitDo)
    runs = active in {"active", "reloading", "activating"}
    assert (step.serial == "group") == (runs and step.action.verb is UnitVerb.RESTART)
    assert step.change.risk is (Risk.QUORUM if runs else Risk.NONE)


def test_the_stamp_moves_with_everything_that_the_unit_reads_and_nothing_else() -> None:
    assert unit_stamp(UNIT, {**DIGESTS, "/etc/other": "1"}, {**PROGRAMS, ("comp", "y"): "1"}) == STAMP
    for path in UNIT.reads:
        assert unit_stamp(UNIT, {**DIGESTS, path: "1" * 64}, PROGRAMS) != STAMP
    assert unit_stamp(UNIT, DIGESTS, {("comp", "x"): "2" * 64}) != STAMP
    assert unit_stamp(replace(UNIT, reads=UNIT.reads[::-1]), DIGESTS, PROGRAMS) == STAMP


def test_the_order_is_the_order_of_doing() -> None:
    user = UserSpec(name="etcd", home="/x")
    steps = compare(facts({}, None), users=(user,), dirs=(DIR,), files=(FILE,), links=(LINK,), units=(UNIT,))
    assert [type(step.action) for step in steps] == [PutUser, PutDir, PutFile, PutLink, UnitDo]


def test_the_full_name_of_a_unit() -> None:
    assert (service("etcd"), service("x.timer")) == ("etcd.service", "x.timer")
