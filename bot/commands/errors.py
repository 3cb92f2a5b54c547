"""Errors as one clear line."""

from sqlalchemy.exc import OperationalError

from knowledge.model import InvalidArticle

from ..people import Refused


class Stop(Exception):
    """Ends a command; `str()` is the one line that says what went wrong and what to do."""


def as_one_line(error: Exception) -> str | None:
    """The line for errors that people can do something about; None for those that are mistakes of ours."""
    if isinstance(error, OperationalError):
        return f"The database cannot be reached: {str(error.orig).splitlines()[0]}. Check database.url with “zerolevel config check”."
    if isinstance(error, PermissionError | FileNotFoundError | IsADirectoryError):
        return f"{error.filename}: {error.strerror}."
    if isinstance(error, OSError) and error.errno == 98:
        return "The port is taken. Stop the other program, or choose another port with --port."
    return str(error) if isinstance(error, Refused | InvalidArticle) else None
