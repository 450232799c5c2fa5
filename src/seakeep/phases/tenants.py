"""Tenants: a namespace each, what bounds it, and who may work in it."""

from collections.abc import Iterator, Mapping

from seakeep.artifacts import tenants
from seakeep.core.json import JsonObject
from seakeep.design.model import Design
from seakeep.engine.model import Step
from seakeep.phases.base import ObjectKey, Phase, PlanContext
from seakeep.phases.objects import steps
from seakeep.phases.owned import applied

PHASE = Phase("tenants", "Tenants", "cluster")

_NAMESPACE = ("v1", "Namespace")


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of their objects."""
    yield from steps(context, PHASE.id, tenants.render(context.design), identity="admin")


def former(design: Design, objects: Mapping[ObjectKey, JsonObject] | None) -> tuple[str, ...]:
    """Namespaces that Seakeep made for tenants that the file does not name any more. They are kept, with what bounds
    them: what is in them is somebody's, and only a person may decide that it goes."""
    present = {tenant.namespace for tenant in design.tenants}
    return tuple(
        sorted(
            key[3]
            for key, found in (objects or {}).items()
            if key[:2] == _NAMESPACE and key[3] not in present and applied(found) is not None and _is_tenants(found)
        )
    )


def _is_tenants(found: JsonObject) -> bool:
    metadata = found.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    return isinstance(labels, Mapping) and tenants.LABEL in labels
