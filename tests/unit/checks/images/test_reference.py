"""Names of images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seakeep.checks.images.reference import Reference, parse

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        ("nginx", ("docker.io", "docker.io/library/nginx", "", "")),
        ("nginx:1.2", ("docker.io", "docker.io/library/nginx", "1.2", "")),
        ("team/web", ("docker.io", "docker.io/team/web", "", "")),
        ("localhost/web", ("localhost", "localhost/web", "", "")),
        ("a.example:5000/web", ("a.example:5000", "a.example:5000/web", "", "")),
        (f"a.example/b/c:V1@{DIGEST}", ("a.example", "a.example/b/c", "V1", DIGEST)),
    ],
)
def test_the_parts(image: str, wanted: tuple[str, str, str, str]) -> None:
    assert parse(image) == Reference(*wanted)


@pytest.mark.parametrize(
    "image",
    ["", "A/b", "a//b", "a:b:c", "a:", "a@", "a@sha256:1", "-a", "a b", "{{ x }}", "a/b:" + "c" * 129, "a" * 2000],
)
def test_what_is_none(image: str) -> None:
    assert parse(image) is None


@given(st.text())
def test_it_never_raises(image: str) -> None:
    parse(image)
