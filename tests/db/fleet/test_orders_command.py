"""Orders on the command line: exports of suppliers by their own headings, and what is unmatched."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg import Connection

from civicwatt.cli import main
from tests.costed_fleet import plant
from tests.db.fleet.test_vehicle_costs import CHARGING

pytestmark = pytest.mark.db

CARD = """卡流水,车,加油时刻,升,元
F1,津Acar-1,2026-07-02 09:05,40,304.00
F2,津Acar-1,2026-07-09 09:05,30,228.00
"""
MAP = """
name = "card"
kind = "fuel"
supplier = "our card"
required = ["quantity"]
refund_words = ["退"]
[columns]
vehicle = ["车"]
number = ["卡流水"]
at = ["加油时刻"]
quantity = ["升"]
amount = ["元"]
"""


def test_exports_are_taken_over_once_and_what_has_no_partner_is_listed(
    conn: Connection,
    people: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    people()
    plant(conn)
    monkeypatch.setenv("CIVICWATT_DATABASE_URL", conn.info.dsn)
    card, headings, public = (tmp_path / name for name in ("card.csv", "card.toml", "public.csv"))
    card.write_bytes(CARD.encode("gb18030"))
    headings.write_text(MAP, "utf-8")
    public.write_text(CHARGING, "utf-8")

    def ran(*words: str) -> tuple[int, str, str]:
        code = main(["admin", "orders", *words, "--as", "admin"])
        said = capsys.readouterr()
        return code, said.out, said.err

    fuel = ("take", "fuel", str(card), "--map", str(headings))
    assert ran("take", "fuel", str(card))[0] == 1
    assert ran(*fuel, "--check")[:2] == (0, f"{card}: 2 rows, 0 faults: right\n")
    for _ in range(2):
        assert ran(*fuel)[:2] == (0, f"{card}: 2 rows, 0 faults: taken\n")
    assert ran("take", "charging", str(public))[0] == 0
    code, out, _ = ran("unmatched", "school", "--from", "2026-07")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(each["what"], each.get("number") or each["id"]) for each in lines] == [
        ("order", "C2"),
        ("order", "F2"),
        ("charge", "unpaid"),
    ]
    public.write_text(CHARGING.replace("26.00", "27.00"), "utf-8")
    code, out, err = ran("take", "charging", str(public))
    assert (code, "nothing of it taken over" in out) == (1, True)
    assert f"{public}: row 2, 订单编号: order_differs" in err
    headings.write_text(MAP.replace("fuel", "toll"), "utf-8")
    assert ran(*fuel)[0] == 1
