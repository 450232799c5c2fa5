"""Seakeep's part of the comparison: thirty files and their modes, read from each machine and compared with what is
wanted, by the code that every plan uses."""

import asyncio
from pathlib import Path

from seakeep.artifacts.base import FileSpec
from seakeep.core.secret import Secret, SecretRef
from seakeep.facts import files
from seakeep.facts.base import Ask
from seakeep.facts.read import read
from seakeep.phases.compare import file_difference
from seakeep.transport.ssh import SshHost, SshTarget

from .design import FIRST, PORT

PARALLEL = 64
"""As in `seakeep plan`."""


def no_secret(reference: SecretRef) -> Secret | None:
    """None of the files holds one."""
    raise KeyError(reference.name)


async def differences(folder: Path, count: int) -> int:
    """The number of differences on all machines."""
    wanted = tuple(
        FileSpec(path=str(folder / "kept" / each.name), parts=(each.read_text(),), mode=0o640)
        for each in sorted((folder / "source").iterdir())
    )
    ask = Ask(paths=tuple(each.path for each in wanted))
    room = asyncio.Semaphore(PARALLEL)

    async def of_machine(number: int) -> int:
        target = SshTarget(
            name=f"m{number}", address=str(FIRST + number), port=PORT, key=folder / "key",
            known_hosts=folder / "known_hosts",
        )  # fmt: skip
        host = SshHost(target)
        async with room:
            found = (await read(host, (files.FACT,), ask)).get(files.FACT)
            await host.close()
        return sum(bool(file_difference(each, found.get(each.path), no_secret)) for each in wanted)

    return sum(await asyncio.gather(*(of_machine(number) for number in range(count))))
