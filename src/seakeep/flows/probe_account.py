"""What the probe needs in the cluster: a namespace, two ConfigMaps, and an account that may read and write those."""

from collections.abc import Sequence

from seakeep.core.json import JsonObject
from seakeep.core.secret import Secret
from seakeep.flows import scratch
from seakeep.transport.api import ApiClient

LABEL = "seakeep.dev/probe"
ACCOUNT = "probe"
ROLE = "seakeep:probe"
TOKEN_SECONDS = 12 * 3600
"""No probe runs longer. The token ends with its namespace in any case."""


async def prepare(admin: ApiClient, namespace: str, purpose: str, objects: Sequence[str]) -> Secret:
    """The namespace, the ConfigMaps and the account that may read and write them; its token."""
    labels: JsonObject = {LABEL: purpose, "app.kubernetes.io/managed-by": "seakeep"}
    await admin.apply("v1", "Namespace", namespace, {"metadata": {"labels": labels}})
    return await scratch.account(
        admin, namespace, ACCOUNT, objects, role=ROLE, seconds=TOKEN_SECONDS, whose="the probe's"
    )


def config_map(name: str, number: int) -> JsonObject:
    """The object as the probe writes it."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"n": str(number)}}
