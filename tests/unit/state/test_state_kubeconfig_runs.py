import base64
import os
from datetime import timedelta

import pytest
import yaml

from seakeep.core.errors import UsageError
from seakeep.design.model import Design
from seakeep.state import pki, runs
from seakeep.state.folder import State
from seakeep.state.kubeconfig import PEOPLE, operator_kubeconfig

from .conftest import SetClock


@pytest.mark.parametrize("person", PEOPLE)
def test_a_kubeconfig_is_complete(state: State, design: Design, clock: SetClock, person: str) -> None:
    for item in pki.missing(state, design, clock.now()):
        pki.issue(state, design, item.name, clock)
    secret = operator_kubeconfig(state, design, person)
    assert "PRIVATE" not in repr(secret)
    loaded = yaml.safe_load(secret.reveal())
    (cluster,), (user,), (context,) = loaded["clusters"], loaded["users"], loaded["contexts"]
    assert cluster["cluster"]["server"] == f"https://{design.endpoint.vip}:{design.endpoint.port}"
    assert context["context"] == {"cluster": cluster["name"], "user": user["name"]}
    assert loaded["current-context"] == context["name"]
    for field, name in (("client-certificate-data", f"{person}.crt"), ("client-key-data", f"{person}.key")):
        stored = state.read(f"pki/cluster/{name}")
        assert stored is not None
        assert base64.b64decode(user["user"][field]) == stored.reveal()


def test_another_way_in_checks_the_same_name(state: State, design: Design, clock: SetClock) -> None:
    for item in pki.missing(state, design, clock.now()):
        pki.issue(state, design, item.name, clock)
    loaded = yaml.safe_load(operator_kubeconfig(state, design, server="https://127.0.0.1:40001").reveal())
    cluster = loaded["clusters"][0]["cluster"]
    assert cluster["server"] == "https://127.0.0.1:40001"
    assert cluster["tls-server-name"] == str(design.endpoint.host)


def test_without_certificates_there_is_none(state: State, design: Design) -> None:
    with pytest.raises(UsageError, match="does not exist") as caught:
        operator_kubeconfig(state, design)
    assert "apply" in caught.value.hint


def test_runs_are_listed_newest_first(state: State, clock: SetClock) -> None:
    assert runs.list_runs(state) == ()
    first = runs.new_run(state, "apply", clock.now(), token="00ab")
    clock.moment += timedelta(seconds=1)
    second = runs.new_run(state, "storm", clock.now())
    assert first.id == "20261123T221005Z-apply-00ab"
    assert first.folder.stat().st_mode & 0o777 == 0o700
    state.folder("runs/not-a-run")
    state.folder("runs/20269999T221005Z-apply-00ab")
    assert runs.list_runs(state) == (second, first)
    assert runs.find_run(state, first.id) == first
    assert runs.find_run(state, "20261123T221005Z") == first
    assert runs.find_run(state, "20261123") is None
    paths = {second.spec, second.plan, second.journal, second.facts, second.report, second.log}
    assert len(paths) == 6
    assert all(path.parent == second.folder for path in paths)


def test_of_two_runs_of_one_second_the_one_that_was_written_to_last_is_newer(state: State, clock: SetClock) -> None:
    first = runs.new_run(state, "renew", clock.now(), token="ffff")
    second = runs.new_run(state, "apply", clock.now(), token="0000")
    for age, run in enumerate((second, first)):
        os.utime(run.folder, ns=(0, 10**18 - age))
    assert runs.list_runs(state) == (second, first)
    later = runs.new_run(state, "apply", clock.now() + timedelta(seconds=1), token="0000")
    os.utime(later.folder, ns=(0, 0))
    assert runs.list_runs(state) == (later, second, first)


def test_a_run_of_the_same_name_is_not_overwritten(state: State, clock: SetClock) -> None:
    runs.new_run(state, "apply", clock.now(), token="00ab")
    with pytest.raises(FileExistsError):
        runs.new_run(state, "apply", clock.now(), token="00ab")
    with pytest.raises(ValueError, match="not a name"):
        runs.new_run(state, "../x", clock.now())
