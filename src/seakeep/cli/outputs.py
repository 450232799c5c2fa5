"""A CheckReport in each of the forms that were asked for: on stdout, or in files."""

from pathlib import Path

from seakeep.cli.call import Call
from seakeep.core.errors import UsageError
from seakeep.report.check import CheckReport
from seakeep.report.faces import Color, Output, render


def show_all(call: Call, report: CheckReport) -> int:
    """Write all forms and return the exit code. UsageError where two are meant for stdout, or a file cannot be
    written."""
    wanted = [each.partition("=") for each in call.settings.outputs]
    if sum(not file for _, _, file in wanted) > 1:
        raise UsageError("two forms are meant for stdout", hint="give all but one a file: -o sarif=check.sarif")
    for form, _, file in wanted:
        if file:
            _store(report, form, Path(file))
        elif form == Output.TABLE:
            call.draw(report.document())
        elif form in tuple(Output):
            render(report, Output(form), call.stdout, color=Color(call.settings.color))
        else:
            call.write(_exchanged(report, form))
    return report.exit_code


def _exchanged(report: CheckReport, form: str) -> str:
    from seakeep.report.exchange.registry import FORMS  # brings an HTTP client, for the sake of XML

    return FORMS[form](report)


def _store(report: CheckReport, form: str, file: Path) -> None:
    try:
        with file.open("w", encoding="utf-8") as stream:
            if form in tuple(Output):
                render(report, Output(form), stream, color=Color.NEVER)
            else:
                stream.write(_exchanged(report, form))
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
