"""What looks through everything that a test session wrote does find secrets."""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.leaks import leaks, said, secrets_under, written

from seakeep.core.secret import Secret
from seakeep.state import certificates

RUN = "runs/20261123T000000Z-apply-0000"
KEY: Secret = certificates.key_pem(certificates.new_key())
TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLW9mLWl0"


def inner(key: Secret) -> str:
    """The middle of the key's base64, as a piece of it might be printed."""
    return "".join(key.reveal().decode().split("-----")[2].split())[40:90]


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder with a key, an encryption key and an empty run. Not under tmp_path, where it would be found."""
    with tempfile.TemporaryDirectory() as folder:
        yield filled(Path(folder))


def filled(top: Path) -> Path:
    for name, content in {
        "pki/etcd/ca.key": KEY.reveal(),
        "pki/etcd/ca.crt": b"public",
        "secrets/encryption.key": base64.b64encode(bytes(range(32))),
        f"{RUN}/spec.yaml": b"kind: Cluster\n",
    }.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return top


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("journal.jsonl", '{"why":"x"}\n' + json.dumps({"record": "end", "error": KEY.reveal().decode()})),
        ("journal.jsonl", json.dumps({"a": 1}) + f'\n{{"torn": "{inner(KEY)}'),
        ("plan.json", json.dumps({"changes": [{"why": f"content is {inner(KEY)}"}]})),
        ("facts.json", json.dumps({"m": {"files": base64.b64encode(KEY.reveal()).decode()}})),
        ("facts.json", json.dumps({"m": {"files": base64.b64encode(inner(KEY).encode()).decode()}})),
        ("facts.json", json.dumps({"m": "units/" + base64.b64encode(KEY.reveal()).decode()})),
        ("facts.json", json.dumps({"m": base64.urlsafe_b64encode(b"{}" + KEY.reveal()).decode()})),
        ("probe.json", json.dumps({"m": base64.b64encode(b"=" + KEY.reveal()).decode()})),
        ("report.json", json.dumps({base64.b64encode(bytes(range(32))).decode(): 1})),
        ("report.json", json.dumps({"password": "hunter2"})),
        ("run.log", f"2026 a: Authorization: Bearer {TOKEN}"),
        ("run.log", f"2026 a: {TOKEN}"),
        ("run.log", "joined with abcdef.0123456789abcdef"),
        ("run.log", "--passphrase=hunter2"),
        ("spec.yaml", KEY.reveal().decode()),
    ],
    ids=range(15),
)  # fmt: skip
def test_a_secret_is_found_wherever_it_stands(state: Path, name: str, content: str) -> None:
    (state / RUN / name).write_text(content)
    (found, *_) = leaks(state)
    assert found.startswith(str(state / RUN / name))
    assert inner(KEY) not in found


@pytest.mark.parametrize("before", range(4))
def test_a_secret_is_found_in_what_a_command_says(state: Path, before: int) -> None:
    held = base64.b64encode(b"x" * before + KEY.reveal()).decode()
    for output in (f"ok {inner(KEY)} ok", f"client-key-data: {base64.b64encode(inner(KEY).encode()).decode()}"):
        assert said(output, state) == [str(state / "pki/etcd/ca.key")]
    assert said(held, state) == [str(state / "pki/etcd/ca.key")]
    assert said("content is 0123456789ab, wanted ba9876543210", state) == []


def test_what_is_no_secret_is_none(state: Path) -> None:
    (state / RUN / "journal.jsonl").write_text(json.dumps({"why": "content is 0123456789ab, wanted ba9876543210"}))
    (state / RUN / "plan.json").write_text(json.dumps({"digest": "0123456789abcdef" * 4, "what": "file /x/ca.key"}))
    (state / RUN / "run.log").write_text("10:00 lock: waiting for a sign of life of me@here (token bucket, v1.37.2)\n")
    assert len(list(written(state))) == 4
    assert len(secrets_under(state)) == 2
    assert leaks(state) == []


SPEAKS = """
import os, subprocess, sys
from seakeep.state import certificates

KEY = certificates.key_pem(certificates.new_key()).reveal().decode()
SAYS = [sys.executable, "-c", "import os; print(os.environ['SAID'])"]
SAID = {**os.environ, "SAID": KEY}

def test_of_what_is_taken_out_of_a_capture(capsys):
    print(KEY)
    assert capsys.readouterr().out

def test_of_what_is_left_in_a_capture(capsys):
    print(KEY, file=sys.stderr)

def test_of_what_is_not_captured_by_the_test():
    print(KEY)

def test_of_a_program_that_is_read():
    subprocess.run(SAYS, env=SAID, capture_output=True, check=True)

def test_of_a_program_that_is_not():
    subprocess.run(SAYS, env=SAID, check=True)

def test_of_a_kept_value(capsysbinary, tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "some").write_bytes(bytes(range(65, 95)))
    sys.stdout.buffer.write(b"it is " + bytes(range(65, 95)))
    capsysbinary.readouterr()

def test_that_is_quiet(capsys):
    print("nothing of interest")
    capsys.readouterr()
"""


def test_a_secret_is_found_in_what_any_test_hears() -> None:
    """A session of its own, that begins as this one did. Not under tmp_path, where what it leaves would be found."""
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_speaks.py").write_text(SPEAKS)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider",
             f"--rootdir={folder}", "-c", os.devnull, "--basetemp", f"{folder}/base", f"{folder}/test_speaks.py"],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = set(re.findall(r"test_speaks\.py-(test_\w+)\.log", done.stdout))
    assert found == set(re.findall(r"def (test_of_\w+)", SPEAKS)), done.stdout + done.stderr
    assert done.returncode == 1
    assert "7 passed, 1 error" in done.stdout
