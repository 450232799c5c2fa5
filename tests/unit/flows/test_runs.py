"""What stored runs say: those that ended, were cut off, are still being done, or are damaged."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.unit.crash.cluster import Cluster
from tests.unit.crash.recording import install, record

from seakeep.core.errors import Exit, RefusedError, UndecidedError, UsageError
from seakeep.core.verdict import Verdict
from seakeep.engine.journal import Journal, Result
from seakeep.engine.lock import Owner
from seakeep.flows import judge_run, runs
from seakeep.flows.journaled import journaled
from seakeep.flows.resume import resume
from seakeep.report.runs import RunJudgement
from seakeep.state.runs import Run, list_runs, new_run

from .world import FakeSession


def verdicts(judgement: RunJudgement) -> dict[str, str]:
    return {finding.id: finding.verdict.value for finding in judgement.findings}


def message(judgement: RunJudgement, id_: str) -> str:
    return next(finding.message for finding in judgement.findings if finding.id == id_)


async def test_what_was_verified_and_what_never_began_is_shown(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    run = await session.past_run("apply", "failed")
    with Journal(run.journal, clock=session.clock) as journal:
        journal.run_start(run=run.id, by="ada@laptop", command="apply", planned=[])
        journal.note("took over a lock")
        journal.run_end("ok")
    report = await runs.show(session, None)
    assert [each.state for each in report.changes] == ["done", "verified"]
    assert (report.run.by, report.run.outcome, report.run.done) == ("ada@laptop", "done", 2)
    assert [(each.by, each.planned, each.result) for each in report.attempts] == [
        ("me", 2, "failed"),
        ("ada@laptop", 0, "ok"),
    ]
    assert report.notes[0].endswith("took over a lock")


async def test_a_run_that_somebody_is_doing_is_running(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    run = await session.past_run("apply", None)
    fd = os.open(session.state.path("lock"), os.O_RDWR | os.O_CREAT, 0o600)
    os.write(fd, msgspec.json.encode(Owner.me(run=run.id, command="apply", clock=session.clock)))
    assert (await runs.listing(session)).runs[0].outcome == "interrupted"
    fcntl.flock(fd, fcntl.LOCK_EX)
    assert (await runs.listing(session)).runs[0].outcome == "running"
    judged = verdicts(await judge_run.judge(session, None))
    assert (judged["RUN002"], judged["RUN003"]) == ("UNKNOWN", "UNKNOWN")
    os.close(fd)


async def test_one_damaged_journal_does_not_hide_the_other_runs(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    good = await session.past_run("apply", "ok")
    bad = await session.past_run("apply", "ok", at=100)
    bad.journal.write_bytes(b"{broken}\n" + bad.journal.read_bytes())
    report = await runs.listing(session)
    assert [(row.id, row.outcome) for row in report.runs] == [(bad.id, "unreadable"), (good.id, "done")]
    assert "line 1 is damaged" in report.runs[0].error
    assert report.exit_code is Exit.UNDECIDED
    with pytest.raises(UndecidedError, match="line 1 is damaged"):
        await runs.show(session, bad.id)
    judged = await judge_run.judge(session, bad.id)
    assert judged.verdict is Verdict.UNKNOWN
    assert "line 1 is damaged" in message(judged, "RUN001")


def test_what_nobody_raised_on_purpose_in_a_run_names_the_runs_log(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    run = new_run(session.state, "apply", session.clock.now())
    with (
        pytest.raises(PermissionError) as caught,
        journaled(session, run, command="apply", planned=[]),
    ):
        raise PermissionError(13, "Permission denied", "/x")
    assert caught.value.__notes__ == [f"log: {run.log}"]


async def test_a_clock_that_was_set_back_leaves_no_duration(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    run = await session.past_run("apply", "ok")
    first, rest = run.journal.read_text().split("\n", 1)
    run.journal.write_text(first.replace('"at":"2', '"at":"3', 1) + "\n" + rest.replace('"at":"2', '"at":"3', 1))
    report = await runs.show(session, None)
    assert report.run.seconds is None
    assert [each.seconds for each in report.changes] == [None, 5.0]


async def test_there_is_nothing_to_judge(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    with pytest.raises(UsageError, match="no runs yet"):
        await judge_run.judge(session, None)
    await session.past_run("apply", "ok")
    with pytest.raises(UsageError, match="no run 'x'"):
        await judge_run.judge(session, "x")


@pytest.mark.parametrize(
    ("result", "wanted"),
    [
        ("failed", {"RUN002": "FAIL", "RUN003": "FAIL", "RUN004": "NOT_APPLICABLE"}),
        (None, {"RUN002": "FAIL", "RUN003": "UNKNOWN", "RUN004": "NOT_APPLICABLE"}),
        ("ok", {"RUN002": "PASS", "RUN003": "PASS", "RUN004": "UNKNOWN"}),
    ],
)
async def test_how_a_run_ended_is_judged(tmp_path: Path, result: str | None, wanted: dict[str, str]) -> None:
    session = FakeSession(tmp_path)
    await session.past_run("apply", result)
    judged = verdicts(await judge_run.judge(session, None))
    assert {id_: judged[id_] for id_ in wanted} == wanted
    assert judged["RUN005"] == "UNKNOWN", "there is no plan in the folder"


class Whole:
    """A bring-up of the three-site cluster, cut off in the middle and resumed, as it lies in its folder."""

    def __init__(self, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
        install(patch)
        cluster = Cluster.bare(tmp_path)
        run = record(cluster, patch)
        cluster.go_on(run.groups[700].moments[0])
        self.session = FakeSession(tmp_path / "other")
        self.session.state.root = cluster.root  # type: ignore[misc]

    @property
    def run(self) -> Run:
        return list_runs(self.session.state)[0]

    async def judge(self) -> dict[str, str]:
        return verdicts(await judge_run.judge(self.session, None))


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Whole:
    (tmp_path / "other").mkdir()
    return Whole(tmp_path, monkeypatch)


def prove(whole: Whole, *answers: str) -> None:
    report = msgspec.json.decode(whole.run.report.read_bytes())
    report["proof"] = [{"title": "t", "verdict": answer, "message": "m"} for answer in answers]
    whole.run.report.write_bytes(msgspec.json.encode(report))


async def test_a_whole_run_holds_when_its_proof_did(whole: Whole) -> None:
    prove(whole, "PASS", "PASS")
    judged = await judge_run.judge(whole.session, None)
    assert {finding.verdict for finding in judged.findings} == {Verdict.PASS}, judged.findings
    assert "seen to hold" in message(judged, "RUN003")
    assert judged.exit_code is Exit.OK
    report = await runs.show(whole.session, None)
    assert len(report.changes) > 500
    assert {change.state for change in report.changes} <= {"done", "verified"}
    assert [attempt.result for attempt in report.attempts] == ["", "ok"]


@pytest.mark.parametrize(
    ("answers", "verdict"), [(("PASS", "FAIL"), "FAIL"), (("PASS", "UNKNOWN"), "UNKNOWN"), ((), "NOT_APPLICABLE")]
)
async def test_a_proof_that_failed_or_could_not_be_told_is_no_pass(
    whole: Whole, answers: tuple[str, ...], verdict: str
) -> None:
    prove(whole, *answers)
    assert (await whole.judge())["RUN004"] == verdict


def swap(name: str, old: bytes, new: bytes) -> Callable[[Run], None]:
    def spoil(run: Run) -> None:
        path = run.folder / name
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new, 1))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "id_", "verdict"),
    [
        (swap("spec.yaml", b"Three", b"three"), "RUN005", "FAIL"),
        (swap("plan.json", b'"id": "a-', b'"id": "x-'), "RUN005", "FAIL"),
        (swap("plan.json", b"{", b"["), "RUN005", "FAIL"),
        (swap("facts.json", b'"system":"', b'"system":"AAAA'), "RUN005", "FAIL"),
        (swap("facts.json", b'"machines"', b'"machinery"'), "RUN005", "FAIL"),
        (lambda run: run.facts.unlink(), "RUN005", "UNKNOWN"),
        (lambda run: run.report.unlink(), "RUN004", "UNKNOWN"),
        (lambda run: run.report.write_bytes(b"{"), "RUN004", "UNKNOWN"),
        (lambda run: run.journal.write_bytes(run.journal.read_bytes()[:-30]), "RUN002", "FAIL"),
    ],
)
async def test_a_folder_that_was_tampered_with_does_not_pass(
    whole: Whole, spoil: Callable[[Run], None], id_: str, verdict: str
) -> None:
    prove(whole, "PASS")
    assert (await whole.judge())[id_] == "PASS"
    spoil(whole.run)
    assert (await whole.judge())[id_] == verdict


async def test_facts_of_another_version_cannot_be_compared(whole: Whole) -> None:
    journal = whole.run.journal
    journal.write_bytes(journal.read_bytes().replace(b'"program":"0.', b'"program":"9.'))
    swap("facts.json", b'"system":"', b'"system":"AAAA')(whole.run)
    assert (await whole.judge())["RUN005"] == "UNKNOWN"


async def test_a_run_with_a_change_of_unknown_end_is_unknown(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    run = await session.past_run("apply", None)
    with Journal(run.journal, clock=session.clock) as journal:
        journal.end("a/test/unit:x", Result.UNKNOWN, "the connection was lost")
        journal.run_end("failed", "the connection was lost")
    judged = await judge_run.judge(session, None)
    assert verdicts(judged)["RUN003"] == "UNKNOWN"
    assert "a/test/unit:x" in message(judged, "RUN003")
    assert "the connection was lost" in message(judged, "RUN002")


async def test_what_cannot_be_resumed_is_done_again_by_its_own_command(tmp_path: Path) -> None:
    """The run's name has a verb, which is not always the command: there is no `seakeep drain`."""
    session = FakeSession(tmp_path)
    run = new_run(session.state, "drain", session.clock.now())
    session.state.write(f"runs/{run.id}/spec.yaml", session.loaded.content)
    with Journal(run.journal, clock=session.clock) as journal:
        journal.run_start(run=run.id, by="me", command="node drain", planned=["x"])
        journal.run_end("interrupted")
    with pytest.raises(RefusedError, match="is no apply") as caught:
        await resume(session, run.id, lambda _: True)
    assert caught.value.hint == "`seakeep node drain` again does what is left"
