"""The only place that asks what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """The time now, in UTC, without a zone: the form in which the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)
