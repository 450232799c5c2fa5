"""What all commands have in common: the global options and the shape of a help text."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from seakeep.cli.exits import ALWAYS, MEANING
from seakeep.cli.settings import COLORS, OUTPUTS, Settings
from seakeep.core.errors import Exit

Chosen = dict[str, Any]
"""Global options by name, as they were given; the context's object."""


def _choose(ctx: click.Context, param: click.Parameter, value: object) -> object:
    """Keep the value. One given after the command wins over one given before it."""
    chosen: Chosen = ctx.ensure_object(dict)
    assert param.name is not None
    given = ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE
    if param.name not in chosen or given:
        chosen[param.name] = value
    if given:
        chosen["given"] = chosen.get("given", frozenset()) | {param.name}
    return value


class GlobalOption(click.Option):
    """An option that every command takes, before or after the command's name."""

    def __init__(self, *declarations: str, **attrs: Any) -> None:
        super().__init__(declarations, expose_value=False, callback=_choose, **attrs)


class Form(click.ParamType[str, str]):
    """A form of the answer: its name, or `name=file` to write it there."""

    name = "form"

    def __init__(self, forms: tuple[str, ...]) -> None:
        self.forms = forms

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        form, sign, file = value.partition("=")
        if form not in self.forms or (sign and not file):
            self.fail(f"{value!r} is not one of {', '.join(self.forms)}, alone or with =FILE", param, ctx)
        return value

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return f"[{'|'.join(self.forms)}][=FILE]"


def _output(forms: tuple[str, ...]) -> click.Parameter:
    if not forms:
        return GlobalOption(
            "-o", "--output", type=click.Choice(OUTPUTS), default="table", help="Form of the answer on stdout."
        )
    return GlobalOption(
        "-o",
        "--output",
        type=Form((*OUTPUTS, *forms)),
        multiple=True,
        help="Form of the answer, on stdout or in a file; several may be given. [table]",
    )


def global_options(forms: tuple[str, ...] = ()) -> list[click.Parameter]:
    """Fresh instances: a parameter belongs to one command. `forms` are those that it can answer in besides."""
    folder = click.Path(path_type=Path, file_okay=False)
    return [
        GlobalOption(
            "-f",
            "--file",
            type=click.Path(path_type=Path),
            envvar="SEAKEEP_FILE",
            default=Path("cluster.yaml"),
            metavar="FILE",
            help="The cluster file. [cluster.yaml; env SEAKEEP_FILE]",
        ),
        GlobalOption(
            "--state",
            type=folder,
            envvar="SEAKEEP_STATE",
            metavar="DIR",
            help="Folder of the clusters' keys and runs. [~/.local/state/seakeep; env SEAKEEP_STATE]",
        ),
        GlobalOption(
            "--cache",
            type=folder,
            envvar="SEAKEEP_CACHE",
            metavar="DIR",
            help="Folder of binaries and images. [~/.cache/seakeep; env SEAKEEP_CACHE]",
        ),
        GlobalOption(
            "--binaries",
            type=folder,
            envvar="SEAKEEP_BINARIES",
            metavar="DIR",
            help="Take binaries from this folder first. [env SEAKEEP_BINARIES]",
        ),
        GlobalOption(
            "--mirror",
            envvar="SEAKEEP_MIRROR",
            metavar="URL",
            help="Download official releases from here instead. [env SEAKEEP_MIRROR]",
        ),
        GlobalOption("--offline", is_flag=True, help="Fetch nothing from the network; only SSH is used."),
        _output(forms),
        GlobalOption(
            "--color",
            type=click.Choice(COLORS),
            default="auto",
            help="When to use colours; auto honours NO_COLOR.",
        ),
        GlobalOption("-v", "--verbose", is_flag=True, help="Plain progress lines; tracebacks with errors."),
        GlobalOption("-q", "--quiet", is_flag=True, help="No progress."),
        GlobalOption("-y", "--yes", is_flag=True, help="Do not ask; what would be asked about is still shown."),
    ]


def settings_of(chosen: Chosen) -> Settings:
    """The settings that were chosen so far."""
    return Settings(**chosen)


class Command(click.Command):
    """A command whose help ends with examples and exit codes.

    `exits` are the codes it may give besides those every command may give, with what they mean here
    ('' takes the general meaning).
    """

    def __init__(
        self,
        name: str | None,
        *,
        about: str = "",
        examples: tuple[str, ...] = (),
        exits: Mapping[Exit, str] | None = None,
        forms: tuple[str, ...] = (),
        params: list[click.Parameter] | None = None,
        **attrs: Any,
    ) -> None:
        super().__init__(name, params=[*(params or ()), *global_options(forms)], **attrs)
        self.about = about
        self.examples = examples
        self.exits = dict(exits or {})

    @property
    def all_exits(self) -> tuple[tuple[Exit, str], ...]:
        """Every code the command may exit with, in order, with its meaning here."""
        return tuple((code, self.exits.get(code) or MEANING[code]) for code in sorted({*ALWAYS, *self.exits}))

    def invoke(self, ctx: click.Context) -> object:
        """Call the function with the invocation first."""
        from seakeep.cli.call import Call

        assert self.callback is not None
        return ctx.invoke(self.callback, Call(settings_of(ctx.ensure_object(dict))), **ctx.params)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options, then the global ones."""
        own: list[tuple[str, str]] = []
        shared: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                (shared if isinstance(param, GlobalOption) else own).append(record)
        for title, records in (("Options", own), ("Global options", shared)):
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples and exit codes."""
        formatter.write_paragraph()
        formatter.write("EXAMPLES\n" + "".join(f"  {example}\n" for example in self.examples))
        formatter.write_paragraph()
        formatter.write("EXIT CODES\n")
        with formatter.indentation():
            formatter.write_dl([(str(code.value), meaning) for code, meaning in self.all_exits])


def after_dashes(args: tuple[str, ...]) -> tuple[str, ...]:
    """The words for another program: the `--` that may stand before them is ours."""
    return args[1:] if args[:1] == ("--",) else args


def command(
    *,
    about: str = "",
    examples: tuple[str, ...],
    exits: Mapping[Exit, str] | None = None,
    forms: tuple[str, ...] = (),
    context_settings: Mapping[str, Any] | None = None,
) -> Callable[[Callable[..., int]], Command]:
    """Make a command of a function that takes the Call first and returns the exit code.

    Its name and first line of help come from the table. `forms` are forms of the answer besides those of every command.
    """

    def make(function: Callable[..., int]) -> Command:
        return click.command(
            cls=Command,
            about=about,
            examples=examples,
            exits=exits,
            forms=forms,
            context_settings=dict(context_settings or {}),
        )(function)

    return make
