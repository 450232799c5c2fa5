"""`seakeep checks diff`."""

from pathlib import Path

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="Both are reports of `seakeep check -o json`. Lines may have moved: a finding is the same when its check,"
    " object and field are.",
    examples=("seakeep checks diff before.json after.json", "seakeep checks diff before.json after.json -o json"),
    exits={Exit.NEGATIVE: "something new failed that is an error"},
)
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
def run(call: Call, before: Path, after: Path) -> int:
    """Compare them."""
    from seakeep.flows.baseline import diff

    return call.show(diff(before, after))
