"""Petrol cars held against candidates, as a table for a spreadsheet."""

from collections.abc import Sequence

from analytics.fleet_accounts.suitability import FleetSuitability
from api.sheet_file import as_csv, as_workbook
from ingest.sheet.form import Column, Form, parse_text

_COLUMNS = (
    ("code", "车辆编码", False), ("plate", "车牌号", False), ("candidate", "候选车型", False),
    ("verdict", "结论", False), ("reasons", "原因", False), ("days_known", "已知天数", True),
    ("days_driven", "出车天数", True), ("median_km", "日里程中位数 km", True),
    ("p95_km", "日里程 95 % 分位 km", True), ("most_km", "最长日里程 km", True),
    ("coldest_c", "最冷日气温 °C", True), ("range_km", "最冷日续航 km", True),
    ("days_beyond", "超出续航天数", True), ("days_standing_known", "停放位置已知天数", True),
    ("days_short", "停放不足天数", True), ("near_h", "自有桩旁停放中位数 h", True),
    ("km_year", "年里程 km", True), ("petrol_cny_year", "现车年费用 元", True),
    ("electric_cny_year", "候选车年费用 元", True), ("inside", "费用含", False),
    ("left_out", "费用不含", False), ("cny_kwh", "电价 元/kWh", True),
)  # fmt: skip
FORM = Form(
    "suitability",
    tuple(
        Column(name, name_zh, parse_text, "not_text", numeric=numeric)
        for name, name_zh, numeric in _COLUMNS
    ),
)


def suitability_file(found: FleetSuitability, form: str, lang: str) -> bytes:
    """Every petrol car with each candidate; `form` is ``xlsx`` or ``csv``."""
    make = as_workbook if form == "xlsx" else as_csv
    return make(FORM, rows(found), lang)


def rows(found: FleetSuitability) -> Sequence[Sequence[str]]:
    """Texts in the order of the form; what is not known is empty."""
    return [
        [
            each.stint.code,
            each.stint.plate,
            each.candidate.name,
            each.found.verdict.value,
            " ".join(reason.value for reason in each.found.reasons),
            *map(
                _text,
                (
                    each.found.range.days_known,
                    each.found.range.days_driven,
                    each.found.range.median_km,
                    each.found.range.p95_km,
                    each.found.range.most_km,
                    found.coldest_c,
                    each.found.range.range_km,
                    each.found.range.days_beyond,
                    each.found.standing.days,
                    each.found.standing.days_short,
                    each.found.standing.median_h,
                    each.found.cost and each.found.cost.km_year,
                    each.found.cost and each.found.cost.petrol_cny,
                    each.found.cost and each.found.cost.electric_cny,
                ),
            ),
            " ".join(each.found.cost.items) if each.found.cost else "",
            " ".join(each.found.cost.left_out) if each.found.cost else "",
            _text(found.price.cny_kwh),
        ]
        for each in found.options()
    ]


def _text(value: object) -> str:
    return "" if value is None else str(value)
