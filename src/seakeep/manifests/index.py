"""All objects of a run, found by type, by name and by labels without looking at each.

Whoever asks the same question twice pays once: `Index.once` keeps what a function made of the index.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar, cast

from seakeep.core.json import Json, JsonObject
from seakeep.manifests.access import Path, labels
from seakeep.manifests.model import Manifest
from seakeep.manifests.pods import TEMPLATES, Pod, pod_of
from seakeep.manifests.selectors import matches

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a run was told. `target` is the Kubernetes minor (`(1, 37)`) that the objects are for. `complete` says that
    the objects are all there are (a cluster was read): only then is something that is not among them proof that it
    does not exist."""

    target: tuple[int, int] = (1, 37)
    complete: bool = False
    registries: tuple[str, ...] = ()
    """Registries that images may come from; empty allows all."""
    signed: tuple[str, ...] = ()
    """Beginnings of images whose signature something must verify; empty asks for none."""
    labels: tuple[str, ...] = ()
    """Labels that workloads, and what serves them, must have."""
    annotations: tuple[str, ...] = ()
    """Annotations that they must have."""
    templates: Mapping[str, Path] = field(default_factory=lambda: TEMPLATES)


class Trouble(StrEnum):
    """What kind of problem it is."""

    INVALID = "invalid"
    """It is not what its name says: no YAML, half a document, unfolding without end."""
    TWICE = "twice"
    """A field is given twice; the last one was taken, and the rest is judged."""
    UNREAD = "unread"
    """It could not be read, and nobody knows what it says: no permission, too large, no text, a chart without helm."""
    TEMPLATE = "template"
    """It is a template that was not rendered."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a part of the input could not be judged as it is. `line` is 1-based."""

    file: str
    line: int
    message: str
    trouble: Trouble = Trouble.INVALID


class OperatorFile:
    """A file that is no Kubernetes object: `haproxy.cfg`, Prometheus rules, values of a chart.

    `data` is what it holds where it is YAML or JSON, else None. `form` is what it was recognised as
    (`checks/files/forms.py`). `lines` are its lines without line ends.
    """

    __slots__ = ("_line", "_lines", "data", "file", "form", "text")

    def __init__(
        self, file: str, text: str, data: Json = None, *, line: Callable[[Path], int] | None = None, form: str = ""
    ) -> None:
        self.file = file
        self.text = text
        self.data = data
        self.form = form
        self._line = line
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """Without line ends."""
        if self._lines is None:
            self._lines = self.text.splitlines()
        return self._lines

    def line(self, path: Path) -> int:
        """1-based line of a field of `data`. A path of one number names the line itself."""
        if len(path) == 1 and isinstance(path[0], int):
            return path[0]
        return self._line(path) if self._line is not None else 1

    def __repr__(self) -> str:
        return f"{self.form or 'file'} {self.file}"


class Index:
    """Everything that is judged together. Not changed once made."""

    def __init__(
        self,
        manifests: Iterable[Manifest],
        *,
        policy: Policy | None = None,
        files: Sequence[OperatorFile] = (),
        problems: Sequence[Problem] = (),
    ) -> None:
        self.problems = tuple(problems)
        self.policy = policy or Policy()
        self.manifests: Sequence[Manifest] = tuple(manifests)
        self._by_type: dict[str, list[Manifest]] = {}
        self._by_name: dict[tuple[str, str, str], Manifest] = {}
        self._pods: dict[int, Pod | None] = {}
        self._made: dict[Callable[[Index], object], object] = {}
        self._by_form: dict[str, list[OperatorFile]] = {}
        for each in self.manifests:
            self._by_type.setdefault(each.type, []).append(each)
            self._by_name.setdefault((each.type, each.namespace, each.name), each)
        for file in files:
            self._by_form.setdefault(file.form, []).append(file)
        self.operator_files: Sequence[OperatorFile] = tuple(files)

    @property
    def types(self) -> frozenset[str]:
        """The types that occur."""
        return frozenset(self._by_type)

    def of(self, *types: str) -> list[Manifest]:
        """The objects of the types, in the order in which they were read."""
        if len(types) == 1:
            return self._by_type.get(types[0], [])
        return [each for name in types for each in self._by_type.get(name, ())]

    def get(self, type_: str, namespace: str, name: str) -> Manifest | None:
        """The object of that name. `namespace` is empty for types that have none."""
        return self._by_name.get((type_, namespace, name))

    def files(self, *forms: str) -> list[OperatorFile]:
        """The operators' files of the forms."""
        return [each for form in forms for each in self._by_form.get(form, ())]

    def pod(self, manifest: Manifest) -> Pod | None:
        """The pod that the object makes; made once."""
        key = id(manifest)
        if key not in self._pods:
            self._pods[key] = pod_of(manifest, self.policy.templates)
        return self._pods[key]

    @property
    def pods(self) -> list[Pod]:
        """What all objects make, in the order in which they were read."""
        return self.once(_pods)

    def selected(self, selector: JsonObject, namespace: str | None) -> list[Pod]:
        """The pods that a selector (`matchLabels`, `matchExpressions`) selects in a namespace, or in all where it is
        None. An empty selector selects all."""
        return self.once(PodLabels).selected(selector, namespace)

    def once(self, make: Callable[["Index"], T]) -> T:
        """What the function makes of this index; it is called once, whoever asks. It must be a named function."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("T", self._made[make])


def _pods(index: Index) -> list[Pod]:
    return [pod for each in index.manifests if (pod := index.pod(each)) is not None]


class PodLabels:
    """Pods by namespace, and by namespace and label."""

    def __init__(self, index: Index) -> None:
        self._all = index.pods
        self._in: dict[str, list[Pod]] = {}
        self._wearing: dict[tuple[str, str, str], list[Pod]] = {}
        for pod in index.pods:
            namespace = pod.namespace
            self._in.setdefault(namespace, []).append(pod)
            for key, value in pod.labels.items():
                self._wearing.setdefault((namespace, key, value), []).append(pod)

    def selected(self, selector: JsonObject, namespace: str | None) -> list[Pod]:
        """See `Index.selected`: the rarest label first, then the rest of the selector on what wears it."""
        if namespace is None:
            return [pod for pod in self._all if matches(selector, pod.labels)]
        candidates = self._in.get(namespace, [])
        for key, value in labels(selector, "matchLabels").items():
            found = self._wearing.get((namespace, key, value), [])
            if len(found) < len(candidates):
                candidates = found
        return [pod for pod in candidates if matches(selector, pod.labels)]
