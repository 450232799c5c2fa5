"""`seakeep storm list`."""

from seakeep.cli.call import Call
from seakeep.cli.command import command


@command(
    about="Nothing is contacted.",
    examples=("seakeep storm list", "seakeep storm list -o json | jq -r '.experiments[].id'"),
)
def run(call: Call) -> int:
    """List them."""
    from seakeep.flows.storm.catalogue import listing

    return call.show(listing())
