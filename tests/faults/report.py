"""Writes what the last fault campaign found into ``docs/reliability.md`` and its Chinese twin.

``python -m tests.faults.report`` after ``make test-faults``.
"""

import json
from pathlib import Path
from statistics import median
from string import Template
from typing import Any

_HOUSE = Path(__file__).parents[2]
_RESULTS = sorted((_HOUSE / ".local").glob("faults-*.json"))
_PAGES = {
    "en": _HOUSE / "docs" / "reliability.md",
    "zh": _HOUSE / "docs" / "reliability.zh-CN.md",
}
_COUNTS = {
    "messages", "frames", "devices", "instants", "conflicts", "quarantined", "gaps", "lost",
    "doubled", "repeated_in_quarantine", "undated_lost", "received",
}  # fmt: skip
_KINDS = Path(__file__).with_name("kinds.json")


def main() -> None:
    """Write both pages."""
    result = _together([json.loads(file.read_text("utf-8")) for file in _RESULTS])
    kinds = json.loads(_KINDS.read_text("utf-8"))
    for language, page in _PAGES.items():
        template = Template(
            Path(__file__).with_name(f"reliability.{language}.md").read_text("utf-8")
        )
        tables = {
            place: _table([row for row in result["table"] if row["of"] == of], kinds, language)
            for place, of in (("of_programs", "programs and lines"), ("of_devices", "devices"))
        }
        faults = sum(row["faults"] for row in result["table"])
        numbers = {name: _shown(value) for name, value in result.items() if name != "table"}
        facts = numbers | tables | {"faults": faults, "kinds": len(result["table"])}
        page.write_text(template.substitute(facts), "utf-8")


def _together(results: list[dict[str, Any]]) -> dict[str, Any]:
    """One result of several campaigns: counts added, rows of one kind united."""
    first, *others = results
    for other in others:
        for name, value in other.items():
            if name in _COUNTS:
                first[name] += value
        rows = {row["kind"]: row for row in first["table"]}
        for row in other["table"]:
            known = rows.setdefault(row["kind"], row)
            if known is not row:
                for name in ("faults", "lost", "doubled"):
                    known[name] += row[name]
                known["recoveries_s"] = known.get("recoveries_s", []) + row.get("recoveries_s", [])
        first["table"] = list(rows.values())
    return first


def _table(rows: list[dict[str, Any]], kinds: dict[str, dict[str, str]], language: str) -> str:
    lines = []
    for row in sorted(rows, key=lambda row: str(row["kind"])):
        cells = [kinds[row["kind"]][language], row["faults"], row["lost"], row["doubled"]]
        if times := row.get("recoveries_s"):
            cells += [f"{median(times):.1f} s", f"{max(times):.1f} s"]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def _shown(value: Any) -> Any:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value


if __name__ == "__main__":
    main()
