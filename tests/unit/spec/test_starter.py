"""The file to start from: it works as it is, speaks of every part there is, and what is commented out works, too."""

import re
from pathlib import Path

import pytest

from seakeep.design.complete import complete
from seakeep.spec.load import parse
from seakeep.spec.schema import schema
from seakeep.spec.starter import starter

FIELDS = sorted(schema()["$defs"]["Spec"]["properties"])
COMMENTED = sorted(re.findall(r"^  # ([a-z]\w*):(?= |$)", starter(), re.MULTILINE))


def with_parts(*names: str) -> bytes:
    """The starter with these parts of it taken out of comments."""
    inside, lines = False, []
    for line in starter().splitlines():
        head = re.match(r"  # ([a-z]\w*):(?= |$)", line)
        inside = head[1] in names if head else inside and line.startswith("  #  ")
        lines.append(line.replace("# ", "", 1) if inside else line)
    return "\n".join([*lines, ""]).encode()


def test_it_speaks_of_every_part_of_a_cluster() -> None:
    given = parse(starter().encode(), Path("x")).given.spec.model_fields_set

    assert sorted({*given, *COMMENTED}) == FIELDS
    assert given & {*COMMENTED} == set()


@pytest.mark.parametrize("name", COMMENTED)
def test_what_is_commented_out_is_good_as_it_stands(name: str) -> None:
    loaded = parse(with_parts(name), Path("x"))

    assert name in loaded.given.spec.model_fields_set
    assert complete(loaded).name == "my-cluster"


def test_all_of_it_goes_together() -> None:
    design = complete(parse(with_parts(*COMMENTED), Path("x")))

    assert [tenant.name for tenant in design.tenants] == ["shop", "bank"]
    assert design.windows
    assert design.waivers


def test_defaults_that_are_shown_are_the_defaults() -> None:
    plain = complete(parse(starter().encode(), Path("x")))
    shown = complete(parse(with_parts("etcd", "network", "pki"), Path("x")))

    assert (shown.etcd, shown.network, shown.pki) == (plain.etcd, plain.network, plain.pki)
