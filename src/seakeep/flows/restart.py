"""Starting the pods of our own add-ons again, by their own rollout, as `kubectl rollout restart` does it."""

from collections.abc import Sequence

import msgspec

from seakeep.artifacts.base import KubeObject
from seakeep.core.clock import rfc3339
from seakeep.flows import readiness
from seakeep.flows.session import Session
from seakeep.transport.api import ApiClient, ApiError


async def restart(session: Session, api: ApiClient, workloads: Sequence[KubeObject]) -> None:
    """Replace their pods, and wait until all are new and available. The note that makes them new is another field
    manager's: it is no drift. ApiError where one is refused, MachineError where they do not come."""
    when = rfc3339(session.clock.now())
    patch = {"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": when}}}}}
    for each in workloads:
        path = f"/apis/apps/v1/namespaces/{each.namespace}/{each.kind.lower()}s/{each.name}"
        code, body = await api.asked(
            f"{path}?fieldManager=seakeep-restart",
            method="PATCH",
            body=msgspec.json.encode(patch),
            content_type="application/merge-patch+json",
        )
        if code != 200:
            raise ApiError.of(code, body, f"restart {each.name}")
    await readiness.rolled_out(session, api, workloads)
