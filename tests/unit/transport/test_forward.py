"""Sockets of this computer that lead elsewhere."""

import asyncio
import socket

from seakeep.transport import forward


async def test_a_burst_of_connections_waits_instead_of_being_refused() -> None:
    """As after a moment in which this process was busy: all of them come before one is accepted."""

    async def nowhere() -> forward.Pair:
        raise OSError("no way")

    async with forward.unix(nowhere) as path:
        waiting = []
        for _ in range(300):
            one = socket.socket(socket.AF_UNIX)
            one.setblocking(False)
            one.connect(str(path))
            waiting.append(one)
        loop = asyncio.get_running_loop()
        assert await asyncio.gather(*(loop.sock_recv(one, 1) for one in waiting)) == [b""] * 300
        for one in waiting:
            one.close()
