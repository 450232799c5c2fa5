"""Fluent Bit's configuration, classic or YAML, as sections of settings.

Keys are case-insensitive in the program: they are lower-case here.
"""

import re
from dataclasses import dataclass, field

from seakeep.core.json import Json
from seakeep.manifests.access import Path, mapping, mappings

_HEAD = re.compile(r"^\s*\[(\w+)\]\s*$")


@dataclass(slots=True)
class Section:
    """`kind` is service, input, filter, output or another; `settings` maps a key to (value, where it is written)."""

    kind: str
    where: Path
    settings: dict[str, tuple[str, Path]] = field(default_factory=dict)

    @property
    def plugin(self) -> str:
        """What the section's `name` says."""
        return self.get("name").lower()

    def get(self, key: str) -> str:
        """The value; '' where it is not set."""
        return self.settings.get(key, ("", ()))[0]

    def at(self, key: str) -> Path:
        """Where the key is written, or the section where it is not."""
        return self.settings.get(key, ("", self.where))[1]

    def on(self, key: str) -> bool:
        """Whether a switch is on."""
        return self.get(key).lower() in {"on", "true", "yes", "1"}


def classic(text: str) -> list[Section]:
    """The sections of a `.conf`."""
    made: list[Section] = []
    for number, line in enumerate(text.splitlines(), 1):
        head = _HEAD.match(line)
        if head is not None:
            made.append(Section(head[1].lower(), (number,)))
            continue
        words = line.strip().split(None, 1)
        if made and len(words) == 2 and not words[0].startswith(("#", "@")):
            made[-1].settings.setdefault(words[0].lower(), (words[1].strip(), (number,)))
    return made


def yaml(data: Json) -> list[Section]:
    """The sections of a `.yaml`."""
    made = [_section("service", mapping(data, "service"), ("service",))] if mapping(data, "service") else []
    for kind in ("inputs", "filters", "outputs"):
        for number, item in mappings(data, "pipeline", kind):
            made.append(_section(kind[:-1], item, ("pipeline", kind, number)))
    return made


def _section(kind: str, settings: object, where: Path) -> Section:
    section = Section(kind, where)
    if isinstance(settings, dict):
        for key, value in settings.items():
            if not isinstance(value, dict | list):
                said = str(value).lower() if isinstance(value, bool) else str(value)
                section.settings[str(key).lower()] = (said, (*where, key))
    return section
