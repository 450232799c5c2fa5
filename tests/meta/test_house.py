"""The house rules that no linter knows."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "seakeep"
MAX_LINES = 400
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".go", ".j2", ".txt", ".json", ".cfg", ""}

MODULES = sorted(path for path in SOURCE.rglob("*.py"))


def tracked() -> list[Path]:
    """The repository's own text files: tracked ones, and new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return [path for path in paths if path.suffix in TEXT and path.is_file()]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) < MAX_LINES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_what_is_public_says_what_it_is(path: Path) -> None:
    missing = [name for name, node in public(ast.parse(path.read_text())) if ast.get_docstring(node) is None]

    assert missing == []


Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public(module: ast.Module) -> Iterator[tuple[str, Documented]]:
    """The module, and its public classes and functions. Methods may leave their words to the contract they meet."""
    yield "the module", module
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            if not any("overload" in ast.dump(decorator) for decorator in node.decorator_list):
                yield node.name, node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node


def test_no_path_of_anybodys_machine_stands_in_the_tree() -> None:
    # In pieces, so that this file is not a finding itself. Machines of a cluster do have a root with an .ssh folder.
    forbidden = re.compile(
        "|".join(
            ("/" + r"root/(?!\.ssh\b)", "/home/" + "[a-z]{2,}/", "/" + "work/", "/tmp/" + "[a-z]/", "/Users/" + "[a-z]")
        )
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if forbidden.search(line)
    ]

    assert found == []


def test_no_key_stands_in_the_tree() -> None:
    begin = "-----BEGIN " + r"(?:[A-Z]+ )?PRIVATE KEY-----\s*[A-Za-z0-9+/=]{40}"
    found = [str(path) for path in tracked() if re.search(begin, path.read_text(errors="replace"))]

    assert found == []


def test_every_package_has_its_layer() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (layers,) = (each for each in config["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    named = {word.strip() for layer in layers["layers"] for word in layer.split("|")}
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}

    assert layers["exhaustive"]
    assert packages == named


def test_dependencies_say_why_they_are_there() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    block = text[text.index("dependencies = [") : text.index("]\n", text.index("dependencies = ["))]
    entries = [line for line in block.splitlines() if line.strip().startswith('"')]

    assert entries
    assert [line for line in entries if "#" not in line] == []


def test_every_dependency_is_pinned() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        re.split(r"[<>=!~ \[;]", requirement, maxsplit=1)[0].lower()
        for requirement in (*config["project"]["dependencies"], *config["dependency-groups"]["dev"])
    }
    pins = {line.split("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line}

    assert wanted - pins == set()


def test_nothing_is_printed_past_the_report_layer() -> None:
    printing = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]

    assert printing == []


def test_no_shell_is_started_with_a_string() -> None:
    shells = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and (
            any(keyword.arg == "shell" and getattr(keyword.value, "value", None) is True for keyword in node.keywords)
            or (
                isinstance(node.func, ast.Attribute)
                and node.func.attr in {"create_subprocess_shell", "system", "popen"}
            )
        )
    ]

    assert shells == []


def test_property_tests_are_the_same_every_time_and_know_no_deadline() -> None:
    """Hypothesis' own deadline is 200 ms for an example, which a loaded machine misses."""
    own = re.compile(r"deadline=(?!None)|derandomize=False")
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]

    steady = settings.get_profile("steady")
    assert settings.default.deadline is None
    assert (steady.deadline, steady.derandomize) == (None, True)
    assert [str(path.relative_to(ROOT)) for path in tests if own.search(path.read_text())] == []
