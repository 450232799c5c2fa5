"""`seakeep certs renew`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit, UsageError


@command(
    about="Issues certificates anew with new keys, writes them machine by machine, and waits until every port serves"
    " them. Programs follow their files by themselves; only where certificates live for minutes some are restarted, one"
    " machine after the other. NAME is a certificate (`apiserver-a-cp1`, `etcd/server-a-etcd1`) or a machine, for all"
    " that it holds. Without NAME, --all or --within it renews what is due, as `seakeep apply` does.",
    examples=("seakeep certs renew --within 60d", "seakeep certs renew a-cp1", "seakeep certs renew --all --yes"),
    exits={
        Exit.NEGATIVE: "the certificates are renewed, but the proof failed",
        Exit.UNDECIDED: "a machine could not be read; nothing was changed",
        Exit.REFUSED: "",
        Exit.PARTIAL: "",
    },
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Renew every certificate.")
@click.option("--within", metavar="TIME", help="Renew what ends within this time, such as 30d, 12h or 15m.")
def run(call: Call, names: tuple[str, ...], every: bool, within: str | None) -> int:
    """Renew."""
    from seakeep.flows.renew import renew
    from seakeep.spec.fields import duration

    if sum((bool(names), every, within is not None)) > 1:
        raise UsageError("NAME, --all and --within exclude each other", hint="choose one of them")
    try:
        limit = duration(within) if within is not None else None
    except ValueError as error:
        raise UsageError(f"--within {within!r} is not a time", hint="such as 30d, 12h or 15m") from error
    report = call.in_session(
        lambda session: renew(session, call.confirm, names=names, within=limit, every=every), stoppable=True
    )
    return call.show(report)
