"""Programs that read these files in earnest judge them here, where they are installed."""

import os
import re
import shutil
import signal
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from seakeep.artifacts import fence, haproxy, keepalived
from seakeep.artifacts.registry import render_machine
from seakeep.core.clock import SystemClock
from seakeep.core.secret import Secret, SecretRef
from seakeep.design.model import Ca, Design, Fence, Role
from seakeep.design.traits import Traits
from seakeep.facts import fence as fence_fact
from seakeep.facts.base import Ask
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
    fence = Fence("x-lb9", IPv4Address("10.77.9.31"), date(2026, 11, 26))
    design: Design = replace(request.getfixturevalue(example), fences=(fence,))
    units: dict[str, Path] = {}
    for machine in design.machines:
        for file in render_machine(design, machine, Traits()).files:
            if file.path.endswith(".service"):
                text = "".join(str(part) for part in file.parts)
                # Programs are not installed here; that they are linked is proven elsewhere.
                text = re.sub(r"(?m)^(Exec\w+=-?)/(?:opt/seakeep/bin|usr/sbin)/\S+", r"\1/bin/true", text)
                units[Path(file.path).name] = path = tmp_path / Path(file.path).name
                path.write_text(text)
    done = subprocess.run(
        [program, "verify", "--man=no", *map(str, units.values())], capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert done.returncode == 0, done.stderr
    assert not complaints


def test_the_kernel_takes_the_rules_and_the_fact_tells_what_became_of_them(stacked: Design, tmp_path: Path) -> None:
    """In a network of its own, with the unit's own commands."""
    nft, unshare = tool("nft"), tool("unshare")
    if os.geteuid() != 0:
        pytest.skip("a network of one's own needs root")
    design = replace(stacked, fences=(Fence("x-lb9", IPv4Address("10.77.9.31"), date(2026, 11, 26)),))
    machine = design.with_role(Role.CONTROL_PLANE)[0]
    files = {file.path: "".join(map(str, file.parts)) for file in fence.render(design, machine, Traits()).files}
    rules, loaded = tmp_path / "fence.nft", tmp_path / "loaded"

    def here(text: str) -> str:
        return text.replace(fence.RULES, str(rules)).replace(fence.LOADED, str(loaded))

    (load,) = re.findall(r"(?m)^ExecReload=/bin/sh -c '(.*)'$", here(files[fence.UNIT_FILE]))
    (tmp_path / "ask").write_text(here(fence_fact.script(Ask())))
    ask = f"sh {tmp_path}/ask"
    script = f"""set -e
    ip link set lo up
    {ask}
    cp {tmp_path}/text {rules}
    {ask}
    {load}
    {ask}
    {load}
    {ask}
    nft insert rule inet {fence.TABLE} in accept
    {ask}
    {load}
    nft flush table inet {fence.TABLE}
    {ask}
    nft flush ruleset
    {ask}
    """
    (tmp_path / "text").write_text(files[fence.RULES])
    done = subprocess.run([unshare, "--net", "sh", "-c", script], capture_output=True, text=True, check=False)
    if "Operation not supported" in done.stderr:
        pytest.skip("this kernel has no nf_tables")
    assert done.returncode == 0, (nft, done.stderr)
    assert done.stdout.split() == ["none", "none", "whole", "whole", "changed", "changed", "gone"]


def test_keepalived_is_started_only_when_every_api_server_has_been_asked(three_sites: Design, tmp_path: Path) -> None:
    """HAProxy takes them for well until then. `curl` answers one state of the servers after the other."""
    lay_out(three_sites, "a-lb1", tmp_path)
    script = tmp_path / keepalived.ASKED.lstrip("/")

    def row(backend: str, server: str, status: str, check: str) -> str:
        fields = [""] * 60
        fields[0], fields[1], fields[17], fields[36] = backend, server, status, check
        return ",".join(fields) + "\n"

    well = row("kube-apiserver", "FRONTEND", "OPEN", "") + row("kube-apiserver", "a-cp1", "UP", "L7OK")
    for number, check in enumerate(("INI", "* INI", "L4CON")):
        (tmp_path / f"answer{number}").write_text(well + row("kube-apiserver-last", "a-cp1", "UP 1/2", check))
    curl = tmp_path / "curl"
    curl.write_text(
        f"#!/bin/sh\ncd {tmp_path}; n=$(ls | grep -c asked); touch asked$n; [ -e answer$n ] || exit 7; cat answer$n\n"
    )
    curl.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["sh", script], env=path, check=True)
    assert len(list(tmp_path.glob("asked*"))) == 3
    subprocess.run(["sh", script], env=path, check=True)
    assert len(list(tmp_path.glob("asked*"))) == 4, "without HAProxy there is nothing to wait for"


def test_the_check_script_is_a_script(three_sites: Design, tmp_path: Path) -> None:
    lay_out(three_sites, "a-lb1", tmp_path)
    script = tmp_path / keepalived.CHECK.lstrip("/")
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    assert os.access(script, os.X_OK)
