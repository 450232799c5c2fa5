"""`seakeep state show`."""

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="Names and sizes, never content. Nothing is connected.",
    examples=("seakeep state show", "seakeep state show -o json"),
    exits={Exit.NEGATIVE: "others could have read something in it"},
)
def run(call: Call) -> int:
    """Show it."""
    from seakeep.flows.state import show

    return call.show(call.in_session(show))
