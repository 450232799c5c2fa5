"""A failure that stands on purpose, for a time."""

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectWaiver:
    """Lets failures of a check stand for an object until the end of a day.

    `id` is a check's. `object` is `Type/namespace/name` (`Type/name` for what has no namespace, the file's name for
    what is no object), where `*` stands for anything. `file` and `line` are where the waiver is written.
    """

    id: str
    object: str
    reason: str
    owner: str
    expires: date
    file: str = ""
    line: int = 0

    def covers(self, check: str, target: str) -> bool:
        """Whether it is for this check and object, expired or not."""
        return self.id == check and fnmatchcase(target, self.object)

    def expired(self, today: date) -> bool:
        """It still holds on its last day."""
        return today > self.expires
