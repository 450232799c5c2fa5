"""What an operator's file is recognised as, by its name or by what it says.

A form's id is what checks name in `forms`. The first that recognises a file has it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

from seakeep.manifests.index import OperatorFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A kind of file. `names` are patterns of file names (without folders) that say enough by themselves; `says`
    recognises the content of a file with another name."""

    id: str
    names: tuple[str, ...] = ()
    says: Callable[[OperatorFile], bool] = lambda _: False


FORMS: tuple[Form, ...] = (
    Form(id="haproxy", names=("haproxy*.cfg",)),
    Form(id="keepalived", names=("keepalived*.conf",)),
)


def form_of(file: OperatorFile) -> str:
    """The id of the form; empty for a file that nobody knows."""
    name = PurePath(file.file).name
    for form in FORMS:
        if any(fnmatchcase(name, pattern) for pattern in form.names):
            return form.id
    return next((form.id for form in FORMS if form.says(file)), "")
