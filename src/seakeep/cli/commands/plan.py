"""`seakeep plan`."""

from pathlib import Path

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit, UsageError, way_out


@command(
    about="Reads the machines and changes nothing. Every change has its reason, its risk and whether it can be"
    " undone. `-o json` is the plan that `seakeep apply PLAN` takes.",
    examples=(
        "seakeep plan",
        "seakeep plan --out plan.json && seakeep apply plan.json",
        "seakeep plan -o json",
        "seakeep plan --schema",
    ),
    exits={
        Exit.NEGATIVE: "something would change",
        Exit.UNDECIDED: "a machine could not be read; the plan says which, and what is known of the others",
        Exit.REFUSED: "",
    },
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also store the plan in this file.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the plan document instead.")
def run(call: Call, out: Path | None, schema: bool) -> int:
    """Show what would change."""
    if schema:
        return _schema(call)
    from seakeep.flows.plan import plan

    made = call.in_session(plan)
    if call.settings.output == "table":
        from seakeep.engine.plan import causes
        from seakeep.report.plan import plan_view

        call.draw(plan_view(made.cluster, made.changes, causes(made)).document())
    else:
        import json

        from seakeep.report.faces import Output, encode_values

        call.write(encode_values(json.loads(made.to_json()), Output(call.settings.outputs[0])))
    if out is not None:
        try:
            out.write_bytes(made.to_json())
        except OSError as error:
            raise UsageError(f"{out} cannot be written: {error.strerror}", hint=way_out(out, error)) from error
    if made.unknown:
        return Exit.UNDECIDED
    return Exit.OK if made.empty else Exit.NEGATIVE


def _schema(call: Call) -> int:
    from seakeep.engine.plan import plan_schema
    from seakeep.report.faces import Output, encode_values

    call.write(encode_values(plan_schema(), Output.YAML if call.settings.output == "yaml" else Output.JSON))
    return Exit.OK
