"""`seakeep check`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from seakeep.flows.session import Session
    from seakeep.report.check import CheckReport

FORMS = ("sarif", "junit", "html", "prometheus", "policyreport")


@command(
    about="Without a PATH, the cluster's file is judged: what is wrong with its design and how to put it right, and"
    " which machines, sites and pairs of them may be lost. A PATH is a file, a folder, a pattern, or - for standard"
    " input: Kubernetes objects in YAML or JSON, kustomizations, charts, and files of operators such as haproxy.cfg."
    " With both PATH and -f, both are judged. --live"
    " reads the cluster over SSH and through its API, and tries what it should refuse. Warnings do not make it fail.",
    examples=(
        "seakeep check",
        "seakeep check manifests/",
        "kubectl kustomize overlays/prod | seakeep check -",
        "seakeep check manifests/ -o table -o sarif=check.sarif --baseline last.json",
        "seakeep check manifests/ --only '!POD.*' --min-severity error",
    ),
    exits={
        Exit.NEGATIVE: "something failed that is an error",
        Exit.UNDECIDED: "something could not be told, or nothing was judged",
    },
    forms=FORMS,
)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--only", multiple=True, metavar="ID", help="Ask only these checks: an id, or ! and a regular expression."
)
@click.option("--skip", multiple=True, metavar="ID", help="Do not ask these checks.")
@click.option(
    "--min-severity",
    type=click.Choice(["info", "warning", "error"]),
    default="info",
    show_default=True,
    help="Leave checks of lower severity out, in the numbers too.",
)
@click.option("--live", is_flag=True, help="Judge the living cluster of the file: its machines, its API, and proofs.")
@click.option(
    "--helm", is_flag=True, help="With --live: read the Secrets in which Helm keeps its newest releases, too."
)
@click.option("--target", metavar="1.NN", help="The Kubernetes version that the objects are for. [the newest known]")
@click.option("--namespace", default="default", show_default=True, help="Where objects go that name no namespace.")
@click.option("--all", "passes", is_flag=True, help="List what passed and what did not apply, too.")
@click.option(
    "--baseline", type=click.Path(path_type=Path), metavar="REPORT", help="Tell only what this report has not."
)
@click.option("--waivers", type=click.Path(path_type=Path), metavar="FILE", help="Failures that stand until a day.")
@click.option("--registry", multiple=True, metavar="NAME", help="Images may come from here only: a host, or host/path.")
@click.option("--signed", multiple=True, metavar="NAME", help="Images whose name begins so have to be verified.")
@click.option("--require-label", multiple=True, metavar="NAME", help="Workloads, Services and the like must have it.")
@click.option("--require-annotation", multiple=True, metavar="NAME", help="They must have this annotation.")
@click.option(
    "--fix", is_flag=True, help="Write what has one right answer into the files, after showing the difference."
)
def run(
    call: Call,
    *,
    paths: tuple[str, ...],
    live: bool,
    helm: bool,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    min_severity: str,
    target: str | None,
    namespace: str,
    passes: bool,
    baseline: Path | None,
    waivers: Path | None,
    registry: tuple[str, ...],
    signed: tuple[str, ...],
    require_label: tuple[str, ...],
    require_annotation: tuple[str, ...],
    fix: bool,
) -> int:
    """Judge what is given."""
    import sys
    from datetime import UTC, datetime

    from seakeep.checks.select import Selection
    from seakeep.cli.minors import minor
    from seakeep.cli.outputs import show_all
    from seakeep.core.finding import Severity
    from seakeep.flows.check import Request, check

    if helm and not live:
        raise UsageError("--helm reads a living cluster", hint="give --live, too; a chart's folder is a PATH")
    selection = Selection(only, skip, Severity(min_severity))
    if only or skip:
        from seakeep.checks.catalog import catalog

        selection.refuse_unknown([entry.check.id for entry in catalog()])
    request = Request(
        file=call.settings.file if live or not paths or _given("file") else None,
        paths=paths,
        stdin=sys.stdin.buffer if "-" in paths else None,
        selection=selection,
        target=minor(target),
        registries=registry,
        signed=signed,
        labels=require_label,
        annotations=require_annotation,
        passes=passes,
        baseline=baseline,
        waivers=waivers,
        namespace=namespace,
        live=live,
        today=datetime.now(UTC).date(),
    )
    if fix:
        from seakeep.cli.fixing import fix_files

        fix_files(call, request)
    if live:
        from seakeep.flows.check_live import read_live

        async def judged(session: "Session") -> "CheckReport":
            from seakeep.flows.check import target_of

            return check(request, await read_live(session, target=target_of(request), helm=helm))

        return show_all(call, call.in_session(judged))
    return show_all(call, check(request))


def _given(name: str) -> bool:
    """Whether the global option was given, at any level, or by the environment."""
    context: click.Context | None = click.get_current_context()
    while context is not None:
        if context.get_parameter_source(name) in {ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT}:
            return True
        context = context.parent
    return False
