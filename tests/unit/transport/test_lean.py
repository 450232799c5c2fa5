"""The probe's client, over a real Unix socket with real TLS."""

import asyncio
from pathlib import Path

import pytest
from tests.unit.transport.test_api import _PRIVATE, Keeping, certificate, keeping, server
from tests.unit.transport.test_api import Server as Certified

from seakeep.core.secret import Secret
from seakeep.transport.api import ApiError, present, trusting
from seakeep.transport.lean import LeanClient

__all__ = ["keeping", "server"]
Server = tuple[Keeping, Path, Secret]


def client(server: Server, *, keep: bool) -> LeanClient:
    return LeanClient(server[1], trusting(server[2]), server_name="kubernetes", token=Secret(b"who-i-am"), keep=keep)


async def test_every_request_has_a_connection_of_its_own_and_the_token(keeping: Server) -> None:
    lean = client(keeping, keep=False)
    for _ in range(3):
        assert await lean.raw("/a") == (200, b"{}")
    assert keeping[0].connections == 3
    assert all("authorization: bearer who-i-am" in head for head in keeping[0].headers)
    assert all("connection: close" in head for head in keeping[0].headers)


async def test_a_kept_connection_is_used_again_and_a_second_one_only_beside_it(keeping: Server) -> None:
    lean = client(keeping, keep=True)
    for _ in range(3):
        await lean.raw("/a", method="PUT", body=b"{}")
    assert keeping[0].connections == 1
    await asyncio.gather(lean.raw("/a"), lean.raw("/b"))
    assert keeping[0].connections == 2
    lean.close()


async def test_a_kept_connection_that_was_closed_costs_one_repetition(keeping: Server) -> None:
    keeping[0].cut = frozenset({2})
    lean = client(keeping, keep=True)
    assert [(await lean.raw(path))[0] for path in ("/a", "/b")] == [200, 200]
    assert (lean.reconnected, keeping[0].connections) == (1, 2)
    lean.close()


async def test_a_create_is_never_sent_twice(keeping: Server) -> None:
    """It is not idempotent: who asked has to look whether it was carried out."""
    keeping[0].cut = frozenset({2})
    lean = client(keeping, keep=True)
    await lean.raw("/a")
    with pytest.raises(ApiError) as caught:
        await lean.raw("/b", method="POST", body=b"{}")
    assert caught.value.sent
    assert (lean.reconnected, keeping[0].connections) == (0, 1)
    lean.close()


async def test_without_a_token_none_is_shown(keeping: Server) -> None:
    lean = LeanClient(keeping[1], trusting(keeping[2]), server_name="kubernetes", token=None, keep=True)
    assert (await lean.raw("/a"))[0] == 200
    assert "authorization" not in keeping[0].headers[0]
    lean.close()


async def test_it_shows_the_certificate_of_its_context(server: Certified) -> None:
    context = trusting(server.ca)
    present(context, (server.ca, _PRIVATE))
    lean = LeanClient(server.socket, context, server_name="kubernetes", token=None, keep=True)
    assert await lean.raw("/a") == (200, b"{}")
    assert server.clients == ["kubernetes"]
    lean.close()


async def test_a_new_connection_that_is_cut_may_have_been_carried_out(keeping: Server) -> None:
    keeping[0].cut = frozenset({1})
    with pytest.raises(ApiError) as caught:
        await client(keeping, keep=False).raw("/a", method="PUT", body=b"{}")
    assert caught.value.sent
    assert caught.value.status == 0


async def test_nobody_listening_and_a_strange_authority_mean_that_nothing_was_sent(
    keeping: Server, tmp_path: Path
) -> None:
    server, socket, _ = keeping
    for where, ca in ((tmp_path / "none", certificate("kubernetes")), (socket, certificate("stranger"))):
        with pytest.raises(ApiError) as caught:
            await client((server, where, ca), keep=False).raw("/a")
        assert not caught.value.sent
    assert server.requests == []


async def test_a_request_that_is_given_up_leaves_no_connection_behind(keeping: Server) -> None:
    keeping[0].silent = True
    lean = client(keeping, keep=True)
    given_up = asyncio.create_task(lean.raw("/a"))
    await keeping[0].heard.wait()
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    keeping[0].silent = False
    assert await lean.raw("/b") == (200, b"{}")
    assert keeping[0].connections == 2
    lean.close()
