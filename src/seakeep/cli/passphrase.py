"""Where a passphrase comes from: a file, a descriptor, or the terminal. Never an argument, which others can see."""

import os
import stat
from getpass import getpass
from pathlib import Path

from seakeep.cli.call import Call
from seakeep.core.errors import RefusedError, UsageError, unreadable
from seakeep.core.secret import Secret

LIMIT = 64 * 1024


def passphrase(call: Call, *, file: Path | None, fd: int | None, new: bool) -> Secret:
    """The passphrase, without its line end. On a terminal a `new` one is asked for twice.

    UsageError for an empty one or two sources; RefusedError for a file that others can read, and without a terminal.
    """
    if file is not None and fd is not None:
        raise UsageError("a passphrase comes from a file or from a descriptor, not from both")
    if file is not None:
        return _checked(_from_file(file))
    if fd is not None:
        return _checked(_from_descriptor(fd))
    if not call.stdin.isatty():
        raise RefusedError(
            "there is no terminal to ask for the passphrase on",
            hint="--passphrase-file FILE, --passphrase-fd N, or SEAKEEP_PASSPHRASE_FILE in the environment",
        )
    first = _checked(getpass("Passphrase: ", stream=call.stderr).encode())
    if new and getpass("The same again: ", stream=call.stderr).encode() != first.reveal():
        raise UsageError("the two passphrases differ", hint="nothing was written")
    return first


def private(file: Path) -> Secret:
    """The content of a key file. UsageError where it cannot be read, RefusedError where others can read it."""
    return Secret(_from_file(file))


def _from_file(file: Path) -> bytes:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            if mode & 0o077:
                raise RefusedError(f"{file} is open to other users (mode {mode:04o})", hint=f"chmod 0600 {file}")
            return stream.read(LIMIT)
    except OSError as error:
        raise unreadable(file, error, UsageError) from error


def _from_descriptor(fd: int) -> bytes:
    try:
        with os.fdopen(fd, "rb", closefd=False) as stream:
            return stream.read(LIMIT)
    except OSError as error:
        raise UsageError(f"no passphrase can be read from descriptor {fd}: {error.strerror}") from error


def _checked(content: bytes) -> Secret:
    line = content.split(b"\n", 1)[0].rstrip(b"\r")
    if not line:
        raise UsageError("the passphrase is empty")
    try:
        line.decode()
    except UnicodeDecodeError as error:
        raise UsageError("the passphrase is not UTF-8 text") from error
    return Secret(line)
