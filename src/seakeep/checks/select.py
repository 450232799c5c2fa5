"""Which checks a run asks: `--only` and `--skip` name ids, or `!` and a pattern."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from types import ModuleType

from seakeep.core.errors import UsageError
from seakeep.core.finding import Severity

LEVELS: Sequence[Severity] = (Severity.INFO, Severity.WARNING, Severity.ERROR)
"""From the least."""


class Selection:
    """`least` leaves out the checks of lower severities: they are not asked, and so in no number either."""

    def __init__(self, only: Iterable[str] = (), skip: Iterable[str] = (), least: Severity = Severity.INFO) -> None:
        self._only = tuple(only)
        self._skip = tuple(skip)
        self._least = LEVELS.index(least)

    def wants(self, id_: str, severity: Severity) -> bool:
        """Whether a check is asked."""
        if LEVELS.index(severity) < self._least:
            return False
        if self._only and not any(_names(word, id_) for word in self._only):
            return False
        return not any(_names(word, id_) for word in self._skip)

    def of(self, modules: Iterable[ModuleType]) -> list[ModuleType]:
        """The modules whose checks are asked."""
        return [module for module in modules if self.wants(module.CHECK.id, module.CHECK.severity)]

    def refuse_unknown(self, known: Sequence[str]) -> None:
        """UsageError where a word names nothing: a mistyped id would otherwise skip, or ask, nothing at all."""
        for word in (*self._only, *self._skip):
            if not any(_names(word, id_) for id_ in known):
                near = get_close_matches(word, known, n=1)
                hint = f"did you mean {near[0]}?" if near else "`seakeep checks list` has the ids"
                raise UsageError(f"no check is called {word}", hint=hint)


def _names(word: str, id_: str) -> bool:
    if not word.startswith("!"):
        return word.upper() == id_
    try:
        return re.fullmatch(word[1:], id_) is not None
    except re.error as error:
        raise UsageError(f"{word[1:]} is no regular expression: {error}") from error
