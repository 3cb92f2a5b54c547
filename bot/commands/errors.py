"""Errors as one clear line."""

import errno
import sqlite3

from sqlalchemy.exc import DatabaseError, OperationalError

from knowledge.model import InvalidArticle

from ..people import Refused


class Stop(Exception):
    """Ends a command; `str()` is the one line that says what went wrong and what to do."""


def as_one_line(error: Exception) -> str | None:
    """The line for errors that people can do something about; None for those that are mistakes of ours."""
    if isinstance(error, OperationalError):
        return f"The database cannot be reached: {str(error.orig).splitlines()[0]}. Check database.url with “zerolevel config check”."
    if type(error) in (DatabaseError, sqlite3.DatabaseError):
        return "The file that database.url names is damaged or is no database. Choose another one, or restore a backup."
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "The port is taken. Stop the other program, or choose another port with --port."
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return str(error) if isinstance(error, Refused | InvalidArticle) else None
