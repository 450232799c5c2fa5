"""`seakeep state recover`."""

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="For a folder that was lost but for a copy of its keys. Reads the encryption key, the service-account key and"
    " what else machines have a copy of, over SSH: what the cluster is made of as well, found out from"
    " machines, etcd and the API where no control plane has it. Changes nothing there and replaces nothing here."
    " Certificates are issued again by apply; a lost authority's key that no machine has is named.",
    examples=("seakeep state recover", "seakeep state recover -o json"),
    exits={Exit.NEGATIVE: "something could not be brought back", Exit.REFUSED: "a run is going on"},
)
def run(call: Call) -> int:
    """Recover it."""
    from seakeep.flows.recover import recover

    return call.show(call.in_session(recover))
