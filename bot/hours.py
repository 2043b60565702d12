"""When a person may be written to: the hours they chose, by the clock of their area. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo

ANY = "any"
HOURS: Mapping[str, tuple[int, int]] = {
    ANY: (9, 20),
    "morning": (9, 12),
    "afternoon": (12, 17),
    "evening": (17, 20),
}
"""From and to, by the values of the step `follow_up_hours`. None of them meets the hour a clock changes."""

ON_ITS_WAY = timedelta(minutes=5)  # what is sent later may arrive after the hours


def next_hours(chosen: str, at: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return from when and until when a message may go out that is due at a moment, both UTC.

    >>> from zoneinfo import ZoneInfo
    >>> begins, _ = next_hours("evening", datetime(2026, 7, 1, 20, tzinfo=UTC), ZoneInfo("Europe/London"))
    >>> begins.isoformat()
    '2026-07-02T16:00:00+00:00'
    """
    today = at.astimezone(zone).date()
    for day in (today, today + timedelta(days=1)):
        start, end = HOURS.get(chosen, HOURS[ANY])
        begins, ends = _moment(day, start, zone), _moment(day, end, zone)
        if at < ends - ON_ITS_WAY:
            break
    return max(at, begins), ends


def _moment(day: date, hour: int, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
