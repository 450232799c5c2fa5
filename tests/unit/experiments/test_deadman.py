"""The timer on the machine: the real scripts in a real shell, with stand-ins for systemd."""

from pathlib import Path

import pytest

from seakeep.core.errors import RefusedError
from seakeep.experiments import deadman
from seakeep.transport.local import LocalHost

FAULT = "/var/lib/fault"


@pytest.fixture
def host(tmp_path: Path) -> LocalHost:
    """systemctl and systemd-run only write down what they were asked."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("systemctl", "systemd-run"):
        program = programs / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>/var/asked\n')
        program.chmod(0o755)
    return LocalHost("m1", tmp_path / "root", programs=programs)


async def run(host: LocalHost, script: str):
    return await host.run(script, what="try", timeout=300)


async def test_armed_then_disarmed_leaves_nothing(host) -> None:
    heal = f"rm -f {FAULT}\n"
    assert (await run(host, deadman.arm("r1_0", 90, heal))).status == 0
    stored = await run(host, f"cat {deadman.FOLDER}/r1_0/heal; stat -c %a {deadman.FOLDER}/r1_0; touch {FAULT}")
    assert stored.stdout == f"{heal}700\n".encode()
    asked = (await run(host, "cat /var/asked")).stdout.decode()
    assert "--on-active=90" in asked
    assert "--unit=seakeep-storm-r1_0" in asked

    assert (await run(host, deadman.disarm("r1_0", heal))).status == 0

    left = await run(host, f"ls -d {deadman.FOLDER} {FAULT}; tail -1 /var/asked")
    assert left.stdout.decode() == "systemctl stop seakeep-storm-r1_0.timer\n"


async def test_the_timer_keeps_what_a_healing_that_fails_needs(host) -> None:
    await run(host, deadman.arm("r1_0", 90, "false\n"))
    asked = (await run(host, "cat /var/asked")).stdout.decode()
    assert f"sh {deadman.FOLDER}/r1_0/heal && rm -rf {deadman.FOLDER}/r1_0" in asked


async def test_a_healing_that_fails_keeps_the_timer(host) -> None:
    await run(host, deadman.arm("r1_0", 90, "false\n"))

    assert (await run(host, deadman.disarm("r1_0", "exit 3\n"))).status == 3
    assert (await run(host, f"cat {deadman.FOLDER}/r1_0/heal")).stdout == b"false\n"
    assert "stop seakeep-storm-r1_0.timer" not in (await run(host, "tail -1 /var/asked")).stdout.decode()


async def test_sweeping_heals_what_any_run_left_and_says_so(host) -> None:
    await run(host, deadman.arm("r1_0", 90, f"rm -f {FAULT}\n") + deadman.arm("r2_3", 90, "true\n") + f"touch {FAULT}")

    swept = await run(host, deadman.sweep())

    assert (swept.status, swept.stdout) == (0, b"r1_0\nr2_3\n")
    assert (await run(host, f"ls {FAULT} {deadman.FOLDER}/*")).stdout == b""
    assert (await run(host, deadman.sweep())).stdout == b"", "and again does nothing"


async def test_sweeping_goes_on_after_a_healing_that_fails_and_says_so(host) -> None:
    await run(host, deadman.arm("r1_0", 90, "exit 7\n") + deadman.arm("r2_0", 90, "true\n"))

    swept = await run(host, deadman.sweep())

    assert (swept.status, swept.stdout) == (1, b"r2_0\n")
    assert "the healing of r1_0 ended with 7" in swept.stderr


async def test_sweeping_where_nothing_ever_was_is_harmless(host) -> None:
    assert (await run(host, deadman.sweep())).status == 0


@pytest.mark.parametrize("token", ["", "a b", "../x", "A", "x;y"])
def test_a_token_that_is_no_name_is_refused(token) -> None:
    with pytest.raises(RefusedError):
        deadman.arm(token, 1, "")
