"""The options of the commands that start a storm."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

import click

from seakeep.cli.call import Call

if TYPE_CHECKING:
    from seakeep.experiments.suites import Item
    from seakeep.flows.session import Session
    from seakeep.report.storm import StormReport

RADII = ("process", "machine", "site", "minority", "cluster")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was said on the command line."""

    seed: int | None
    cluster: str | None
    window: str | None
    outside_window: str
    radius: str | None
    unhealthy: bool
    power_off: str
    power_on: str


def power(function: Callable[..., int]) -> Callable[..., int]:
    """The user's commands for the power of real machines."""
    off = click.option(
        "--power-off",
        default="",
        metavar="COMMAND",
        help="Switches a real machine off; {machine} and {address} stand for it.",
    )
    on = click.option("--power-on", default="", metavar="COMMAND", help="Switches it on.")
    return off(on(function))


def storm_options(function: Callable[..., int]) -> Callable[..., int]:
    """All of them, handed over as one `asked`."""

    @wraps(function)
    def gathered(
        *args: object,
        seed: int | None,
        cluster: str | None,
        window: str | None,
        outside_window: str,
        radius: str | None,
        unhealthy: bool,
        power_off: str,
        power_on: str,
        **rest: object,
    ) -> int:
        asked = Asked(
            seed=seed,
            cluster=cluster,
            window=window,
            outside_window=outside_window,
            radius=radius,
            unhealthy=unhealthy,
            power_off=power_off,
            power_on=power_on,
        )
        return function(*args, asked=asked, **rest)

    for option in reversed(
        (
            click.option("--seed", type=int, metavar="NUMBER", help="Repeat the choices of an earlier run."),
            click.option("--cluster", metavar="NAME", help="The cluster's name; needed for real machines."),
            click.option("--window", metavar="HH:MM-HH:MM", help="Refuse to start outside this time of day, in UTC."),
            click.option(
                "--outside-window",
                default="",
                metavar="REASON",
                help="Start outside the file's maintenance windows; the run notes why.",
            ),
            click.option("--radius", type=click.Choice(RADII), help="The most that may be hit at once."),
            click.option("--unhealthy", is_flag=True, help="Start although something is wrong already."),
        )
    ):
        gathered = option(gathered)
    return power(gathered)


async def begin(
    session: "Session", call: Call, asked: Asked, items: "Callable[[Session, int], tuple[str, tuple[Item, ...]]]"
) -> "StormReport":
    """Start the storm that was asked for. `items` are (suite, injections) for a design and a seed."""
    from seakeep.experiments.base import Radius
    from seakeep.flows.storm.perform import PowerCommands
    from seakeep.flows.storm.run import StormOptions, new_seed, storm

    seed = asked.seed if asked.seed is not None else new_seed()
    suite, chosen = items(session, seed)
    options = StormOptions(
        suite=suite,
        items=chosen,
        seed=seed,
        cluster=asked.cluster,
        window=asked.window,
        outside_window=asked.outside_window,
        radius=Radius[asked.radius.upper()] if asked.radius else None,
        unhealthy=asked.unhealthy,
        power=PowerCommands(
            off=asked.power_off,
            on=asked.power_on,
            addresses={machine.name: str(machine.address) for machine in session.design.machines},
        ),
    )
    return await storm(session, options, lambda lines: call.agree(lines, question="Break this?"))
