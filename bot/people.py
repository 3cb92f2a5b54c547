"""The staff: who signs in, with which role, and for how long."""

import hashlib
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from .config import SignInSettings
from .tables import SignInRow, StaffRow

ROLES: dict[str, frozenset[str]] = {
    "agent": frozenset({"desk", "statistics"}),
    "editor": frozenset({"knowledge", "statistics"}),
    "manager": frozenset({"statistics"}),
    "admin": frozenset({"desk", "knowledge", "statistics", "admin"}),
}
"""What each role may open."""

ONCE_LASTS = timedelta(hours=1)
SHORTEST_PASSWORD = 10

_hasher = PasswordHasher()
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$Dy0Qca03eZp7fv10W8XuYg$OQZamNbo1SPsz9Gqaw70JzmAcCBLgGruGjrfbpXnPLE"
"""Checked when there is no such name, so that a wrong name takes as long as a wrong password."""


class Refused(Exception):
    """The sign-in or the account is refused; `str()` says why and what to do, without saying which names exist."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who may sign in."""

    id: str
    name: str
    display_name: str
    roles: tuple[str, ...]

    @property
    def scopes(self) -> frozenset[str]:
        """What this person may open."""
        return frozenset().union(*(ROLES[role] for role in self.roles if role in ROLES))


def add_staff(
    session: Session, name: str, *, display_name: str = "", roles: Collection[str], password: str | None = None, now: datetime
) -> Staff:
    """The new account; raises `Refused` when the name is taken, a role is unknown or the password too short."""
    name = name.strip().casefold()
    unknown = sorted(set(roles) - set(ROLES))
    if unknown or not roles:
        raise Refused(f"Unknown role {', '.join(unknown) or '(none given)'}. Roles are {', '.join(ROLES)}.")
    if not name or len(name) > 80:
        raise Refused("Give a name of 1 to 80 letters.")
    if session.scalar(select(func.count()).where(StaffRow.name == name)):
        raise Refused(f"There is already an account named {name}.")
    row = StaffRow(
        id=str(uuid.uuid4()),
        name=name,
        display_name=display_name.strip() or name.title(),
        roles=sorted(set(roles)),
        password="" if password is None else _hashed(password),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return _staff_from(row)


def set_password(session: Session, name: str, *, password: str) -> Staff:
    """The account with its new password; whoever is signed in with it is signed out."""
    row = _by_name(session, name)
    if row is None:
        raise Refused(f"There is no account named {name}.")
    row.password, row.failures, row.locked_until = _hashed(password), 0, None
    session.execute(delete(SignInRow).where(SignInRow.staff == row.id))
    return _staff_from(row)


def staff_named(session: Session, name: str) -> Staff | None:
    """The account with this name."""
    row = _by_name(session, name)
    return None if row is None else _staff_from(row)


def list_staff(session: Session) -> list[Staff]:
    """Every account, by name."""
    return [_staff_from(row) for row in session.scalars(select(StaffRow).order_by(StaffRow.name))]


def fitting_hash(session: Session, name: str, password: str) -> str | None:
    """The stored hash that this password fits; None when there is none, after the same time.

    It takes a tenth of a second, on purpose, so it only reads: nobody who tries passwords keeps the database from writing.
    """
    row = _by_name(session, name)
    stored = row.password if row is not None and row.active and row.password else _NOBODY
    session.rollback()  # the password is compared outside any transaction
    fits = _matches(stored, password)
    return stored if fits and stored != _NOBODY else None


def check_sign_in(session: Session, name: str, fitting: str | None, *, settings: SignInSettings, now: datetime) -> Staff | str:
    """The account, or the sentence that says why not; `fitting` comes from `fitting_hash`.

    A wrong password is counted, which is why this does not raise; the row is locked, so that passwords tried at once are all counted.
    """
    row = _by_name(session, name, locked=True)
    wrong = "Name or password is not right. Please try again."
    if row is None or not row.active or not row.password:
        return wrong
    if row.locked_until is not None and row.locked_until > now:
        return "Too many attempts. Please wait a few minutes and try again."
    if fitting is None or fitting != row.password:
        row.failures += 1
        if row.failures >= settings.attempts:
            row.failures, row.locked_until = 0, now + timedelta(minutes=settings.locked_minutes)
        return wrong
    row.failures, row.locked_until = 0, None
    return _staff_from(row)


def sign_in(session: Session, staff: Staff, *, settings: SignInSettings, now: datetime) -> str:
    """A new secret for the browser's cookie; only its hash is kept."""
    return _new_token(session, staff, once=False, now=now, lasts=timedelta(hours=settings.absolute_hours))


def offer_once(session: Session, staff: Staff, *, now: datetime) -> str:
    """A secret for a link that signs in once, within an hour; only its hash is kept."""
    return _new_token(session, staff, once=True, now=now, lasts=ONCE_LASTS)


def use_once(session: Session, token: str, *, now: datetime) -> Staff | None:
    """The account behind a one-time link; None when it was used before or is too old."""
    used = session.execute(
        delete(SignInRow)
        .where(SignInRow.token == _hash(token), SignInRow.once.is_(True), SignInRow.expires_at > now)
        .returning(SignInRow.staff)
    ).scalar_one_or_none()
    row = None if used is None else session.get(StaffRow, used)
    return _staff_from(row) if row is not None and row.active else None


def signed_in(session: Session, token: str, *, settings: SignInSettings, now: datetime) -> tuple[Staff, datetime] | None:
    """Who this browser is signed in as, and when it was last seen; None when nobody or no longer."""
    row = session.get(SignInRow, _hash(token))
    if row is None or row.once or row.expires_at <= now or row.seen_at + timedelta(minutes=settings.idle_minutes) <= now:
        return None
    staff = session.get(StaffRow, row.staff)
    return (_staff_from(staff), row.seen_at) if staff is not None and staff.active else None


def mark_seen(session: Session, token: str, *, now: datetime) -> None:
    """Notes that this browser opened a page."""
    row = session.get(SignInRow, _hash(token))
    if row is not None:
        row.seen_at = now


def sign_out(session: Session, token: str) -> None:
    """The cookie's secret is worth nothing any more."""
    session.execute(delete(SignInRow).where(SignInRow.token == _hash(token)))


def delete_expired(session: Session, *, now: datetime) -> int:
    """How many ended sign-ins were deleted."""
    return len(session.execute(delete(SignInRow).where(SignInRow.expires_at <= now).returning(SignInRow.token)).all())


def _new_token(session: Session, staff: Staff, *, once: bool, now: datetime, lasts: timedelta) -> str:
    token = secrets.token_urlsafe(32)
    session.add(SignInRow(token=_hash(token), staff=staff.id, once=once, created_at=now, seen_at=now, expires_at=now + lasts))
    session.flush()
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(f"The password needs at least {SHORTEST_PASSWORD} characters.")
    return _hasher.hash(password)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


def _by_name(session: Session, name: str, *, locked: bool = False) -> StaffRow | None:
    if "\x00" in name:  # PostgreSQL takes no such text, and nobody is called so
        return None
    found = select(StaffRow).where(StaffRow.name == name.strip().casefold())
    return session.scalars(found.with_for_update() if locked else found).first()


def _staff_from(row: StaffRow) -> Staff:
    return Staff(row.id, row.name, row.display_name, tuple(row.roles))
