"""What commands say while tests run them, kept beside what they write, so that `tests.leaks` looks through it as well.

Heard are: what a test takes out of a capture, what it leaves there, and the output of every process of this Python or
of `seakeep` that is read to its end.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

HAND_OVER = frozenset({"kubeconfig", "kubectl", "ssh"})
"""Commands whose answer is a credential, or is another program's."""


class Overheard:
    """One file per test that made a sound."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, *said: str | bytes, test: str = "") -> None:
        """Add it to the file of the test (its node id), by default of the one that runs now."""
        content = b"".join(each.encode(errors="replace") if isinstance(each, str) else each for each in said)
        if content:
            with (self._folder / f"{_file_name(test or _running())}.log").open("ab") as file:
                file.write(content if content.endswith(b"\n") else content + b"\n")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what tests take out of their captures, and what they read of processes."""
        taken, read = pytest.CaptureFixture.readouterr, subprocess.Popen.communicate

        def readouterr(capture: pytest.CaptureFixture[Any]) -> Any:
            said = taken(capture)
            self.keep(said.out, said.err)
            return said

        def communicate(process: subprocess.Popen[Any], *args: Any, **options: Any) -> tuple[Any, Any]:
            said = read(process, *args, **options)
            if _ours(process.args):
                self.keep(*(each for each in said if each))
            return said

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pytest.CaptureFixture, "readouterr", readouterr)
            patch.setattr(subprocess.Popen, "communicate", communicate)
            yield


def _running() -> str:
    return os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0] or "no test"


def _file_name(test: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", test)[-180:]


def _ours(args: object) -> bool:
    words = [os.fsdecode(each) for each in args] if isinstance(args, Sequence) and not isinstance(args, str) else []
    ours = any(each == sys.executable or Path(each).name == "seakeep" for each in words)
    return ours and not HAND_OVER.intersection(words)
