"""Applying one object: what others added goes with it, from the object that was looked at only."""

from typing import Any, cast

import msgspec
import pytest

from seakeep.artifacts.base import KubeObject
from seakeep.core.change import CLUSTER, Change, Risk
from seakeep.engine.model import ApplyObject, Step
from seakeep.flows.cluster_changes import change_cluster
from seakeep.transport.api import ApiClient, ApiError

SERVICE = KubeObject(
    api_version="v1", kind="Service", name="dns", namespace="kube-system", body={"spec": {"ports": [{"port": 53}]}}
)
STEP = Step(
    change=Change(id="x", host=CLUSTER, phase="dns", what="apply", why="it differs", risk=Risk.NONE),
    action=ApplyObject(SERVICE, "admin"),
)
PATH = "/api/v1/namespaces/kube-system/services/dns"


class Api(ApiClient):
    """Answers an apply with these ports; a removal with the statuses, in turn."""

    def __init__(self, ports: list[int], statuses: list[int]) -> None:
        self.ports, self.statuses = ports, statuses
        self.asked_for: list[tuple[str, str, Any]] = []

    async def raw(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        content_type: str = "application/json",
        accept: str = "",
        group: str = "",
    ) -> tuple[int, bytes]:
        assert method == "PATCH"
        self.asked_for.append((path.partition("?")[0], content_type, msgspec.json.decode(body or b"")))
        if content_type == "application/json-patch+json":
            return self.statuses.pop(0), b'{"message": "the test failed"}'
        stored = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "dns", "namespace": "kube-system", "resourceVersion": "7"},
            "spec": {"ports": [{"port": port} for port in self.ports]},
        }
        return 200, msgspec.json.encode(stored)


async def carried_out(api: Api) -> None:
    await change_cluster(cast("Any", None), STEP, {"admin": api})


async def test_an_object_that_only_we_wrote_is_applied_once() -> None:
    api = Api([53], [])
    await carried_out(api)
    assert [kind for _, kind, _ in api.asked_for] == ["application/apply-patch+yaml"]


async def test_what_others_added_is_taken_away_from_the_object_that_was_looked_at() -> None:
    api = Api([53, 9999], [200])
    await carried_out(api)
    assert api.asked_for[1] == (
        PATH,
        "application/json-patch+json",
        [
            {"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
            {"op": "remove", "path": "/spec/ports/1"},
        ],
    )


@pytest.mark.parametrize("status", [409, 422])
async def test_an_object_that_was_written_meanwhile_is_looked_at_again(status: int) -> None:
    api = Api([53, 9999], [status, 200])
    await carried_out(api)
    assert len(api.asked_for) == 4


async def test_what_cannot_be_taken_away_is_an_error_that_says_so() -> None:
    with pytest.raises(ApiError, match=r"what others added to Service dns could not be taken away.*the test failed"):
        await carried_out(Api([53, 9999], [422] * 5))
    with pytest.raises(ApiError, match="403"):
        await carried_out(Api([53, 9999], [403]))
