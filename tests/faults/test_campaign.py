"""Everything goes wrong, under load, and nothing is lost, invented or unaccounted for."""

import json
import os
import subprocess
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from shutil import which
from typing import Any

import pytest

from tests.faults.audit import Audit, audited
from tests.faults.campaign import Campaign, campaign, places
from tests.faults.mishap import MISHAPS
from tests.faults.scene import ALONE, SHARING, Scene, running_scene

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1500)]

SEED = int(os.environ.get("FAULT_SEED", "20261122"))
RATE = 400
"""Messages a second: a province of 10,000 meters at a quarter of an hour sends 11."""
DRIVEN_RATE = 40
"""Frames a second over TCP: 400 vehicles, each every 10 s."""
_ONE_TAKES_S, _LONGEST_S = 12, 120
"""A mishap with its recovery, and one on a busy machine: so long messages must go on coming. [s]"""
RESULTS = Path(__file__).parents[2] / ".local"


@pytest.mark.parametrize(("names", "rounds"), [(ALONE, 2), (SHARING, 1)], ids=["alone", "sharing"])
def test_nothing_is_lost_or_doubled_whatever_goes_wrong(
    tmp_path: Path, names: tuple[str, ...], rounds: int
) -> None:
    commit = _commit()
    plan = campaign(SEED + rounds, datetime.now(UTC), rounds)
    with running_scene(tmp_path, names, plan, RATE, DRIVEN_RATE) as scene:
        happened = _go_through(scene, plan)
        scene.load.finish()
        scene.traffic.finish()
        scene.recovered()
        scene.load.wait_until_read(scene.database.url, within_s=60)
        # Copies of what comes now run ahead of what waits: that the last markers are stored does
        # not say that all is. What a collector that retires leaves behind is lost.
        scene.retire_collectors()
        audit = audited(scene.database.url, plan.truth)
    table = _table(plan, happened, audit)
    _report(RESULTS / f"faults-{len(names)}.json", commit, plan, table, audit)
    assert not audit.lost
    assert not audit.invented
    assert not audit.undated_lost
    assert not audit.conflicts_wrong
    assert not audit.quarantine_wrong
    assert not audit.gaps_wrong
    assert audit.received == audit.outcomes
    assert audit.stored >= len(plan.truth.values)
    assert sum(row["faults"] for row in table) >= 48


def _go_through(scene: Scene, plan: Campaign) -> list[dict[str, Any]]:
    random = Random(SEED)  # noqa: S311 - to be repeated, not to be secret
    happened = []
    scene.recovered()
    for done, kind in enumerate(plan.mishaps):
        if kind == "disk_full" and not scene.database.has_own_disk:
            continue
        scene.load.last(_ONE_TAKES_S * (len(plan.mishaps) - done) + _LONGEST_S)
        first, began_s = scene.load.position, time.monotonic()
        MISHAPS[kind](scene, random)
        undone_s = time.monotonic()
        scene.recovered()
        now_s = time.monotonic()
        assert scene.load.position < len(plan.stream), "the load ended too early"
        happened.append(
            {
                "kind": kind,
                "first": first,
                "last": scene.load.position,
                "lasted_s": undone_s - began_s,
                "recovery_s": now_s - undone_s,
            }
        )
        print(f"{kind}: {undone_s - began_s:.1f} s, recovered in {now_s - undone_s:.1f} s")  # noqa: T201 - progress
        time.sleep(random.uniform(0.2, 0.8))
    return happened


def _table(plan: Campaign, happened: list[dict[str, Any]], audit: Audit) -> list[dict[str, Any]]:
    """One row for each kind; what is wrong is laid at the door of all that may have done it."""
    spoken = places(plan.stream)
    rows: dict[str, dict[str, Any]] = {}
    of_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in happened:
        of_kind[one["kind"]].append(one)
    for kind, ones in sorted(of_kind.items()):
        times = [one["recovery_s"] for one in ones]
        rows[kind] = {
            "kind": kind,
            "of": "programs and lines",
            "faults": len(ones),
            "lost": sum(_within(spoken.get(i, []), ones) for i in audit.lost),
            "doubled": sum(_within(spoken.get(i, []), ones) for i in audit.invented),
            "recoveries_s": [round(time_s, 2) for time_s in times],
        }
    for device, faults in plan.faults.items():
        for kind in faults:
            row = rows.setdefault(
                kind, {"kind": kind, "of": "devices", "faults": 0, "lost": 0, "doubled": 0}
            )
            row["faults"] += 1
            row["lost"] += sum(instant[0].startswith(device) for instant in audit.lost)
            row["doubled"] += sum(instant[0].startswith(device) for instant in audit.invented)
    return list(rows.values())


def _within(indexes: list[int], ones: list[dict[str, Any]]) -> bool:
    return any(one["first"] - 5000 <= i <= one["last"] for one in ones for i in indexes)


def _commit() -> str:
    """What is tried: the commit, with ``-dirty`` where files differ from it."""
    if not which("git"):
        return "unknown"
    asked = ["git", "-C", str(RESULTS.parent), "describe", "--always", "--dirty"]
    said = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=False)
    return said.stdout.strip() or "unknown"


def _report(
    file: Path, commit: str, plan: Campaign, table: list[dict[str, Any]], audit: Audit
) -> None:
    result = {
        "seed": str(SEED),
        "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit,
        "rate": RATE,
        "messages": len(plan.greetings) + len(plan.stream),
        "frames": len(plan.driven),
        "devices": len(plan.faults),
        "instants": len(plan.truth.values),
        "conflicts": len(plan.truth.disputed),
        "quarantined": len(plan.truth.quarantine),
        "gaps": sum(map(len, plan.truth.missing.values())),
        "lost": len(audit.lost),
        "doubled": len(audit.invented),
        "repeated_in_quarantine": audit.repeated_in_quarantine,
        "undated_lost": audit.undated_lost,
        "received": audit.received,
        "table": table,
    }
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(result, indent=1))
    for row in table:
        print(row)  # noqa: T201 - the result
    print({name: value for name, value in result.items() if name != "table"})  # noqa: T201 - the result
