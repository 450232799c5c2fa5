"""What holds for every test session."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from tests.leaks import leaks

# On a busy machine an example may take seconds; that says nothing about the code. And what is run before every change
# has the same examples every time: a rare one that fails is found with `--hypothesis-profile=exploring`, by somebody
# who has the time for it.
settings.register_profile(
    "steady", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("exploring", settings.get_profile("steady"), derandomize=False, max_examples=1000)
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def nothing_secret_was_written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After all tests of a session (of a worker, where there are several): no journal, plan, report or log that any of
    them left, in the lab or out of it, holds a secret."""
    yield
    found = leaks(tmp_path_factory.getbasetemp())
    assert found == [], "\n".join(found)
