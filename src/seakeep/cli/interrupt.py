"""The first Ctrl-C asks the run to stop after the changes under way; the second leaves at once.

Plain Python signal handlers, not the event loop's: they also work while the main thread waits for an answer
to a question.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from seakeep.core.errors import Exit

FIRST = "interrupted: finishing what is under way; press Ctrl-C again to leave at once"
UNANSWERED = "at the question: nothing was changed"
SECOND = "left at once; `seakeep resume` goes on from there"


class Interrupt:
    """`event` is set by the first SIGINT or SIGTERM."""

    def __init__(self, tell: Callable[[str], None], *, leave: Callable[[int], object]) -> None:
        self.event = asyncio.Event()
        self._tell = tell
        self._leave = leave
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = False

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Handle the signals inside the block. Main thread and running event loop only."""
        self._loop = asyncio.get_running_loop()
        before = {number: signal.signal(number, self._handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def at_a_question(self) -> Iterator[None]:
        """Inside the block Ctrl-C, and SIGTERM, raise KeyboardInterrupt: nothing is under way while a question waits,
        and reading its answer would go on after a handler that only takes note."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, _unanswered) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self._asked:
            self._tell(SECOND)
            self._leave(Exit.INTERRUPTED)
            return
        self._asked = True
        self._tell(FIRST)
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self.event.set)


def _unanswered(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt(UNANSWERED)
