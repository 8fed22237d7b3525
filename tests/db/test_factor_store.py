"""A version of a factor set is loaded once, read back to the digit, and never changed."""

from dataclasses import replace

import psycopg
import pytest
from psycopg import Connection

from domain.errors import StoreError
from domain.factor_file import shipped_sets
from store.become import Role
from store.institution.factor import factor_set, factor_sets, load_sets
from tests.conftest import connected

pytestmark = pytest.mark.db

STATISTICS = shipped_sets()[0]


def test_migrating_loads_the_shipped_sets_to_the_digit(superuser: Connection) -> None:
    for each in shipped_sets():
        found = factor_set(superuser, each.code)
        assert found is not None
        assert found.sha256 == each.sha256
        assert set(found.factors) == set(each.factors)
    assert load_sets(superuser, shipped_sets()) == []


def test_a_new_version_leaves_the_old_one_for_closed_periods(superuser: Connection) -> None:
    newer = replace(STATISTICS, version=2, name_en="Corrected")
    assert load_sets(superuser, [newer]) == ["statistics/2"]
    newest, first = factor_set(superuser, "statistics"), factor_set(superuser, "statistics", 1)
    assert newest is not None
    assert first is not None
    assert (newest.id, newest.name_en, first.id) == ("statistics/2", "Corrected", "statistics/1")
    assert first.sha256 == STATISTICS.sha256
    versions = [row.version for row in factor_sets(superuser) if row.code == "statistics"]
    assert versions == [2, 1]


def test_the_same_version_with_other_content_is_refused(superuser: Connection) -> None:
    other = replace(STATISTICS, factors=STATISTICS.factors[1:])
    with pytest.raises(StoreError, match=r"statistics/1 was loaded with other .* raise its versi"):
        load_sets(superuser, [other])


def test_nobody_may_change_a_factor(database: str) -> None:
    for role in (Role.API, Role.WORK, Role.ADMIN):
        with connected(database, role) as conn:
            assert factor_set(conn, "statistics") is not None
            for change in ("UPDATE factor SET value = 1", "DELETE FROM factor_set"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    conn.execute(change)


def test_an_unknown_set_or_version_is_none(superuser: Connection) -> None:
    assert factor_set(superuser, "nonsense") is None
    assert factor_set(superuser, "statistics", 99) is None


def test_how_many_factors_nobody_has_checked_is_told(superuser: Connection) -> None:
    row = factor_sets(superuser)[0]
    assert row.factors == row.unchecked == len(STATISTICS.factors)
