"""How API servers of the input let in requests without an identity."""

from collections.abc import Sequence
from dataclasses import dataclass

from seakeep.checks.programs.commands import Command, of
from seakeep.manifests.access import dig, mapping, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

HEALTH = frozenset({"/livez", "/readyz", "/healthz"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymous:
    """What the input says. `said` is False where nothing tells: then the API server's default, everything, holds.
    `paths` are what may be asked; None is everything."""

    said: bool
    paths: frozenset[str] | None

    def lets_in(self, path: str) -> bool:
        """Whether a request for the path gets an answer. Paths match exactly."""
        return self.paths is None or path in self.paths


def conditions(each: Manifest) -> frozenset[str] | None:
    """The paths that an AuthenticationConfiguration opens; None is everything."""
    anonymous = mapping(each.body, "anonymous")
    if anonymous.get("enabled") is False:
        return frozenset()
    paths = [text(item, "path") for _, item in mappings(anonymous, "conditions")]
    return frozenset(paths) if paths else None


def configurations(index: Index) -> Sequence[Manifest]:
    """The AuthenticationConfigurations that say something about anonymous requests."""
    return [each for each in index.of("AuthenticationConfiguration") if dig(each.body, "anonymous") is not None]


def anonymous(index: Index) -> Anonymous:
    """Of all API servers of the input together: what is refused by one of them is refused."""
    files = configurations(index)
    commands: list[Command] = of(index, "kube-apiserver")
    closed = any(command.flags.get("anonymous-auth") == "false" for command in commands)
    if closed and not files:
        return Anonymous(said=True, paths=frozenset())
    if files:
        found = [paths for each in files if (paths := conditions(each)) is not None]
        return Anonymous(said=True, paths=frozenset.intersection(*found) if found else None)
    return Anonymous(said=any("anonymous-auth" in command.flags for command in commands), paths=None)
