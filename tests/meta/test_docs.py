"""Documents: links lead somewhere, and every command that is written down exists."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click
import pytest

from seakeep.cli.main import root

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")


def documents() -> list[Path]:
    """The repository's own pages."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    return sorted(ROOT / name for name in names if name and (ROOT / name).is_file())


DOCUMENTS = documents()
CHECKS = ROOT / "docs" / "reference" / "checks"
GROUPS = [[page] for page in DOCUMENTS if page.parent != CHECKS] + [
    [page for page in DOCUMENTS if page.parent == CHECKS]
]
"""What is tested together: each page alone, and the hundreds of generated pages of checks at once."""


def named(group: list[Path]) -> str:
    """The id of a test."""
    return str((group[0] if len(group) == 1 else CHECKS).relative_to(ROOT))


def blocks(text: str, language: str) -> Iterator[str]:
    """The fenced blocks of a language."""
    return (body for name, body in BLOCK.findall(text) if name == language)


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return BLOCK.sub("", text)


def anchors(text: str) -> set[str]:
    """What a link may name after its #."""
    heads = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def commands(line: str) -> Iterator[list[str]]:
    """The words of each simple command of a shell line, without redirections and comments."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = "#"
    words: list[str] = []
    for is_sign, group in groupby(lexer, key=lambda word: bool(word) and set(word) <= set("();<>|&")):
        if not is_sign:
            words = list(group)
            yield words


def ours(text: str, program: str) -> list[list[str]]:
    """Every command line of the program: in shell blocks, and in the text where code begins with it."""
    lines = [line for body in blocks(text, "sh") for line in body.replace("\\\n", " ").splitlines()]
    lines += [code for code in INLINE.findall(prose(text)) if code.startswith(f"{program} ")]
    return [words[1:] for line in lines for words in commands(line) if words and words[0] == program]


def parse(words: list[str]) -> None:
    """Parse as the command line would, and execute nothing. click.UsageError where it would refuse."""
    if words[-1:] == ["--help"]:
        words = words[:-1]
    if not words:
        return
    context = root().make_context("seakeep", list(words), obj={})
    while isinstance(context.command, click.Group):
        rest = [*context._protected_args, *context.args]
        name, command, rest = context.command.resolve_command(context, rest)
        assert command is not None
        if isinstance(command, click.Group) and not rest:
            return  # a group that is only talked about
        context = command.make_context(name, rest, parent=context)


def targets() -> set[str]:
    """What `make` can make."""
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("group", GROUPS, ids=named)
def test_relative_links_lead_somewhere(group: list[Path]) -> None:
    broken = []
    for page, link in [(each, link) for each in group for link in LINK.findall(prose(each.read_text()))]:
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            broken.append(f"{page.name}: {link}")

    assert broken == []


@pytest.mark.parametrize("group", GROUPS, ids=named)
def test_every_command_that_is_written_down_parses(group: list[Path]) -> None:
    wrong = []
    for words in (words for page in group for words in ours(page.read_text(), "seakeep")):
        # `COMMAND` stands for any; braces and bars are the generated reference's synopses.
        if "COMMAND" in words or any("{" in word for word in words):
            continue
        try:
            parse(words)
        except click.UsageError as error:
            wrong.append(f"seakeep {shlex.join(words)}: {error.message}")

    assert wrong == []


@pytest.mark.parametrize("group", GROUPS, ids=named)
def test_every_make_target_that_is_named_exists(group: list[Path]) -> None:
    used = [words for page in group for words in ours(page.read_text(), "make")]
    wanted = {word for words in used for word in words if re.fullmatch(r"[a-z-]+", word)}

    assert wanted - targets() == set()


def test_every_page_of_the_docs_is_in_their_index() -> None:
    folder = ROOT / "docs"
    index = folder / "README.md"
    checks = folder / "reference" / "checks.md"  # has the pages of the areas, and of every check
    listed = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in (index, checks)
        for link in LINK.findall(page.read_text())
    }

    assert {page for page in folder.rglob("*.md") if page != index} - listed == set()


def test_the_pages_that_people_start_from_are_there_and_show_commands() -> None:
    assert {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"} <= {page.name for page in DOCUMENTS}
    readme = (ROOT / "README.md").read_text()

    assert ["up"] in ours(readme, "make")
    assert ["test"] in ours(readme, "make")
    assert len(ours(readme, "seakeep")) > 5


@pytest.mark.parametrize("line", ["rollout", "plan --now", "lab explode a-cp1", "ssh", "-o xml status"])
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    with pytest.raises(click.UsageError):
        parse(line.split())


def test_commands_are_found_in_blocks_and_in_the_text() -> None:
    shell = "```sh\nseakeep up --yes && seakeep status > x  # now\nls\n```\n"
    text = f"See `seakeep plan -o json`.\n\n{shell}\n```\nseakeep no\n```\n"

    assert ours(text, "seakeep") == [["up", "--yes"], ["status"], ["plan", "-o", "json"]]
