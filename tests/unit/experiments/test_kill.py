"""What is killed with a unit, and what goes on."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.unit.phases.world import design_of

from seakeep.experiments import containerd_killed, scripts
from seakeep.experiments.base import Injection, Shell


def test_containers_outlive_containerd() -> None:
    """Shims are in the control group of containerd: `systemctl kill` would take them along, and every container."""
    design = design_of()
    injection = Injection(design=design, targets=design.nodes[:1], seconds=5, token="t_0")
    action = containerd_killed.inject(injection)[0]
    assert isinstance(action, Shell)
    assert "systemctl kill" not in action.script
    assert action.script.splitlines()[-1] == 'kill -KILL "$(systemctl show --property=MainPID --value containerd)"'


@pytest.mark.parametrize("script", [scripts.kill_unit("etcd", "kubelet"), scripts.kill_main("containerd")])
def test_a_shell_understands_it_and_a_unit_that_does_not_run_fails_it(script: str) -> None:
    program = shutil.which("sh")
    assert program is not None
    assert subprocess.run([program, "-n"], input=script, text=True, check=False).returncode == 0
    lines = script.splitlines()
    assert lines[0] == "set -eu"
    assert lines[1].startswith("systemctl is-active --quiet ")


@pytest.mark.parametrize("limited", [True, False])
def test_a_limit_that_is_taken_away_leaves_no_override(tmp_path: Path, limited: bool) -> None:
    """Also where none was set: `systemctl set-property` writes an empty limit down as well."""
    written = "/run/systemd/system.control/etcd.service.d"
    folder, bin_, log = tmp_path / "etcd.service.d", tmp_path / "bin", tmp_path / "log"
    bin_.mkdir()
    program = bin_ / "systemctl"
    program.write_text(f'#!/bin/sh\necho "$1" >>{log}\n')
    program.chmod(0o755)
    if limited:
        folder.mkdir()
        (folder / "50-IOWriteIOPSMax.conf").write_text("[Service]\n")
    script = scripts.unslow_etcd()
    assert script.count(written) == 3
    path = f"{bin_}:{os.environ['PATH']}"
    subprocess.run(
        ["/bin/sh", "-e"], input=script.replace(written, str(folder)), text=True, check=True, env={"PATH": path}
    )
    assert not folder.exists()
    assert log.exists() == limited
