"""Accounts of the staff: passwords, locks, links that work once, and how long a sign-in lasts."""

from datetime import timedelta
from functools import partial

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import people
from bot.config import SignInSettings
from bot.database import Database
from bot.people import ONCE_LASTS, ROLES, Refused, Staff
from bot.tables import SignInRow, StaffRow
from tests.fixtures.clocks import START
from tests.fixtures.together import at_once, values

SETTINGS = SignInSettings(attempts=3, locked_minutes=10, idle_minutes=60, absolute_hours=8)
PASSWORD = "correct horse battery"
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm with less work; what is counted, locked and ended does not depend on it."""
    monkeypatch.setattr(people, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def ana(database: Database) -> Staff:
    return database.transact(lambda session: people.add_staff(session, "Ana", roles=["agent"], password=PASSWORD, now=START))


def check(database: Database, name: str = "ana", password: str = PASSWORD, after: timedelta = timedelta(0)) -> Staff | str:
    with database.reading() as session:
        fitting = people.fitting_hash(session, name, password)
    return database.transact(lambda session: people.check_sign_in(session, name, fitting, settings=SETTINGS, now=START + after))


def sign_in(database: Database, staff: Staff, after: timedelta = timedelta(0)) -> str:
    return database.transact(lambda session: people.sign_in(session, staff, settings=SETTINGS, now=START + after))


def is_signed_in(database: Database, token: str, after: timedelta = timedelta(0)) -> bool:
    with database.reading() as session:
        return people.signed_in(session, token, settings=SETTINGS, now=START + after) is not None


def offer(database: Database, staff: Staff) -> str:
    return database.transact(lambda session: people.offer_once(session, staff, now=START))


def use(database: Database, token: str, after: timedelta = timedelta(0)) -> Staff | None:
    return database.transact(lambda session: people.use_once(session, token, now=START + after))


def deactivate(database: Database) -> None:
    def off(session: Session) -> None:
        session.scalars(select(StaffRow)).one().active = False

    database.transact(off)


def test_a_password_is_kept_as_argon2id_and_nothing_else(database: Database, ana: Staff) -> None:
    with database.reading() as session:
        row = session.scalars(select(StaffRow)).one()
    assert row.password.startswith("$argon2id$")
    assert PASSWORD not in "".join(str(value) for value in vars(row).values())


def test_the_right_password_gives_the_account(database: Database, ana: Staff) -> None:
    assert check(database) == ana == check(database, " ANA ")
    assert ana.scopes == {"desk", "statistics"}


def test_a_wrong_password_and_a_wrong_name_are_told_alike_and_take_alike(database: Database, ana: Staff) -> None:
    assert check(database, password="wrong password") == check(database, "nobody") == check(database, "na\x00me")
    assert PasswordHasher().check_needs_rehash(people._NOBODY) is False, "checked with the same effort as everybody's"


def test_an_account_without_a_password_or_that_is_off_lets_nobody_in(database: Database, ana: Staff) -> None:
    database.transact(lambda session: people.add_staff(session, "ben", roles=["editor"], now=START))
    assert isinstance(check(database, "ben", ""), str)
    database.transact(lambda session: setattr(session.get_one(StaffRow, ana.id), "active", False))
    assert isinstance(check(database), str)


def test_so_many_wrong_passwords_lock_the_account_for_a_while(database: Database, ana: Staff) -> None:
    for _ in range(SETTINGS.attempts):
        assert "not right" in str(check(database, password="wrong password"))
    locked = timedelta(minutes=SETTINGS.locked_minutes)
    assert "Too many" in str(check(database)), "the right one neither"
    assert "Too many" in str(check(database, after=locked - SECOND))
    assert check(database, after=locked) == ana


def test_the_right_password_begins_the_count_anew(database: Database, ana: Staff) -> None:
    for _ in range(3):
        for _ in range(SETTINGS.attempts - 1):
            check(database, password="wrong password")
        assert check(database) == ana


def test_wrong_passwords_at_the_same_moment_are_all_counted(database: Database, ana: Staff) -> None:
    guesses = [partial(check, database, "ana", f"wrong password {number}") for number in range(SETTINGS.attempts)]
    values(at_once(guesses))
    assert "Too many" in str(check(database))


def test_a_link_works_once(database: Database, ana: Staff) -> None:
    token = offer(database, ana)
    assert use(database, token) == ana
    assert use(database, token) is None


def test_a_link_used_twice_at_once_works_once(database: Database, ana: Staff) -> None:
    token = offer(database, ana)
    used = values(at_once([partial(use, database, token) for _ in range(4)]))
    assert sorted(used, key=bool) == [None, None, None, ana]


def test_a_link_expires(database: Database, ana: Staff) -> None:
    token = offer(database, ana)
    assert use(database, token, ONCE_LASTS) is None
    assert use(database, token, ONCE_LASTS - SECOND) == ana


def test_a_link_is_no_sign_in_and_a_sign_in_no_link(database: Database, ana: Staff) -> None:
    assert not is_signed_in(database, offer(database, ana))
    assert use(database, sign_in(database, ana)) is None


def test_a_link_to_an_account_that_is_off_does_not_work(database: Database, ana: Staff) -> None:
    token = offer(database, ana)
    deactivate(database)
    assert use(database, token) is None


def test_a_sign_in_ends_after_too_long_without_a_page(database: Database, ana: Staff) -> None:
    token = sign_in(database, ana)
    idle = timedelta(minutes=SETTINGS.idle_minutes)
    assert is_signed_in(database, token, idle - SECOND)
    assert not is_signed_in(database, token, idle)
    database.transact(lambda session: people.mark_seen(session, token, now=START + idle - SECOND))
    assert is_signed_in(database, token, 2 * idle - 2 * SECOND)


def test_a_sign_in_ends_in_any_case(database: Database, ana: Staff) -> None:
    token = sign_in(database, ana)
    for hour in range(SETTINGS.absolute_hours):
        assert is_signed_in(database, token, hour * HOUR)
        database.transact(partial(people.mark_seen, token=token, now=START + (hour + 1) * HOUR - SECOND))
    assert not is_signed_in(database, token, SETTINGS.absolute_hours * HOUR)


def test_signing_out_ends_this_sign_in_and_no_other(database: Database, ana: Staff) -> None:
    here, there = sign_in(database, ana), sign_in(database, ana)
    database.transact(lambda session: people.sign_out(session, here))
    assert [is_signed_in(database, token) for token in (here, there)] == [False, True]


def test_a_new_password_signs_out_everywhere_and_ends_links_and_locks(database: Database, ana: Staff) -> None:
    token, link = sign_in(database, ana), offer(database, ana)
    for _ in range(SETTINGS.attempts):
        check(database, password="wrong password")
    database.transact(lambda session: people.set_password(session, "Ana", password="another long one"))
    assert not is_signed_in(database, token)
    assert use(database, link) is None
    assert check(database, password="another long one") == ana
    assert "not right" in str(check(database))


def test_switching_an_account_off_ends_its_sign_ins_at_once(database: Database, ana: Staff) -> None:
    token = sign_in(database, ana)
    deactivate(database)
    assert not is_signed_in(database, token)


def test_only_hashes_of_secrets_are_kept(database: Database, ana: Staff) -> None:
    secrets = {sign_in(database, ana), offer(database, ana)}
    with database.reading() as session:
        kept = set(session.scalars(select(SignInRow.token)))
    assert len(kept) == 2
    assert not kept & secrets
    assert not is_signed_in(database, kept.pop()), "what is kept signs nobody in"


@pytest.mark.parametrize(
    ("name", "roles", "password", "why"),
    [
        ("ANA", ["agent"], None, "already an account"),
        ("", ["agent"], None, "1 to 80 letters"),
        ("x" * 81, ["agent"], None, "1 to 80 letters"),
        ("ben", ["boss"], None, "Unknown role boss. Roles are agent, editor, manager, admin"),
        ("ben", [], None, "none given"),
        ("ben", ["agent"], "short", "at least 10 characters"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    sqlite_database: Database, name: str, roles: list[str], password: str | None, why: str
) -> None:
    sqlite_database.transact(lambda session: people.add_staff(session, "ana", roles=["agent"], now=START))
    with pytest.raises(Refused, match=why):
        sqlite_database.transact(lambda session: people.add_staff(session, name, roles=roles, password=password, now=START))


def test_a_password_that_is_too_short_changes_nothing(sqlite_database: Database) -> None:
    ana = sqlite_database.transact(lambda session: people.add_staff(session, "ana", roles=["agent"], password=PASSWORD, now=START))
    token = sign_in(sqlite_database, ana)
    with pytest.raises(Refused):
        sqlite_database.transact(lambda session: people.set_password(session, "ana", password="short"))
    assert is_signed_in(sqlite_database, token)
    assert check(sqlite_database) == ana


def test_nobody_but_an_administrator_may_open_everything() -> None:
    everything = frozenset().union(*ROLES.values())
    assert [role for role, scopes in ROLES.items() if scopes == everything] == ["admin"]


def test_accounts_are_listed_by_name(sqlite_database: Database) -> None:
    for name in ("zoe", "ana"):
        sqlite_database.transact(partial(people.add_staff, name=name, roles=["agent"], now=START))
    with sqlite_database.reading() as session:
        assert [staff.display_name for staff in people.list_staff(session)] == ["Ana", "Zoe"]
        assert people.staff_named(session, "ZOE") == people.list_staff(session)[1]
        assert people.staff_named(session, "ben") is None
