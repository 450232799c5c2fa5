"""The hosts without SSH, the fleet, and how scripts travel."""

import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seakeep.core.errors import MachineError
from seakeep.transport.base import Host, Result
from seakeep.transport.dial import NetnsDialer
from seakeep.transport.fake import Call, Die, Drop, Fail, FakeHost, Hang, OperatorKilled
from seakeep.transport.loader import payload_of, script_command
from seakeep.transport.local import LocalHost


async def _stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _load(payload: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["sh", "-c", script_command(5)], input=payload, capture_output=True, check=False)


def test_a_whole_script_runs_with_its_quotes_and_its_status() -> None:
    done = _load(payload_of("cat <<'E'\nit's \"$HOME\"\nE\nexit 3"))
    assert (done.returncode, done.stdout) == (3, b'it\'s "$HOME"\n')


@pytest.mark.parametrize("cut", [1, 5, 13, 20])
def test_a_script_that_is_cut_short_does_not_run_at_all(cut: int) -> None:
    done = _load(payload_of("echo ran\necho ran")[:-cut] if cut > 1 else b"")
    assert (done.returncode, done.stdout) == (125, b"")


def test_a_script_does_not_outlive_its_deadline_on_the_machine() -> None:
    done = subprocess.run(
        ["sh", "-c", script_command(-1)], input=payload_of("sleep 30"), capture_output=True, check=False
    )
    assert done.returncode == 124


async def test_fake_records_and_answers() -> None:
    host: Host = FakeHost("m1", lambda call: Result(0, f"{call.kind} {call.text}\n".encode(), ""))
    lines: list[str] = []
    assert (await host.run("a", what="w", timeout=1)).stdout == b"run a\n"
    await host.feed("b", _stream(b"1", b"2"), what="w", timeout=1, on_line=lines.append)
    assert lines == ["feed b"]
    assert isinstance(host, FakeHost)
    assert host.calls[1] == Call("feed", "m1", "w", "b", b"12")


async def test_fake_fails_on_purpose_before_and_after_the_work() -> None:
    done: list[str] = []

    def work(call: Call) -> Result:
        done.append(call.text)
        return Result(0, b"1\n2\n3\n", "")

    host = FakeHost("m1", work)
    host.fail_at(0, Fail("gone"))
    host.fail_at(1, Die())
    host.fail_at(2, Die(after=True))
    host.fail_when(lambda call: call.text == "drop", Drop(lines=2))
    with pytest.raises(MachineError, match="gone"):
        await host.run("0", what="w", timeout=1)
    for text in ("1", "2"):
        with pytest.raises(OperatorKilled):
            await host.run(text, what="w", timeout=1)
    lines: list[str] = []
    with pytest.raises(MachineError, match="lost"):
        await host.feed("drop", _stream(), what="w", timeout=1, on_line=lines.append)
    assert lines == ["1", "2"]
    await host.run("drop", what="w", timeout=1)
    assert done == ["2", "drop", "drop"]


async def test_fake_hangs_on_its_clock() -> None:
    class Counting:
        slept = 0.0

        async def sleep(self, seconds: float) -> None:
            self.slept += seconds

    clock = Counting()
    host = FakeHost("m1", clock=clock)  # type: ignore[arg-type]
    host.fail_at(0, Hang())
    with pytest.raises(MachineError, match="no answer within 60 s"):
        await host.run("x", what="w", timeout=60)
    assert clock.slept == 60


async def test_a_namespace_that_is_not_there_cannot_be_dialled() -> None:
    with pytest.raises(FileNotFoundError):
        await NetnsDialer("seakeep-no-such-lab").dial("127.0.0.1", 22)


@pytest.mark.skipif(os.geteuid() != 0, reason="makes mounts")
async def test_local_host_catches_what_is_written(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "systemctl").write_text("#!/bin/sh\necho stand-in $*\n")
    (programs / "systemctl").chmod(0o755)
    host: Host = LocalHost("m1", tmp_path / "root", programs=programs)
    done = await host.run("echo x >/etc/seakeep-caught; systemctl start etcd", what="w", timeout=300)
    assert (done.status, done.stdout) == (0, b"stand-in start etcd\n"), done.stderr
    assert (tmp_path / "root/etc/seakeep-caught").read_text() == "x\n"
    assert not Path("/etc/seakeep-caught").exists()  # noqa: ASYNC240
    lines: list[str] = []
    await host.feed("wc -c", _stream(b"x" * 100_000), what="w", timeout=300, on_line=lines.append)
    assert lines == ["100000"]
    with pytest.raises(MachineError, match="no answer"):
        await host.run("sleep 30", what="w", timeout=0.2)
