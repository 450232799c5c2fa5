"""`seakeep --help` is quick because it imports little, and the table of commands matches their modules."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import seakeep.cli.commands
from seakeep.cli.command import Command, GlobalOption, settings_of
from seakeep.cli.lazy import LazyGroup, load
from seakeep.cli.main import root, run
from seakeep.cli.settings import COLORS, OUTPUTS, Settings
from seakeep.cli.table import COMMANDS, Entry
from seakeep.report.faces import Color, Output

HEAVY = {
    "asyncio",
    "asyncssh",
    "cryptography",
    "httpx",
    "jinja2",
    "msgspec",
    "pydantic",
    "rich",
    "yaml",
    "zstandard",
    "seakeep.design",
    "seakeep.flows",
    "seakeep.report",
    "seakeep.spec",
}


def leaves(
    entries: tuple[Entry, ...] = COMMANDS, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Entry]]:
    for entry in entries:
        if entry.children:
            yield from leaves(entry.children, (*words, entry.name))
        else:
            yield (*words, entry.name), entry


LEAVES = tuple(leaves())
NAMES = [" ".join(words) for words, _ in LEAVES]


def test_the_table_and_the_modules_are_in_step() -> None:
    folder = Path(seakeep.cli.commands.__file__).parent
    modules = {
        path.relative_to(folder).with_suffix("").parts for path in folder.rglob("*.py") if path.name != "__init__.py"
    }
    modules = {tuple(part.removesuffix("_") for part in parts) for parts in modules}

    assert {tuple(word.replace("-", "_") for word in words) for words, _ in LEAVES} == modules


@pytest.mark.parametrize("arguments", [["--help"], ["lab", "--help"], ["apply", "--help"]], ids=" ".join)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from seakeep.cli.main import run\n"
        "code = run(sys.argv[1:])\n"
        "sys.stderr.write('\\n'.join(sys.modules))\n"
        "raise SystemExit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, timeout=300
    )

    assert done.stdout.startswith("Usage: seakeep")
    assert HEAVY & set(done.stderr.split()) == set()


@pytest.mark.parametrize(("words", "entry"), LEAVES, ids=NAMES)
def test_every_help_has_examples_and_exit_codes(
    words: tuple[str, ...], entry: Entry, capsys: pytest.CaptureFixture[str]
) -> None:
    found = load(words, entry)
    code = run([*words, "--help"])
    text = capsys.readouterr().out

    assert code == 0
    assert entry.summary in " ".join(text.split())
    assert found.examples
    assert all("seakeep " + " ".join(words) in example for example in found.examples[:1])
    for example in found.examples:
        assert f"  {example}\n" in text
    for exit_code, _ in found.all_exits:
        assert f"\n  {exit_code.value} " in text[text.index("EXIT CODES") :]


@pytest.mark.parametrize(("words", "entry"), LEAVES, ids=NAMES)
def test_every_option_is_described(words: tuple[str, ...], entry: Entry) -> None:
    options = [param for param in load(words, entry).params if isinstance(param, click.Option)]

    assert all(option.help for option in options)
    assert all(option.help.endswith((".", "]")) for option in options if option.help)


def test_summaries_are_short_sentences() -> None:
    def walk(entries: tuple[Entry, ...]) -> Iterator[Entry]:
        for entry in entries:
            yield entry
            yield from walk(entry.children)

    for entry in walk(COMMANDS):
        assert entry.summary.endswith("."), entry
        assert len(entry.summary) <= 72, entry


def test_the_literal_choices_are_those_of_the_faces() -> None:
    assert tuple(output.value for output in Output) == OUTPUTS
    assert tuple(color.value for color in Color) == COLORS


def chosen(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that a command is called with."""
    seen: list[Settings] = []

    def invoke(self: Command, ctx: click.Context) -> int:
        seen.append(settings_of(ctx.ensure_object(dict)))
        return 0

    monkeypatch.setattr(Command, "invoke", invoke)
    assert run(arguments) == 0
    return seen[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "-f", "x.yaml", "-o", "json"],
        ["-f", "x.yaml", "-o", "json", "status"],
        ["-f", "y.yaml", "status", "-f", "x.yaml", "-o", "json"],
        ["lab", "-f", "x.yaml", "ls", "-o", "json"],
    ],
    ids=" ".join,
)
def test_global_options_stand_before_or_after_and_the_last_wins(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = chosen(arguments, monkeypatch)

    assert settings.file == Path("x.yaml")
    assert settings.output == "json"


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAKEEP_FILE", "env.yaml")
    monkeypatch.setenv("SEAKEEP_STATE", "/state")

    assert chosen(["status"], monkeypatch).file == Path("env.yaml")
    assert chosen(["status", "-f", "x.yaml"], monkeypatch).file == Path("x.yaml")
    assert chosen(["-f", "x.yaml", "status"], monkeypatch).file == Path("x.yaml")
    assert chosen(["status"], monkeypatch).state_base == Path("/state")


def test_what_belongs_to_kubectl_is_left_to_kubectl(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = chosen(["kubectl", "-f", "x.yaml", "--", "apply", "-f", "y.yaml", "-o", "wide"], monkeypatch)

    assert settings.file == Path("x.yaml")
    assert settings.output == "table"


def test_every_command_takes_the_global_options() -> None:
    def names(command: click.Command) -> set[str | None]:
        return {param.name for param in command.params if isinstance(param, GlobalOption)}

    expected = names(root())

    assert expected == set(Settings.__slots__) - {"given"}
    assert all(names(load(words, entry)) == expected for words, entry in LEAVES)


@pytest.mark.parametrize("arguments", [["bogus"], ["status", "--bogus"], ["lab", "kill"], ["-o", "xml", "status"]])
def test_usage_errors_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "Error:" in streams.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    assert "_SEAKEEP_COMPLETE" in capsys.readouterr().out


def test_groups_are_made_without_importing_their_commands() -> None:
    group = root().get_command(click.Context(root()), "lab")

    assert isinstance(group, LazyGroup)
    assert group.list_commands(click.Context(group))[0] == "up"
