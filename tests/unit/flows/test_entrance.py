"""Which machine the API is reached through, when some of them do not answer."""

import asyncio

import pytest

from seakeep.core.errors import MachineError
from seakeep.flows.entrance import choose
from seakeep.transport.base import Host
from seakeep.transport.fake import FakeHost

SILENT = "silent"


def gone(name: str) -> MachineError:
    return MachineError("no answer", host=name)


async def chosen(answers: dict[str, object], *, grace: float = 0.01) -> str:
    """By name: True, False, an error, or SILENT for one that is still being connected to."""
    left: list[str] = []

    async def reaches(host: Host) -> bool | MachineError:
        answer = answers[host.name]
        if answer == SILENT:
            try:
                await asyncio.Event().wait()
            finally:
                left.append(host.name)
        assert isinstance(answer, bool | MachineError)
        return answer

    name = (await choose([FakeHost(name) for name in answers], reaches, grace=grace)).name
    assert left == [each for each, answer in answers.items() if answer == SILENT], "nobody is asked any more"
    return name


@pytest.mark.parametrize(
    ("answers", "name"),
    [
        ({"a": True, "b": True}, "a"),
        ({"a": False, "b": True}, "b"),
        ({"a": gone("a"), "b": False, "c": True}, "c"),
        ({"a": SILENT, "b": True}, "b"),
        ({"a": True, "b": SILENT}, "a"),
        ({"a": SILENT, "b": SILENT, "c": False, "d": True, "e": SILENT}, "d"),
        ({"a": gone("a"), "b": False, "c": False}, "b"),
    ],
)
async def test_the_likeliest_that_reaches_the_endpoint(answers: dict[str, object], name: str) -> None:
    assert await chosen(answers) == name


async def test_a_likelier_one_that_is_a_little_later_is_waited_for() -> None:
    other = asyncio.Event()

    async def reaches(host: Host) -> bool | MachineError:
        if host.name == "a":
            await other.wait()
        other.set()
        return True

    assert (await choose([FakeHost("a"), FakeHost("b")], reaches, grace=60)).name == "a"


async def test_where_none_answers_the_first_one_s_reason_is_told() -> None:
    with pytest.raises(MachineError) as raised:
        await chosen({"a": gone("a"), "b": gone("b")})
    assert raised.value.host == "a"
