"""`seakeep storm export`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="As objects of Chaos Mesh 2.8, or as an experiment of the Chaos Toolkit whose steps call Seakeep. Touches no"
    " machine, so that who leads or holds the VIP has to be said by name. With --journal, a stored run as a journal of"
    " the Chaos Toolkit.",
    examples=(
        "seakeep storm export coredns_killed --to chaos-mesh",
        "seakeep storm export etcd_member_paused@a-etcd1 --to chaos-mesh --every '0 3 * * 1'",
        "seakeep storm export machine_cut_off@site:b --to chaos-toolkit > experiment.json",
        "seakeep storm export --journal > journal.json",
    ),
)
@click.argument("experiments", metavar="[EXPERIMENT]...", nargs=-1)
@click.option(
    "--to",
    "form",
    type=click.Choice(("chaos-mesh", "chaos-toolkit")),
    default="chaos-mesh",
    show_default=True,
    help="The tool that is to read them.",
)
@click.option("--every", default="", metavar="CRON", help="Make Schedules that do it again and again (Chaos Mesh).")
@click.option("--seed", type=int, default=0, show_default=True, help="For words that take a chance.")
@click.option("--journal", is_flag=True, help="A stored run instead, by default the last; RUN as the argument.")
def run(call: Call, experiments: tuple[str, ...], form: str, every: str, seed: int, *, journal: bool) -> int:
    """Write them."""
    from seakeep.flows.storm import exchange
    from seakeep.report.faces import Output, encode_values

    if journal:
        chosen = experiments[0] if experiments else None
        found = call.in_session(lambda session: exchange.journal(session, chosen), silent=True)
        call.write(encode_values(found, Output.JSON))
        return Exit.OK
    if not experiments:
        raise click.UsageError("name an experiment, or --journal")
    if form == "chaos-toolkit":
        call.write(encode_values(exchange.to_chaos_toolkit(call.settings.file, experiments), Output.JSON))
        return Exit.OK
    objects = exchange.to_chaos_mesh(call.settings.file, experiments, seed=seed, every=every)
    call.write("---\n".join(encode_values(each, Output.YAML) for each in objects))
    return Exit.OK
