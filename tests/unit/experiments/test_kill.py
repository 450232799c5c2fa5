"""What is killed with a unit, and what goes on."""

import shutil
import subprocess

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
