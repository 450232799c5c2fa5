"""What is measured: one process of the operator.

    python -m bench.live.client FOLDER [read]

Reads the API as `seakeep check --live` does (SSH, tunnel, TLS, pages), judges it with every check of objects and of a
living cluster, and writes the report as JSON. Machines' own facts and the proofs are left out: what machines cost is
measured by bench/fleet. Prints one line of JSON: what was read, answers, seconds of each part, and peak MiB.
"""

import asyncio
import cProfile
import json
import os
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.fleet.client import _Session
from bench.fleet.world import Store, opened

from seakeep.checks.live.base import Live
from seakeep.core.clock import SystemClock
from seakeep.core.progress import Silent
from seakeep.flows.check import Request, check
from seakeep.flows.check_live import judged_by
from seakeep.flows.live_read import read_api
from seakeep.flows.session import SessionOptions
from seakeep.report.faces import Output, encode


async def main(folder: Path, *, judging: bool) -> dict[str, Any]:
    """Read, judge, report."""
    loaded, design, state = opened(folder)
    store: Any = Store()
    session = _Session(loaded, design, state, store, progress=Silent(), options=SessionOptions(), clock=SystemClock())
    started = time.perf_counter()
    try:
        async with session.api("admin") as clients:
            served = await read_api(clients["admin"])
    finally:
        await session.close()
    read = time.perf_counter()
    said: dict[str, Any] = {
        "objects": len(served.manifests),
        "pods": len(served.pods),
        "unread": served.unread,
        "read_seconds": read - started,
        "read_mib": peak(),
    }
    if judging:
        live = Live(
            design=design, facts={}, unreachable={}, index=judged_by(served, target=(1, 37)), unread=served.unread,
            proofs={}, now=datetime.now(UTC), lab=False, pods=tuple(served.pods),
        )  # fmt: skip
        report = check(Request(live=True, today=datetime.now(UTC).date()), live)
        judged = time.perf_counter()
        size = len(encode(report, Output.JSON))
        summary = report.summary
        said |= {
            "checks": summary.checks,
            "answers": summary.passed + summary.failed,
            "failures": summary.failed,
            "judge_seconds": judged - read,
            "report_seconds": time.perf_counter() - judged,
            "report_mb": size / 1e6,
        }
    return said | {"mib": peak()}


def peak() -> float:
    """The largest resident size so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    judging = "read" not in sys.argv[2:]
    if os.environ.get("SEAKEEP_PROFILE"):
        cProfile.run(
            "print(json.dumps(asyncio.run(main(Path(sys.argv[1]), judging=judging))))", os.environ["SEAKEEP_PROFILE"]
        )
    else:
        print(json.dumps(asyncio.run(main(Path(sys.argv[1]), judging=judging))))
