"""kill -9 of the operator's process at random moments, a connection lost, a machine lost, a state folder lost.

One machine by default. SEAKEEP_CRASH_EXAMPLE names another example, SEAKEEP_CRASH_KILLS the number of kills of the
bring-up and of the change, SEAKEEP_CRASH_SEED the dice: `bench/crash.py` runs the long version on three sites.
"""

import itertools
import os
import random
import shutil
import signal
import time

import pyrage
import pytest
from tests.lab.cluster import Cluster

pytestmark = pytest.mark.lab

EXAMPLE = os.environ.get("SEAKEEP_CRASH_EXAMPLE", "single")
KILLS = int(os.environ.get("SEAKEEP_CRASH_KILLS", "3"))
SEED = int(os.environ.get("SEAKEEP_CRASH_SEED", "20261125"))


@pytest.fixture(scope="module")
def dice():
    print(f"\nseed {SEED}")  # noqa: T201 - shown when a test fails, and by the long version
    return random.Random(SEED)


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    cluster = Cluster.of(EXAMPLE, f"crash-{os.getpid()}", tmp_path_factory.mktemp("crash"))
    try:
        cluster.run("sources", "fetch", timeout=3000).ok()
        cluster.run("lab", "up").ok()
        yield cluster
    finally:
        cluster.run("lab", "down").ok()


def go_on(cluster):
    """What a person does after a crash: resume where something can be resumed, else apply."""
    runs = cluster.run("runs", "list", "-o", "json").ok().json["runs"]
    unfinished = bool(runs) and runs[0]["outcome"] in ("interrupted", "failed")
    return "resume" if unfinished else "apply"


def killed_after(cluster, seconds):
    """A process that is killed so long after it has begun to change something: (verb, whether its run came to its end
    before that, the last thing it said)."""
    verb = go_on(cluster)
    process = cluster.start(verb, "--yes")
    said = ["(nothing)"]
    with process.stderr as stream:
        for line in stream:
            said.append(line.strip())
            if "== " in line and "Read and plan" not in line:
                break
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        said += [line.strip() for line in stream if line.strip()]
    assert process.wait() in (0, -signal.SIGKILL)
    # A process may be killed while it exits: its run has ended all the same.
    judged = cluster.run("runs", "judge").code
    assert judged == 0 or (judged == 1 and process.returncode != 0)
    return verb, judged == 0, said[-1]


def kill_over_and_over(cluster, dice, kills, longest, begin):
    """Until it was killed at work that often, then to the end. What comes to its end before that is begun anew."""
    fallen = 0
    begin()
    while fallen < kills:
        seconds = dice.uniform(0, longest)
        verb, ended, said = killed_after(cluster, seconds)
        if ended:
            print(f"{verb} came to its end within {seconds:.1f} s: begun anew")  # noqa: T201 - as above
            holds(cluster)
            begin()
            continue
        fallen += 1
        print(f"kill {fallen}: {verb} after {seconds:.1f} s, at: {said[:100]}")  # noqa: T201 - as above
        assert cluster.run("runs", "list", "-o", "json").ok().json["runs"][0]["outcome"] == "interrupted"
    cluster.run(go_on(cluster), "--yes", timeout=900).ok()
    holds(cluster)


def holds(cluster):
    """Nothing is left to do, the cluster is well, the last run is judged good, and nothing stays of what was killed."""
    assert cluster.plan() == []
    spaces = ("kubectl", "--", "get", "namespaces", "-o", "name")
    cluster.eventually(lambda: "seakeep-" not in cluster.run(*spaces).ok().out, "the namespaces of killed runs to go")
    assert cluster.run("status", "-o", "json").ok().json["verdict"] == "PASS"
    judged = cluster.run("runs", "judge", "-o", "json").ok().json
    assert {finding["verdict"] for finding in judged["findings"]} <= {"PASS", "NOT_APPLICABLE"}, judged


def machine():
    """One that has an API server."""
    return "single" if EXAMPLE == "single" else "a-cp1"


def test_the_connection_is_lost_in_the_middle(one):
    """Every SSH session of the operator on the machine dies while programs are being placed."""
    cut = "systemd-run -q --no-block sh -c 'sleep 0.2; pkill -9 -f ^sshd.*root'"
    placing = f"{machine()}: place kubernetes"
    said = one.kill_at(placing, "apply", "--yes", act=lambda: one.ssh(machine(), cut))
    assert "connection" in said
    assert "seakeep resume" in said
    assert one.run("runs", "judge").code == 1


def test_a_bring_up_is_killed_over_and_over(one, dice):
    """The first one goes on from what the lost connection left; any further one starts from bare machines."""

    times = itertools.count()

    def begin():
        if next(times):
            one.run("reset", "--yes").ok()

    kill_over_and_over(one, dice, KILLS, 8 if EXAMPLE == "single" else 25, begin)


def test_a_change_is_killed_over_and_over(one, dice):
    """etcd and the API servers restart with other settings."""
    text = one.file.read_text()
    settings = itertools.count(1)

    def begin():
        number = next(settings)
        etcd = f"{{heartbeatMs: {120 + number}, electionMs: 1200}}"
        audit = f"{{audit: {{maxAgeDays: {30 + number}}}}}"
        one.file.write_text(text.replace("spec:\n", f"spec:\n  etcd: {etcd}\n  security: {audit}\n", 1))

    kill_over_and_over(one, dice, KILLS, 6 if EXAMPLE == "single" else 20, begin)


def test_a_machine_is_lost_in_the_middle(one):
    one.ssh(
        machine(), "for f in /etc/etcd/etcd.yaml /etc/kubernetes/*.yaml; do [ -f $f ] && echo '# x' >>$f; done"
    ).ok()

    def lose():
        one.run("lab", "kill", machine()).ok()
        one.run("lab", "start", machine()).ok()

    said = one.kill_at("== Machines", "apply", "--yes", act=lose)
    if "error" in said:
        assert "seakeep resume" in said
    one.eventually(lambda: one.run("status").code == 0, "the machine to come back", 180)
    one.run(go_on(one), "--yes").ok()
    assert one.plan() == []
    assert one.run("status", "-o", "json").ok().json["verdict"] == "PASS"


def test_a_state_folder_is_lost_but_for_its_keys(one):
    """What machines have is brought back; with another encryption key no Secret could be read."""
    one.run("kubectl", "--", "create", "secret", "generic", "kept", "--from-literal=word=seaworthy").ok()
    before = {path: path.read_bytes() for path in one.state.rglob("*.key")}
    roster = (one.state / "roster.json").read_bytes()
    for path in one.state.iterdir():
        if path.name != "pki":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (one.state / "pki" / "sa.key").unlink()
    refused = one.run("plan").ok(4)
    assert "pki/sa.key, secrets/encryption.key" in refused.err
    assert "seakeep state recover" in refused.err
    recovered = one.run("state", "recover", "-o", "json").ok().json["values"]
    assert {each["name"] for each in recovered} == {"pki/sa.key", "secrets/encryption.key", "roster.json"}
    assert (one.state / "roster.json").read_bytes() == roster
    assert {path: path.read_bytes() for path in one.state.rglob("*.key")} == before
    assert one.plan() == []
    assert one.run("apply", "--yes").ok().code == 0
    word = one.run("kubectl", "--", "get", "secret", "kept", "-o", "jsonpath={.data.word}").ok().out
    assert word == "c2Vhd29ydGh5"


def test_another_operator_goes_on_where_the_first_was_killed(one):
    """The folder travels in an encrypted file: to another computer, as far as Seakeep can tell."""
    one.ssh(machine(), "echo '# drift' >>/etc/kubernetes/kube-proxy.yaml").ok()
    one.kill_at("== Machines", "apply", "--yes")
    key = pyrage.x25519.Identity.generate()
    file, identity = one.folder / "state.age", one.folder / "age.txt"
    one.run("state", "export", str(file), "--recipient", str(key.to_public())).ok()
    identity.touch(mode=0o600)
    identity.write_text(str(key))
    other = Cluster(one.name, one.folder / "other")
    other.folder.mkdir()
    other.file.write_text(one.file.read_text())
    os.environ.pop("SEAKEEP_PASSPHRASE_FILE", None)
    other.run("state", "import", str(file), "--identity", str(identity)).ok()
    assert [path.name for path in (other.folder / "state").iterdir()] == [one.name]
    other.run(go_on(other), "--yes").ok()
    assert other.plan() == []
    assert "already holds" in other.run("state", "import", str(file), "--identity", str(identity)).ok(4).err
    shutil.rmtree(one.state)
    shutil.copytree(other.state, one.state)
