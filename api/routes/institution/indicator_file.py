"""Institutions with their indicators, as a table for a spreadsheet."""

from collections.abc import Iterable, Iterator

from api.routes.institution.indicator_schema import (
    IndicatorList,
    IndicatorOut,
    InstitutionIndicatorsOut,
)
from api.sheet_file import as_csv, as_workbook
from domain.indicator import IndicatorName
from ingest.sheet.form import Column, Form, parse_text

_FIRST = (
    ("code", "机构编码", False), ("name_zh", "机构名称", False), ("name_en", "英文名称", False),
    ("first_day", "首日", False), ("end_day", "截止日 (不含)", False), ("use", "用途", False),
    ("climate_zone", "气候区", False), ("area_m2", "建筑面积 m2", True),
    ("persons", "用能人数", True), ("coverage", "数据完整率", True),
    ("urgent", "未结束告警 紧急", True), ("high", "未结束告警 重要", True),
    ("low", "未结束告警 一般", True), ("set", "因子口径", False),
    ("unchecked", "未核对因子", False),
)  # fmt: skip
_NAMES_ZH = {
    IndicatorName.ENERGY_PER_AREA: "单位面积能耗",
    IndicatorName.ENERGY_PER_PERSON: "人均能耗",
    IndicatorName.WATER_PER_PERSON: "人均用水",
    IndicatorName.CO2_PER_AREA: "单位面积碳排放",
    IndicatorName.ELECTRICITY_PER_AREA: "单位面积用电",
    IndicatorName.HEAT_PER_AREA: "单位面积用热",
}
_OF_EACH = (
    ("rank", "排名", True), ("peers", "同类机构数", True), ("median", "同类中位数", True),
    ("quota", "定额", False), ("constraint", "约束值", False), ("base", "基准值", False),
    ("guide", "引导值", False), ("band", "定额评价", False), ("quota_checked", "定额已核对", False),
)  # fmt: skip


def _columns() -> Iterator[tuple[str, str, bool]]:
    yield from _FIRST
    for name in IndicatorName:
        yield f"{name} {name.unit}", f"{_NAMES_ZH[name]} {name.unit}", True
        for key, zh, numeric in _OF_EACH:
            yield f"{name} {key}", f"{_NAMES_ZH[name]} {zh}", numeric


FORM = Form(
    "portfolio",
    tuple(
        Column(name, name_zh, parse_text, "not_text", numeric=numeric)
        for name, name_zh, numeric in _columns()
    ),
)


def indicator_file(found: IndicatorList, form: str, lang: str) -> bytes:
    """Every institution with all its indicators; `form` is ``xlsx`` or ``csv``."""
    make = as_workbook if form == "xlsx" else as_csv
    basis = f"{found.basis.set} {found.basis.version}"
    return make(FORM, [_row(each, basis) for each in found.items], lang)


def _row(each: InstitutionIndicatorsOut, basis: str) -> list[str]:
    covered = [carrier.coverage for carrier in each.carriers if carrier.coverage is not None]
    first: list[object] = [
        *(each.code, each.name_zh, each.name_en, each.first_day, each.end_day),
        *(each.use, each.climate_zone, each.area_m2.value, each.persons.value),
        min(covered, default=None),
        *(each.alerts.urgent, each.alerts.high, each.alerts.low),
        *(basis, " ".join(each.unchecked)),
    ]
    by_name = {indicator.name: indicator for indicator in each.indicators}
    of_each = [cell for name in IndicatorName for cell in _indicator(by_name.get(name))]
    return ["" if cell is None else str(cell) for cell in (*first, *of_each)]


def _indicator(found: IndicatorOut | None) -> list[object]:
    """Value, rank and every quota that may be meant; what is not known stays empty."""
    if found is None:
        return [None] * (1 + len(_OF_EACH))
    rank = found.rank
    of_quotas = zip(
        *(
            (each.code, each.constraint, each.base, each.guide, each.band, each.checked)
            for each in found.quotas
        ),
        strict=True,
    )
    return [
        found.value,
        *((rank.position, rank.n, rank.median) if rank else (None, None, None)),
        *(map(_side_by_side, of_quotas) if found.quotas else [None] * 6),
    ]


def _side_by_side(of_quotas: Iterable[object]) -> str:
    texts = ["" if each is None else str(each) for each in of_quotas]
    return " / ".join(texts) if any(texts) else ""
