"""One invocation of a command: its settings, its streams, and the ways commands work and answer."""

import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, TextIO, TypeVar

from seakeep.cli.settings import Settings
from seakeep.core.errors import RefusedError

if TYPE_CHECKING:
    import asyncio

    from seakeep.cli.interrupt import Interrupt
    from seakeep.cli.progress import Face
    from seakeep.core.progress import Progress
    from seakeep.engine.plan import Plan
    from seakeep.flows.session import Session, SessionOptions
    from seakeep.report.document import Document
    from seakeep.report.model import Report

R = TypeVar("R")


class Call:
    """What a command is given. Data goes to stdout, everything said on the way to stderr."""

    def __init__(
        self,
        settings: Settings,
        *,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.settings = settings
        self.stdin = stdin or sys.stdin
        self.stdout = stdout or sys.stdout
        self.stderr = stderr or sys.stderr
        self._face: Face | None = None
        self._interrupt: Interrupt | None = None

    def show(self, report: "Report") -> int:
        """Print the report in the wanted form and return its exit code."""
        from seakeep.cli.paste import with_steps
        from seakeep.report.faces import Color, Output, render

        output = Output(self.settings.outputs[0])
        if output is Output.TABLE:
            self.draw(report.document())
        else:
            render(with_steps(report, self.settings), output, self.stdout, color=Color(self.settings.color))
        return report.exit_code

    def draw(self, document: "Document", *, aside: bool = False) -> None:
        """Draw a document on stdout, or on stderr as an aside."""
        from seakeep.cli.paste import drawable
        from seakeep.report.faces import Color, draw

        stream = self.stderr if aside else self.stdout
        draw(drawable(document, self.settings), stream, color=Color(self.settings.color))
        stream.flush()

    def write(self, text: str) -> None:
        """Data as it is, on stdout."""
        self.stdout.write(text)
        self.stdout.flush()

    def work(
        self,
        doing: "Callable[[Progress, asyncio.Event], Coroutine[None, None, R]]",
        *,
        stoppable: bool = False,
        silent: bool = False,
    ) -> R:
        """Run the coroutine under a face of progress.

        `stoppable`: the first Ctrl-C only sets the event, for work that ends well by itself. `silent`: no
        progress, for programs that take over the terminal.
        """
        import asyncio

        return asyncio.run(self._work(doing, stoppable=stoppable, silent=silent))

    def in_session(
        self,
        doing: "Callable[[Session], Awaitable[R]]",
        *,
        stoppable: bool = False,
        silent: bool = False,
        replace: str = "",
        edit: "Callable[[bytes], bytes] | None" = None,
    ) -> R:
        """Open the cluster of the file, do it, close. `edit` changes the file once the work begins; `replace` names a
        machine that is to be replaced."""

        async def opened(progress: "Progress", interrupt: "asyncio.Event") -> R:
            from seakeep.flows.session import Session

            settings, options = self.settings, self.options(interrupt, replace)
            async with Session.open(
                settings.file,
                state=settings.state,
                progress=progress,
                options=options,
                edit=edit,
            ) as session:
                return await doing(session)

        return self.work(opened, stoppable=stoppable, silent=silent)

    def options(self, interrupt: "asyncio.Event", replace: str = "") -> "SessionOptions":
        """The part of the settings that a session needs."""
        from seakeep.flows.session import SessionOptions

        settings = self.settings
        return SessionOptions(
            cache=settings.cache,
            binaries=settings.binaries,
            mirror=settings.mirror,
            offline=settings.offline,
            replace=replace,
            interrupt=interrupt,
        )

    def confirm(self, plan: "Plan") -> bool:
        """Show the plan and ask. Without --yes and without a terminal: RefusedError."""
        from seakeep.engine.plan import causes
        from seakeep.report.plan import plan_view

        with self._paused():
            self.draw(plan_view(plan.cluster, plan.changes, causes(plan)).document(), aside=True)
            if self.settings.yes or plan.empty:
                return True
            return self._ask(f"Apply this to {plan.cluster}? Only 'yes' is accepted: ") == "yes"

    def agree(self, lines: tuple[str, ...], *, question: str = "Remove this?") -> bool:
        """Show the lines and ask about what they name. Without --yes and without a terminal:
        RefusedError."""
        with self._paused():
            self.stderr.write("".join(f"{self._pasteable(line)}\n" for line in lines))
            return self.settings.yes or self._ask(f"{question} Only 'yes' is accepted: ") == "yes"

    def cluster_name(self) -> str:
        """Ask for the cluster's name. Without a terminal: RefusedError."""
        with self._paused():
            return self._ask("This takes the cluster off its machines. Type its name to go on: ")

    async def _work(
        self,
        doing: "Callable[[Progress, asyncio.Event], Coroutine[None, None, R]]",
        *,
        stoppable: bool,
        silent: bool,
    ) -> R:
        from seakeep.cli.interrupt import Interrupt
        from seakeep.cli.progress import face
        from seakeep.core.clock import SystemClock

        settings = self.settings
        with face(
            self.stderr,
            SystemClock(),
            colored=settings.colored(self.stderr),
            plain=settings.verbose,
            quiet=settings.quiet or silent,
            wording=self._pasteable,
        ) as self._face:
            self._interrupt = Interrupt(self._tell, leave=self._leave)
            if not stoppable:
                return await doing(self._face, self._interrupt.event)
            with self._interrupt.armed():
                return await doing(self._face, self._interrupt.event)

    def _tell(self, text: str) -> None:
        with self._paused():
            self.stderr.write(f"{self._pasteable(text)}\n")
            self.stderr.flush()

    def _pasteable(self, text: str) -> str:
        from seakeep.cli.paste import pasteable

        return pasteable(text, self.settings)

    def _leave(self, code: int) -> None:
        """End the process now, with the terminal as it was found."""
        if self._face is not None:
            self._face.__exit__(KeyboardInterrupt, None, None)
        os._exit(code)

    def _paused(self) -> "contextlib.AbstractContextManager[None]":
        return self._face.paused() if self._face is not None else contextlib.nullcontext()

    def _ask(self, question: str) -> str:
        if not self.stdin.isatty():
            raise RefusedError(
                "there is no terminal to ask on; nothing was changed", hint="look at what would be done, then add --yes"
            )
        self.stderr.write(question)
        self.stderr.flush()
        asking = self._interrupt.at_a_question() if self._interrupt is not None else contextlib.nullcontext()
        with asking:
            return self.stdin.readline().strip()
