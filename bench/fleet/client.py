"""What is measured: one process of the operator.

    python -m bench.fleet.client FOLDER plan|apply

The sources are in memory and the proof is left out: neither depends on the number of machines. Everything else is what
`seakeep plan` and `seakeep apply` do. Prints the number of changes.
"""

import asyncio
import cProfile
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from seakeep.core.clock import SystemClock
from seakeep.core.progress import Silent
from seakeep.core.shortlived import short_lived
from seakeep.flows import apply as apply_flow
from seakeep.flows.session import Session, SessionOptions
from seakeep.flows.view import observe
from seakeep.transport.dial import DirectDialer
from seakeep.transport.ssh import SshTarget

from .world import Store, opened


class _Session(Session):
    def target(self, machine: Any) -> Any:
        target, _ = super().target(machine)
        folder = self.state.root.parents[1]
        return SshTarget(
            name=target.name, address=target.address, port=target.port, user="root", key=target.key,
            known_hosts=folder / "known_hosts",
        ), DirectDialer()  # fmt: skip


async def main(folder: Path, verb: str) -> None:
    """Plan or apply."""
    loaded, design, state = opened(folder)
    store: Any = Store()
    session = _Session(loaded, design, state, store, progress=Silent(), options=SessionOptions(), clock=SystemClock())
    try:
        if verb == "plan":
            view = await observe(session)
            print(len(view.plan(session).changes), *(str(e) for e in list(view.unreachable.values())[:1]))
        else:
            print((await apply_flow.apply(session, confirm=lambda _: True)).changes)
    finally:
        await session.close()


async def _proven(_: object) -> tuple[()]:
    return ()


@asynccontextmanager
async def _no_kubectl(_: object) -> AsyncIterator[None]:
    yield None


def measured(arguments: list[str]) -> None:
    """Do it, and as the command line does: in a process that ends then."""
    apply_flow.prove, apply_flow.connected = _proven, _no_kubectl  # type: ignore[assignment]
    if os.environ.get("SEAKEEP_PROFILE"):
        cProfile.runctx(
            "asyncio.run(main(Path(folder), verb))",
            globals(), {"folder": arguments[0], "verb": arguments[1]}, os.environ["SEAKEEP_PROFILE"],
        )  # fmt: skip
    else:
        asyncio.run(main(Path(arguments[0]), arguments[1]))


if __name__ == "__main__":
    with short_lived():
        if sys.argv[1] != "--nothing":
            measured(sys.argv[1:])
