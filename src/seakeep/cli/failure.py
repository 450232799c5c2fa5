"""How failures are told: the cause, where, the log, the next step; and which exit code they end in."""

import contextlib
import errno
import os
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from seakeep.cli.paste import pasteable
from seakeep.cli.settings import Settings
from seakeep.core.errors import Exit, RunError, SeakeepError, UsageError, way_out

LOG_NOTE = "log: "
"""A note that starts so, added with `add_note` once a run has begun, names the log's path."""


def told(errors: list[SeakeepError], settings: Settings, stream: TextIO) -> Exit:
    """Print the errors, and return the code of the worst: a bug, then stopped part-way, then the highest."""
    for error in errors:
        _print_error(error, settings, stream)
    return max(errors, key=lambda error: error.exit_code).exit_code


def known(error: BaseException, *, begun: bool = False) -> list[SeakeepError] | None:
    """The errors that were raised on purpose, out of groups too; None when anything else is among them. `begun` is
    whether a run is known to have been: else an error tells by its log."""
    begun = begun or _log(error) is not None
    if isinstance(error, SeakeepError):
        return [error]
    if isinstance(error, OSError) and error.errno in _SPENT | _UNUSABLE:
        return [_of_the_computer(error, begun=begun)]
    if isinstance(error, BaseExceptionGroup):
        found: list[SeakeepError] = []
        for each in error.exceptions:
            inner = known(each, begun=begun)
            if inner is None:
                return None
            found += [one for one in inner if one.message not in {other.message for other in found}]
        return found
    return None


_SPENT = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE})
"""A full or broken disk, no descriptor left: what was being done may be there in part."""
_UNUSABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EISDIR, errno.ENOTDIR, errno.ELOOP})
"""A file or folder that is somebody else's, read-only, or not what it should be. Within a run something was done
before it was met; without one nothing was."""


def _of_the_computer(error: OSError, *, begun: bool) -> SeakeepError:
    path = error.filename or "a file of this command"
    kind: type[SeakeepError] = UsageError
    after = ""
    if begun or error.errno in _SPENT:
        kind, after = RunError, "; `seakeep resume` goes on with a run that had begun"
    told = kind(f"{path} cannot be read or written: {error.strerror}", hint=way_out(path, error) + after)
    for note in getattr(error, "__notes__", ()):
        told.add_note(note)
    return told


def _print_error(error: SeakeepError, settings: Settings, stream: TextIO) -> None:
    first, *rest = pasteable(error.message, settings).splitlines() or [""]
    _say(settings, stream, "error:", first, fg="red")
    for row in rest:
        click.echo(f"       {row}", file=stream)
    for label, value in error.context():
        head, *more = value.splitlines() or [""]
        click.echo(f"  {label}: {head}", file=stream)
        for row in more:
            click.echo(f"  {' ' * len(label)}  {row}", file=stream)
    for note in getattr(error, "__notes__", ()):
        click.echo(f"  {note}", file=stream)
    for row in pasteable(error.hint, settings).splitlines():
        _say(settings, stream, "hint:", row, fg="cyan")
    if settings.verbose:
        click.echo("".join(traceback.format_exception(error)), file=stream)


def bug(error: BaseException, settings: Settings, stream: TextIO) -> Exit:
    """Tell of an error that nobody raised on purpose; its traceback goes to a file."""
    text = "".join(traceback.format_exception(error))
    path = _written(text, _log(error), settings.state_base / "crashes")
    _say(settings, stream, "error:", f"this is a bug in Seakeep: {type(error).__name__}: {error}", fg="red")
    if path is None:
        click.echo(text, file=stream)
    else:
        click.echo(f"  log: {path}", file=stream)
        _say(settings, stream, "hint:", "please report it with that file; nothing in it is secret", fg="cyan")
    if settings.verbose and path is not None:
        click.echo(text, file=stream)
    return Exit.BUG


def _log(error: BaseException) -> Path | None:
    notes = getattr(error, "__notes__", ())
    return next((Path(each.removeprefix(LOG_NOTE)) for each in notes if each.startswith(LOG_NOTE)), None)


def _written(text: str, log: Path | None, folder: Path) -> Path | None:
    """The file the text was appended to: the run's log, else a new one; None when neither can be written."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    for path in (log, folder / f"{stamp}-{os.getpid()}.log"):
        if path is None:
            continue
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
                file.write(text)
            return path
    return None


def _say(settings: Settings, stream: TextIO, label: str, text: str, *, fg: str) -> None:
    colored = settings.colored(stream)
    head = click.style(label, fg=fg, bold=True) if colored else label
    click.echo(f"{head} {text}", file=stream, color=colored)
