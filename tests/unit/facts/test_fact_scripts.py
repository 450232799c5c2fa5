"""What the snippets do in a real shell."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from socket import AF_UNIX, SOCK_SEQPACKET, socket, socketpair
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seakeep.core.errors import MachineError
from seakeep.design.complete import complete
from seakeep.facts import (
    accounts,
    apiserver,
    contents,
    deprecated_calls,
    disks,
    etcd_data,
    files,
    fsync,
    images,
    inventory,
    program_modes,
    reach,
    sysctls,
    tools,
    units,
)
from seakeep.facts.base import Ask, Fact, FactSet, MissingFactError, compose, digest, split
from seakeep.facts.files import FileState
from seakeep.facts.program_modes import Loose
from seakeep.facts.read import read
from seakeep.facts.registry import FACTS, HEALTH, STATE
from seakeep.flows.observe import ask, peers_of
from seakeep.spec.load import load
from seakeep.transport.base import Result
from seakeep.transport.fake import Call, FakeHost

from .cases import FOLDER

EXAMPLES = Path(__file__).parents[3] / "examples"
ASKS = [
    ask(design, machine, peers_of(design))
    for name in ("three-sites", "single", "ssh")
    for design in [complete(load(EXAMPLES / f"{name}.yaml"))]
    for machine in design.machines
]
HOSTILE = "a b'c\"$(touch x)`touch y`;&|*?\\-n"


def sh(script: str, *, cwd: Path | None = None) -> bytes:
    done = subprocess.run(["/bin/sh", "-s"], input=script.encode(), capture_output=True, check=True, cwd=cwd)
    return done.stdout


def parsed(fact: Fact[Any], asked: Ask, *, cwd: Path | None = None) -> Any:
    """What a fact says of this computer, read by a batched script as on a machine."""
    return FactSet("here", split(sh(compose([fact], asked, "n1"), cwd=cwd), "n1")).get(fact)


@pytest.mark.parametrize("asked", [Ask(), *ASKS], ids=lambda asked: asked.address or "nothing")
def test_every_script_is_good_shell(asked: Ask) -> None:
    script = compose(FACTS, asked, "n1").encode()
    for shell in ("dash", "bash"):
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=script, check=True)
            for fact in FACTS:
                subprocess.run([shell, "-n"], input=fact.script(asked).encode(), check=True)


def test_files_tells_kind_mode_owner_digest_and_target(tmp_path: Path) -> None:
    plain, folder, link, odd = (tmp_path / name for name in ("plain", "folder", "link", HOSTILE))
    plain.write_bytes(b"text\n")
    plain.chmod(0o640)
    folder.mkdir(mode=0o700)
    link.symlink_to(f"../{HOSTILE} -> x")
    odd.write_bytes(b"")
    missing = tmp_path / "missing"
    asked = Ask(paths=tuple(str(path) for path in (plain, folder, link, missing)))

    found = parsed(files.FACT, asked)

    sha256 = hashlib.sha256(b"text\n").hexdigest()
    who = {"owner": plain.owner(), "group": plain.group()}
    assert found == {
        str(plain): FileState(kind="file", mode=0o640, sha256=sha256, **who),
        str(folder): FileState(kind="directory", mode=0o700, **who),
        str(link): FileState(kind="link", mode=0o777, target=f"../{HOSTILE} -> x", **who),
    }


def test_many_files_are_told_without_one_line_in_another(tmp_path: Path) -> None:
    """More than any buffer on the way holds, and more names than one sha256sum gets."""
    paths = [tmp_path / f"{number:0200}" for number in range(1500)]
    for path in paths:
        path.write_bytes(b"text\n")
    found = files.parse(sh(files.script(Ask(paths=tuple(map(str, paths))))))
    assert {state.sha256 for state in found.values()} == {hashlib.sha256(b"text\n").hexdigest()}
    assert set(found) == set(map(str, paths))


LISTED = """\
dir - {folder}
file - {folder}/plain
file - {folder}/$(touch x)
link ../x {folder}/none
unit - listed.service
unit - $(touch y).service
component - etcd
"""


def test_what_a_machine_says_is_sent_at_once(tmp_path: Path) -> None:
    """Each write would be a packet of its own."""
    for number in range(40):
        (tmp_path / str(number)).write_text("text\n")
    asked = Ask(paths=tuple(map(str, tmp_path.iterdir())))
    ours, its = socketpair(AF_UNIX, SOCK_SEQPACKET)
    with ours, its:
        script = compose([files.FACT, tools.FACT], asked, "n1")
        subprocess.run(["/bin/sh", "-s"], input=script.encode(), stdout=its, check=True)
        whole = ours.recv(1 << 20)
        ours.setblocking(False)
        with pytest.raises(BlockingIOError):
            ours.recv(1)
    assert len(FactSet("here", split(whole, "n1")).get(files.FACT)) == 40


def test_files_and_units_tell_of_what_the_inventory_lists_too(tmp_path: Path) -> None:
    listing = tmp_path / "inventory"
    listing.write_text(LISTED.format(folder=tmp_path))
    (tmp_path / "plain").write_text("text\n")
    asked = Ask(paths=("/etc/passwd", str(tmp_path)), units=("asked.service",))

    found = files.parse(sh(files.FACT.script(asked).replace(inventory.PATH, str(listing)), cwd=tmp_path))
    assert set(found) == {"/etc/passwd", str(tmp_path), f"{tmp_path}/plain"}

    shim = tmp_path / "systemctl"
    shim.write_text('#!/bin/sh\necho "$*" >"$0.asked"\n')
    shim.chmod(0o755)
    script = units.FACT.script(asked).replace(inventory.PATH, str(listing))
    sh(f"PATH={tmp_path}:$PATH\n{script}", cwd=tmp_path)
    assert (tmp_path / "systemctl.asked").read_text().split(" -- ")[1] == "asked.service listed.service\n"
    assert not {"x", "y"} & {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("words", "started", "other"),
    [
        ("/opt/seakeep/bin/x 600", "argv[]=/opt/seakeep/bin/x 600", False),
        ("/opt/seakeep/bin/x 600", "argv[]=/opt/seakeep/bin/x --v=5 600", True),
        # What systemd would have to put in quotes, and what it does not start itself, says nothing.
        ("/opt/seakeep/bin/x 600", 'argv[]=/opt/seakeep/bin/x "6 00"', False),
        ("/opt/seakeep/bin/x 600", "argv[]=/bin/sh -c exec /opt/seakeep/bin/x 600", False),
    ],
)
def test_units_tells_what_their_processes_are(tmp_path: Path, words: str, started: str, other: bool) -> None:
    process = subprocess.Popen(words.split(), executable=shutil.which("sleep"))
    try:
        (tmp_path / "show").write_text(
            f"MainPID={process.pid}\nExecStart={{ path=x ; {started} ; ignore_errors=no ; pid=7 ; }}\nId=x.service\n"
            'DropInPaths="/etc/systemd/system/x.service.d/their own.conf" /run/y.conf\nActiveState=active\n\n'
            "MainPID=0\nExecStart={ path=y ; argv[]=/opt/seakeep/bin/y ; ignore_errors=no }\nId=y.service\n"
        )
        shim = tmp_path / "systemctl"
        shim.write_text('#!/bin/sh\ncat "${0%/*}/show"\n')
        shim.chmod(0o755)
        said = sh(f"PATH={tmp_path}:$PATH\n{units.FACT.script(Ask(units=('x.service', 'y.service')))}")
    finally:
        process.kill()
        process.wait()
    assert str(process.pid).encode() not in said, "every plan would be stale"
    assert b"pid=" not in said
    found = units.parse(said)
    x, y = found["x.service"], found["y.service"]
    assert (x.runs, x.other_command) == (str(Path(shutil.which("sleep") or "").resolve()), other)
    assert x.drop_ins == ("/etc/systemd/system/x.service.d/their own.conf", "/run/y.conf")
    assert (x.active, y.runs, y.other_command) == ("active", "", False)


def test_program_modes_tells_what_others_could_write_or_root_not_run(tmp_path: Path) -> None:
    folder = tmp_path / "kubernetes" / "1"
    folder.mkdir(parents=True)
    for name, mode in (("fine", 0o755), ("open", 0o775), ("dull", 0o644), ("raised", 0o4755), (".manifest", 0o644)):
        (folder / name).write_text("")
        (folder / name).chmod(mode)
    (folder / "link").symlink_to("fine")
    tmp_path.chmod(0o755)
    (tmp_path / "kubernetes").chmod(0o777)
    folder.chmod(0o2755)
    script = program_modes.FACT.script(Ask()).replace(program_modes.ROOT, str(tmp_path))
    me = os.getuid()
    said = program_modes.parse(sh(script.replace("-uid 0", f"-uid {me}")))
    assert said == {
        str(tmp_path / "kubernetes"): Loose(0o777, me),
        str(folder / "open"): Loose(0o775, me),
        str(folder / "dull"): Loose(0o644, me),
        str(folder / "raised"): Loose(0o4755, me),
    }
    assert program_modes.parse(sh(program_modes.FACT.script(Ask()).replace(program_modes.ROOT, "/nowhere"))) == {}


def test_without_an_inventory_only_what_is_asked_for_is_looked_at(tmp_path: Path) -> None:
    script = files.FACT.script(Ask(paths=("/etc/passwd",))).replace(inventory.PATH, f"{tmp_path}/none")
    assert set(files.parse(sh(script))) == {"/etc/passwd"}


def test_contents_tells_one_level_of_each_folder(tmp_path: Path) -> None:
    (tmp_path / "one" / "deep").mkdir(parents=True)
    (tmp_path / "one" / "deep" / "deeper").write_text("")
    (tmp_path / "one" / HOSTILE).write_text("")
    (tmp_path / "one" / "link").symlink_to("/nowhere")
    asked = Ask(exclusive=(f"{tmp_path}/one", f"{tmp_path}/none"))
    folder = f"{tmp_path}/one"
    assert parsed(contents.FACT, asked) == {f"{folder}/deep": "d", f"{folder}/{HOSTILE}": "f", f"{folder}/link": "l"}
    assert parsed(contents.FACT, Ask()) == {}


def test_names_reach_the_shell_as_they_are(tmp_path: Path) -> None:
    asked = Ask(
        paths=(f"{tmp_path}/{HOSTILE}",), units=(HOSTILE,), programs=((HOSTILE, HOSTILE, HOSTILE),), users=(HOSTILE,),
        sysctls=(HOSTILE,), tools=(HOSTILE,), etcd_dir=f"{tmp_path}/{HOSTILE}",
    )  # fmt: skip
    for fact in (files, accounts, tools, sysctls, etcd_data, fsync):
        sh(f"({fact.FACT.script(asked)}) 2>/dev/null || true", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_sysctls_gives_whole_values() -> None:
    """The kernel gives a setting only to one read from the start: read byte by byte, it ends after the first digit."""
    asked = Ask(sysctls=("kernel.pid_max", "net.ipv4.ip_local_port_range", "no.such.setting"))
    wanted = {
        name: " ".join(Path("/proc/sys", *name.split(".")).read_text().split())
        for name in ("kernel.pid_max", "net.ipv4.ip_local_port_range")
    }
    assert len(wanted["kernel.pid_max"]) > 1
    assert parsed(sysctls.FACT, asked) == wanted


def test_disks_tells_the_space_of_the_nearest_folder() -> None:
    found = parsed(disks.FACT, Ask())
    assert set(found) == {"/", "/opt", "/var/lib", "/var/log"}
    assert all(space.total_mb >= space.free_mb >= 0 for space in found.values())


def test_fsync_measures_and_leaves_nothing(tmp_path: Path) -> None:
    times = parsed(fsync.FACT, Ask(etcd_dir=f"{tmp_path}/not/yet"))
    assert times.samples == 200
    assert 0 < times.p50 <= times.p99
    assert list(tmp_path.iterdir()) == []


def test_etcd_data_wants_a_write_ahead_log(tmp_path: Path) -> None:
    asked = Ask(etcd_dir=str(tmp_path))
    assert parsed(etcd_data.FACT, asked) is False
    (tmp_path / "member" / "wal").mkdir(parents=True)
    assert parsed(etcd_data.FACT, asked) is True


def test_accounts_and_tools_tell_what_is_there(tmp_path: Path) -> None:
    assert parsed(accounts.FACT, Ask(users=("root", "nobody-of-that-name"))) == {"root"}
    assert parsed(tools.FACT, Ask(tools=("sh", "/etc/passwd", "/no/file", "no-such-tool"))) == {"sh", "/etc/passwd"}


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_an_api_server_that_is_down_is_not_ready_rather_than_unknown(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_bytes((FOLDER / "kubelet_cert" / "rotated.out").read_bytes())
    script = apiserver.script(Ask(address="127.0.0.1")).replace("/etc/kubernetes/pki", str(tmp_path))
    down = fact_of("apiserver", script.replace(":6443/", ":1/"))
    without_curl = fact_of("apiserver", f"PATH={tmp_path}\n{script}")

    found = split(sh(compose([down], Ask(), "n1")), "n1")
    assert apiserver.parse(found["apiserver"]) is False
    assert split(sh(compose([without_curl], Ask(), "n1")), "n1") == {}


@pytest.mark.parametrize(("active", "read"), [(False, {"images": b""}), (True, {})])
def test_images_of_a_containerd_that_does_not_run_are_none(
    tmp_path: Path, active: bool, read: dict[str, bytes]
) -> None:
    """Its socket may still be there. One that runs and does not answer is unknown."""
    for name, ends in (("ctr", 1), ("systemctl", 0 if active else 3)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {ends}\n")
        (tmp_path / name).chmod(0o755)
    with socket(AF_UNIX) as listening:
        listening.bind(str(tmp_path / "sock"))
        script = images.script(Ask(programs=(("containerd", "1", "ctr"),)))
        script = script.replace("/opt/seakeep/bin", str(tmp_path)).replace(
            "/run/containerd/containerd.sock", f"{tmp_path}/sock"
        )
        fact = fact_of("images", f"PATH={tmp_path}:$PATH\n{script}")
        assert split(sh(compose([fact], Ask(), "n1")), "n1") == read


def test_reach_asks_every_peer_at_its_own_port() -> None:
    script = reach.script(Ask(peers=(("b", "192.0.2.2", 22), ("c", "192.0.2.3", 2222))))
    assert "/dev/tcp/192.0.2.2/22'" in script
    assert "/dev/tcp/192.0.2.3/2222'" in script


def test_reading_state_and_health_changes_nothing(tmp_path: Path) -> None:
    """In a mount namespace where nothing can be written, everything is still read."""
    unshare = ["unshare", "--mount", "sh", "-c", "mount -o remount,bind,ro / && exec sh -s"]
    if subprocess.run([*unshare], input=b"true", capture_output=True, check=False).returncode != 0:
        pytest.skip("this user may make no mount namespace")
    asked = Ask(
        paths=("/etc/passwd",), users=("root",), sysctls=("kernel.pid_max",), tools=("sh",), address="127.0.0.1"
    )
    script = compose(dict.fromkeys((*STATE, *HEALTH)), asked, "n1")
    locked = subprocess.run(unshare, input=script.encode(), capture_output=True, check=True).stdout
    for name in ("files", "accounts", "sysctls", "tools", "system"):
        assert split(locked, "n1")[name] == split(sh(script), "n1")[name]


def fact_of(name: str, script: str, *, volatile: bool = False) -> Fact[bytes]:
    return Fact(id=name, script=lambda _: script, parse=bytes, volatile=volatile)


@given(content=st.binary(max_size=60))
def test_content_that_looks_like_a_boundary_is_content(content: bytes) -> None:
    mark = b"\n@@seakeep "
    body = content + mark + b"other end\n" + mark + b"nonce"
    output = b"banner\n" + mark + b"nonce one\n" + body + mark + b"nonce end\n"
    assert split(output, "nonce") == {"one": body}


@given(cut=st.integers(min_value=0, max_value=200))
def test_what_was_cut_off_is_left_out_and_the_rest_is_whole(cut: int) -> None:
    facts = [fact_of("one", "echo first"), fact_of("two", "echo second")]
    whole = WHOLE if facts else b""
    found = split(whole[:cut], "n1")
    assert found.items() <= split(whole, "n1").items()


WHOLE = sh(compose([fact_of("one", "echo first"), fact_of("two", "echo second")], Ask(), "n1"))


def test_a_snippet_that_fails_costs_only_its_own_fact() -> None:
    facts = [
        fact_of("good", "printf text"), fact_of("partial", "echo half; exit 3"), fact_of("loud", "echo no >&2; true"),
        fact_of("hungry", "cat"), fact_of("after", "echo yes"), fact_of("none", ""),
    ]  # fmt: skip
    found = split(sh(compose(facts, Ask(), "n1")), "n1")
    assert found == {"good": b"text", "loud": b"", "hungry": b"", "after": b"yes\n"}


def test_what_was_not_read_and_what_is_not_understood_are_missing() -> None:
    def never(output: bytes) -> str:
        raise ValueError("strange")

    odd: Fact[str] = Fact(id="odd", script=lambda _: "", parse=never)
    facts = FactSet("m", {"odd": b"x"})
    for fact in (odd, fact_of("unread", "true")):
        with pytest.raises(MissingFactError, match=f"m: the fact '{fact.id}'"):
            facts.get(fact)
        assert facts.find(fact) is None


def test_the_digest_moves_with_what_is_steady_only() -> None:
    steady, moving = fact_of("steady", ""), fact_of("moving", "", volatile=True)

    def of(**raw: bytes) -> str:
        return digest([FactSet("a", raw), FactSet("b", {})], [steady, moving])

    assert of(steady=b"1", moving=b"1") == of(steady=b"1", moving=b"2")
    assert of(steady=b"1") != of(steady=b"2")
    assert of(steady=b"") != of()
    assert of(steady=b"1") == digest([FactSet("b", {}), FactSet("a", {"steady": b"1"})], [moving, steady])


async def test_one_call_reads_all_facts_of_a_machine() -> None:
    def answer(call: Call) -> Result:
        return Result(0, sh(call.text), "")

    host = FakeHost("m", answer)
    facts = await read(host, [fact_of("one", "echo 1"), fact_of("two", "exit 1")], Ask())
    assert facts.raw == {"one": b"1\n"}
    assert len(host.calls) == 1


async def test_a_shell_that_ends_badly_is_a_machine_error() -> None:
    host = FakeHost("m", lambda _: Result(127, b"", "sh: not found"))
    with pytest.raises(MachineError, match="could not be read") as caught:
        await read(host, [fact_of("one", "echo 1")], Ask())
    assert caught.value.status == 127


def audit_event(verb: str, user: str, reference: str, annotations: str) -> str:
    """As an API server writes it, the body of the request included."""
    return (
        '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","stage":"ResponseComplete",'
        f'"requestURI":"/x","verb":"{verb}","user":{{"username":"{user}","uid":"u","groups":["a","b"]}},'
        f'"sourceIPs":["192.0.2.1"],"userAgent":"tool/v1 (linux/amd64)","objectRef":{{{reference}}},'
        '"responseStatus":{"metadata":{},"code":200},"requestObject":{"metadata":{"annotations":{"word":"secret"}}},'
        f'"requestReceivedTimestamp":"2026-11-25T00:00:00.000000Z","annotations":{{{annotations}}}}}\n'
    )


def test_callers_of_deprecated_apis_are_counted_without_names_and_bodies(tmp_path: Path) -> None:
    old, allowed = '"k8s.io/deprecated":"true"', '"authorization.k8s.io/decision":"allow"'
    flow = '"resource":"flowschemas","name":"f","apiGroup":"flowcontrol.apiserver.k8s.io","apiVersion":"v1beta3"'
    log = tmp_path / "audit.log"
    log.write_text(
        audit_event("get", "old", flow, f'{allowed},{old},"k8s.io/removed-release":"1.32"')
        + audit_event("patch", "admin", '"resource":"endpoints","namespace":"a","name":"b","apiVersion":"v1"', old)
        + audit_event("patch", "admin", '"resource":"endpoints","namespace":"c","apiVersion":"v1"', f"{allowed},{old}")
        + audit_event("patch", "admin", '"resource":"pods","namespace":"c","apiVersion":"v1"', allowed)
    )
    asked = Ask(audit_log=str(log))
    assert b"secret" not in sh(deprecated_calls.script(asked))
    found = [(each.times, each.user, each.resource, each.removed) for each in parsed(deprecated_calls.FACT, asked)]
    assert found == [(2, "admin", "endpoints", ""), (1, "old", "flowschemas", "1.32")]
    log.unlink()
    with pytest.raises(MissingFactError):
        parsed(deprecated_calls.FACT, asked)
