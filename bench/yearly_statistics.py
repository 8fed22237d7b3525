"""How long the yearly statistics of 300 institutions take, of which 20 are metered.

``python -m bench.yearly_statistics``: tables, summaries and workbook, held against the truth.
"""

import os
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from fastapi.testclient import TestClient

from api.password import hash_password
from bench.api_latency import signed_in
from bench.portfolio import PASSWORD
from bench.result import CheckError, median_result
from bench.servers import database_server, migrated_database
from domain.credit_code import check_character
from domain.institution_class import InstitutionClass
from store.people.person import add_person, grant

YEAR = 2025
UNITS = range(1, 301)
METERED = range(1, 21)
LOGIN = "head"
RUNS = 5
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SEED = Path(__file__).with_suffix(".sql")
_UNUSED = ("coal", "gasoline", "diesel", "other_energy", "pv_generated", "data_centre_electricity")
_ADD_RECORD = """
INSERT INTO statistics_record (organisation_id, year, credit_code, institution_class, department,
                               nev_count, data_centre_area_m2, unused, source, person_id)
SELECT o.organisation_id, %s, %s, %s, %s, %s, 0, %s, 'planted', p.person_id
  FROM organisation o, person p WHERE o.code = %s AND p.login = 'chief'
"""


def seed(url: str) -> None:
    """Fill a migrated database."""
    with psycopg.connect(url, autocommit=True) as conn:
        with conn.transaction():
            conn.execute(_SEED.read_bytes())
            with conn.cursor() as cursor:
                cursor.executemany(_ADD_RECORD, [_record(i) for i in UNITS])
        add_person(conn, login=LOGIN, name=LOGIN, password_hash=hash_password(PASSWORD))
        grant(conn, login=LOGIN, role="system_administrator", organisation="city")
        conn.execute("VACUUM ANALYZE")


def department(i: int) -> str:
    """Department of an institution."""
    return f"市第{i % 5}局"


def region(i: int) -> str:
    """Administrative code of an institution."""
    return str(120101 + i % 4)


def institution_class(i: int) -> str:
    """Class of an institution."""
    return list(InstitutionClass)[i % 8].value


def credit_code(i: int) -> str:
    """Code of an institution, with its check character."""
    body = f"12120000{i:09d}"
    return body + check_character(body)


def truth(i: int) -> dict[str, tuple[Decimal, Decimal]]:
    """Amount [unit of the item] and cost [CNY] of an institution's year, by item."""
    found = {key: (Decimal(0), Decimal(0)) for key in unused(i)}
    if i in METERED:
        daily = {
            "electricity": (Decimal("300.125") + i, 24),
            "water": (4 + Decimal(i) / 8, 150),
            "heat": (Decimal("2.5"), 2700),
        }
        for key, (a_day, times) in daily.items():
            if key not in found:
                found[key] = (a_day * sum(DAYS), 12 * _cents(a_day * times))
        return found
    for key, price in (
        ("electricity", "0.8"),
        ("water", "5"),
        ("natural_gas", "3"),
        ("heat", "90"),
    ):
        if key not in found:
            months = [entered(key, i, month) for month in range(1, 13)]
            costs = [_cents(each * Decimal(price)) for each in months]
            found[key] = (sum(months, Decimal(0)), sum(costs, Decimal(0)))
    return found


def entered(key: str, i: int, month: int) -> Decimal:
    """What somebody entered for a month. [unit of the item]."""
    return {
        "electricity": Decimal("10000.125") + 7 * i + 3 * month,
        "water": Decimal("100.5") + i + month,
        "natural_gas": Decimal("200.001") + 2 * i,
        "heat": Decimal("50.01") + i,
    }[key]


def unused(i: int) -> list[str]:
    """What an institution states it does not use."""
    no_gas = ["natural_gas"] if i in METERED else []
    return [*_UNUSED, *no_gas, *(["heat"] if i % 3 else [])]


def check(client: TestClient) -> None:
    """Hold the summaries against the truth.

    Raises
    ------
    CheckError
        If any sum differs in any digit, or anything is missing.
    """
    for by, group_of in (
        ("department", department),
        ("region", region),
        ("institution_class", institution_class),
    ):
        answer = client.get("/api/v1/statistics/summary", params={"year": YEAR, "by": by}).json()
        for row in [*answer["rows"], answer["total"]]:
            members = [i for i in UNITS if row["group"] in {"", group_of(i)}]
            if (row["institutions"], row["whole"]) != (len(members), len(members)):
                raise CheckError(f"{by} {row['group']}: {row['whole']} of {row['institutions']}")
            _check_row(by, row, members)


def _check_row(by: str, row: dict[str, Any], members: Sequence[int]) -> None:
    for cell in row["cells"]:
        known = [truth(i)[cell["key"]] for i in members if cell["key"] in truth(i)]
        if known:
            wanted = [sum(each) for each in zip(*known, strict=True)]
            seen = [Decimal(cell["amount"]), Decimal(cell["cost"])]
            if seen != wanted:
                raise CheckError(f"{by} {row['group']} {cell['key']}: {seen}, want {wanted}")


def main() -> int:
    """Measure each question and print one line for it."""
    with database_server() as server, migrated_database(server) as url:
        seed(url)
        with signed_in(url, LOGIN) as client:
            check(client)
            for name, path in (
                ("statistics_tables", "/statistics"),
                ("statistics_summary", "/statistics/summary"),
                ("statistics_workbook", "/statistics/file"),
            ):
                times = [_time(client, path) for _ in range(RUNS)]
                conditions = {"institutions": len(UNITS), "metered": len(METERED),
                              "load": os.getloadavg()[0]}  # fmt: skip
                median_result(name, "s", times, conditions).print()
    return 0


def _time(client: TestClient, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(f"/api/v1{path}", params={"year": YEAR})
    if answer.is_error:
        raise CheckError(f"{path}: {answer.status_code} {answer.text[:200]}")
    return time.perf_counter() - began


def _record(i: int) -> tuple[object, ...]:
    return (
        YEAR,
        credit_code(i),
        institution_class(i),
        department(i),
        i % 5,
        unused(i),
        f"unit-{i}",
    )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), "ROUND_HALF_UP")


if __name__ == "__main__":
    sys.exit(main())
