"""Commands that are told can be pasted: as this program is called, with what was given of what they work on."""

import io
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from seakeep.cli.call import Call
from seakeep.cli.interrupt import SECOND
from seakeep.cli.main import run
from seakeep.cli.paste import own_name, pasteable
from seakeep.cli.settings import Settings
from seakeep.cli.table import COMMANDS, Entry
from seakeep.core.errors import Exit
from seakeep.core.progress import Progress
from seakeep.flows.apply import NEXT_STEPS
from seakeep.report.apply import ApplyReport
from seakeep.report.document import Cell, Table, line

ROOT = Path(__file__).resolve().parents[3]
GIVEN = Settings(
    file=Path("my cluster.yaml"), state=Path("/tmp/it's here"), given=frozenset({"file", "state", "yes", "output"})
)
WORDS = ["-f", "my cluster.yaml", "--state", "/tmp/it's here"]
SAID = shlex.join(WORDS)
SAID_STATE = shlex.join(WORDS[2:])


@pytest.fixture(autouse=True)
def called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["seakeep"])
    monkeypatch.setattr("shutil.which", lambda name: name)


def leaves(entries: tuple[Entry, ...] = COMMANDS, before: str = "") -> Iterator[str]:
    for entry in entries:
        words = f"{before} {entry.name}".strip()
        yield from leaves(entry.children, words) if entry.children else (words,)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("`seakeep resume` goes on from there", f"`seakeep resume {SAID}` goes on from there"),
        ("bring it up: seakeep lab up", f"bring it up: seakeep lab up {SAID}"),
        ("seakeep kubectl -- get pods -A", f"seakeep kubectl {SAID} -- get pods -A"),
        ("seakeep kubectl -- apply -f x.yaml", f"seakeep kubectl {SAID} -- apply -f x.yaml"),
        ("seakeep certs rotate-ca etcd", f"seakeep certs rotate-ca {SAID} etcd"),
        ("seakeep ssh a-w1 -- true; seakeep apply", f"seakeep ssh {SAID} a-w1 -- true; seakeep apply {SAID}"),
        ("`seakeep check --live` measures it", f"`seakeep check {SAID} --live` measures it"),
        ("`seakeep check PATH --fix` writes it", "`seakeep check PATH --fix` writes it"),
        ("`seakeep plan -f x`, or `seakeep up`", f"`seakeep plan {SAID_STATE} -f x`, or `seakeep up {SAID}`"),
        ("another seakeep that waits", "another seakeep that waits"),
        ("a group: seakeep lab", "a group: seakeep lab"),
        ("/opt/seakeep status", "/opt/seakeep status"),
        ("`seakeep explain POD001`; `seakeep checks list`", "`seakeep explain POD001`; `seakeep checks list`"),
    ],
)  # fmt: skip
def test_what_was_given_is_repeated(text: str, becomes: str) -> None:
    assert pasteable(text, GIVEN) == becomes
    assert pasteable(text, Settings()) == text


def test_what_decides_where_things_come_from_is_repeated_and_nothing_else() -> None:
    settings = Settings(
        cache=Path("c"), binaries=Path("b"), mirror="https://m", offline=True, yes=True, quiet=True, output="json",
        given=frozenset({"cache", "binaries", "mirror", "offline", "yes", "quiet", "output"}),
    )  # fmt: skip

    assert pasteable("seakeep up", settings) == "seakeep up --cache c --binaries b --mirror https://m --offline"


@pytest.mark.parametrize("words", sorted(leaves()))
def test_every_command_takes_what_is_repeated(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--help ends it before arguments are missed, and after options that it does not know are."""
    again = shlex.split(pasteable(f"seakeep {words}", GIVEN))

    assert run([*again[1:], "--help"]) == 0, capsys.readouterr().err


def test_what_stands_before_the_words_and_after_them_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = settings_seen(monkeypatch)
    monkeypatch.setenv("SEAKEEP_CACHE", "/elsewhere")
    run(["--state", "s", "runs", "-f", "a.yaml", "list", "--yes"])

    assert seen[0].given == {"state", "file", "yes"}


def settings_seen(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings of each command that would open a cluster from now on; none does."""
    seen: list[Settings] = []

    def in_session(call: Call, *_: object, **__: object) -> ApplyReport:
        seen.append(call.settings)
        return REPORT

    monkeypatch.setattr(Call, "in_session", in_session)
    return seen


REPORT = ApplyReport(cluster_name="demo", changes=0, phases=(), run_dir="", next_steps=NEXT_STEPS)


def pasted(text: str) -> list[list[str]]:
    """The arguments of each command of a text in backticks, or on a line of its own."""
    found = [*re.findall(r"`(seakeep [^`]+)`", text), *re.findall(r"^ *(seakeep .+)$", text, re.MULTILINE)]
    return [shlex.split(each, comments=True)[1:] for each in found]


def test_the_command_of_a_hint_works_on_what_the_failed_one_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, state = tmp_path / "my cluster.yaml", tmp_path / "it's here"
    file.write_text((ROOT / "examples" / "single.yaml").read_text())
    assert run(["resume", "-f", str(file), "--state", str(state)]) == Exit.REFUSED
    (again,) = pasted(capsys.readouterr().err)
    seen = settings_seen(monkeypatch)
    run(again)

    assert again[:2] == ["runs", "list"]
    assert (seen[0].file, seen[0].state) == (file, state)


@pytest.mark.parametrize("form", ["table", "json", "yaml"])
def test_next_steps_work_on_what_the_command_was_given_in_every_form(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = settings_seen(monkeypatch)
    assert run(["apply", *WORDS, "-o", form]) == 0
    out = capsys.readouterr().out
    steps = pasted(out if form == "table" else "\n".join(yaml.safe_load(out)["nextSteps"]))
    for step in steps:
        run(step)

    assert [step[0] for step in steps] == ["status", "kubectl", "plan"]
    assert {(str(each.file), str(each.state)) for each in seen} == {(WORDS[1], WORDS[3])}
    assert len(seen) == 4


def test_notes_questions_and_interruptions_repeat_it_too() -> None:
    async def noting(progress: Progress, _: object) -> None:
        progress.note("the authority ends: `seakeep certs rotate-ca etcd`")

    err = io.StringIO()
    call = Call(replace(GIVEN, yes=True), stdin=io.StringIO(), stdout=io.StringIO(), stderr=err)
    call.work(noting)
    call.agree(("`seakeep apply` would do it",))
    call._tell(SECOND)
    call.draw((line("seakeep status"), Table(columns=("fix",), rows=((Cell("seakeep plan"),),))), aside=True)

    assert err.getvalue().count(SAID) == 5


def test_the_program_is_called_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "a b" / "seakeep")])

    assert own_name() == "a b/seakeep"
    assert pasteable("seakeep status", Settings()) == "'a b/seakeep' status"


def test_new_tells_a_command_that_finds_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "-f", "my cluster.yaml"]) == 0
    said = capsys.readouterr().err.partition("then run: ")[2]

    assert run(shlex.split(said)[1:]) == 0


@given(text=st.text(alphabet="seakp lntu-`f;\n'", max_size=60))
def test_any_text_is_put_once(text: str) -> None:
    """What was put already stays as it is, where nothing had to be quoted."""
    plain = replace(GIVEN, file=Path("a.yaml"), state=Path("s"))
    once = pasteable(f"seakeep {text}", plain)

    assert pasteable(once, plain) == once
