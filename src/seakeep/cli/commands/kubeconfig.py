"""`seakeep kubeconfig`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit, UsageError


@command(
    about="It holds a private key: keep it as you keep one. `viewer` reads everything but secrets; `break-glass`"
    " bypasses authorization and is for the day on which nothing else works. One for a tenant's people is made anew"
    " each time, and ends soon.",
    examples=(
        "seakeep kubeconfig > ~/.kube/config",
        "seakeep kubeconfig --as viewer > viewer.conf",
        "seakeep kubeconfig --group shop-team --person ann --life 8h > ann.conf",
    ),
)
@click.option(
    "--as",
    "identity",
    type=click.Choice(("admin", "viewer", "break-glass")),
    default="admin",
    show_default=True,
    help="Whose certificate it holds.",
)
@click.option("--group", default="", help="Make one for somebody of this group of a tenant's instead.")
@click.option("--person", default="", help="Who that is: the name in the audit log.")
@click.option(
    "--life",
    default="12h",
    show_default=True,
    help="When its certificate ends, which cannot be taken back: 30d at most.",
)
def run(call: Call, identity: str, group: str, person: str, life: str) -> int:
    """Print it."""
    from seakeep.flows.kubeconfig import for_tenant, kubeconfig

    if bool(group) != bool(person):
        raise UsageError("--group and --person belong together", hint="name both: who it is, and of which group")
    if group:
        call.write(
            call.in_session(lambda session: for_tenant(session, group=group, person=person, life=life), silent=True)
        )
        return Exit.OK
    call.write(call.in_session(lambda session: kubeconfig(session, identity), silent=True))
    return Exit.OK
