"""Lists of the API in pages: one that is busy, one that grows old, one that stalls, one that is half refused."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.checks.live.test_live import well
from tests.unit.transport.test_api import _PRIVATE, certificate

from seakeep.core.errors import Exit, SeakeepError
from seakeep.core.verdict import Verdict
from seakeep.flows import live_pages
from seakeep.flows.check import Request, check
from seakeep.flows.check_live import judged_by
from seakeep.flows.live_objects import LAST_APPLIED, Listed
from seakeep.flows.live_pages import BUSY_TRIES, pages
from seakeep.flows.live_read import Served, read_api
from seakeep.transport.api import api_client

from .test_live import listed, served
from .world import FakeApi

Reply = tuple[int, Any]


class Rests:
    """Sleeps for as long as nobody waits."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def names(answer: Callable[[str, str], Reply], rests: Rests) -> list[str]:
    found = []
    async for page in pages(FakeApi(answer), "/api/v1/services", Listed, sleep=rests):
        found += [bytes(item["metadata"]).decode() for item in page.items]
    return found


def item(name: str) -> dict[str, Any]:
    return {"metadata": name}


async def test_the_next_page_is_asked_for_before_the_last_one_is_looked_at() -> None:
    api = FakeApi(lambda _, path: listed(item("b")) if "continue=" in path else listed(item("a"), more="t"))
    seen = []
    async for page in pages(api, "/api/v1/services", Listed, sleep=Rests()):
        await asyncio.sleep(0)
        seen.append((len(page.items), len(api.calls)))
    assert seen == [(1, 2), (1, 2)]


async def test_a_busy_server_is_asked_again_when_it_says() -> None:
    busy = iter([(429, {"details": {"retryAfterSeconds": 7}}), (429, {}), listed(item("a"))])
    rests = Rests()
    assert await names(lambda *_: next(busy), rests) == ['"a"']
    assert rests.seconds == [7, 1]


async def test_a_server_that_stays_busy_is_given_up() -> None:
    rests = Rests()
    with pytest.raises(SeakeepError, match="services: the API answered 429"):
        await names(lambda *_: (429, {"details": {"retryAfterSeconds": 9000}}), rests)
    assert rests.seconds == [live_pages.LONGEST_REST] * BUSY_TRIES


async def test_a_list_that_has_grown_old_goes_on_from_where_it_was() -> None:
    def answer(_: str, path: str) -> Reply:
        if "continue=old" in path:
            return 410, {"metadata": {"continue": "new"}}
        return listed(item("b")) if "continue=new" in path else listed(item("a"), more="old")

    assert await names(answer, Rests()) == ['"a"', '"b"']


async def test_a_list_that_cannot_go_on_is_not_begun_again() -> None:
    with pytest.raises(SeakeepError, match="410"):
        await names(lambda _, path: (410, b"gone") if "continue=" in path else listed(item("a"), more="old"), Rests())


async def test_a_page_that_trickles_for_ever_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece comes in time for the HTTP client, and the whole never does."""
    ca = certificate("kubernetes")
    (tmp_path / "pair").write_bytes(ca.reveal() + _PRIVATE.reveal())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pair")
    over = asyncio.Event()

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 x\r\nContent-Length: 2\r\n\r\n{}")
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 x\r\nContent-Length: 1000000\r\n\r\n{")
        await writer.drain()
        await over.wait()
        writer.transport.abort()

    listener = await asyncio.start_unix_server(trickle, tmp_path / "s", ssl=context)
    async with api_client(tmp_path / "s", ca=ca, pair=None, server_name="kubernetes") as api:
        await api.raw("/")  # the time is for the page: a handshake that is cut off leaves a socket to be collected
        monkeypatch.setattr(live_pages, "PAGE_LIMIT", 0.2)
        with pytest.raises(SeakeepError, match="not complete within"):
            async for _ in pages(api, "/api/v1/pods", Listed, sleep=Rests()):
                pass
    over.set()
    listener.close()


async def test_what_stalls_or_is_refused_half_way_is_unknown_by_its_name_and_costs_coverage() -> None:
    pod = {"metadata": {"name": "p"}, "spec": {}, "status": {}}
    answers = {
        "pods": lambda path: (500, b"etcd is slow") if "continue=" in path else listed(pod, more="t"),
        "roles": lambda _: (403, {}),
    }
    found = await read_api(served(answers), sleep=Rests())
    assert set(found.unread) == {"pods", "roles"}
    request = Request(live=True, today=date(2026, 11, 25))

    async def report(read: Served) -> Any:
        live = replace(well(), index=judged_by(read, target=(1, 37)), unread=read.unread, pods=tuple(read.pods))
        return check(request, live)

    lacking = await report(found)
    whole = await report(await read_api(served({"pods": lambda _: listed(pod)}), sleep=Rests()))
    told = {(each.id, each.resource.file): each.message for each in lacking.findings if each.verdict is Verdict.UNKNOWN}
    assert told["LOAD004", "api:pods"] == "pods: the API answered 500"
    assert told["LOAD004", "api:roles"] == "roles: the API answered 403"
    assert lacking.coverage < whole.coverage
    assert lacking.exit_code in {Exit.UNDECIDED, Exit.NEGATIVE}


async def test_of_what_an_api_serves_only_what_is_judged_is_kept() -> None:
    node = {
        "metadata": {"name": "n"},
        "status": {"conditions": [{"type": "Ready"}], "images": [{"names": ["x"]}], "nodeInfo": {"kernelVersion": "6"}},
    }
    applied = '{"apiVersion":"apps/v1beta1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":3}}'
    deployment = {
        "metadata": {
            "name": "d",
            "uid": "u",
            "annotations": {LAST_APPLIED: applied, "team": "a"},
            "managedFields": [{"manager": "helm", "apiVersion": "apps/v1beta2", "fieldsV1": {"f:spec": {}}}] * 2,
        },
        "spec": {"replicas": 3},
    }
    found = await read_api(served({"nodes": lambda _: listed(node), "deployments": lambda _: listed(deployment)}))
    kept = {each.kind: each for each in found.manifests}
    assert set(kept["Node"].body["status"]) == {"conditions", "nodeInfo"}  # type: ignore[arg-type]
    assert kept["Deployment"].annotations == {
        LAST_APPLIED: '{"apiVersion":"apps/v1beta1","kind":"Deployment"}',
        "team": "a",
    }
    assert kept["Deployment"].metadata["managedFields"] == [{"manager": "helm", "apiVersion": "apps/v1beta2"}]
    assert kept["Deployment"].spec == {"replicas": 3}


async def test_a_pod_with_an_empty_dir_is_read() -> None:
    """It made the whole list of pods unreadable."""
    volumes = [{"name": "a", "emptyDir": {"sizeLimit": "1Mi"}}, {"name": "b", "configMap": {"name": "c"}}]
    pods = [
        {"metadata": {"name": "with"}, "spec": {"volumes": volumes}, "status": {}},
        {"metadata": {"name": "without"}, "spec": {"volumes": volumes[1:]}, "status": {}},
    ]
    found = await read_api(served({"pods": lambda _: listed(*pods)}))
    assert found.unread == {}
    assert [(pod.name, pod.local) for pod in found.pods] == [("with", True), ("without", False)]


async def test_an_empty_list_that_says_null_is_empty() -> None:
    """What an API server answers where there is no Secret, and only metadata was asked for."""
    nothing = {"metadata": {}, "items": None}
    found = await read_api(served({"secrets": lambda _: (200, nothing), "pods": lambda _: (200, nothing)}))
    assert (found.unread, found.manifests, found.pods) == ({}, [], [])
