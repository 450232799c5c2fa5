"""`--target` on the command line."""

import click
import pytest

from seakeep.cli.minors import minor
from seakeep.versions.apis import newest


@pytest.mark.parametrize(("text", "wanted"), [("1.37", (1, 37)), ("v1.38.2", (1, 38)), ("1.16", (1, 16)), (None, None)])
def test_a_target_of_which_something_is_known(text: str | None, wanted: tuple[int, int] | None) -> None:
    assert minor(text) == wanted


@pytest.mark.parametrize("text", ["1.15", "1.99", "2.0", "1", "new", "1.x"])
def test_any_other_is_refused_instead_of_passing_everything(text: str) -> None:
    with pytest.raises(click.BadParameter):
        minor(text)


def test_what_is_announced_reaches_beyond_the_newest_release() -> None:
    assert newest() > (1, 37)
