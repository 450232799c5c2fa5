"""Edits keep comments, order and style, and mean what they should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.checks.judging import WEB

from seakeep.manifests.change import Edit
from seakeep.manifests.edit import CannotEditError, edited
from seakeep.manifests.events import read_events

TEXT = """\
# head
spec:  # why
  replicas: 2   # two
  template:
    spec:
      containers:
        # the first
        - name: web
          image: 'a:1'
          args: [a, b]
          resources: {limits: {cpu: 1}}
          securityContext:
          # a comment

        - name: other  # last
          empty: {}
          script: |
            one
            two

# tail
"""


def put(path: tuple[str | int, ...], value: object) -> str:
    return edited(TEXT, [Edit(path, value)])  # type: ignore[arg-type]


def changed(after: str) -> list[str]:
    """Added lines with +, removed ones with -."""
    before = TEXT.splitlines()
    lines = after.splitlines()
    return [f"-{each}" for each in before if each not in lines] + [f"+{each}" for each in lines if each not in before]


C = ("spec", "template", "spec", "containers")


@pytest.mark.parametrize(
    ("path", "value", "lines"),
    [
        (("spec", "replicas"), 3, ["-  replicas: 2   # two", "+  replicas: 3   # two"]),
        ((*C, 0, "image"), "b:2", ["-          image: 'a:1'", '+          image: "b:2"']),
        ((*C, 0, "args", 2), "c", ["-          args: [a, b]", "+          args: [a, b, c]"]),
        (
            (*C, 0, "resources", "limits", "memory"), "1Gi",
            ["-          resources: {limits: {cpu: 1}}", '+          resources: {limits: {cpu: 1, memory: "1Gi"}}'],
        ),
        ((*C, 0, "securityContext", "privileged"), False, ["+            privileged: false"]),
        (
            (*C, 1, "securityContext", "capabilities", "drop"), ["ALL"],
            ["+            capabilities:", "+              drop: [ALL]"],
        ),
        ((*C, 1, "empty", "a"), True, ["-          empty: {}", "+          empty: {a: true}"]),
        (("spec", "template", "metadata", "labels", "a/b"), "yes", [
            "+    metadata:", "+      labels:", '+        a/b: "yes"',
        ]),
        ((*C, 2), {"name": "x", "ports": [{"containerPort": 1}]}, [
            "+        - name: x", "+          ports:", "+            - containerPort: 1",
        ]),
    ],
)  # fmt: skip
def test_only_the_lines_of_the_field_change(path: tuple[str | int, ...], value: object, lines: list[str]) -> None:
    after = put(path, value)

    assert changed(after) == lines
    assert after.startswith("# head\n")
    assert after.endswith("\n# tail\n")


def test_a_field_is_removed_with_its_lines() -> None:
    after = edited(TEXT, [Edit((*C, 1, "script"), remove=True)])

    assert "one" not in after
    assert "# tail" in after
    assert edited(TEXT, [Edit(("spec", "nothing"), remove=True)]) == TEXT


def test_a_field_between_braces_goes_away() -> None:
    assert edited("a: {b: c, d: [1, 2]}  # x\n", [Edit(("a", "b"), remove=True)]) == "a: {d: [1, 2]}  # x\n"


@pytest.mark.parametrize(
    ("text", "edit", "says"),
    [
        ("a: &x {b: c}\nd: *x\n", Edit(("a", "b"), 1), "aliases"),
        ('{"a": 1}', Edit(("a",), 2), "JSON"),
        ("a: b\na: c\n", Edit(("a",), 2), "each field once"),
        ("a:\n  b: c\n", Edit(("a",), 2), "several lines"),
        ("a: text\n", Edit(("a", "b"), 2), "there is no"),
        ("a: [b]\n", Edit(("a", 5), 2), "there is no"),
        ("- a: b\n  c: d\n", Edit((0, "a"), remove=True), "begins an item"),
        ("a: {b: c}\n", Edit(("a", "b"), remove=True), "nothing would be left"),
        ("a:\n  b: c\n", Edit(("a", "b"), remove=True), "nothing would be left"),
        ("a: [\n", Edit(("a",), 2), "line 2"),
    ],
)
def test_what_is_better_left_to_a_person_is_refused(text: str, edit: Edit, says: str) -> None:
    with pytest.raises(CannotEditError, match=says):
        edited(text, [edit])


KEYS = st.sampled_from(["a", "b", "yes", "x/y", "1", "with space"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", "no", "1", "a: b", "- x", "#", "ü\n"]),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(KEYS, below, max_size=2),
    max_leaves=4,
)


@given(
    st.sampled_from([TEXT, WEB, "a:\n- b\n- c: d\n", "a: {}\nb: [x]\n", "a:\nb:   # c\n"]),
    st.lists(KEYS | st.integers(0, 2), min_size=1, max_size=4),
    VALUES,
)
def test_an_edit_means_what_it_should_or_is_refused(text: str, path: list[str | int], value: object) -> None:
    try:
        after = edited(text, [Edit(tuple(path), value)])  # type: ignore[arg-type]
    except CannotEditError:
        return
    (read,) = read_events(after)
    found = read.data
    for step in path:
        found = found[step]  # type: ignore[index,call-overload]
    assert found == value
