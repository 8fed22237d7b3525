"""Rules of passwords and sessions, of the whole house."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from psycopg import Connection

from domain.password_rule import PasswordRule
from store.one_row import one_row
from store.queries import sql


@dataclass(frozen=True, slots=True)
class SecurityRule:
    """Rules of passwords and sessions.

    Attributes
    ----------
    password_length : int
        Least length. [characters]
    password_kinds : int
        Least number of kinds of characters, 1 to 4.
    password_history : int
        Last passwords that may not be chosen again.
    password_days : int or None
        After so long another has to be chosen; None for never. [d]
    sign_in_attempts : int
        Wrong passwords in a row before a person is locked out.
    lock_minutes : int
        How long a lock-out lasts. [min]
    idle_minutes : int
        A session unused for so long ends. [min]
    session_minutes : int
        A session ends after this whatever happens. [min]
    """

    password_length: int
    password_kinds: int
    password_history: int
    password_days: int | None
    sign_in_attempts: int
    lock_minutes: int
    idle_minutes: int
    session_minutes: int

    @property
    def password(self) -> PasswordRule:
        """What a password must be."""
        return PasswordRule(self.password_length, self.password_kinds)

    @property
    def lock_for(self) -> timedelta:
        """How long a lock-out lasts."""
        return timedelta(minutes=self.lock_minutes)

    @property
    def idle(self) -> timedelta:
        """How long a session may be unused."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def absolute(self) -> timedelta:
        """How long a session may last."""
        return timedelta(minutes=self.session_minutes)


def security_rule(conn: Connection) -> SecurityRule:
    """The rules in force."""
    return SecurityRule(*one_row(conn, sql("security_rule", "current")))


def change_security_rule(conn: Connection, rule: SecurityRule) -> None:
    """Set other rules, in the name of the current person.

    Raises
    ------
    psycopg.errors.InsufficientPrivilege
        If they do not administer the people of the whole house.
    psycopg.errors.CheckViolation
        If a value is out of its bounds, or a session may be idle for longer than it lasts.
    """
    conn.execute(sql("security_rule", "change"), asdict(rule))
