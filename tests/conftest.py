"""What holds for every test session."""

from collections.abc import Iterator

import pytest
from tests.leaks import leaks


@pytest.fixture(scope="session", autouse=True)
def nothing_secret_was_written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After all tests of a session (of a worker, where there are several): no journal, plan, report or log that any of
    them left, in the lab or out of it, holds a secret."""
    yield
    found = leaks(tmp_path_factory.getbasetemp())
    assert found == [], "\n".join(found)
