"""Secrets for programs and libraries that read them from files only.

On Linux such a file lies in memory and has no name in any folder: a process that is killed leaves no key behind.
Elsewhere it is one that nobody else may open, and is removed at the end.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from seakeep.core.secret import Secret


@dataclass(frozen=True, slots=True)
class SecretFile:
    """Where the secret can be read, as often as need be. A program that is started has to inherit `descriptors`."""

    path: str
    descriptors: tuple[int, ...] = ()


@contextmanager
def readable(secret: Secret) -> Iterator[SecretFile]:
    """The secret as a file for as long as the block runs."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("seakeep")
        file = SecretFile(f"/proc/self/fd/{descriptor}", (descriptor,))
    else:
        descriptor, name = tempfile.mkstemp(prefix="seakeep-")
        file = SecretFile(name)
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as stream:
            stream.write(secret.reveal())
        yield file
    finally:
        os.close(descriptor)
        if not file.descriptors:
            Path(file.path).unlink()
