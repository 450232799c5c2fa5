"""seakeep check from its paths to its answer: what is read, what is counted, what waivers and baselines change."""

import io
import json
import os
import stat
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from tests.unit.checks.judging import WEB

from seakeep.checks.select import Selection
from seakeep.cli.main import run
from seakeep.core.errors import SpecError, UsageError
from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.flows import render_manifests
from seakeep.flows.baseline import diff
from seakeep.flows.check import Request, check
from seakeep.manifests import load
from seakeep.report.check import CheckReport

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 11, 25)
GOOD = """
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: shop}
data: {a: b}
"""
SECURED = WEB.replace("replicas: 2", "replicas: 1") + (
    "          securityContext: {allowPrivilegeEscalation: false}\n          resources: {limits: {memory: 1Gi}}\n"
)
ONLY = Selection(only=["!POD00[1-5]", "!LOAD.*", "!WVR.*"])
"""The checks whose answers these texts are written for: they hold whatever checks are added."""


def judged(*paths: str | Path, **more: Any) -> CheckReport:
    request = {"selection": ONLY, "today": TODAY, **more}
    return check(Request(paths=tuple(map(str, paths)), **request))


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def ids(report: CheckReport) -> list[str]:
    return [f"{each.id} {each.verdict}" for each in report.findings]


def test_a_folder_is_judged_file_by_file_with_lines(tmp_path: Path) -> None:
    write(tmp_path, a=GOOD + "---" + WEB, b=SECURED.replace("web", "other"))
    (tmp_path / "notes.txt").write_text("not: [yaml")
    report = judged(tmp_path)

    assert report.verdict is Verdict.FAIL
    assert report.summary.objects == 3
    (first, *_) = [each for each in report.findings if each.id == "POD001"]
    assert (first.resource.kind, first.resource.namespace, first.resource.name) == ("Deployment", "shop", "web")
    assert (first.resource.file, first.resource.line) == (str(tmp_path / "a.yaml"), 17)
    assert (tmp_path / "a.yaml").read_text().splitlines()[16].strip() == "- name: web"
    assert first.path == "spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(yaml.safe_load(WEB)),
        json.dumps([yaml.safe_load(WEB)]),
        yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [yaml.safe_load(WEB)]}),
        "# head\n---\n---\n" + WEB + "\n---\n",
        WEB.replace("\n", "\r\n"),
        "\ufeff" + WEB,
        "%YAML 1.2\n---" + WEB + "...\n",
    ],
    ids=["json", "json list", "List", "empty documents", "crlf", "byte order mark", "directive"],
)
def test_every_way_to_write_an_object_is_read(text: str) -> None:
    report = judged("-", stdin=io.BytesIO(text.encode()))

    assert report.summary.objects == 1
    assert "POD001 FAIL" in ids(report)
    assert all(each.resource.line >= 1 for each in report.findings)


def test_patterns_files_and_twice_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, a=GOOD, b=GOOD)
    monkeypatch.chdir(tmp_path)

    assert judged("*.yaml").summary.objects == 2
    assert judged("a.yaml", "a.yaml").summary.objects == 1
    assert judged(tmp_path / "*.yaml").summary.objects == 2
    with pytest.raises(UsageError, match=r"none.yaml does not exist"):
        judged("none.yaml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: [b", "LOAD001 FAIL"),
        (b"a: b\n\tc: d", "LOAD001 FAIL"),
        (b"apiVersion: v1\nkind: ConfigMap\ndata:\n  a: 'half", "LOAD001 FAIL"),
        (b"a: &a [*a]", "LOAD001 FAIL"),
        (b"a: 1\n? [x]\n: y", "LOAD001 FAIL"),
        (b"[" * 100_000, "LOAD001 FAIL"),
        (b"kind: ConfigMap\napiVersion: v1\nkind: Secret\n", "LOAD002 FAIL"),
        (b"apiVersion: v1\nkind: {{ .Values.kind }}\n{{- if x }}\n", "LOAD003 UNKNOWN"),
        (b"\x7fELF\x00\x01\x02", "LOAD004 UNKNOWN"),
        (b"\xff\x80abc", "LOAD004 UNKNOWN"),
    ],
)
def test_bad_input_is_a_finding_and_the_rest_is_judged(tmp_path: Path, content: bytes, said: str) -> None:
    write(tmp_path, good=GOOD)
    (tmp_path / "bad.yaml").write_bytes(content)
    report = judged(tmp_path)

    assert said in ids(report)
    assert report.summary.objects >= 1
    assert report.verdict is (Verdict.FAIL if "FAIL" in said else Verdict.UNKNOWN)
    assert report.findings[0].resource.file == str(tmp_path / "bad.yaml")
    assert report.findings[0].resource.line >= 1
    if "UNKNOWN" in said:
        assert report.coverage is not None
        assert report.coverage < 1


def test_a_bad_document_leaves_its_neighbours_judged(tmp_path: Path) -> None:
    write(tmp_path, a=GOOD + "---\na: [\n---" + WEB)
    report = judged(tmp_path)

    assert report.summary.objects == 2
    (bad,) = [each for each in report.findings if each.id == "LOAD001"]
    assert bad.resource.line == 8


def test_an_alias_bomb_costs_nothing(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    write(tmp_path, bomb="\n".join(lines))
    report = judged(tmp_path)

    assert "LOAD001 FAIL" in ids(report)
    assert "too many values" in report.findings[0].message


def test_what_may_not_be_read_and_what_is_too_large_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "MAX_BYTES", 1000)
    write(tmp_path, large="# x\n" * 1000, good=GOOD)
    with (tmp_path / "sparse.yaml").open("wb") as stream:
        stream.truncate(1 << 30)
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    report = judged(tmp_path)

    assert ids(report) == ["LOAD004 UNKNOWN"] * 3
    assert report.verdict is Verdict.UNKNOWN
    assert {"No such file or directory"} < {each.message for each in report.findings}
    with pytest.raises(UsageError):
        judged(tmp_path / "missing")
    over = judged("-", stdin=io.BytesIO(b"#" * 1001))
    assert ids(over) == ["LOAD004 UNKNOWN"]


def test_nothing_to_judge_is_not_assessed(tmp_path: Path) -> None:
    for report in (judged(tmp_path), judged("-", stdin=io.BytesIO(b"# nothing\n---\n"))):
        assert report.verdict is Verdict.UNKNOWN
        assert (report.readiness, report.coverage) == (None, None)


def test_unknown_counts_as_not_passed_and_lowers_coverage_not_only_itself(tmp_path: Path) -> None:
    write(tmp_path, a=SECURED)
    before = judged(tmp_path)
    (tmp_path / "binary.yaml").write_bytes(b"\0")
    after = judged(tmp_path)

    assert (before.readiness, before.coverage) == (1.0, 1.0)
    assert after.readiness is not None
    assert after.readiness < 1
    assert after.coverage is not None
    assert after.coverage < 1


def test_a_severity_that_is_left_out_is_in_no_number(tmp_path: Path) -> None:
    write(tmp_path, a=WEB)
    every = judged(tmp_path)
    errors = judged(tmp_path, selection=Selection(only=["POD001", "POD002"], least=Severity.ERROR))

    assert {each.severity for each in errors.findings} == {Severity.ERROR}
    assert errors.summary.checks == 1
    assert errors.readiness == 0.0
    assert every.readiness != errors.readiness


def test_warnings_do_not_fail(tmp_path: Path) -> None:
    write(tmp_path, a=WEB)
    report = judged(tmp_path, selection=Selection(only=["POD002"]))

    assert (report.verdict, report.summary.warnings, report.summary.failed) == (Verdict.PASS, 1, 1)
    assert report.readiness == 0.0


def test_passes_are_listed_when_asked_for(tmp_path: Path) -> None:
    write(tmp_path, a=SECURED)

    assert ids(judged(tmp_path)) == []
    assert "POD001 PASS" in ids(judged(tmp_path, passes=True))


WAIVERS = """\
apiVersion: seakeep/v1
kind: Waivers
waivers:
  - id: POD001
    object: Deployment/shop/web
    reason: it is replaced in January
    owner: shop team
    expires: {expires}
  - id: POD002
    object: "*/shop/none"
    reason: none
    owner: nobody
    expires: 2027-01-01
"""


def test_a_waiver_takes_a_failure_out_of_the_verdict_and_not_out_of_the_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    write(folder, a=WEB)
    plain = judged(folder)
    file = tmp_path / "waivers.yaml"
    file.write_text(WAIVERS.format(expires="2027-01-31"))
    report = judged(folder, waivers=file)

    assert report.verdict is Verdict.PASS
    assert report.readiness is not None
    assert plain.readiness is not None
    assert report.readiness <= plain.readiness
    (waived,) = [each for each in report.findings if each.verdict is Verdict.WAIVED]
    assert waived.waiver is not None
    assert (waived.id, waived.waiver.owner, waived.waiver.expires) == ("POD001", "shop team", "2027-01-31")
    (unused,) = [each for each in report.findings if each.id == "WVR002"]
    assert (unused.resource.file, unused.resource.line) == (str(file), 9)


@pytest.mark.parametrize(("expires", "verdict"), [("2026-11-25", Verdict.PASS), ("2026-11-24", Verdict.FAIL)])
def test_a_waiver_holds_on_its_last_day_and_not_after(tmp_path: Path, expires: str, verdict: Verdict) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    write(folder, a=WEB)
    file = tmp_path / "waivers.yaml"
    file.write_text(WAIVERS.format(expires=expires))
    report = judged(folder, waivers=file)

    assert report.verdict is verdict
    assert ("WVR001 FAIL" in ids(report)) == (verdict is Verdict.FAIL)


def test_annotations_waive_on_the_object_and_on_its_template(tmp_path: Path) -> None:
    waiver = '{waive.seakeep.io/POD001: "reason=old; owner=shop; expires=2027-01-01"}'
    on_object = WEB.replace("namespace: shop}", f"namespace: shop, annotations: {waiver}}}")
    on_template = WEB.replace("{labels: {app: web}}", f"{{labels: {{app: web}}, annotations: {waiver}}}")
    for text in (on_object, on_template):
        report = judged(write(tmp_path, a=text))
        assert "POD001 WAIVED" in ids(report)
        assert report.verdict is Verdict.PASS


@pytest.mark.parametrize("value", ["reason=x; owner=y", "reason=x; owner=y; expires=soon", "", "true"])
def test_an_annotation_that_says_too_little_waives_nothing(tmp_path: Path, value: str) -> None:
    annotations = f'annotations: {{waive.seakeep.io/POD001: "{value}"}}}}'
    write(tmp_path, a=WEB.replace("namespace: shop}", "namespace: shop, " + annotations))
    report = judged(tmp_path)

    assert {"POD001 FAIL", "WVR003 FAIL"} <= set(ids(report))


def test_a_waiver_of_a_check_that_is_not_asked_is_not_unused(tmp_path: Path) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    write(folder, a=SECURED)
    file = tmp_path / "waivers.yaml"
    file.write_text(WAIVERS.format(expires="2027-01-31"))
    report = judged(folder, waivers=file, selection=Selection(only=["POD001", "WVR002"]))

    assert [each.message for each in report.findings if each.id == "WVR002"] == [
        "the waiver of POD001 for Deployment/shop/web covers nothing that failed"
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("kind: Other", 1),
        ("kind: Waivers\nwaivers:\n  - id: POD001\n    object: x\n    reason: y\n    owner: z\n", 3),
        (WAIVERS.format(expires="tomorrow"), 8),
        (WAIVERS.format(expires="2027-01-01") + "    extra: 1\n", 14),
        ("kind: Waivers\nwaiver: []\n", 2),
        ("kind: [", 2),
    ],
)
def test_a_waiver_file_that_is_wrong_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text)

    with pytest.raises(SpecError) as error:
        judged(write(tmp_path, a=GOOD), waivers=file)
    assert [problem.line for problem in error.value.problems][:1] == [line]


def stored(report: CheckReport, path: Path) -> Path:
    path.write_bytes(msgspec.json.encode(report))
    return path


def test_a_baseline_hides_what_it_has_even_when_lines_move(tmp_path: Path) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    before = stored(judged(write(folder, a=WEB)), tmp_path / "before.json")
    again = judged(write(folder, a="# moved\n" + WEB), baseline=before)
    more = judged(write(folder, b=WEB.replace("name: web, ", "name: web2, ")), baseline=before)

    assert (again.findings, again.verdict) == ((), Verdict.PASS)
    assert again.summary.known > 0
    assert again.readiness is not None
    assert again.readiness < 1
    assert {each.resource.name for each in more.findings} == {"web2"}
    assert more.verdict is Verdict.FAIL


def test_two_reports_are_compared(tmp_path: Path) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    one = stored(judged(write(folder, a=WEB)), tmp_path / "one.json")
    two = stored(judged(write(folder, a=SECURED, b=WEB.replace("web", "new"))), tmp_path / "two.json")
    found = diff(one, two)

    assert {each.resource.name for each in found.gone} == {"web"}
    assert {each.resource.name for each in found.new} == {"new"}
    assert found.exit_code == 1
    assert diff(two, two).exit_code == 0
    (tmp_path / "other.json").write_text('{"kind": "Status", "findings": []}')
    for wrong in ("other.json", "none.json", "manifests/a.yaml"):
        with pytest.raises(UsageError):
            diff(one, tmp_path / wrong)


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_kustomizations_and_charts_are_rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    program(tools, "kubectl", f'[ "$1" = kustomize ] && cat {tmp_path}/rendered')
    program(tools, "helm", f'[ "$1" = template ] && cat {tmp_path}/rendered')
    (tmp_path / "rendered").write_text(WEB)
    for name, marker in (("overlay", "kustomization.yaml"), ("chart", "Chart.yaml")):
        folder = tmp_path / "deploy" / name
        (folder / "templates").mkdir(parents=True)
        (folder / marker).write_text("name: x\n")
        (folder / "templates" / "a.yaml").write_text("{{ not yaml")
    report = judged(tmp_path / "deploy")

    assert report.summary.objects == 2
    assert "LOAD003 UNKNOWN" not in ids(report)
    assert {Path(each.resource.file).name for each in report.findings} >= {"kustomization.yaml", "Chart.yaml"}


def test_what_cannot_be_rendered_is_unknown_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin", "kubectl", "echo broken base >&2; exit 3")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name, marker in (("k", "kustomization.yaml"), ("h", "Chart.yaml")):
        (tmp_path / "deploy" / name).mkdir(parents=True)
        (tmp_path / "deploy" / name / marker).write_text("name: x\n")
    report = judged(tmp_path / "deploy")

    assert report.verdict is Verdict.UNKNOWN
    assert sorted(each.message for each in report.findings) == [
        "kubectl said: broken base",
        "there is no helm, which a chart is rendered with",
    ]
    monkeypatch.setattr(render_manifests, "LIMIT", 0.05)
    program(tmp_path / "bin", "kubectl", "/bin/sleep 60; true")
    slow = judged(tmp_path / "deploy" / "k")
    assert [each.message for each in slow.findings] == ["kubectl did not end within 0 s"]


def test_a_design_and_objects_are_one_report(tmp_path: Path) -> None:
    report = judged(write(tmp_path, a=WEB), file=ROOT / "examples" / "three-sites.yaml", selection=Selection())

    assert report.cluster_name == "three-sites"
    assert report.survival
    assert report.summary.checks > 30
    assert report.verdict is Verdict.FAIL


def test_the_command_answers_in_several_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, a=WEB)
    forms = {
        name: tmp_path / f"out.{name}" for name in ("json", "sarif", "junit", "html", "prometheus", "policyreport")
    }
    wanted = [word for name, file in forms.items() for word in ("-o", f"{name}={file}")]
    code = run(["check", str(tmp_path / "a.yaml"), "--only", "POD001", "-o", "table", *wanted])

    assert code == 1
    assert "POD001" in capsys.readouterr().out
    assert all("POD001" in file.read_text() for file in forms.values())
    report = json.loads(forms["json"].read_text())
    assert (report["kind"], report["summary"]["failed"], report["readiness"]) == ("CheckReport", 1, 0.0)
    resource = report["findings"][0]["resource"]
    assert resource == {
        "apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "web",
        "file": str(tmp_path / "a.yaml"), "line": 12,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--only", "POD999"], "no check is called POD999"),
        (["--skip", "!["], "no regular expression"),
        (["--target", "new"], "write it as 1.37"),
        (["-o", "json", "-o", "sarif"], "two forms are meant for stdout"),
        (["-o", "xml"], "not one of"),
        (["-o", "json=/nowhere/x"], "cannot be written"),
        (["--baseline", "nowhere.json"], "nowhere.json"),
        (["--waivers", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_wrong_words_exit_2(tmp_path: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(write(tmp_path, a=GOOD)), *words]) == 2
    assert says in capsys.readouterr().err


def test_a_clean_folder_exits_0_an_empty_one_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(tmp_path)]) == 3
    assert "not assessed" in capsys.readouterr().out
    assert run(["check", str(write(tmp_path, a=GOOD)), "--only", "!LOAD.*", "--target", "v1.36"]) == 0


@pytest.mark.parametrize(("severity", "code"), [("info", 1), ("error", 1)])
def test_an_error_is_a_failure_in_junit(
    tmp_path: Path, severity: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--only", "POD001", "--only", "POD002", "--min-severity", severity, "-o", "junit"]

    assert run(["check", str(write(tmp_path, a=WEB)), *words]) == code
    assert capsys.readouterr().out.count("<failure ") == 1


def test_a_folder_with_warnings_passes_and_does_so_in_junit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(write(tmp_path, a=WEB)), "--only", "POD002", "-o", "junit"]) == 0
    said = capsys.readouterr().out
    assert "<failure " not in said
    assert "<system-out>warning: " in said


def test_what_could_not_be_told_is_no_pass_beside_a_waived_failure_of_the_same_object(tmp_path: Path) -> None:
    pod = """
apiVersion: v1
kind: Pod
metadata:
  name: p
  annotations: {waive.seakeep.io/IMG007: reason=r; owner=o; expires=2027-01-01}
spec:
  containers:
    - {name: a, image: "r.example/argocd:2.1.0"}
    - {name: b, image: "r.example/grafana:latest"}
"""
    report = judged(write(tmp_path, a=pod), selection=Selection(only=["IMG007"]))

    assert sorted(each.verdict for each in report.findings) == ["UNKNOWN", "WAIVED"]
    assert report.verdict is Verdict.UNKNOWN
    assert (report.coverage, report.summary.unknown, report.summary.waived) == (0.0, 1, 0)


def test_checks_are_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["checks", "list", "-o", "json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["checks"]}
    assert {"DES003", "PRE001", "POD001", "LOAD001", "WVR001"} <= rows.keys()
    assert rows["POD001"]["fixable"]
    assert not rows["POD002"]["fixable"]
    assert {row["scope"] for row in rows.values()} >= {"design", "preflight", "manifest", "file"}
    assert rows["POD001"]["equivalents"]
    assert rows["POD001"]["docs"]["why"]
    assert run(["explain", "pod001"]) == 0
    explained = capsys.readouterr().out
    assert "kube-linter:privilege-escalation-container" in explained
    assert "--fix" in explained
    assert run(["explain", "CHG005"]) == 0
    assert "--fix" not in capsys.readouterr().out
    assert run(["explain", "POD0001"]) == 2
    assert "did you mean POD001?" in capsys.readouterr().err


def test_standard_input_is_read_by_the_program() -> None:
    done = subprocess.run(
        ["seakeep", "check", "-", "--only", "POD001"], input=WEB.encode(), capture_output=True, check=False,
        env={**os.environ, "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"},
    )  # fmt: skip

    assert done.returncode == 1
    assert b"(-:12)" in done.stdout


FIXABLE = """\
# the shop
apiVersion: v1
kind: Pod
metadata:
  name: web  # a name
spec:
  containers:
    - name: web
      image: web:1
      # allowed so far
      securityContext:
        allowPrivilegeEscalation: true  # why?
    - name: other
      image: other:1
"""


def test_fix_shows_the_difference_writes_and_the_file_then_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(("\ufeff" + GOOD + "---\n" + FIXABLE).replace("\n", "\r\n").encode())
    file.chmod(0o640)
    words = ["check", str(tmp_path), "--only", "POD001", "--fix"]

    assert run(words) == 4
    assert "allowPrivilegeEscalation: true" in file.read_text()
    capsys.readouterr()
    assert run([*words, "--yes"]) == 0
    err = capsys.readouterr().err
    assert "-        allowPrivilegeEscalation: true  # why?" in err
    assert "+        allowPrivilegeEscalation: false  # why?" in err
    after = file.read_bytes().decode()
    assert after.count("\r\n") == after.count("\n")
    expected = FIXABLE.replace("true  # why?", "false  # why?")
    expected += "      securityContext:\n        allowPrivilegeEscalation: false\n"
    assert after.replace("\r\n", "\n") == "\ufeff" + GOOD + "---\n" + expected
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml"]
    assert run([*words, "--yes"]) == 0
    assert capsys.readouterr().err == ""


def test_fix_says_what_it_leaves_to_a_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.json").write_text(json.dumps(yaml.safe_load(FIXABLE)))
    before = (tmp_path / "a.json").read_text()

    assert run(["check", str(tmp_path), "--only", "POD001", "--fix", "--yes"]) == 1
    assert "a.json:1: it is JSON" in capsys.readouterr().err
    assert (tmp_path / "a.json").read_text() == before
    assert run(["check", "-", "--fix"]) == 2
