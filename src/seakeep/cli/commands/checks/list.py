"""`seakeep checks list`."""

from seakeep.cli.call import Call
from seakeep.cli.command import command


@command(
    about="With -o json, with everything: references, the facts it needs, the ids of the same question in other tools.",
    examples=("seakeep checks list", "seakeep checks list -o json"),
)
def run(call: Call) -> int:
    """List them."""
    from seakeep.flows.checks import listed

    return call.show(listed())
