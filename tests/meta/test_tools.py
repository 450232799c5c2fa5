"""The developers' tools: the count of all tests, and the generated reference."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from seakeep.checks.catalog import catalog
from seakeep.flows.waivers import read_waivers

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def tool(name: str) -> ModuleType:
    """A script of tools/, as a module. What it imports of its neighbours it finds as when it is started."""
    if str(TOOLS) not in sys.path:
        sys.path.append(str(TOOLS))
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_outcomes_are_counted_from_junit(tmp_path: Path) -> None:
    report = tmp_path / "unit.xml"
    report.write_text(
        '<testsuites><testsuite tests="10" failures="2" errors="1" skipped="3"/>'
        '<testsuite tests="1" failures="0" errors="0" skipped="0"/></testsuites>'
    )

    assert tool("run_tests").counted(report) == Counter(passed=5, failed=2, error=1, skipped=3)


@pytest.mark.parametrize("content", [None, "", "<testsuites><tests"], ids=["missing", "empty", "cut off"])
def test_a_report_that_cannot_be_read_is_an_error(tmp_path: Path, content: str | None) -> None:
    report = tmp_path / "unit.xml"
    if content is not None:
        report.write_text(content)

    assert tool("run_tests").counted(report) == Counter(error=1)


def test_the_last_line_reads_like_pytests() -> None:
    summary = tool("run_tests").summary

    assert summary(Counter(passed=3), 1.5) == "===== 3 passed in 1.50s ====="
    assert summary(Counter(passed=3, failed=1, error=2, skipped=4), 61.0) == (
        "===== 1 failed, 3 passed, 4 skipped, 2 error in 61.00s (1:01 minutes) ====="
    )
    assert summary(Counter(), 1) == "===== no tests ran in 1.00s ====="


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, Path]:
    """The generator, and a folder with all that it writes."""
    docs, folder = tool("gen_docs"), tmp_path / "reference"
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "REFERENCE", folder)
    assert docs.main(["check"]) == 1
    assert docs.main(["write"]) == 0
    assert docs.main(["check"]) == 0
    return docs, folder


@pytest.mark.parametrize("page", ["cli.md", "checks/POD001.md", "checks/workload.md", "checks.md"])
def test_a_stale_or_missing_page_fails_the_check(
    reference: tuple[ModuleType, Path], page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    docs, folder = reference
    for spoil in (lambda: (folder / page).write_text("old\n"), (folder / page).unlink):
        spoil()
        capsys.readouterr()
        assert docs.main(["check"]) == 1
        assert f"reference/{page}: stale" in capsys.readouterr().out
        assert docs.main(["write"]) == 0
        assert docs.main(["check"]) == 0


@pytest.mark.parametrize("page", ["checks/POD999.md", "old/area.md"])
def test_a_page_that_nothing_makes_any_more_fails_the_check_and_is_taken_away(
    reference: tuple[ModuleType, Path], page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    docs, folder = reference
    (folder / page).parent.mkdir(exist_ok=True)
    (folder / page).write_text("left\n")
    capsys.readouterr()

    assert docs.main(["check"]) == 1
    assert f"reference/{page}: nothing makes it any more" in capsys.readouterr().out
    assert (folder / page).exists()
    assert docs.main(["write"]) == 0
    assert not (folder / page).exists()
    assert docs.main(["check"]) == 0


def test_every_check_has_a_page_with_all_that_it_says_of_itself() -> None:
    docs = tool("gen_docs")
    made = docs.pages()
    for entry in catalog():
        check, page = entry.check, made[f"checks/{entry.check.id}.md"]
        said = [check.title, check.severity, check.since, check.remediation, *(text for _, text in entry.parts)]
        said += [*check.needs, *check.references, *check.equivalents, f"seakeep explain {check.id}"]
        plain = " ".join(page.split()).lower()

        assert [each for each in said if " ".join(each.split()).lower() not in plain] == [], check.id
        assert ("--fix" in page) == check.fixable, check.id
        assert f"[{check.id}](checks/{check.id}.md)" in made["checks.md"]


@pytest.mark.parametrize("id_", ["POD001", "NET001", "KUB100", "HAP001", "LIV001"])
def test_the_waiver_of_a_checks_page_is_one_that_is_read(id_: str, tmp_path: Path) -> None:
    page = tool("gen_docs").pages()[f"checks/{id_}.md"]
    file = tmp_path / "waivers.yaml"
    file.write_text("kind: Waivers\n" + page.partition("Let it stand")[2].split("```yaml\n")[1].split("```")[0])

    (waiver,) = read_waivers(file)
    assert waiver.id == id_
    assert "#" not in waiver.object
