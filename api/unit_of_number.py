"""The unit of every number of the document: of its name, of the `unit` beside it, or of its schema.

A description that names the unit itself, in brackets or by `unit`, is left as it is.
"""

from typing import Any

_BY_ENDING = {
    "kwh": "kWh", "kw": "kW", "kva": "kVA", "kgce": "kgce", "kg": "kg", "m2": "m2", "m3": "m3",
    "deg": "deg", "c": "degC", "pct": "%", "s": "s", "h": "h", "hours": "h", "a": "A", "v": "V",
    "km": "km", "kmh": "km/h",
}  # fmt: skip
"""Of names such as ``energy_kgce``."""
_PURE = {"score", "confidence", "precision", "r2", "nmbe", "cvrmse", "ratio"}
_QUANTITY = "unit of the quantity"
_MEDIUM = "kWh, m3 or GJ by medium"
_BASELINE = "unit of the baseline"
_KIND = "unit of the kind"
_BY_SCHEMA = {
    "BandOut": _BASELINE, "CheckOut": "unit of the check", "DeclarationIn": "unit of `what`",
    "DenominatorOut": "m2 or persons", "Dial": "unit of the dial", "EditOut": _QUANTITY,
    "EnteredOut": "unit of the threshold", "EntryIn": _KIND, "HourBandOut": "unit of the indicator",
    "MeterTariff": "unit of the medium", "NewEdit": _QUANTITY, "NewEntry": _KIND,
    "NewStated": _BASELINE, "RankOut": "unit of the indicator", "RegisterStepOut": _QUANTITY,
    "RestOut": _MEDIUM, "SavingRowOut": _BASELINE, "SuppressedOut": _MEDIUM,
    "ThresholdIn": "unit of the threshold", "ThresholdOut": "unit of the threshold",
    "ValueOut": _QUANTITY, "EventDecision": f"{_BASELINE} per day",
    "NonRoutineEventOut": f"{_BASELINE} per day",
    "NewNonRoutineEvent": f"{_BASELINE} per day", "SavingTotalOut": _BASELINE,
    "IndicatorComparisonOut": "unit of the indicator",
    "WeekCellOut": "mean power or flow: kW, m3/h or GJ/h by medium",
    "NightUseOut": "mean power or flow: kW, m3/h or GJ/h by medium",
    "PortfolioPartOut": _BASELINE, "RegisterEventOut": _KIND,
    "NewRegisterEvent": _KIND,
}  # fmt: skip


def add_units(schemas: dict[str, Any]) -> None:
    """Say the unit in the description of each number that does not say it."""
    for schema, described in schemas.items():
        properties = described.get("properties", {})
        for name, value in properties.items():
            if is_number(value) and not says_unit(value):
                unit = _unit(schema, name, properties)
                if unit:
                    value["description"] = f"{value.get('description', '')} [{unit}]".strip()


def is_number(schema: dict[str, Any]) -> bool:
    """Whether it is a number or a decimal text, or a list of such; never a count or an id."""
    forms = [schema, *schema.get("anyOf", [])]
    return any(
        form.get("type") == "number"
        or (form.get("type") == "string" and form.get("pattern", "").startswith(_DECIMAL))
        or (form.get("type") == "array" and is_number(form.get("items", {})))
        for form in forms
        if not form.keys() & {"enum", "const"}
    )


_DECIMAL = "^(?!^[-+.]*$)"
"""How pydantic begins the pattern of a decimal text."""


def says_unit(schema: dict[str, Any]) -> bool:
    """Whether its description names a unit."""
    said = schema.get("description", "")
    return "[" in said or "`unit`" in said


def _unit(schema: str, name: str, beside: dict[str, Any]) -> str | None:
    ending = name.rpartition("_")[2] if "_" in name else ""
    if ending in _BY_ENDING:
        return _BY_ENDING[ending]
    if name in _PURE:
        return "1"
    return "unit" if "unit" in beside else _BY_SCHEMA.get(schema)
