"""Certificates and seals of the demo's settlement meters; one certificate is about to end."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from civicwatt.demo.person import Person

ISSUER = "演示检定机构 Demo verification body"
ENDS_SOON = timedelta(days=21)
"""From today; the console warns 90 and 30 days before. [d]"""
_YEAR = timedelta(days=365)
_VALID = {"electricity": 6 * _YEAR, "water": 2 * _YEAR, "gas": 3 * _YEAR, "heat": 3 * _YEAR}
"""Made up for the demo, near what is usual. [d]"""
_CLASS = {"electricity": "0.5S", "water": "2", "gas": "1.5", "heat": "2"}


def enter_metrology(person: Person, meters: Sequence[Mapping[str, Any]], today: date) -> None:
    """Enter a certificate and two seals of each settlement meter that has none."""
    known = {row["meter_code"] for row in person.get("certificates")["items"]}
    for number, meter in enumerate(m for m in meters if m["medium"] in _VALID):
        if meter["code"] in known:
            continue
        valid = _VALID[meter["medium"]]
        end_day = today + (ENDS_SOON if number == 0 else valid / 3 + timedelta(days=17 * number))
        begun = end_day - valid
        certificate = {
            "meter": meter["code"],
            "number": f"DEMO-{begun.year}-{number + 1:03}",
            "issuer": ISSUER,
            "accuracy_class": _CLASS[meter["medium"]],
            "verified_on": begun,
            "end_day": end_day,
            "counts_primary": True,
            "note": "invented for the demo 演示用虚构",
        }
        person.post("certificates", certificate)
        for part in ("cover", "terminals"):
            seal = {"meter": meter["code"], "number": f"{number + 1:03}-{part}", "part": part}
            person.post("seals", seal | {"placed_on": begun})
