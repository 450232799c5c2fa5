"""Lists of the API, page by page: the next page is on its way while the last one is looked at.

An API server that is busy (429), one whose list has grown too old to go on with (410), and one that stalls are all
ordinary in a large cluster. The first is asked again when it says, the second goes on from the token that it offers
instead, the third is given up with a reason.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeVar

import msgspec

from seakeep.core.errors import SeakeepError
from seakeep.transport.api import ApiClient, decoded

PAGE = 500
"""Objects in one answer: 4 MB of pods, half a second of an API server."""
PAGE_LIMIT = 60.0
"""Seconds for one answer, however busily it trickles."""
BUSY_TRIES = 5
"""How often an API server may say that it is busy before a list is given up."""
LONGEST_REST = 30.0
"""Seconds that are waited at most when it says."""

Sleep = Callable[[float], Awaitable[None]]


class ListMeta(msgspec.Struct, rename={"continued": "continue"}):
    """Where a list goes on."""

    continued: str = ""


class Page(Protocol):
    """What a page is decoded to: the fields that are used of its items, and this."""

    metadata: ListMeta


P = TypeVar("P", bound=Page)


class _Details(msgspec.Struct, rename="camel"):
    retry_after_seconds: float = 1.0


class _Refused(msgspec.Struct):
    metadata: ListMeta = msgspec.field(default_factory=ListMeta)
    details: _Details | None = None


async def pages(
    api: ApiClient,
    path: str,
    kind: type[P],
    *,
    sleep: Sleep,
    optional: bool = False,
    accept: str = "",
    selector: str = "",
) -> AsyncIterator[P]:
    """The pages of a list. With `optional` a path that is not there is an empty list. SeakeepError where it is not
    answered, or not to its end."""
    what = path.rpartition("/")[2]

    async def page(token: str) -> P | None:
        body = await _answer(api, path, token, what, sleep=sleep, optional=optional, accept=accept, selector=selector)
        return None if body is None else decoded(body, kind, f"list {what}")

    coming = asyncio.ensure_future(page(""))
    try:
        while (found := await coming) is not None:
            token = found.metadata.continued
            if not token:
                yield found
                return
            coming = asyncio.ensure_future(page(token))
            yield found
    finally:
        coming.cancel()


async def _answer(
    api: ApiClient,
    path: str,
    token: str,
    what: str,
    *,
    sleep: Sleep,
    optional: bool,
    accept: str,
    selector: str,
) -> bytes | None:
    busy = 0
    while True:
        query = f"?limit={PAGE}{selector and f'&{selector}'}{token and f'&continue={token}'}"
        try:
            async with asyncio.timeout(PAGE_LIMIT):
                status, body = await api.asked(path + query, accept=accept)
        except TimeoutError:
            raise SeakeepError(f"{what}: a page was not complete within {PAGE_LIMIT:g} s") from None
        if status == 200:
            return body
        if status == 404 and optional:
            return None
        refused = _refusal(body)
        offered = refused.metadata.continued
        if status == 410 and offered and offered != token:
            token = offered
        elif status == 429 and busy < BUSY_TRIES:
            busy += 1
            rest = refused.details.retry_after_seconds if refused.details else 1.0
            await sleep(min(max(rest, 0.1), LONGEST_REST))
        else:
            raise SeakeepError(f"{what}: the API answered {status}")


def _refusal(body: bytes) -> _Refused:
    try:
        return msgspec.json.decode(body, type=_Refused)
    except msgspec.DecodeError:
        return _Refused()
