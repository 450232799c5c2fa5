"""What long work looks like: a live view on a terminal, plain lines elsewhere, nothing when asked for nothing.

Progress goes to stderr. A face is a context manager; inside `paused()` it leaves the terminal to somebody else.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol, Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from seakeep.core.clock import Clock
from seakeep.core.progress import Progress, Silent
from seakeep.report.document import seconds
from seakeep.report.faces import inert

REDRAWS_PER_SECOND = 4
"""The live view is drawn by a timer, not by events: a burst of events costs nothing."""


class Face(Progress, Protocol):
    """Progress that is on the screen between enter and exit."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def paused(self) -> AbstractContextManager[None]:
        """The terminal is free inside the block."""
        ...


class NoProgress(Silent):
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None: ...

    def paused(self) -> AbstractContextManager[None]:
        """Nothing to pause."""
        return nullcontext()


class PlainProgress:
    """One line per change of state, with the seconds since the start. Repeats are dropped."""

    def __init__(self, stream: TextIO, clock: Clock, wording: Callable[[str], str] = str) -> None:
        self._stream = stream
        self._wording = wording
        self._clock = clock
        self._start = clock.monotonic()
        self._doing: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None: ...

    def paused(self) -> AbstractContextManager[None]:
        """Lines do not disturb anybody."""
        return nullcontext()

    def stage(self, title: str) -> None:
        self._doing.clear()
        self._line(f"== {title}")

    def state(self, subject: str, doing: str) -> None:
        if self._doing.get(subject, "") == doing:
            return
        self._doing[subject] = doing
        if doing:
            self._line(f"{subject}: {doing}")

    def note(self, text: str) -> None:
        for row in self._wording(text).splitlines():
            self._line(row)

    def _line(self, text: str) -> None:
        elapsed = self._clock.monotonic() - self._start
        self._stream.write(f"[{elapsed:7.1f}s] {inert(text)}\n")
        self._stream.flush()


class TerminalProgress:
    """The stage with its elapsed time, and a line per machine: what it does or waits for, and for how long.

    Ended stages and notes scroll away above.
    """

    def __init__(self, console: Console, clock: Clock, wording: Callable[[str], str] = str) -> None:
        self._console = console
        self._wording = wording
        self._clock = clock
        self._stage: tuple[str, float] | None = None
        self._doing: dict[str, tuple[str, float]] = {}
        self._live: Live | None = None

    def __enter__(self) -> Self:
        self._live = Live(
            console=self._console,
            get_renderable=self.view,
            refresh_per_second=REDRAWS_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        if error and error[0] is None:
            self._end_stage()
        if self._live is not None:
            self._live.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The live view is taken off the terminal inside the block."""
        live = self._live
        if live is None or not live.is_started:
            yield
            return
        live.stop()
        try:
            yield
        finally:
            live.start()

    def stage(self, title: str) -> None:
        self._end_stage()
        self._doing.clear()
        self._stage = (title, self._clock.monotonic())

    def state(self, subject: str, doing: str) -> None:
        if not doing:
            self._doing.pop(subject, None)
        elif subject not in self._doing or self._doing[subject][0] != doing:
            self._doing[subject] = (doing, self._clock.monotonic())

    def note(self, text: str) -> None:
        self._console.print(Text(inert(self._wording(text)), style="yellow"), soft_wrap=True)

    def view(self) -> Group:
        """The live part, never higher than the terminal."""
        now = self._clock.monotonic()
        lines: list[Text] = []
        if self._stage is not None:
            title, since = self._stage
            lines.append(Text(f"▶ {inert(title)}  {seconds(now - since)}", style="bold", no_wrap=True))
        # A copy: the timer's thread reads while events write.
        doing = sorted(self._doing.copy().items())
        room = max(self._console.height - 3, 1)
        width = max((len(subject) for subject, _ in doing), default=0)
        for subject, (what, since) in doing[:room]:
            text = f"  {inert(subject):<{width}}  {inert(what)}"
            elapsed = now - since
            suffix = f"  {seconds(elapsed)}" if elapsed >= 1 else ""
            lines.append(Text(text + suffix, no_wrap=True, overflow="ellipsis"))
        if len(doing) > room:
            lines.append(Text(f"  and {len(doing) - room} more", style="dim"))
        return Group(*lines)

    def _end_stage(self) -> None:
        if self._stage is None:
            return
        title, since = self._stage
        self._stage = None
        self._console.print(Text(f"✓ {inert(title)}  {seconds(self._clock.monotonic() - since)}"), soft_wrap=True)


def face(
    stream: TextIO, clock: Clock, *, colored: bool, plain: bool, quiet: bool, wording: Callable[[str], str] = str
) -> Face:
    """The face that fits: the live view only on a terminal that can redraw. `wording` says how notes are put."""
    if quiet:
        return NoProgress()
    console = Console(file=stream, no_color=not colored, highlight=False, markup=False, emoji=False)
    if plain or not console.is_terminal or console.is_dumb_terminal:
        return PlainProgress(stream, clock, wording)
    return TerminalProgress(console, clock, wording)
