"""Reading what is deprecated: the metrics of API servers, and the Secrets of Helm."""

import base64
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seakeep.checks.live.base import Requested
from seakeep.core.errors import MachineError
from seakeep.flows import live_helm
from seakeep.flows.live_helm import newest, objects, read_releases
from seakeep.flows.live_requested import read_requested, requested
from seakeep.manifests.model import Manifest

from .world import FakeApi, FakeSession

NAME = "apiserver_requested_deprecated_apis"
METRICS = f"""\
# HELP {NAME} [STABLE] Gauge of deprecated APIs that have been requested
# TYPE {NAME} gauge
{NAME}{{group="",removed_release="",resource="endpoints",subresource="",version="v1"}} 1
{NAME}{{group="a.k8s.io",removed_release="1.38",resource="claims",subresource="status",version="v1beta1"}} 1
{NAME}{{group="b.k8s.io",removed_release="1.38",resource="things",subresource="",version="v1beta1"}} 0
apiserver_request_total{{group="",resource="pods",verb="LIST"}} 7
"""


async def lines(text: str) -> AsyncIterator[bytes]:
    for line in text.splitlines():
        yield line.encode()


async def test_the_metric_says_what_was_asked_for() -> None:
    assert await requested(lines(METRICS)) == (
        Requested(group="", version="v1", resource="endpoints", subresource="", removed=""),
        Requested(group="a.k8s.io", version="v1beta1", resource="claims", subresource="status", removed="1.38"),
    )


async def test_a_server_that_cannot_be_asked_says_why(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)

    def host(name: str) -> Any:
        raise MachineError("no route", host=name)

    session.host = host  # type: ignore[method-assign]
    assert await read_requested(session) == dict.fromkeys(("a-cp1", "b-cp1", "c-cp1"), "no route")


def secret(
    name: str, revision: int, status: str = "deployed", *, owner: str = "helm", namespace: str = "shop"
) -> Manifest:
    labels = {"owner": owner, "name": name, "status": status, "version": str(revision)}
    metadata = {"name": f"sh.helm.release.v1.{name}.v{revision}", "namespace": namespace, "labels": labels}
    return Manifest({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})


def payload(*manifests: str, hooks: tuple[str, ...] = ()) -> str:
    stored = {"name": "web", "manifest": "\n---\n".join(manifests), "hooks": [{"manifest": each} for each in hooks]}
    packed = base64.b64encode(gzip.compress(json.dumps(stored).encode()))
    return base64.b64encode(packed).decode()


DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
JOB = "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: clean}\n"
HIDDEN = "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {word: correct-horse}\n"


def test_of_each_release_the_newest_that_is_deployed_counts() -> None:
    """An old Helm left revisions marked as deployed; a failed upgrade was never in charge."""
    secrets = [
        secret("web", 9), secret("web", 10), secret("web", 2, "superseded"), secret("web", 11, "failed"),
        secret("web", 1, namespace="other"), secret("a.v2", 3), secret("web", 12, owner="somebody"),
        Manifest({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "plain", "namespace": "shop"}}),
    ]  # fmt: skip
    assert [(release.namespace, release.name, release.revision) for release, _ in newest(secrets)] == [
        ("other", "web", 1), ("shop", "a.v2", 3), ("shop", "web", 10),
    ]  # fmt: skip


async def test_only_the_newest_secret_is_read_and_only_where_it_was_asked_for() -> None:
    api = FakeApi(lambda *_: (200, {"data": {"release": payload(DEPLOYMENT, HIDDEN, hooks=(JOB,))}}))
    secrets = [secret("web", 1), secret("web", 2)]
    closed = await read_releases(api, secrets, opened=False)
    assert api.calls == []
    assert [(each.revision, each.objects) for each in closed.newest] == [(2, ())]
    found = await read_releases(api, secrets, opened=True)
    assert api.calls == ["GET /api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v2"]
    assert found.newest[0].objects == (
        ("apps/v1", "Deployment", "web"), ("v1", "Secret", "key"), ("batch/v1beta1", "CronJob", "clean"),
    )  # fmt: skip
    assert "correct-horse" not in repr(found)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((403, {}), "the API answered 403"),
        ((200, {"data": {"release": "%%%"}}), "it is not what Helm writes: Error"),
        ((200, {"data": {"release": base64.b64encode(base64.b64encode(b"plain")).decode()}}), "not what Helm writes"),
        ((200, {"data": {"release": payload("kind: [")}}), "its manifests are not understood"),
        ((200, {}), "it is cut off"),
    ],
)
async def test_a_release_that_cannot_be_read_says_why(answer: tuple[int, Any], why: str) -> None:
    found = await read_releases(FakeApi(lambda *_: answer), [secret("web", 1)], opened=True)
    assert why in found.newest[0].why


def test_what_unfolds_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_helm, "LARGEST", 1000)
    with pytest.raises(ValueError, match="unfolds to more than"):
        objects(payload(DEPLOYMENT * 1000))


@given(st.binary(max_size=200), st.booleans())
def test_any_payload_is_read_or_refused(data: bytes, packed: bool) -> None:
    text = base64.b64encode(base64.b64encode(gzip.compress(data) if packed else data)).decode()
    try:
        objects(text)
    except ValueError:
        return
