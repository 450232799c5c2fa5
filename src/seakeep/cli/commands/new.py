"""`seakeep new`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit, RefusedError, UsageError


@command(
    about="The file goes to -f/--file; `-f -` prints it. A file that is there is never overwritten.",
    examples=("seakeep new", "seakeep new --name demo -f demo.yaml", "seakeep new -f - | less"),
    exits={Exit.REFUSED: "the file is there already"},
)
@click.option("--name", default="demo", show_default=True, help="The cluster's name.")
def run(call: Call, name: str) -> int:
    """Write the starter to the file."""
    import shlex

    from seakeep.cli.paste import own_name
    from seakeep.spec.fields import is_label, suggested_label
    from seakeep.spec.starter import starter

    if not is_label(name):
        raise UsageError(
            f"{name!r} cannot be a cluster's name: lower-case letters, digits and hyphens, a letter first",
            hint=f"for example: --name {suggested_label(name)}",
        )
    text = starter(name)
    path = call.settings.file
    if str(path) == "-":
        call.write(text)
        return Exit.OK
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise RefusedError(f"{path} is there already", hint="name another file with -f") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    command = f"{shlex.quote(own_name())} check -f {shlex.quote(str(path))}"
    call.stderr.write(f"wrote {path}; edit it, then run: {command}\n")
    return Exit.OK
