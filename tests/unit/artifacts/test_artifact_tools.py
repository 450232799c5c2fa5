"""Programs that read these files in earnest judge them here, where they are installed."""

import os
import re
import shutil
import signal
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from seakeep.artifacts import haproxy, keepalived
from seakeep.artifacts.registry import render_machine
from seakeep.core.clock import SystemClock
from seakeep.core.secret import Secret, SecretRef
from seakeep.design.model import Ca, Design, Role
from seakeep.design.traits import Traits
from seakeep.state.certificates import make_ca, new_key, pem


def tool(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def lay_out(design: Design, name: str, root: Path) -> None:
    authority = pem(make_ca(Ca("cluster", "test", timedelta(days=1)), new_key(), SystemClock().now()))

    def resolve(reference: SecretRef) -> Secret:
        return Secret(authority)

    for file in render_machine(design, design.machine(name), Traits(interface="probe0")).files:
        target = root / file.path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        content = file.content(resolve)
        assert content is not None
        target.write_bytes(content)
        target.chmod(file.mode)


@pytest.mark.parametrize("example", ["three_sites", "stacked"])
def test_haproxy_accepts_its_configuration(example: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    program = tool("haproxy")
    design: Design = request.getfixturevalue(example)
    lay_out(design, design.with_role(Role.LOAD_BALANCER)[0].name, tmp_path)
    config = tmp_path / haproxy.CONFIG.lstrip("/")
    config.write_text(config.read_text().replace(haproxy.CA, str(tmp_path / haproxy.CA.lstrip("/"))))
    done = subprocess.run([program, "-c", "-f", config], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr.lower()


def keepalived_says(config: Path) -> str:
    """What keepalived complains of; its exit status is no help: 2.2.7 ends a test that found nothing by
    sending itself SIGTERM, and reports a missing file with 0."""
    program = tool("keepalived")
    if os.geteuid() != 0:
        pytest.skip("keepalived reads its configuration as root only")
    # A network of its own, with an interface of the expected name: VRRP refuses loopback.
    script = 'ip link add probe0 type veth peer name probe1 && exec "$0" -t -f "$1"'
    done = subprocess.run(
        [tool("unshare"), "--net", "sh", "-c", script, program, config], capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, -signal.SIGTERM, 4, 5}
    return done.stderr.strip()


@pytest.mark.parametrize("example", ["three_sites", "stacked"])
def test_keepalived_accepts_its_configuration(example: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    design: Design = request.getfixturevalue(example)
    lay_out(design, design.with_role(Role.LOAD_BALANCER)[0].name, tmp_path)
    config = tmp_path / keepalived.CONFIG.lstrip("/")
    # The account and the script are made on the machine; every system has these.
    text = config.read_text().replace(f"script_user {haproxy.CHECKER} {haproxy.CHECKER}", "script_user daemon daemon")
    config.write_text(text.replace(keepalived.CHECK, "/bin/echo"))
    assert keepalived_says(config) == ""
    config.write_text(config.read_text().replace("nopreempt", "nopreemption"))
    assert "nopreemption" in keepalived_says(config)


@pytest.mark.parametrize("example", ["three_sites", "single", "stacked"])
def test_systemd_accepts_every_unit(example: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    program = tool("systemd-analyze")
    design: Design = request.getfixturevalue(example)
    units: dict[str, Path] = {}
    for machine in design.machines:
        for file in render_machine(design, machine, Traits()).files:
            if file.path.endswith(".service"):
                text = "".join(str(part) for part in file.parts)
                # Programs are not installed here; that they are linked is proven elsewhere.
                text = re.sub(r"(?m)^(Exec\w+=)/(?:opt/seakeep/bin|usr/sbin)/\S+", r"\1/bin/true", text)
                units[Path(file.path).name] = path = tmp_path / Path(file.path).name
                path.write_text(text)
    done = subprocess.run(
        [program, "verify", "--man=no", *map(str, units.values())], capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert done.returncode == 0, done.stderr
    assert not complaints


def test_the_check_script_is_a_script(three_sites: Design, tmp_path: Path) -> None:
    lay_out(three_sites, "a-lb1", tmp_path)
    script = tmp_path / keepalived.CHECK.lstrip("/")
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    assert os.access(script, os.X_OK)
