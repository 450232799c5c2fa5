"""`seakeep convert`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="Objects whose version the release does not serve, or has deprecated, are rewritten to the one that takes its"
    " place: fields that map one to one, and defaults that changed, written out. Comments and order stay. What only a"
    " person can decide is said. Nothing is changed without --write, and then the difference is shown first.",
    examples=(
        "seakeep convert manifests/",
        "seakeep convert manifests/ --target 1.37 --write",
        "seakeep convert app.yaml -o json",
    ),
    exits={
        Exit.NEGATIVE: "something is left for a person to decide",
        Exit.UNDECIDED: "something could not be read",
    },
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--target", metavar="1.NN", help="The Kubernetes version that is to serve them. [the newest known]")
@click.option("--write", is_flag=True, help="Write the files, after showing the difference.")
def run(call: Call, *, paths: tuple[str, ...], target: str | None, write: bool) -> int:
    """Convert, and say what is left."""
    from datetime import UTC, datetime

    import msgspec

    from seakeep.cli.fixing import agree_on, show_difference
    from seakeep.cli.minors import minor
    from seakeep.flows.check import Request
    from seakeep.flows.convert import plan_conversion

    request = Request(file=None, paths=paths, target=minor(target), today=datetime.now(UTC).date())
    report, found = plan_conversion(request)
    show_difference(call, found)
    if write and agree_on(call, found):
        report = msgspec.structs.replace(report, written=True)
    return call.show(report)
