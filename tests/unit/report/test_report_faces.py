"""The faces show the same values, keep hostile text inert, and say everything without colour."""

import dataclasses
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import yaml
from tests.unit.report import storms

from seakeep.core.change import Change, Risk
from seakeep.core.errors import Exit
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.report import (
    apply,
    certs,
    check,
    check_diff,
    checks,
    convert,
    faces,
    lab,
    listing,
    plan,
    runs,
    sources,
    state,
    status,
)
from seakeep.report.faces import Color, Output, draw, encode, encode_values, inert, render
from seakeep.report.findings import verdict_of
from seakeep.report.model import Report, Unanswered, builtins
from seakeep.report.runlog import RunLog, Tee


def finding(verdict: Verdict = Verdict.FAIL, severity: Severity = Severity.ERROR, **more: str | int) -> Finding:
    return Finding(
        id="etcd-odd",
        verdict=verdict,
        severity=severity,
        title="An odd number of members",
        message="4 members survive no more than 3",
        remediation="add or remove one",
        where=str(more.get("where", "machines")),
        line=int(more["line"]) if "line" in more else None,
    )


def check_report(
    *, cluster_name: str, file: str, findings: tuple[Finding, ...], survival: tuple[check.SurvivalRow, ...]
) -> check.CheckReport:
    summary = check.counted(findings)
    return check.CheckReport(
        verdict=verdict_of(findings),
        readiness=check.readiness(summary),
        coverage=check.coverage(summary),
        summary=summary,
        cluster_name=cluster_name,
        file=file,
        findings=tuple(check.of_design(each, cluster_name=cluster_name, file=file) for each in findings),
        survival=survival,
    )


def member(name: str, *, healthy: bool | None = True, leader: bool | None = False) -> status.EtcdMember:
    return status.EtcdMember(
        name=name, site="a", healthy=healthy, leader=leader, learner=False, size_bytes=20 * 1024 * 1024
    )


def a_status(**changes: object) -> status.StatusReport:
    report = status.StatusReport(
        verdict=Verdict.PASS,
        cluster_name="three-sites",
        checked_at="2026-11-23T22:10:05Z",
        etcd=status.EtcdStatus(members=(member("a-etcd1", leader=True), member("b-etcd1"))),
        api_servers=(status.ApiServer(name="a-cp", site="a", ready=True),),
        endpoint=status.EndpointStatus(vip="10.0.0.10", holder="a-lb", ready=True),
        nodes=(status.NodeStatus(name="hot1", site="a", pool="hot", ready=True, version="v1.37.2"),),
        dns=status.DnsStatus(ready=True, replicas=2, available=2, sites=("a", "b")),
        certificates=status.CertificateStatus(
            nearest_expiry="2027-11-23T22:00:00Z", name="etcd/peer", days=365, remaining_seconds=365 * 86400
        ),
    )
    return msgspec.structs.replace(report, **changes)


CHANGE = Change(
    id="a/etcd/file:/etc/etcd/etcd.yaml",
    host="a",
    phase="etcd",
    what="write /etc/etcd/etcd.yaml",
    why="election-timeout: 1000 -> 2000",
    risk=Risk.QUORUM,
)

APPLIED = apply.ApplyReport(cluster_name="x", changes=1, phases=(), run_dir="/state/runs/1")

REPORTS: tuple[Report, ...] = (
    a_status(),
    check_report(
        cluster_name="x",
        file="cluster.yaml",
        findings=(finding(line=4),),
        survival=(
            check.SurvivalRow(loss="site", lost=("a",), etcd=True, api=True, workers=True),
            check.SurvivalRow(loss="site", lost=("b",), etcd=False, api=True, workers=True, why="2 of 5 left"),
        ),
    ),
    apply.ApplyReport(
        cluster_name="x",
        changes=3,
        phases=(apply.PhaseTime(title="etcd", seconds=3.2),),
        run_dir="/state/runs/1",
        proof=(finding(Verdict.PASS),),
        next_steps=("seakeep status",),
    ),
    apply.UpReport(
        cluster_name="x",
        phases=(apply.PhaseTime(title="lab", seconds=75.0),),
        changes=1,
        status=a_status(),
        run_dir="/state/runs/1",
    ),
    apply.DrainReport(cluster_name="x", node="a", run_dir="/state/runs/1"),
    apply.ResetReport(cluster_name="x", machines=("a",), kept=("etcd data",)),
    sources.SourcesReport(
        entries=(
            sources.SourceRow(component="etcd", version="3.6.16", name="etcd", state=sources.SourceState.MISSING),
        ),
        cache="/cache",
    ),
    lab.LabReport(
        cluster_name="x",
        engine="podman",
        network="seakeep-x",
        machines=(lab.LabMachine(name="a", address="10.0.0.2", site="a", state="running"),),
    ),
    runs.RunsReport(
        cluster_name="x",
        runs=(runs.RunRow(id="r1", verb="apply", started_at="t", seconds=None, outcome="running", changes=2, done=1),),
    ),
    runs.RunReport(
        run=runs.RunRow(id="r1", verb="apply", started_at="t", seconds=2.0, outcome="failed", changes=2, done=1),
        folder="/state/runs/r1",
        changes=(runs.RunChange(id="c", host="a", phase="etcd", what="w", why="y", risk=Risk.NONE, state="started"),),
    ),
    state.StateReport(
        cluster_name="x",
        folder="/state",
        authority="ab",
        values=3,
        size_bytes=2048,
        runs=1,
        newest_run="r1",
        etcd_members=("a",),
        missing=("pki/sa.key",),
        unsafe=("/state/x is open to other users",),
    ),
    state.StateTransferReport(
        cluster_name="x",
        direction="import",
        file="x.age",
        folder="/state",
        authority="ab",
        values=3,
        made="t",
        by="me",
        kept="/state.before",
    ),
    state.RecoveryReport(
        cluster_name="x",
        folder="/state",
        values=(state.RecoveredValue(name="a", source="a:/x"), state.RecoveredValue(name="b", problem="gone")),
    ),
    runs.RunJudgement(run_id="r1", folder="/state/runs/r1", findings=()),
    storms.report(),
    *storms.OTHERS,
    certs.CertificatesReport(
        verdict=Verdict.FAIL,
        cluster_name="x",
        checked_at="t",
        certificates=(
            certs.CertificateRow(
                name="etcd/server-a",
                kind="leaf",
                subject="CN=a",
                sans=("a",),
                issuer="CN=x etcd",
                serial="1f",
                not_before="t",
                not_after="u",
                remaining_seconds=240,
                verdict=Verdict.FAIL,
                problems=("expires on u",),
                places=(certs.Place(machine="a", path="/x.crt", used_by=("etcd",), matches=True),),
                served=(certs.Served(machine="a", component="etcd clients", address="1:2379", matches=None),),
            ),
        ),
        rotations=(certs.RotationRow(authority="etcd", stage="trust"),),
    ),
    certs.RenewReport(cluster_name="x", renewed=("pki/etcd/server-a.crt",), applied=APPLIED),
    certs.RotationReport(
        cluster_name="x",
        stages=(certs.StageDone(stage="trust", authorities=("etcd",), applied=APPLIED),),
        open=(certs.RotationRow(authority="etcd", stage="trust"),),
    ),
    listing.PhasesReport(phases=(listing.PhaseRow(id="etcd", title="etcd"),)),
    listing.VersionReport(version="0.1.0", python="3.11.7", kubernetes=("1.36.3", "1.37.2")),
    check_diff.CheckDiffReport(new=(check.of_design(finding(line=4), cluster_name="x", file="f"),), gone=(), same=3),
    convert.ConvertReport(
        verdict=Verdict.FAIL,
        target="1.37",
        objects=2,
        conversions=(
            convert.ConversionRow(
                file="a.yaml",
                line=1,
                object="Ingress shop/web",
                version="extensions/v1beta1",
                to="networking.k8s.io/v1",
                verdict=Verdict.FAIL,
                decisions=(convert.DecisionRow(path="spec", line=3, message="a person decides", must=True),),
            ),
        ),
        refused=("b.yaml: it uses aliases",),
        second=True,
    ),
    checks.ChecksReport(
        checks=(checks.CheckRow(id="POD001", title="t", severity=Severity.ERROR, since="0.1.0", scope="manifest"),),
    ),
    checks.ExplainReport(
        check=checks.CheckRow(
            id="POD001", title="t", severity=Severity.ERROR, since="0.1.0", scope="manifest", docs={"what": "w"}
        ),
    ),
)


def drawn(report: Report, color: Color = Color.AUTO) -> str:
    stream = io.StringIO()
    render(report, Output.TABLE, stream, color=color)
    return stream.getvalue()


def subclasses(cls: type[Report]) -> set[type[Report]]:
    return {cls for child in cls.__subclasses__() for cls in ({child} | subclasses(child))}


def test_every_report_is_tried_here() -> None:
    assert {type(report) for report in REPORTS} == subclasses(Report)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: type(report).__name__)
def test_faces_agree_and_start_with_version_and_kind(report: Report) -> None:
    as_json = json.loads(encode(report, Output.JSON))
    as_yaml = yaml.safe_load(encode(report, Output.YAML))

    assert as_json == as_yaml
    assert list(as_json)[:2] == ["apiVersion", "kind"]
    assert as_json["apiVersion"] == "seakeep/v1"
    assert encode(report, Output.JSON) == encode_values(builtins(report), Output.JSON)
    assert msgspec.convert(as_json, type(report)) == report
    assert drawn(report).strip()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_a_long_list_is_written_in_pieces_and_looks_like_one(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "BATCH", 2)
    finding = check.CheckFinding(
        id="X", verdict=Verdict.FAIL, severity=Severity.ERROR, title="two\nlines", evidence={"a": (1, "]")}
    )
    report = check.CheckReport(verdict=Verdict.FAIL, findings=(finding,) * count)

    assert len(list(faces.encoded(report, Output.JSON))) > count // 2
    assert encode(report, Output.JSON) == encode_values(builtins(report), Output.JSON)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: type(report).__name__)
def test_colour_adds_nothing_to_the_text(report: Report) -> None:
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", drawn(report, Color.ALWAYS))

    assert (
        coloured.replace("\n", "") == drawn(report, Color.NEVER).replace("\n", "")
        or coloured.split() == drawn(report, Color.NEVER).split()
    )


def test_status_has_the_promised_keys() -> None:
    values = json.loads(encode(a_status(), Output.JSON))

    assert {"verdict", "etcd", "apiServers", "endpoint", "nodes", "dns", "certificates"} <= set(values)
    assert set(values["etcd"]["members"][0]) == {"name", "site", "healthy", "leader", "learner", "sizeBytes"}
    assert set(values["apiServers"][0]) == {"name", "site", "ready"}
    assert set(values["endpoint"]) == {"vip", "holder", "ready"}
    assert set(values["nodes"][0]) == {"name", "site", "pool", "ready", "version"}
    assert {"ready", "replicas"} <= set(values["dns"])
    assert set(values["certificates"]) == {*("nearestExpiry", "name", "days", "remainingSeconds", "due", "rotating")}


def test_unknown_is_null_with_a_reason_and_never_a_pass() -> None:
    report = a_status(
        verdict=Verdict.UNKNOWN,
        etcd=status.EtcdStatus(members=(member("a", healthy=None, leader=None),)),
        errors=(Unanswered(area="etcd", subject="a", reason="no answer in 5 s"),),
    )

    assert json.loads(encode(report, Output.JSON))["etcd"]["members"][0]["healthy"] is None
    assert report.exit_code is Exit.UNDECIDED
    assert "? 0 of 1 healthy" in drawn(report)
    assert "etcd a: no answer in 5 s" in drawn(report)


DAY = 86400


@pytest.mark.parametrize(
    ("seconds", "due", "rotating", "mark"),
    [
        (365 * DAY, (), (), "✓ the first ends in 365 d: etcd/peer"),
        (3 * DAY, ("etcd/peer",), (), "✗ the first ends in 3 d: etcd/peer, t; 1 due"),
        (110, ("etcd/peer",), (), "✗ the first ends in 110 s"),
        (
            365 * DAY,
            (),
            ("etcd (at trust)",),
            "! the first ends in 365 d: etcd/peer, t; being replaced: etcd (at trust)",
        ),
        (-2 * DAY, ("etcd/peer",), (), "✗ ended 2 d ago"),
    ],
)
def test_certificates_say_how_near_their_end_is(
    seconds: int, due: tuple[str, ...], rotating: tuple[str, ...], mark: str
) -> None:
    certificates = status.CertificateStatus(
        nearest_expiry="t",
        name="etcd/peer",
        days=seconds // DAY,
        remaining_seconds=seconds,
        due=due,
        rotating=rotating,
    )

    assert mark in drawn(a_status(certificates=certificates))


@pytest.mark.parametrize("name", ["[red]x[/red]", "<script>", ":smile:"])
def test_markup_in_names_is_text(name: str) -> None:
    assert name in drawn(a_status(cluster_name=name))


def test_escapes_in_names_do_not_reach_the_terminal() -> None:
    text = drawn(a_status(cluster_name="a\x1b[2Jb\x07\u202e"), Color.NEVER)

    assert "\x1b" not in text
    assert "\x07" not in text
    assert r"a\x1b[2Jb\x07\u202e" in text
    assert inert("two\nlines") == "two\nlines"


def test_a_narrow_encoding_gets_plain_symbols() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    render(a_status(), Output.TABLE, stream)

    assert b"+ PASS" in raw.getvalue()


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = Terminal(), Terminal()
    render(a_status(), Output.TABLE, coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    render(a_status(), Output.TABLE, plain)

    assert "\x1b[32m" in coloured.getvalue()
    assert "\x1b[32m" not in plain.getvalue()


def test_check_shows_place_and_fix_and_groups_losses() -> None:
    report = REPORTS[1]
    text = drawn(report)

    assert report.exit_code is Exit.NEGATIVE
    assert "machines (cluster.yaml:4)" in text
    assert "fix: add or remove one" in text
    assert "2 of 5 left" in text


def test_harmless_losses_are_counted_and_the_others_named() -> None:
    pairs = [
        check.SurvivalRow(loss="machine pair", lost=(f"m{number}", "x"), etcd=number > 0, api=True, workers=True)
        for number in range(9)
    ]
    text = drawn(check_report(cluster_name="x", file="f", findings=(), survival=tuple(pairs)))

    assert "8 of 9: all but those named" in text
    assert "m0 + x" in text
    assert "m5" not in text


def test_a_warning_does_not_fail_a_check() -> None:
    report = check_report(
        cluster_name="x",
        file="f",
        findings=(finding(severity=Severity.WARNING), finding(Verdict.PASS)),
        survival=(),
    )

    assert report.verdict is Verdict.PASS
    assert "! etcd-odd" in drawn(report)


def drawn_plan(*changes: Change) -> str:
    stream = io.StringIO()
    draw(plan.plan_view("x", changes).document(), stream)
    return stream.getvalue()


def a_change(**changes: object) -> Change:
    return dataclasses.replace(CHANGE, **changes)  # type: ignore[arg-type]


def test_a_plan_groups_hosts_and_totals() -> None:
    final = a_change(id="c", host="b", what="remove x", why="not wanted", risk=Risk.NONE, reversible=False)
    text = drawn_plan(CHANGE, a_change(id="b", host="b"), final)

    assert "a, b" in text
    assert "x: 3 changes on 2 hosts; risk: 1 none, 2 quorum; 1 cannot be undone" in text
    assert "election-timeout: 1000 -> 2000" in text


def test_an_empty_plan_says_so() -> None:
    assert "x: nothing to change" in drawn_plan()


@pytest.mark.parametrize(
    ("what", "why", "sign"),
    [
        ("file /etc/x", "missing", "+"),
        ("file /etc/x", "mode: 0644 -> 0600", "~"),
        ("remove /etc/x", "not ours", "-"),
        ("restart etcd.service", "the file is missing", ">"),
    ],
)
def test_signs(what: str, why: str, sign: str) -> None:
    assert plan.sign_of(a_change(what=what, why=why)) == sign


def test_a_failed_proof_fails_the_apply() -> None:
    report = apply.ApplyReport(
        cluster_name="x", changes=0, phases=(), run_dir="/r", proof=(finding(), finding(Verdict.PASS))
    )

    assert report.exit_code is Exit.NEGATIVE
    assert "Not proven" in drawn(report)


def test_up_fails_with_its_proof_or_its_status() -> None:
    def up(proof: tuple[Finding, ...], verdict: Verdict) -> apply.UpReport:
        return apply.UpReport(
            cluster_name="x",
            phases=(),
            changes=0,
            status=a_status(verdict=verdict),
            run_dir="/r",
            proof=proof,
        )

    assert up((), Verdict.PASS).exit_code is Exit.OK
    assert up((finding(),), Verdict.PASS).exit_code is Exit.NEGATIVE
    assert up((finding(Verdict.PASS),), Verdict.UNKNOWN).exit_code is Exit.UNDECIDED


def test_missing_sources_fail_only_a_verification() -> None:
    report = REPORTS[6]
    assert isinstance(report, sources.SourcesReport)

    assert report.exit_code is Exit.OK
    assert msgspec.structs.replace(report, verified=True).exit_code is Exit.NEGATIVE


def test_the_run_log_is_private_and_drops_repeats(tmp_path: Path) -> None:
    class Still:
        def now(self) -> datetime:
            return datetime(2026, 11, 23, 22, 10, 5, tzinfo=UTC)

        def monotonic(self) -> float:
            return 0.0

        async def sleep(self, seconds: float) -> None: ...

    log = RunLog(tmp_path / "log", Still())
    tee = Tee(log)
    tee.stage("etcd")
    tee.state("a", "waiting for etcd")
    tee.state("a", "waiting for etcd")
    tee.note("two\nlines")
    tee.state("a", "")
    log.close()
    tee.note("dropped")

    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "log").read_text().splitlines() == [
        "2026-11-23T22:10:05Z == etcd",
        "2026-11-23T22:10:05Z a: waiting for etcd",
        "2026-11-23T22:10:05Z two",
        "2026-11-23T22:10:05Z lines",
        "2026-11-23T22:10:05Z a: done",
    ]


def test_certificates_have_stable_keys_and_show_problems_and_rotations() -> None:
    report = next(each for each in REPORTS if isinstance(each, certs.CertificatesReport))
    values = json.loads(encode(report, Output.JSON))

    assert set(values) == {
        *("apiVersion", "kind", "verdict", "clusterName", "checkedAt", "certificates", "rotations", "errors", "named")
    }
    (row,) = values["certificates"]
    assert set(row) == {
        *("name", "kind", "subject", "sans", "issuer", "serial", "notBefore", "notAfter", "remainingSeconds"),
        *("verdict", "problems", "places", "served"),
    }
    assert set(row["places"][0]) == {"machine", "path", "usedBy", "matches"}
    assert set(row["served"][0]) == {"machine", "component", "address", "matches", "reason"}
    text = drawn(report)
    assert "etcd/server-a: expires on u" in text
    assert "4 min" in text
    assert "etcd: being replaced, at the stage trust" in text
    assert "/x.crt" not in text


def test_certificates_that_were_named_are_shown_whole() -> None:
    report = next(each for each in REPORTS if isinstance(each, certs.CertificatesReport))
    places = (
        *report.certificates[0].places,
        certs.Place(machine="b", path="/y.crt", matches=False),
        certs.Place(machine="c", path="/z.crt", matches=None),
    )
    row = msgspec.structs.replace(report.certificates[0], sans=("a.example", "10.0.0.1"), places=places)
    text = drawn(msgspec.structs.replace(report, named=("server-a",), certificates=(row,)))

    assert [line.strip() for line in text.splitlines()] == [
        "✗ FAIL  etcd/server-a  leaf",
        "subject  CN=a",
        "name     a.example",
        "name     10.0.0.1",
        "issuer   CN=x etcd",
        "serial   1f",
        "valid    from t to u, 4 min left",
        "file     a: /x.crt, used by etcd",
        "file     b: /y.crt, NOT the one of the state folder",
        "file     c: /z.crt",
        "served   a: etcd clients at 1:2379, unknown: what lies on the disk could not be read",
        "✗ expires on u",
    ]
