"""Which deprecated APIs were asked for, as each API server counts it itself."""

import asyncio
import re
from collections.abc import AsyncIterable, Mapping

from seakeep.artifacts.kube_apiserver import PORT
from seakeep.checks.live.base import Requested
from seakeep.core.errors import SeakeepError
from seakeep.design.model import Machine, Role
from seakeep.flows.session import Session

METRIC = b"apiserver_requested_deprecated_apis{"
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_LIMIT = 30.0
"""Seconds for one API server's metrics, of which a large cluster has tens of megabytes."""


async def read_requested(session: Session) -> Mapping[str, tuple[Requested, ...] | str]:
    """Machine -> what its API server was asked for since its start, or why it did not say. Each is asked by itself: the
    endpoint would lead to one of them."""

    async def one(machine: Machine) -> tuple[Requested, ...] | str:
        try:
            async with (
                asyncio.timeout(_LIMIT),
                session.host(machine.name).tunnel(str(machine.address), PORT) as socket,
                session.client(socket, "admin") as api,
            ):
                return await requested(api.lines("/metrics", silence=_LIMIT))
        except TimeoutError:
            return f"its metrics were not complete within {_LIMIT:g} s"
        except SeakeepError as error:
            return error.message

    machines = session.design.with_role(Role.CONTROL_PLANE)
    answers = await asyncio.gather(*(one(machine) for machine in machines))
    return {machine.name: answer for machine, answer in zip(machines, answers, strict=True)}


async def requested(lines: AsyncIterable[bytes]) -> tuple[Requested, ...]:
    """From the text of the metrics, a line at a time: they are never whole in memory."""
    found = set()
    async for line in lines:
        if not line.startswith(METRIC):
            continue
        labels, _, value = line.decode("utf-8", "replace").rpartition("}")
        if not value.strip() or float(value) == 0:
            continue
        said = dict(_LABEL.findall(labels))
        found.add(
            Requested(
                group=said.get("group", ""),
                version=said.get("version", ""),
                resource=said.get("resource", ""),
                subresource=said.get("subresource", ""),
                removed=said.get("removed_release", ""),
            )
        )
    return tuple(sorted(found))
