"""The fast reader reads what the general one reads, or leaves it alone."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seakeep.manifests import fast
from seakeep.manifests.events import UnreadableError, read_events
from seakeep.manifests.fast import ODD, HardError, Reader

EXAMPLE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: a # comment
  labels: {app.kubernetes.io/name: a, b: "c"}
  annotations:
    "quoted/key": 'x'
    empty:
    on: yes
data:
  script: |
    #!/bin/sh
      indented

    echo "a: b"
  kept: |-
    one
  list:
  - a
  - b: 1
    c:
    - 0644
    -   d: 0x1f
        e: 1.5
  -
    f: g
  - - nested
    - twice
  - []
other: [a, 1, true, "x, y", {k: v}]
"""


def compared(text: str) -> bool:
    """Whether the fast reader took it. Where it does, both must have read the same, lines included."""
    where: dict[tuple[str | int, ...], int] = {}
    if ODD.search(text):
        return False
    try:
        data = Reader().read(text.split("\n"), 1, where)
    except HardError:
        return False
    found = list(read_events(text))
    assert len(found) <= 1
    expected = found[0].data if found else None
    assert repr(data) == repr(expected)
    if found:
        # An item whose dash stands alone begins at the dash for one and below it for the other.
        fields = {path: line for path, line in where.items() if path and isinstance(path[-1], str)}
        assert {path: line for path, line in found[0].lines.items() if path in fields} == fields
    return True


def test_the_example_is_read_alike() -> None:
    assert compared(EXAMPLE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing",
        "a:\n  b:\n    c:\n",
        "- a\n- b",
        "3",
        "a: |\n\n  x\n\n\nb: c",
        "a: {}\nb: []",
        "{a: b}",
        "a:\n- b\nc: d",
    ],
)
def test_small_documents_are_read_alike(text: str) -> None:
    assert compared(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x b", "a: *x", "a: !!str b", "<<: {a: b}", "a: b\na: c", "a: >\n  folded", "a: b\n  continued", "a:\tb",
        "a: 'it''s", 'a: "x\n  y"', "? a\n: b", "a: b: c", "a:\n  b: c\n d: e", "a:\n   b\n   c", "- a\nb: c",
        "a: |+\n  x\n\n",
        "a: |2\n  x", "a: [b\n  ]", "a: b\n- c", "a: @b", "a: `b", "a: %b", "key with: colon: x", "a: [b, *c]",
        "a: - b",
        "a: |\n  x\n # c\nb: d", "a: |\nb: c", "a\nb", "- - a\n -", "  a: b\nc: d", "=: a", "a: =",
        "a:\n  - b\n c: d",
    ],
)  # fmt: skip
def test_what_it_does_not_know_it_leaves_alone(text: str) -> None:
    with pytest.raises(HardError):
        Reader().read(text.split("\n"))


LINES = st.sampled_from(
    [
        "a: b", "a:", "  a:", "  b: c", "    - x", "  - x", "- x", "- a: b", "- a:", "  - - y", "-", "  -",
        "- - z", "  c: |",
        "  c: |-", "    text", "      more", "", "   ", "# c", "  # c", "a: [1, 2]", "b: {x: y}", "c: 'q'",
        'd: "q"', "e: 0644",
        "f: yes", "  g: 'a: b' # c", "h: a#b", "i: a #b", "j: ~", "k: - ", "l: -1", "1: x", "true: y",
        "    z: 1", "  -   q: r",
        "      s: t", "...", "m: 'x", "n: \"a\\nb\"", "o: {a: {b: c}}", "p: [a, [b]]", "q: {a b}", "r: [a: b]",
        "s: {a: b}: c",
        "'t': u", '"v": w', "x:y", "x:y: z", "- x:y", "  - k: v", "u: [a,]", "u: [,]",
        "w: [\"a\", 'b, c', -3]", 'w: {a: "b, c", d: 010}', "w: {a: b, a: c}", "w: {on: b}", "w: [- ]", "w: [-, --x]",
        "w: {a: 'it''s'}", "w: {a: -}", "w: [a b]", "w: {a:b}", "u: {a}", "u: {a: }",
        "u: ''''",
    ]
)  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(LINES, max_size=12))
def test_whatever_lines_come_together_it_reads_them_alike_or_not_at_all(lines: list[str]) -> None:
    compared("\n".join(lines))


def test_changed_characters_are_read_alike_or_not_at_all() -> None:
    chosen = random.Random(7)
    taken = 0
    for _ in range(1500):
        text = list(EXAMPLE)
        for _ in range(chosen.randint(1, 3)):
            place = chosen.randrange(len(text))
            text[place] = chosen.choice(
                ["", " ", "\n", ":", "-", "#", "'", '"', "[", "}", "x", "|", "\t", text[place] * 2]
            )
        taken += compared("".join(text))
    assert taken > 300


def test_remembered_lines_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "REMEMBERED", 10)
    reader = Reader()
    for number in range(50):
        reader.read([f"a{number}: b"])
    assert len(reader._tokens) <= 10
    assert reader.read([f"a{number}: b" for number in range(50)]) == {f"a{number}": "b" for number in range(50)}
    assert len(reader._tokens) <= 10


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: b\nc: [", 3, "did not find"),
        ("a: *x", 1, "*x is not defined above"),
        ("a: &x [*x]", 1, "contains itself"),
        ("a: b\n\tc: d", 2, "tab"),
        ("[a]: b", 1, "a field's name is a list"),
        ("a: \x01", 1, "control character"),
        ("[" * 200, 1, "nested more than"),
    ],
)
def test_the_general_reader_says_where_it_stops(text: str, line: int, says: str) -> None:
    with pytest.raises(UnreadableError) as error:
        list(read_events(text))
    assert (error.value.line, says in error.value.message) == (line, True), error.value.message


def test_aliases_that_unfold_without_end_are_refused() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )

    with pytest.raises(UnreadableError, match="too many values"):
        list(read_events(bomb))


def test_anchors_and_merges_mean_what_they_say() -> None:
    (read,) = read_events("base: &b {x: 1, z: 2}\nmade: {<<: *b, z: 3}\nlist: {<<: [*b, {z: 4}]}\n")

    assert read.data == {"base": {"x": 1, "z": 2}, "made": {"x": 1, "z": 3}, "list": {"x": 1, "z": 2}}
