"""Machines in the user's file: one line comes or goes, and the rest stays byte for byte."""

import pytest
from tests.unit.phases.world import EXAMPLES

from seakeep.core.errors import UsageError
from seakeep.spec.edit import has_machine, with_machine, without_machine

TEXT = (EXAMPLES / "three-sites.yaml").read_bytes()
BLOCK = b"""spec:
  machines:
    # the first
    - name: a
      address: 10.0.0.1
      roles:
        - etcd
    - name: b   # the second
      address: 10.0.0.2
      roles: [worker]

  # after
  lab: {}
"""


@pytest.mark.parametrize("name", ["a-etcd1", "c-etcd1", "b-worker1"])
def test_a_line_goes_and_nothing_else(name: str) -> None:
    before, after = TEXT.splitlines(), without_machine(TEXT, name).splitlines()
    assert [line for line in before if line not in after] == [
        line for line in before if f"name: {name}," in line.decode()
    ]
    assert len(after) == len(before) - 1
    assert not has_machine(b"\n".join(after), name)


def test_an_entry_over_several_lines_goes_whole() -> None:
    assert without_machine(BLOCK, "a") == BLOCK.replace(
        b"    - name: a\n      address: 10.0.0.1\n      roles:\n        - etcd\n", b""
    )
    assert without_machine(BLOCK, "b") == BLOCK.replace(
        b"    - name: b   # the second\n      address: 10.0.0.2\n      roles: [worker]\n", b""
    )
    assert without_machine(BLOCK, "c") == BLOCK


@pytest.mark.parametrize("content", [TEXT, BLOCK, BLOCK.split(b"\n\n")[0]])
def test_a_machine_comes_behind_the_others(content: bytes) -> None:
    fields = {"name": "z", "address": "10.0.0.9", "roles": "[worker]"}
    after = with_machine(content, fields)
    assert b"    - {name: z, address: 10.0.0.9, roles: [worker]}\n" in after
    assert has_machine(after, "z")
    assert without_machine(after, "z").rstrip() == content.rstrip()


@pytest.mark.parametrize("content", [b"spec: {machines: [{name: a}]}", b"spec: {}", b"[", b"\xff"])
def test_what_is_not_a_list_of_lines_is_left_to_a_person(content: bytes) -> None:
    with pytest.raises(UsageError):
        without_machine(content, "a")
