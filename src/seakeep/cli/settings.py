"""What the global options say, and where things are when they say nothing."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

OUTPUTS = ("table", "json", "yaml")
COLORS = ("auto", "always", "never")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The global options after parsing. `state` is the folder that holds a folder per cluster. `output` is a tuple
    of forms (`sarif`, `json=FILE`) where they were given to a command that can answer in several at once. `given` names
    the options that stood on the command line."""

    file: Path = Path("cluster.yaml")
    state: Path | None = None
    cache: Path | None = None
    binaries: Path | None = None
    mirror: str | None = None
    offline: bool = False
    output: str | tuple[str, ...] = "table"
    color: str = "auto"
    verbose: bool = False
    quiet: bool = False
    yes: bool = False
    given: frozenset[str] = frozenset()

    @property
    def outputs(self) -> tuple[str, ...]:
        """The forms that were asked for, with `=FILE` where they go into one; at least one."""
        return (self.output,) if isinstance(self.output, str) else self.output or ("table",)

    def colored(self, stream: TextIO) -> bool:
        """Whether to use colours on this stream."""
        if self.color == "auto":
            return stream.isatty() and not os.environ.get("NO_COLOR")
        return self.color == "always"

    @property
    def state_base(self) -> Path:
        """The folder of all clusters' state: --state, or $XDG_STATE_HOME/seakeep."""
        if self.state is not None:
            return self.state
        base = os.environ.get("XDG_STATE_HOME")
        return (Path(base) if base else Path.home() / ".local" / "state") / "seakeep"
