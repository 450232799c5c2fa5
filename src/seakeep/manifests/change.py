"""A change of an object, as a value. `edit` writes it into a text."""

from dataclasses import dataclass

from seakeep.core.json import Json
from seakeep.manifests.access import Path


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of an object that puts it right. The value is set at the path, and what is missing on the way is made;
    a number one past the end of a list appends. With `remove` the field goes away."""

    path: Path
    value: Json = None
    remove: bool = False
