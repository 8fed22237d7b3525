"""A monthly report on paper: shares of what was used, a plant's part in it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from api.paper.report_paper import ReportPaper
from store.institution.report import ReportRow

ROW = ReportRow(
    1, "institution_month", 1, date(2026, 6, 1), date(2026, 7, 1), 1, "0" * 64,
    datetime(2026, 7, 2, tzinfo=UTC), None,
)  # fmt: skip


def kwh(amount: str) -> dict[str, str]:
    return {"amount": amount, "unit": "kWh"}


@pytest.mark.parametrize(("plant", "share"), [({}, 100), ({"plant": {"self_used": kwh("40")}}, 60)])
def test_the_share_of_a_sub_item_is_of_all_that_was_used(plant: dict[str, Any], share: int) -> None:
    """60 kWh were bought, 40 kWh came from the roof: 60 kWh of cooling are 60 %."""
    cooling = {"item": "hvac", "parent": "", "use": kwh("60"), "meters": ["chiller"]}
    medium = {"medium": "electricity", "total": kwh("60"), "sub_items": [cooling], **plant}
    document: dict[str, Any] = {"media": [medium]} | dict.fromkeys(
        ("costs", "indicators", "alerts", "warnings", "remarks"), ()
    )
    document |= {"totals": {}, "compared": None, "standing": {}}
    [items] = [
        each for each in ReportPaper(ROW, document, "en").sections() if each.key == "sub_items"
    ]
    assert items.rows[0][-1] == Decimal(share)
