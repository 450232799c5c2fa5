"""Writers against a store that keeps its word, and against stores that do not; watches that break off; look-ups."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from seakeep.core.clock import SystemClock
from seakeep.design.complete import complete
from seakeep.experiments.history import Event, Final, FinalEnd, Op, decode
from seakeep.experiments.judge import ledger as judge
from seakeep.experiments.judge import linearizable, watches
from seakeep.experiments.judge.verdict import HOT
from seakeep.flows.storm.entrances import Entrances, Reply
from seakeep.flows.storm.observers import floods, ledger, watchers
from seakeep.flows.storm.observers.lookups import judged
from seakeep.flows.storm.record import Recorder, unhealed
from seakeep.spec.load import load
from seakeep.transport.api import ApiError

EXAMPLES = Path(__file__).parents[4] / "examples"
BASE = "/api/v1/namespaces/ns/configmaps"


class QuickClock(SystemClock):
    """Sleeps are only a chance for others."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Store:
    """A register of ConfigMaps behind entrances: answers, loses answers, carries out late, refuses. `lies` makes it
    break its word: an acknowledged update is dropped, a delete is undone, or reads come from the past."""

    def __init__(self, record: Recorder, seed: int, lies: str = "") -> None:
        self.record = record
        self.chance = random.Random(seed)
        self.lies = lies
        self.version = 100
        self.objects: dict[str, tuple[str, int]] = {f"{HOT}{n}": ("", 1) for n in range(ledger.HOT_KEYS)}
        self.past: dict[str, tuple[str, int]] = dict(self.objects)
        self.late: list[tuple[str, str, bytes | None]] = []
        self.hurry = self.chance.choice([0.02, 0.1, 0.5])
        self.answers = 0
        self.enough = asyncio.Event()
        self.open = [None]

    def turn(self, number: int) -> None:
        return None

    async def send(
        self, entrance: Any, target: str, path: str, *, method: str = "GET", body: bytes | None = None,
        fresh: bool = False, limit: float = 1.0,
    ) -> Reply:  # fmt: skip
        await asyncio.sleep(0)
        if self.late and self.chance.random() < self.hurry:
            self.do(*self.late.pop(self.chance.randrange(len(self.late))))
        fate = self.chance.random()
        if path != BASE or method != "GET":
            if fate < 0.08:
                return Reply("refused", self.record.now, why="connection refused")
            if fate < 0.16:
                self.late.append((path, method, body))
                return Reply("ambiguous", self.record.now, why="no answer")
        self.answers += 1
        if self.answers >= 600:
            self.enough.set()
        status, answer = self.do(path, method, body)
        await asyncio.sleep(0)
        if fate < 0.24 and method != "GET":
            return Reply("ambiguous", self.record.now, why="no answer")
        outcome = "ok" if status < 300 else "ambiguous" if status == 409 else "refused"
        return Reply(outcome, self.record.now, answer, status=status)  # type: ignore[arg-type]

    def do(self, path: str, method: str, body: bytes | None) -> tuple[int, bytes]:
        key = path.removeprefix(BASE).strip("/")
        sent = msgspec.json.decode(body) if body else {}
        if method == "GET":
            return self.read(key)
        if method == "POST":
            key = sent["metadata"]["name"]
            if key in self.objects:
                return 409, b"{}"
            return self.put(key, sent["data"]["value"])
        if key not in self.objects:
            return 404, b"{}"
        wanted = (sent.get("preconditions") or sent.get("metadata", {})).get("resourceVersion")
        if wanted and int(wanted) != self.objects[key][1]:
            return 409, b"{}"
        if method == "DELETE":
            if self.lies != "delete":
                del self.objects[key]
            return 200, b"{}"
        return self.put(key, sent["data"]["value"])

    def put(self, key: str, value: str) -> tuple[int, bytes]:
        self.version += 1
        before = self.objects.get(key)
        self.objects[key] = value, self.version
        answer = self.one(key, *self.objects[key])
        if self.lies == "update" and before is not None and self.chance.random() < 0.1:
            self.objects[key] = before
        return 200, answer

    def read(self, key: str) -> tuple[int, bytes]:
        if not key:
            items = [msgspec.Raw(self.one(name, *found)) for name, found in self.objects.items()]
            return 200, msgspec.json.encode({"items": items})
        objects = self.objects
        if self.lies == "read" and self.chance.random() < 0.1:
            objects = self.past
        elif self.chance.random() < 0.05:
            self.past = dict(self.objects)
        return (200, self.one(key, *objects[key])) if key in objects else (404, b"{}")

    @staticmethod
    def one(key: str, value: str, version: int) -> bytes:
        return msgspec.json.encode(
            {"metadata": {"name": key, "resourceVersion": str(version)}, "data": {"value": value}}
        )


async def written(tmp_path: Path, seed: int, lies: str = "") -> tuple[judge.LedgerJudgement, list[str]]:
    """What the judges say of a few hundred operations on the store."""
    record = Recorder(tmp_path / f"history-{seed}-{lies}.jsonl", SystemClock())
    store = cast("Entrances", Store(record, seed, lies))
    design = complete(load(EXAMPLES / "three-sites.yaml"))
    writers = ledger.Ledger(store, record, QuickClock(), design, "ns", seed)
    task = asyncio.create_task(writers.run())
    await cast("Store", store).enough.wait()
    writers.stop.set()
    await task
    await ledger.finals(store, record, design, "ns")
    record.close()
    ops = [line for line in record.lines if isinstance(line, Op)]
    finals = [line for line in record.lines if isinstance(line, Final) and not line.key.startswith(HOT)]
    ends = [line for line in record.lines if isinstance(line, FinalEnd)]
    hot: dict[str, list[Op]] = {}
    for op in ops:
        if op.key.startswith(HOT):
            hot.setdefault(op.key, []).append(op)
    strange = [text for found in hot.values() for text in linearizable.violations(found)]
    return judge.judge([op for op in ops if not op.key.startswith(HOT)], finals, ends), strange


@pytest.mark.parametrize("seed", range(24))
async def test_a_store_that_keeps_its_word_is_never_accused_however_many_answers_it_loses(tmp_path, seed) -> None:
    judged, strange = await written(tmp_path, seed)

    assert judged.wrong == ()
    assert strange == []
    assert judged.totals.acknowledged > 50
    assert judged.totals.ambiguous > 5
    assert judged.totals.deletes > 2


@pytest.mark.parametrize("lies", ["update", "delete", "read"])
async def test_a_store_that_breaks_its_word_is_found_out(tmp_path, lies) -> None:
    judged, strange = await written(tmp_path, 1, lies)

    assert judged.wrong or strange
    if lies == "delete":
        assert judged.returned


class Streams:
    """A server whose watches break off. `answers` are what each watch gets: lines, or an error at its end."""

    def __init__(self, lists: list[int], answers: list[list[bytes | Exception]]) -> None:
        self.lists, self.answers = lists, answers
        self.asked: list[str] = []
        self.done = asyncio.Event()
        self.fresh = {"endpoint": self}

    def turn(self, number: int) -> "Streams":
        return self

    async def send(self, entrance: Any, target: str, path: str, **_: Any) -> Reply:
        version = self.lists.pop(0)
        items = [{"metadata": {"name": "k0", "resourceVersion": str(version - 1)}}]
        return Reply("ok", 0, msgspec.json.encode({"metadata": {"resourceVersion": str(version)}, "items": items}))

    async def lines(self, path: str, *, silence: float) -> AsyncIterator[bytes]:
        self.asked.append(path)
        if not self.answers:
            self.done.set()
            await asyncio.Event().wait()
        for each in self.answers.pop(0):
            if isinstance(each, Exception):
                raise each
            yield each


def told(version: int, type_: str = "MODIFIED") -> bytes:
    found = {"metadata": {"name": f"k{version}", "resourceVersion": str(version)}, "data": {"value": "v"}}
    return msgspec.json.encode({"type": type_, "object": found})


async def watched(tmp_path: Path, server: Streams) -> list[Event]:
    record = Recorder(tmp_path / "h.jsonl", SystemClock())
    watch = watchers.of_ledger(cast("Entrances", server), record, QuickClock(), "ns", 0)
    task = asyncio.create_task(watch.run())
    async with asyncio.timeout(300):
        await server.done.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    record.close()
    return [line for line in record.lines if isinstance(line, Event)]


async def test_a_watch_goes_on_where_it_broke_off(tmp_path) -> None:
    broke = ApiError("broke off", status=0)
    server = Streams([10], [[told(11), told(12), broke], [told(13, "ADDED"), broke]])

    events = await watched(tmp_path, server)

    assert [(event.type, event.version) for event in events] == [
        ("LIST", 10), ("MODIFIED", 11), ("MODIFIED", 12), ("ADDED", 13),
    ]  # fmt: skip
    assert [f"resourceVersion={v}&" in path for v, path in zip((10, 12, 13), server.asked, strict=True)] == [True] * 3
    assert watches.judge(events, []).wrong == ()


async def test_a_watch_whose_past_is_forgotten_lists_again(tmp_path) -> None:
    gone = msgspec.json.encode({"type": "ERROR", "object": {"kind": "Status", "status": "Failure", "code": 410}})
    server = Streams([10, 50], [[told(11), gone], [told(51)]])

    events = await watched(tmp_path, server)

    assert [(event.type, event.version) for event in events] == [
        ("LIST", 10), ("MODIFIED", 11), ("LIST", 50), ("MODIFIED", 51),
    ]  # fmt: skip
    assert watches.judge(events, []).relists == 1


@pytest.mark.parametrize(
    ("status", "text", "lookup", "request_"),
    [
        (0, "", "ok", "ok"),
        (1, "DNS: lookup web on 10.96.0.10:53: no such host", "refused", None),
        (124, "", "refused", None),
        (1, "TIMEOUT", "ok", "refused"),
        (1, "REFUSED", "ok", "refused"),
        (1, "OTHER: network is unreachable", "ok", "refused"),
        (127, "nsenter: not found", "unseen", None),
    ],
)
def test_what_a_try_from_a_pod_says(status, text, lookup, request_) -> None:
    assert judged(status, text)[:2] == (lookup, request_)


def test_what_was_begun_and_not_healed_is_known_after_a_crash(tmp_path) -> None:
    record = Recorder(tmp_path / "h.jsonl", SystemClock())
    for what, number in (("inject", 0), ("healed", 0), ("inject", 1), ("injected", 1), ("inject", 2), ("failed", 2)):
        record.mark(what, number)
    # Not closed yet: marks are on the disk already.
    lines = tuple(decode((tmp_path / "h.jsonl").read_bytes(), source="h"))
    record.close()

    assert unhealed(lines) == (1, 2)


def test_counters_of_priority_levels_are_summed_over_their_flow_schemas() -> None:
    metrics = b"""# TYPE apiserver_flowcontrol_rejected_requests_total counter
apiserver_flowcontrol_dispatched_requests_total{flow_schema="sa",priority_level="workload-low"} 120
apiserver_flowcontrol_dispatched_requests_total{flow_schema="other",priority_level="workload-low"} 1.3e+02
apiserver_flowcontrol_dispatched_requests_total{flow_schema="exempt",priority_level="exempt"} 7
apiserver_flowcontrol_rejected_requests_total{flow_schema="sa",priority_level="workload-low",reason="queue-full"} 30
apiserver_flowcontrol_rejected_requests_total{flow_schema="sa",priority_level="workload-low",reason="time-out"} 3
apiserver_flowcontrol_request_wait_duration_seconds_sum{flow_schema="sa",priority_level="workload-low"} 2.5
apiserver_flowcontrol_request_wait_duration_seconds_bucket{flow_schema="x",priority_level="workload-low",le="0"} 9
"""
    assert floods.parse(metrics) == {"exempt": (7, 0, 0.0), "workload-low": (250, 33, 2.5)}
    assert floods.parse(b"<html>no</html>") == {}
