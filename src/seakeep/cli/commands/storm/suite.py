"""`seakeep storm suite`."""

from typing import TYPE_CHECKING

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.cli.storm_options import Asked, begin, storm_options
from seakeep.core.errors import Exit

if TYPE_CHECKING:
    from seakeep.experiments.suites import Item
    from seakeep.flows.session import Session


@command(
    about="`smoke` takes five minutes; `control-plane` has every fault of one process and each machine of the control"
    " plane; `sites` every machine and every site in turn; `endurance` anything, seeded, for --minutes.",
    examples=("seakeep storm suite smoke", "seakeep storm suite endurance --minutes 120 --seed 7"),
    exits={
        Exit.NEGATIVE: "something that was promised did not hold",
        Exit.UNDECIDED: "it could not be told: too little was seen",
        Exit.REFUSED: "",
        Exit.PARTIAL: "",
    },
)
@click.argument("name", metavar="NAME")
@click.option(
    "--minutes", type=click.FloatRange(1, 10080), default=60, show_default=True, help="How long `endurance` lasts."
)
@storm_options
def run(call: Call, name: str, minutes: float, asked: Asked) -> int:
    """Break it, by a list."""

    def items(session: "Session", seed: int) -> "tuple[str, tuple[Item, ...]]":
        from seakeep.experiments.schedule import chance
        from seakeep.experiments.suites import find

        return name, tuple(find(name).items(session.design, chance(seed, -1), minutes * 60))

    return call.show(call.in_session(lambda session: begin(session, call, asked, items), stoppable=True))
