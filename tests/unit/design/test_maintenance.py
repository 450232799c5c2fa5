"""Maintenance windows, over midnight, over the end of a week, and in other time zones."""

from datetime import UTC, datetime, time

import pytest

from seakeep.design.maintenance import DAYS, Window, inside

SATURDAY = Window(days=("sat",), begin=time(22), end=time(4), zone="UTC")
BERLIN = Window(days=("sun", "mon"), begin=time(9), end=time(17), zone="Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "moment", "holds"),
    [
        (SATURDAY, "2026-01-03T22:00", True),  # a Saturday
        (SATURDAY, "2026-01-03T21:59", False),
        (SATURDAY, "2026-01-04T03:59", True),  # the Sunday after it
        (SATURDAY, "2026-01-04T04:00", False),
        (SATURDAY, "2026-01-04T23:00", False),
        (SATURDAY, "2026-01-03T03:00", False),  # the night of Friday
        (BERLIN, "2026-01-05T08:00", True),  # 9:00 in winter
        (BERLIN, "2026-07-06T07:00", True),  # 9:00 in summer
        (BERLIN, "2026-01-05T07:59", False),
        (BERLIN, "2026-01-06T10:00", False),
    ],
)
def test_a_window_belongs_to_the_day_on_which_it_begins(window, moment, holds) -> None:
    assert window.holds(at(moment)) is holds


def test_the_same_time_twice_is_a_whole_day() -> None:
    window = Window(days=("wed",), begin=time(6), end=time(6), zone="UTC")
    assert [hour for hour in range(48) if window.holds(at(f"2026-01-0{7 + hour // 24}T{hour % 24:02}:30"))] == list(
        range(6, 30)
    )


def test_without_windows_every_moment_is_good() -> None:
    assert inside((), at("2026-01-03T12:00"))
    assert not inside((SATURDAY, BERLIN), at("2026-01-03T12:00"))


def test_it_says_itself() -> None:
    assert str(SATURDAY) == "sat 22:00-04:00 UTC"
    assert str(Window(days=DAYS, begin=time(1), end=time(2), zone="UTC")) == "every day 01:00-02:00 UTC"
