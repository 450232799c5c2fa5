"""Maintenance windows: whether a moment is in one of them. A window belongs to the day on which it begins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """`end` is on the next day where it is not later than `begin`; the same time makes a whole day."""

    days: tuple[str, ...]
    begin: time
    end: time
    zone: str

    def holds(self, moment: datetime) -> bool:
        """Whether it is open at this moment, which knows its zone. By wall clock: on a night on which clocks change it
        is an hour longer or shorter."""
        # Without the system's time zones there is still UTC.
        local = moment.astimezone(UTC if self.zone == "UTC" else ZoneInfo(self.zone))
        now = local.time().replace(tzinfo=None)
        today = DAYS[local.weekday()]
        if self.begin < self.end:
            return today in self.days and self.begin <= now < self.end
        yesterday = DAYS[(local - timedelta(days=1)).weekday()]
        return (today in self.days and now >= self.begin) or (yesterday in self.days and now < self.end)

    def __str__(self) -> str:
        days = "every day" if set(self.days) == set(DAYS) else ", ".join(day for day in DAYS if day in self.days)
        return f"{days} {self.begin:%H:%M}-{self.end:%H:%M} {self.zone}"


def inside(windows: Iterable[Window], moment: datetime) -> bool:
    """Whether one of them is open; where there are none, always."""
    wanted = tuple(windows)
    return not wanted or any(window.holds(moment) for window in wanted)
