"""Namespaces that somebody who died has left."""

import pytest

from seakeep.flows.scratch import remove_leftovers
from seakeep.transport.api import ApiError

from .world import FakeApi

LEFT = [
    {"metadata": {"name": "seakeep-probe-apply-9"}},
    {"metadata": {"name": "seakeep-probe-apply-8", "deletionTimestamp": "2026-11-25T12:00:00Z"}},
]


async def test_what_is_left_is_removed_but_for_what_goes_already() -> None:
    api = FakeApi(lambda method, _: (200, {"items": LEFT}))
    assert await remove_leftovers(api, "seakeep.dev/probe", "apply") == ("seakeep-probe-apply-9",)
    assert api.calls[0] == "GET /api/v1/namespaces?labelSelector=seakeep.dev/probe%3Dapply"
    assert [call.partition("?")[0] for call in api.calls[1:]] == ["DELETE /api/v1/namespaces/seakeep-probe-apply-9"]


async def test_a_refusal_is_said() -> None:
    api = FakeApi(lambda method, _: (403, {"message": "not you"}))
    with pytest.raises(ApiError, match="not you"):
        await remove_leftovers(api, "seakeep.dev/probe", "apply")
