"""etcd members with mutual TLS. A member that runs is restarted alone, with the quorum watched."""

from collections.abc import Iterator

from seakeep.artifacts import etcd as etcd_artifact
from seakeep.design.model import Role
from seakeep.engine.model import Step
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.machine_files import steps

PHASE = Phase("etcd", "etcd members", "machine")
ARTIFACTS = (etcd_artifact,)
SERIAL = "etcd"


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every machine with the role, in the order of the file."""
    for machine in context.with_role(Role.ETCD):
        yield from steps(context, PHASE.id, ARTIFACTS, machine, serial=SERIAL)
