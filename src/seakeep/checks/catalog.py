"""Every check there is, of every scope, with what it says about itself."""

import re
import sys
from dataclasses import dataclass

from seakeep.checks.base import Check, Scope
from seakeep.checks.change.registry import CHECKS as CHANGES
from seakeep.checks.live.registry import CHECKS as LIVE
from seakeep.checks.preflight.registry import CHECKS as PREFLIGHT
from seakeep.checks.registry import CHECKS
from seakeep.design.draft import Rule
from seakeep.design.rules.registry import RULES


@dataclass(frozen=True, slots=True)
class Entry:
    """A check and its docstring: a first sentence, then What, Why, Evidence and Fix (design rules: the first only)."""

    check: Check
    docs: str
    module: str

    @property
    def sentence(self) -> str:
        """What must hold."""
        return " ".join(self.docs.split("\n\n", maxsplit=1)[0].split())

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """What, Why, Evidence and Fix with their texts."""
        about = " ".join(self.docs.split())
        found = re.split(r" ?\b(What|Why|Evidence|Fix): ", about)
        return tuple(zip(found[1::2], found[2::2], strict=True))


def catalog() -> tuple[Entry, ...]:
    """In the order of the scopes, and of the registries within each."""
    modules = (*PREFLIGHT, *CHANGES, *CHECKS, *LIVE)
    return (
        *(_of_rule(rule) for rule in RULES),
        *(Entry(module.CHECK, (module.__doc__ or "").strip(), module.__name__) for module in modules),
    )


def _of_rule(rule: Rule) -> Entry:
    module = sys.modules[rule.judge.__module__]
    check = Check(
        id=rule.id,
        title=rule.title,
        severity=rule.severity,
        since="0.1.0",
        remediation="the finding says what to write in the cluster's file",
        scope=Scope.DESIGN,
    )
    return Entry(check, (module.__doc__ or "").strip(), module.__name__)
