"""How a process that does one thing and ends treats Python's collector of cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG = 50_000
"""Container objects that are made before the collector looks at all. With Python's own 700 it walks again and again
over a plan that grows and of which nothing is garbage. Cycles that wait for it are some megabytes."""


@contextmanager
def short_lived() -> Iterator[None]:
    """For the whole of a process, from its entry point.

    At its end Python would walk over everything once more, several times: 0.15 s of 0.85 in `bench/fleet`'s plan of ten
    machines. Nothing depends on it: what has to be closed is closed where it was opened.
    """
    gc.set_threshold(_YOUNG, 20, 20)
    try:
        yield
    finally:
        gc.freeze()
