"""The checks of other tools: nearly all are covered, every other one has a reason."""

from tests.meta.test_tools import tool

OPEN = 0.05
"""The share that may stay uncovered, checks of cloud providers' APIs left out."""


def test_nearly_every_check_of_a_peer_is_covered() -> None:
    rows = [row for row in tool("check_pages").peers() if not row[3].startswith("cloud")]
    uncovered = [f"{name}:{id_}" for name, id_, ours, _ in rows if not ours]

    assert len(rows) > 850
    assert len(uncovered) / len(rows) < OPEN, uncovered


def test_every_equivalent_names_a_check_that_exists() -> None:
    docs = tool("check_pages")
    known = {f"{name}:{id_}" for name, id_, _, _ in docs.peers()}
    tools = {name for name, _, _, _ in docs.peers()}
    named = {each for entry in docs.catalog() for each in entry.check.equivalents if each.split(":")[0] in tools}

    assert named - known == set()
