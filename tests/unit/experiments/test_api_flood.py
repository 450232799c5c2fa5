"""The flood's scripts in a real shell, with stand-ins for curl and systemd; and what its account may do."""

import json
from pathlib import Path

import pytest
from tests.aim import aimed

from seakeep.design.complete import complete
from seakeep.experiments import api_flood, deadman, scripts
from seakeep.experiments.base import ApiCall
from seakeep.spec.load import load
from seakeep.transport.local import LocalHost

ROOT = Path(__file__).resolve().parents[3]
URL = "https://10.0.0.1:6443/api/v1/namespaces/ns/configmaps"
FOLDER = f"{deadman.FOLDER}/t_1"
PROJECTED = "/var/lib/kubelet/pods/uid-1/volumes/kubernetes.io~projected/kube-api-access-x"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("systemctl", "systemd-run"):
        program(folder, name, f'echo "{name} $*" >>/var/asked')
    program(folder, "curl", 'echo "curl $*" >>/var/asked; printf 200')
    return folder


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def host(tmp_path: Path, programs: Path) -> LocalHost:
    return LocalHost("m1", tmp_path / "root", programs=programs)


async def run(host: LocalHost, script: str):
    return await host.run(script, what="try", timeout=300)


POD = f"""mkdir -p {PROJECTED} {PROJECTED}2 {FOLDER}
printf ns >{PROJECTED}/namespace; printf SECRET >{PROJECTED}/token; printf CA >{PROJECTED}/ca.crt
printf other >{PROJECTED}2/namespace; printf OTHERS >{PROJECTED}2/token
"""


async def test_it_asks_with_the_token_of_its_own_pod_and_shows_it_to_nobody(host) -> None:
    await run(host, POD)

    done = await run(host, scripts.flood("t_1", "ns", URL, seconds=20))

    assert (done.status, done.stderr) == (0, "")
    asked = (await run(host, "cat /var/asked")).stdout.decode()
    assert asked.count("systemd-run") == 1
    assert "SECRET" not in asked, "arguments of processes are read by everybody on the machine"
    assert "RuntimeMaxSec=80" in asked
    kept = await run(host, f"cat {FOLDER}/curl; stat -c %a {FOLDER}/curl")
    assert kept.stdout == b'header = "Authorization: Bearer SECRET"\n600\n'


async def test_a_flood_whose_first_request_is_refused_is_an_error(host, programs) -> None:
    program(programs, "curl", "printf 403")
    done = await run(host, POD + scripts.flood("t_1", "ns", URL, seconds=20))
    assert done.status == 1
    assert "the first request was answered with 403" in done.stderr
    assert "systemd-run" not in (await run(host, "cat /var/asked; true")).stdout.decode()


async def test_stopping_it_is_harmless_where_nothing_runs(host) -> None:
    for _ in range(2):
        assert (await run(host, scripts.unflood("t_1"))).status == 0


async def test_the_count_is_by_status(host) -> None:
    await run(host, f"mkdir -p {FOLDER}; printf '200\n429\n200\n' >{FOLDER}/codes-0; printf '000\n' >{FOLDER}/codes-1")
    counted = (await run(host, scripts.flood_sent("t_1"))).stdout.decode().split()
    assert counted == ["1", "000", "2", "200", "1", "429"]
    assert (await run(host, scripts.flood_sent("nothing"))).stdout == b""


def test_its_account_may_list_one_kind_in_its_own_namespace() -> None:
    injection = aimed(api_flood, complete(load(ROOT / "examples" / "three-sites.yaml")))
    place = api_flood.namespace(injection)
    calls = [action for action in api_flood.inject(injection) if isinstance(action, ApiCall)]
    roles = [json.loads(call.body) for call in calls if call.path.endswith("roles")]

    assert [role["rules"] for role in roles] == [[{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]]
    assert not [call.path for call in calls if "cluster" in call.path]
    assert {call.path.split("/namespaces/")[1].split("/")[0] for call in calls if "/namespaces/" in call.path} == {
        place
    }
    (delete,) = [action for action in api_flood.heal(injection) if isinstance(action, ApiCall)]
    assert (delete.method, delete.path) == ("DELETE", f"/api/v1/namespaces/{place}")
