"""What is seen of a cluster before anything is decided, and how the health of its groups is read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.unit.checks.test_preflight import world
from tests.unit.facts.cases import FOLDER
from tests.unit.phases.world import World, as_served, design_of

from seakeep.artifacts.registry import render_objects
from seakeep.core.errors import MachineError, RefusedError
from seakeep.core.verdict import Verdict
from seakeep.design.known import known_of
from seakeep.design.model import Role
from seakeep.facts import apiserver, etcd
from seakeep.facts.base import FactSet
from seakeep.flows.gates import all_healthy, api_health, balanced_health, balancer_health, etcd_health, gates, together
from seakeep.flows.observe import objects
from seakeep.flows.view import API_LIMIT, api_limit, observe
from seakeep.phases.objects import key_of
from seakeep.state import pki
from seakeep.transport.api import ApiError

from .world import FakeApi, FakeSession, no_api

LEADER = (FOLDER / "etcd" / "leader.out").read_bytes()
ETCD = [machine.name for machine in design_of().with_role(Role.ETCD)]


def say(machines: World) -> dict[str, dict[str, bytes]]:
    return {name: dict(box.facts().raw) for name, box in machines.boxes.items()}


async def test_bare_machines_are_fresh_and_the_api_is_not_asked(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    session.raw = say(world())
    session.no_way = AssertionError("nobody there")
    view = await observe(session)
    assert {each.verdict for each in view.findings} == {Verdict.PASS}
    assert view.objects is None
    assert view.plan(session).cluster == "three-sites"


async def test_a_machine_that_does_not_answer_is_kept_with_its_reason(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    session.raw = say(world())
    del session.raw["c-etcd1"]
    view = await observe(session)
    assert list(view.unreachable) == ["c-etcd1"]
    assert [each.where for each in view.findings if each.verdict is Verdict.FAIL] == ["c-etcd1"]


async def test_a_living_cluster_is_not_touched_without_its_keys(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    session.raw = say(World.converged())
    with pytest.raises(RefusedError, match="already belong to the cluster three-sites"):
        await observe(session)


async def test_only_bare_machines_are_tried_out(tmp_path: Path) -> None:
    session = await living(tmp_path, no_api)
    session.raw["c-etcd1"]["leftovers"] = b""
    await observe(session)
    assert [hosts for fact, hosts in session.asked if fact == "fsync"] == [["c-etcd1"]]
    assert [hosts for fact, hosts in session.asked if fact == "files"] == [list(session.raw)]


async def test_programs_are_got_for_every_architecture_among_the_machines(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    session.raw = say(world())
    session.raw["c-etcd1"]["system"] = session.raw["c-etcd1"]["system"].replace(b"arch=x86_64", b"arch=aarch64")
    await observe(session)
    assert session.store.asked == ["amd64", "amd64", "arm64"]  # type: ignore[attr-defined]


async def living(tmp_path: Path, answer: Any) -> FakeSession:
    session = FakeSession(tmp_path)
    converged, bare = World.converged(), world()
    for name, box in converged.boxes.items():
        box.more = bare.boxes[name].more
    session.raw = say(converged)
    for name in pki.lost(session.state, session.design):
        session.state.write(name, b"x")
    session.answer = answer
    session.known = known_of(session.design, machines=session.design.machines)
    return session


async def test_objects_of_a_living_cluster_are_read(tmp_path: Path) -> None:
    wanted = {each.name: as_served(each) for each in render_objects(design_of())}
    other = {"metadata": {"name": "old", "namespace": "kube-system", "uid": "u"}}

    def answer(method: str, path: str) -> tuple[int, Any]:
        if path.startswith("/api/v1/configmaps?"):
            return 200, {"items": [other]}
        return 200, {"items": []} if "?" in path else wanted[path.rpartition("/")[2]]

    view = await observe(await living(tmp_path, answer))
    assert view.objects is not None
    assert len(view.objects) == len(render_objects(design_of())) + 1
    old = view.objects["v1", "ConfigMap", "kube-system", "old"]
    assert old == {**other, "apiVersion": "v1", "kind": "ConfigMap"}


async def test_a_living_cluster_that_the_folder_forgot_is_refused_where_it_can_be_found_out(tmp_path: Path) -> None:
    """Without the roster a changed range, and a machine taken out of the file, would be noticed by nobody."""
    session = await living(tmp_path, lambda method, path: (200, {"items": []}) if "?" in path else (404, {}))
    session.known = None
    with pytest.raises(RefusedError, match=r"roster.json, which says what it is made of, is gone") as caught:
        await observe(session)
    assert "state recover" in caught.value.hint
    session.answer = lambda method, path: (503, b"down")
    assert (await observe(session)).objects is None


@pytest.mark.parametrize("answer", [(503, b"down"), (200, b"nonsense"), (403, b"{}")])
async def test_an_api_that_cannot_be_read_is_planned_around(tmp_path: Path, answer: tuple[int, bytes]) -> None:
    view = await observe(await living(tmp_path, lambda method, path: answer))
    assert view.objects is None


async def test_absent_objects_are_left_out_and_any_other_answer_is_an_error() -> None:
    wanted = render_objects(design_of())[:3]
    bodies = {wanted[0].name: (200, as_served(wanted[0])), wanted[1].name: (404, b"{}"), wanted[2].name: (404, b"{}")}

    def answer(method: str, path: str) -> tuple[int, Any]:
        return bodies.get(path.rpartition("/")[2], listing)

    listing: tuple[int, Any] = (200, {"items": []})
    found = await objects(FakeApi(answer), wanted)
    assert list(found) == [key_of(wanted[0])]
    listing = (403, b"{}")
    with pytest.raises(ApiError):
        await objects(FakeApi(answer), wanted)
    listing = (200, {"items": []})
    bodies[wanted[2].name] = (403, b"{}")
    with pytest.raises(ApiError):
        await objects(FakeApi(answer), wanted)


def sets(fact: str, **raw: bytes) -> dict[str, FactSet]:
    return {name: FactSet(name, {fact: output}) for name, output in raw.items()}


def test_one_member_that_is_not_understood_does_not_hide_the_others() -> None:
    assert etcd_health(sets("etcd", a=LEADER, b=b"nonsense", c=b"")) == {"a": "", "c": "does not serve"}
    assert etcd_health({"a": FactSet("a", {})}) == {}
    facts = {**sets("apiserver", a=b"200", b=b"500"), "c": FactSet("c", {})}
    assert api_health(facts) == {"a": "", "b": "/readyz is not 200"}
    facts = {**sets("vip", a=b"200\nvrrp BACKUP\n", b=b"000\nvrrp MASTER\n"), "c": FactSet("c", {})}
    assert balancer_health(facts) == {"a": "", "b": "no ready API server behind it"}
    facts = sets("vip", a=b"200\nvrrp FAULT\n", b=b"200\nvrrp \n")
    assert balancer_health(facts) == {"a": "keepalived is FAULT", "b": "keepalived is not running"}


def test_an_api_server_is_back_when_every_load_balancer_that_tells_uses_it() -> None:
    ready = {**sets("apiserver", a=b"200", b=b"200", c=b"500")}
    used = b"200\nserver a UP\nserver b UP\nserver c NOLB\n"
    waits = b"200\nserver a UP\nserver b DOWN 1/2\nserver c NOLB\n"
    both = {**ready, **sets("vip", x=used, y=waits, z=b"")}
    assert balanced_health(both) == {"a": "", "b": "y does not use it yet", "c": "/readyz is not 200"}
    assert balanced_health({**ready, **sets("vip", x=used)})["b"] == ""
    silent = balanced_health({**ready, **sets("vip", x=b"000\n")})
    assert silent["a"] == "no load balancer tells whether it is used"


async def test_all_healthy_names_those_that_are_not(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    session.raw = {name: {"etcd": LEADER} for name in ETCD}
    assert await all_healthy(session, Role.ETCD, etcd.FACT, etcd_health) is None
    session.raw["a-etcd1"]["etcd"] = b"nonsense"
    session.raw["b-etcd1"]["etcd"] = b""
    del session.raw["c-etcd1"]
    said = await all_healthy(session, Role.ETCD, etcd.FACT, etcd_health)
    assert said == "a-etcd1 no answer; b-etcd1 does not serve; c-etcd1 no answer"
    session.raw.clear()
    assert await all_healthy(session, Role.ETCD, etcd.FACT, etcd_health) == "no route"
    assert await all_healthy(session, Role.CONTROL_PLANE, apiserver.FACT, api_health) == "no route"


@pytest.mark.parametrize(("down", "admitted"), [((), True), (ETCD[3:], False), (ETCD[2:], False), (ETCD[4:], True)])
async def test_of_five_members_three_must_remain(tmp_path: Path, down: list[str], admitted: bool) -> None:
    session = FakeSession(tmp_path)
    session.raw = {name: {"etcd": b"" if name in down else LEADER} for name in ETCD}
    gate = gates(session)["etcd"]
    if admitted:
        await gate.admit("a-etcd1")
        return
    with pytest.raises(RefusedError, match="etcd would not survive a-etcd1 being taken down"):
        await gate.admit("a-etcd1")


async def test_the_first_error_of_several_waits_is_raised_by_itself() -> None:
    async def fails() -> None:
        raise MachineError("down", host="a")

    with pytest.raises(MachineError, match="down"):
        await together(fails(), together(fails()))


@pytest.mark.parametrize(("silent", "longer"), [((), 0), (("b-worker1",), 0), (ETCD[:2], 24), (ETCD[:3], 0)])
def test_members_that_fell_silent_are_waited_for_while_the_others_are_a_quorum(
    silent: Sequence[str], longer: int
) -> None:
    design = design_of()
    limit = api_limit(design, (), silent)
    assert limit - API_LIMIT == longer
