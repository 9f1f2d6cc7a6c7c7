"""Times of regular work, written as in crontab: minute, hour, day of month, month, day of week; in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

# The least and the greatest value of each of the five fields; Sunday is 0.
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
# Every date that exists comes round within eight years, 29 February across 2100 included.
MAX_DAYS_AHEAD = 8 * 366


@dataclass(frozen=True, slots=True)
class Cron:
    """The values that each field allows. As in cron, two restricted days mean: on either of them."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> "Cron":
        """Read five fields of `*`, numbers, ranges and steps. Raises ValueError for anything else."""
        fields = text.split()
        if len(fields) != len(BOUNDS):
            raise ValueError(f"{text!r} must have the five fields minute, hour, day, month and day of week")
        return cls(*(_values(field, *bounds) for field, bounds in zip(fields, BOUNDS, strict=True)))

    def next_after(self, moment: datetime) -> datetime:
        """The first minute after the moment that matches. Raises ValueError if there is none, as on 30 February."""
        first = moment.astimezone(UTC)
        for day in (first.date() + timedelta(days) for days in range(MAX_DAYS_AHEAD)):
            if self._allows(day):
                for minute in self._minutes_of(day):
                    if minute > first:
                        return minute
        raise ValueError("no day matches")

    def _allows(self, day: date) -> bool:
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        is_either = len(self.days) < 31 and len(self.weekdays) < 7
        return day.month in self.months and (in_month or in_week if is_either else in_month and in_week)

    def _minutes_of(self, day: date) -> Iterator[datetime]:
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                yield datetime.combine(day, time(hour, minute, tzinfo=UTC))


def _values(field: str, least: int, greatest: int) -> frozenset[int]:
    values: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = (f"{least}-{greatest}" if span == "*" else span).partition("-")
        texts = (first, last or first, step or "1")
        if not all(text.isascii() and text.isdigit() for text in texts) or step == "0":
            raise ValueError(f"{field!r} is no field of a schedule")
        values |= set(range(int(first), int(last or first) + 1, int(step or 1)))
    if not values or min(values) < least or max(values) > greatest:
        raise ValueError(f"{field!r} must lie between {least} and {greatest}")
    return frozenset(values)
