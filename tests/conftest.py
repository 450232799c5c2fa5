"""What holds for every test session."""

from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings
from tests.leaks import leaks
from tests.overheard import Overheard

# On a busy machine an example may take seconds; that says nothing about the code. And what is run before every change
# has the same examples every time: a rare one that fails is found with `--hypothesis-profile=exploring`, by somebody
# who has the time for it.
settings.register_profile(
    "steady", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("exploring", settings.get_profile("steady"), derandomize=False, max_examples=1000)
settings.load_profile("steady")


_OVERHEARD = pytest.StashKey[Overheard]()


@pytest.fixture(scope="session", autouse=True)
def nothing_secret_was_written_or_said(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """After all tests of a session (of a worker, where there are several): no journal, plan, report or log that any of
    them left, in the lab or out of it, holds a secret, nor does anything that a command said."""
    overheard = request.config.stash[_OVERHEARD] = Overheard(tmp_path_factory.mktemp("overheard"))
    with overheard.listening():
        yield
    found = leaks(tmp_path_factory.getbasetemp())
    assert found == [], "\n".join(found)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what nobody took out of the captures. What the very last test says while it is cleaned up after comes after
    the walk."""
    report = yield
    overheard = item.config.stash.get(_OVERHEARD, None)
    if overheard is not None:
        said = [content for title, content in report.sections if title.endswith(report.when or "")]
        overheard.keep(*said, test=item.nodeid)
    return report
