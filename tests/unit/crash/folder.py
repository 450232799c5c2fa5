"""The operator's state folder in memory."""

from pathlib import Path
from typing import TYPE_CHECKING

from seakeep.core.secret import Secret, SecretRef
from seakeep.state.folder import State

if TYPE_CHECKING:
    from .cluster import Cluster


class MemoryState(State):
    """A state folder whose values are in memory; only the runs are on the disk. Each write is whole or not at all, as
    tests of the folder itself show."""

    def __init__(self, root: Path, cluster: "Cluster") -> None:
        super().__init__(root)
        self._cluster = cluster

    def read(self, name: str | SecretRef) -> Secret | None:
        found = self._cluster.values.get(name.name if isinstance(name, SecretRef) else name)
        return None if found is None else Secret(found)

    def write(self, name: str, value: Secret | bytes, *, durable: bool = False) -> None:
        content = value.reveal() if isinstance(value, Secret) else value
        if name.startswith("runs/"):
            super().write(name, content)
        cluster = self._cluster
        cluster.values = {**cluster.values, name: content}
        cluster.look()

    def holds(self, name: str) -> bool:
        return name in self._cluster.values

    def names(self, under: str = "") -> tuple[str, ...]:
        return tuple(sorted(name for name in self._cluster.values if name.startswith(f"{under}/" if under else "")))

    def remove(self, name: str) -> None:
        cluster = self._cluster
        cluster.values = {known: value for known, value in cluster.values.items() if known != name}
        cluster.look()
