"""Errors that a person reads, and the exit codes of every command.

    SeakeepError                 70  (never raised itself)
    ├── UsageError                2  the command line or the configuration is wrong; nothing was changed
    │   └── SpecError             2  the user's file is wrong: carries file and line
    ├── UndecidedError            3  the question could not be answered
    ├── RefusedError              4  we will not: lock, stale plan, no confirmation, unsafe change
    └── RunError                  5  stopped part-way; resumable
        └── MachineError          5  one machine failed: carries host, command and exit status

Raise with the cause in `message` and the next step in `hint`; context (host, command, log) is added once,
where it is known.
"""

import errno
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar


class Exit(IntEnum):
    """Process exit codes."""

    OK = 0
    NEGATIVE = 1
    USAGE = 2
    UNDECIDED = 3
    REFUSED = 4
    PARTIAL = 5
    BUG = 70
    INTERRUPTED = 130


class SeakeepError(Exception):
    """Base of every error that Seakeep raises on purpose."""

    exit_code: Exit = Exit.BUG

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def context(self) -> list[tuple[str, str]]:
        """Labelled lines that stand under the message, in order: file, host, command..."""
        return []


class UsageError(SeakeepError):
    """The command line, the environment or a local file is not usable as given."""

    exit_code = Exit.USAGE


@dataclass(frozen=True, slots=True, order=True)
class SpecProblem:
    """One thing wrong in the user's file. `line` is 1-based; 0 where the file could not be read at all."""

    line: int
    field: str
    what: str
    fix: str = ""


class SpecError(UsageError):
    """The user's file is wrong. Holds every problem found, in the order of the lines."""

    def __init__(self, path: str, problems: list[SpecProblem]) -> None:
        self.path = path
        self.problems = sorted(problems)
        lines = [
            f"{path}:{p.line}: {p.field + ': ' if p.field else ''}{p.what}{' — ' + p.fix if p.fix else ''}"
            for p in self.problems
        ]
        super().__init__("\n".join(lines), hint="nothing was changed; correct the file and run the command again")


class UndecidedError(SeakeepError):
    """The question could not be answered: something needed for it did not answer."""

    exit_code = Exit.UNDECIDED


class RefusedError(SeakeepError):
    """Seakeep will not do it: a lock, a stale plan, no confirmation, or it would be unsafe."""

    exit_code = Exit.REFUSED


class RunError(SeakeepError):
    """The run stopped part-way. What was done is in the journal, and `resume` goes on from there."""

    exit_code = Exit.PARTIAL


class MachineError(RunError):
    """A machine did not do what it was asked.

    `command` is a short description that is safe to print (never the stream that was sent), `stderr` the
    last lines of what the machine said.
    """

    def __init__(
        self,
        message: str,
        *,
        host: str,
        command: str = "",
        status: int | None = None,
        stderr: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.host = host
        self.command = command
        self.status = status
        self.stderr = stderr

    def context(self) -> list[tuple[str, str]]:
        rows = [("host", self.host)]
        if self.command:
            rows.append(("command", self.command))
        if self.status is not None:
            rows.append(("exit status", str(self.status)))
        if self.stderr.strip():
            rows.append(("it said", "\n".join(self.stderr.strip().splitlines()[-8:])))
        return rows


E = TypeVar("E", bound=SeakeepError)


def unreadable(path: object, error: OSError, kind: type[E], *, what: str = "") -> E:
    """A file of the operator's that cannot be read, with what would let it be. `what` it is stands before its path."""
    return kind(f"{what} {path} cannot be read: {error.strerror}".lstrip(), hint=way_out(path, error))


def way_out(path: object, error: OSError) -> str:
    """What to do about a file or folder of this computer that the system does not let us use."""
    return _WAYS_OUT.get(error.errno or 0, "put that right on this computer, then run the command again").format(path)


_ITS_RIGHTS = "it, and every folder above it, has to be open to this account; this shows who may: namei -l {}"
_WAYS_OUT = {
    errno.EACCES: _ITS_RIGHTS,
    errno.EPERM: _ITS_RIGHTS,
    errno.EISDIR: "{} is a folder where a file is wanted: name a file, or move the folder away",
    errno.ENOTDIR: "a file stands where a folder is wanted; this shows which: namei -l {}",
    errno.ELOOP: "it is a link that leads back to itself: ls -l {}",
    errno.ENOENT: "see whether the path is right: namei -l {}",
}
