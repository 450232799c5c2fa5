"""asyncssh, imported without its search for C libraries: `from seakeep.transport.sshlib import asyncssh`.

At its import asyncssh looks for liboqs and libnettle, by running ldconfig and, where they are missing, gcc and ld: a
sixth of the time in which Seakeep asks ten machines (`bench/fleet`). What they would add, sntrup761 and UMAC, is not
missed: ML-KEM comes from cryptography's OpenSSL, and the ciphers that are asked for first need no MAC.
"""

import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _no_search() -> Iterator[None]:
    search = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None  # noqa: ARG005 - called by that name and position
    try:
        yield
    finally:
        ctypes.util.find_library = search


with _no_search():
    import asyncssh  # noqa: TID251 - the one place

__all__ = ["asyncssh"]
