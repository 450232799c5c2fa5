"""`seakeep storm run`."""

from pathlib import Path
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
    about="One after the other, each healed and recovered from before the next. EXPERIMENT is an id, or ID@WORD to aim"
    " it: one, leader, follower, minority, majority, site, site:b, vip-holder, dns, all, a machine, or several joined"
    " by +. The first Ctrl-C heals and judges what there is; a machine whose controller is gone heals itself.",
    examples=(
        "seakeep storm run etcd_leader_killed",
        "seakeep storm run machine_cut_off@site:b apiserver_killed@a-cp1 --seed 7",
        "seakeep storm run machine_killed@a-etcd1 --seconds 60",
    ),
    exits={
        Exit.NEGATIVE: "something that was promised did not hold",
        Exit.UNDECIDED: "it could not be told: too little was seen",
        Exit.REFUSED: "",
        Exit.PARTIAL: "",
    },
)
@click.argument("experiments", metavar="[EXPERIMENT]...", nargs=-1)
@click.option(
    "--from", "source", type=click.Path(path_type=Path), metavar="FILE", help="Those of a Chaos Toolkit file."
)
@click.option("--seconds", type=click.FloatRange(1, 3600), help="How long each lasts, instead of its own time.")
@storm_options
def run(call: Call, experiments: tuple[str, ...], source: Path | None, seconds: float | None, asked: Asked) -> int:
    """Break it."""
    if not experiments and source is None:
        raise click.UsageError("name an experiment, or a file with --from")

    def items(session: "Session", seed: int) -> "tuple[str, tuple[Item, ...]]":
        from seakeep.experiments.suites import Item

        del session, seed
        from seakeep.flows.storm.exchange import from_chaos_toolkit

        parts = [text.partition("@") for text in experiments]
        given = tuple(Item(experiment=name, word=word, seconds=seconds) for name, _, word in parts)
        return "", (*given, *(from_chaos_toolkit(source) if source is not None else ()))

    return call.show(call.in_session(lambda session: begin(session, call, asked, items), stoppable=True))
