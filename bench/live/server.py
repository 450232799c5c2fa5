"""The machines of bench/fleet behind SSH, and an API server that lists a large cluster.

    python -m bench.live.server FOLDER NODES PODS     prints `ready`; ends with its standard input

HTTP/1.1 over TLS with lists in pages (`limit`, `continue`, `remainingItemCount`), answers of more than 128 KiB with
gzip at level 1, as Kubernetes does it. Pages are made before `ready`: what is measured is the client.
"""

import asyncio
import base64
import gzip
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
from bench.fleet.server import listen
from bench.fleet.world import Fleet, opened

from seakeep.flows.live_pages import PAGE
from seakeep.flows.live_read import RESOURCES

from .objects import Collection, Size, collections

COMPRESSED_FROM = 128 * 1024
OPTIONAL = {each.plural for each in RESOURCES if each.optional}


class Lists:
    """Pages by path, kept once made."""

    def __init__(self, found: dict[str, Collection]) -> None:
        self.found = found
        self.pages: dict[tuple[str, int, int], tuple[bytes, bool]] = {}
        self.uncompressed = 0

    def answer(self, target: str) -> tuple[int, bytes, bool]:
        """Status, body, and whether it is compressed."""
        url = urlsplit(target)
        plural = url.path.rpartition("/")[2]
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if plural in OPTIONAL:
            return 404, b"{}", False
        start = int(base64.urlsafe_b64decode(asked["continue"]).partition(b":")[2]) if "continue" in asked else 0
        body, compressed = self.page(plural, start, int(asked.get("limit", sys.maxsize)))
        return 200, body, compressed

    def page(self, plural: str, start: int, limit: int) -> tuple[bytes, bool]:
        """Made when it is first asked for."""
        key = (plural, start, limit)
        if key not in self.pages:
            self.pages[key] = self._made(plural, start, limit)
        return self.pages[key]

    def _made(self, plural: str, start: int, limit: int) -> tuple[bytes, bool]:
        found = self.found.get(plural) or Collection(0, lambda _: b"")
        end = min(found.count, start + limit)
        meta: dict[str, object] = {"resourceVersion": "912345678"}
        if end < found.count:
            meta["continue"] = base64.urlsafe_b64encode(f"v1:{end}".encode()).decode()
            meta["remainingItemCount"] = found.count - end
        items = b",".join(found.item(number) for number in range(start, end))
        body = (
            b'{"kind":"List","apiVersion":"v1","metadata":'
            + msgspec.json.encode(meta)
            + b',"items":['
            + items
            + b"]}\n"
        )
        self.uncompressed += len(body)
        if len(body) < COMPRESSED_FROM:
            return body, False
        return gzip.compress(body, 1), True

    def warm(self, limit: int) -> None:
        """All pages of this size."""
        for plural, found in self.found.items():
            for start in range(0, found.count, limit):
                self.page(plural, start, limit)


class Api:
    """One answer after the other on each connection."""

    def __init__(self, lists: Lists) -> None:
        self.lists = lists

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while line := await reader.readline():
                _, target, _ = line.decode().split()
                while await reader.readline() not in (b"\r\n", b""):
                    pass
                status, body, compressed = self.lists.answer(target)
                coding = "content-encoding: gzip\r\n" if compressed else ""
                head = f"HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n{coding}"
                writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def main(folder: Path, size: Size) -> None:
    """Serve until standard input ends."""
    _, design, _ = opened(folder)
    lists = Lists(collections(size, [machine.name for machine in design.nodes]))
    lists.warm(PAGE)
    await listen(folder, Fleet(folder), Api(lists).serve)
    sent = sum(len(body) for body, _ in lists.pages.values())
    print(f"ready {len(lists.pages)} {lists.uncompressed / 1e6:.0f} {sent / 1e6:.0f}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Size(int(sys.argv[2]), int(sys.argv[3]))))
