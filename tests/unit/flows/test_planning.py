"""Deciding whether machines are ready, and which run is gone on with."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.unit.checks.test_preflight import SLOW, fleet, world
from tests.unit.phases.world import World, design_of

from seakeep.core.errors import RefusedError, UsageError
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Waiver
from seakeep.engine.plan import Plan, ensure_fresh
from seakeep.facts import reach
from seakeep.flows import apply, planning, resume, runs
from seakeep.flows.observe import ask, peers_of
from seakeep.flows.view import View
from seakeep.report.apply import ApplyReport

from .world import FakeSession


def finding(verdict: Verdict, severity: Severity = Severity.ERROR, where: str = "m") -> Finding:
    return Finding(
        id="X1", verdict=verdict, severity=severity, title="t", message="why", remediation="fix", where=where
    )


@pytest.mark.parametrize(
    ("verdict", "severity", "refused"),
    [
        (Verdict.PASS, Severity.ERROR, False),
        (Verdict.WAIVED, Severity.ERROR, False),
        (Verdict.NOT_APPLICABLE, Severity.ERROR, False),
        (Verdict.FAIL, Severity.WARNING, False),
        (Verdict.UNKNOWN, Severity.WARNING, False),
        (Verdict.FAIL, Severity.ERROR, True),
        (Verdict.UNKNOWN, Severity.ERROR, True),
    ],
)
def test_errors_that_failed_or_could_not_be_told_refuse(verdict: Verdict, severity: Severity, refused: bool) -> None:
    findings = [finding(Verdict.PASS), finding(verdict, severity)]
    if not refused:
        planning.refuse(findings)
        return
    with pytest.raises(RefusedError, match=r"nothing was changed\nm: t: why \[X1\] — fix$"):
        planning.refuse(findings)


def test_a_refusal_names_every_machine() -> None:
    with pytest.raises(RefusedError) as caught:
        planning.refuse([finding(Verdict.FAIL, where="a"), finding(Verdict.UNKNOWN, where="")])
    assert caught.value.message.count("\n") == 2
    assert "fleet: t" in caught.value.message


@pytest.mark.parametrize(
    ("expires", "verdict"),
    [("2026-11-22", Verdict.FAIL), ("2026-11-23", Verdict.WAIVED), ("2027-01-01", Verdict.WAIVED)],
)
def test_a_waiver_holds_until_its_day_that_day_included(expires: str, verdict: Verdict) -> None:
    made = world()
    made.boxes["c-etcd1"].more["fsync"] = SLOW
    waivers = (Waiver(id="PRE011", reason="old disks", owner="me", expires=date.fromisoformat(expires)),)
    found = planning.preflight(fleet(made), waivers, "2026-11-23")
    (judged,) = [each for each in found if each.verdict is not Verdict.PASS]
    assert (judged.id, judged.where, judged.verdict) == ("PRE011", "c-etcd1", verdict)
    assert "p99" in judged.message


def test_a_waiver_of_one_check_waives_no_other_and_nothing_that_is_unknown() -> None:
    made = world()
    made.boxes["c-etcd1"].more["fsync"] = SLOW
    made.boxes["a-etcd1"].without.add("fsync")
    other = Waiver(id="PRE003", reason="r", owner="me", expires=date(2027, 1, 1))
    found = planning.preflight(fleet(made), (other, replace(other, id="PRE011")), "2026-11-23")
    verdicts = {each.where: each.verdict for each in found if each.id == "PRE011"}
    assert verdicts["c-etcd1"] is Verdict.WAIVED
    assert verdicts["a-etcd1"] is Verdict.UNKNOWN
    with pytest.raises(RefusedError, match="a-etcd1"):
        planning.refuse(found)


@pytest.mark.parametrize("example", ["three-sites", "single", "ssh"])
def test_one_reading_asks_for_everything_whatever_the_machines_turn_out_to_be(example: str) -> None:
    for nested in (False, True):
        converged = World.converged(example, nested=nested)
        for name, box in converged.boxes.items():
            asked = ask(converged.design, box.machine, ())
            assert set(box.files) <= set(asked.paths), name
            assert set(box.units) <= set(asked.units)
            assert set(box.programs) <= set(asked.programs)
            assert box.tools <= set(asked.tools)
            assert box.accounts <= set(asked.users)
            assert set(box.sysctls) <= set(asked.sysctls)


def test_a_machine_is_to_reach_all_the_others_at_their_own_ports() -> None:
    design = design_of()
    first, *others = design.machines
    script = reach.script(ask(design, first, peers_of(design)))
    for each in others:
        assert f"/dev/tcp/{each.address}/{each.ssh.port}'" in script
    assert f"/dev/tcp/{first.address}/" not in script


async def chosen(session: FakeSession, monkeypatch: pytest.MonkeyPatch, run_id: str | None) -> str:
    """The run that `resume` hands to apply."""
    taken: list[str] = []

    async def fake(session: FakeSession, *, confirm: object, command: str, run: object, wish: object) -> ApplyReport:
        taken.append(f"{command} {run.id}")  # type: ignore[attr-defined]
        return ApplyReport(cluster_name="c", changes=0, phases=(), run_dir="")

    monkeypatch.setattr(resume, "apply", fake)
    await resume.resume(session, run_id, lambda _: True)
    return taken[0]


async def test_resume_goes_on_with_the_last_apply_that_did_not_end_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(tmp_path)
    await session.past_run("apply", "ok")
    failed = await session.past_run("apply", "failed", at=100)
    await session.past_run("reset", "failed", at=200)
    assert await chosen(session, monkeypatch, None) == f"apply {failed.id}"
    killed = await session.past_run("apply", None, at=300)
    assert await chosen(session, monkeypatch, None) == f"apply {killed.id}"
    assert await chosen(session, monkeypatch, failed.id) == f"apply {failed.id}"


async def test_resume_refuses_what_came_to_its_end_and_what_is_no_apply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(tmp_path)
    with pytest.raises(RefusedError, match="nothing to resume"):
        await chosen(session, monkeypatch, None)
    await session.past_run("apply", "failed")
    done = await session.past_run("apply", "ok", at=100)
    gone = await session.past_run("reset", "failed", at=200)
    refusals = {None: "nothing to resume", done.id: "came to its end", gone.id: "is no apply", "x": "no run"}
    for run_id, why in refusals.items():
        with pytest.raises(RefusedError, match=why):
            await chosen(session, monkeypatch, run_id)


async def test_resume_refuses_when_the_file_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = FakeSession(tmp_path)
    await session.past_run("apply", "failed", spec=b"another file")
    with pytest.raises(RefusedError, match="has changed since"):
        await chosen(session, monkeypatch, None)


async def test_runs_are_listed_with_how_they_ended(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    for at, result in enumerate(("ok", "failed", "interrupted", None)):
        await session.past_run("apply", result, at=at * 100)
    rows = (await runs.listing(session)).runs
    assert [(row.outcome, row.done, row.changes) for row in rows] == [
        ("interrupted", 1, 2),
        ("interrupted", 1, 2),
        ("failed", 1, 2),
        ("done", 2, 2),
    ]
    assert rows[-1].seconds == 5


async def test_one_run_is_shown_with_its_changes(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    with pytest.raises(UsageError, match="no runs yet"):
        await runs.show(session, None)
    run = await session.past_run("apply", "failed")
    for run_id in (None, run.id, run.id[:-2]):
        report = await runs.show(session, run_id)
        assert [(each.state, each.error) for each in report.changes] == [("done", ""), ("failed", "no space left")]
    with pytest.raises(UsageError, match="'2020'"):
        await runs.show(session, "2020")


def planned(session: FakeSession, machines: World) -> Plan:
    facts = {name: box.facts() for name, box in machines.boxes.items()}
    return View(facts=facts, unreachable={}, findings=[], objects=machines.objects).plan(session)


def test_a_stored_plan_holds_until_a_machine_moves(tmp_path: Path) -> None:
    session, machines = FakeSession(tmp_path), World()
    stored = Plan.from_json(planned(session, machines).to_json())
    for box in machines.boxes.values():
        box.more = {"clock": b"1800000000.0\nno\n"}
    ensure_fresh(stored, planned(session, machines))
    machines.boxes["a-cp1"].accounts.add("etcd")
    with pytest.raises(RefusedError, match="the machines are no longer as they were"):
        ensure_fresh(stored, planned(session, machines))


async def test_a_plan_that_cannot_be_read_stops_before_anything_is_touched(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    (tmp_path / "not-a-plan").write_text("{}")
    for name, why in (("absent", "cannot be read"), ("not-a-plan", "is not a plan")):
        with pytest.raises(UsageError, match=why):
            await apply.apply(session, stored_plan=tmp_path / name, confirm=lambda _: True)
    assert not (session.state.root / "runs").exists()
