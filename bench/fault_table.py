"""The fault catalogue in simulated buildings and vehicles: what the shipped rules tell of it.

``python -m bench.fault_table [--full] [--write]``; `--write` puts the table into both documents.
In full it ends with 1 where fewer than nine of ten are found, clean meters have more than one alert
in ten weeks, or the cost is off by more than a fifth in the median.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.fault_suite import CLOCK, Outcome, false_alerts, false_live_alerts, faults, suffered
from bench.pile_meters import PILES, false_pile_alerts
from bench.result import Result
from device_sim.defects.gauges import GAUGE_DEFECTS
from device_sim.defects.meters import METER_DEFECTS

_DOCS = Path(__file__).parents[1] / "docs"
_LEAST_RECALL, _MOST_FALSE, _MOST_ERROR = 0.9, 0.1, 0.2
_ENOUGH = 20
"""Meters from which a share says something."""
_CLEAN_FROM = 20_000
"""Seeds of clean meters; those of faults begin at 10,000. None is used while rules are made."""
_FAULTS_FROM = 10_000
HEADS = {
    "alerting.md": (
        "fault",
        "found",
        "by the rule made for it",
        "median delay",
        "error of the amount, median",
        "within a fifth",
    ),
    "alerting.zh-CN.md": (
        "故障",
        "召回",
        "由对应规则",
        "延迟中位数",
        "损失估计误差中位数",
        "误差在两成内",
    ),
}

IN_CHINESE = {
    "left on outside hours": "下班后未关",
    "no night setback": "夜间未调低",
    "starts hours early": "提前数小时启动",
    "stops hours late": "推迟数小时停机",
    "day off worked": "休息日照常运行",
    "step up": "持续增加负荷",
    "outage": "停电",
    "register stuck": "电表卡死",
    "meter silent": "电表离线",
    "spike": "尖峰",
    "leak": "漏水",
    "burst": "爆管",
    "water meter stands still": "水表停走",
    "water meter silent": "水表离线",
    "spike of water": "水量尖峰",
    "heating valve stays open": "供热阀关不严",
    "heat meter silent": "热表离线",
    "strings lost": "光伏组串断开",
    "plant off": "光伏停机",
    "sub-meter loses a phase": "分表缺一相",
    "water lost below a main meter": "总表以下漏损",
    "capacitors off": "电容未投入",
    "heated and cooled at once": "冷热同开",
    "register set back": "底数倒走",
    "demand near the contract": "需量接近合同值",
    "voltage low": "电压偏低",
    "voltage high": "电压偏高",
    "voltages unbalanced": "电压不平衡",
    "phase lost": "缺相",
    "currents unbalanced": "电流不平衡",
    "water pumped in vain": "水空循环",
    "circuit reversed": "供回水接反",
    "alarm of level 1 to 3": "1 至 3 级报警",
    "cell voltages apart": "单体压差大",
    "cell temperatures apart": "电池温差大",
    "insulation low": "绝缘低",
    "charge low": "电量低",
    "charge jumps": "电量跳变",
    "charging breaks off": "充电中断",
    "battery worn": "电池衰减",
    "12 V battery low": "低压蓄电池低",
    "odometer set back": "里程倒退",
    "clock wrong": "时钟错误",
}
"""Names of the faults."""


def main(arguments: Sequence[str]) -> int:
    """Print the results, and write them where they belong."""
    count = 30 if "--full" in arguments else 6
    missed, rows = list[str](), list[tuple[str, Outcome]]()
    for fault in faults():
        told = suffered(fault, range(_FAULTS_FROM, _FAULTS_FROM + count))
        rows.append((fault, told))
        conditions = {
            "planted": count, "named": told.named, "median_delay_h": told.delay_h,
            "cost_error_median": told.cost_error, "cost_within_a_fifth": told.cost_within,
        }  # fmt: skip
        Result(f"fault_{fault.replace(' ', '_')}_recall", told.recall, "1", conditions).print()
        if told.recall < _LEAST_RECALL and count >= _ENOUGH:
            missed.append(f"{fault}: recall {told.recall:.2f}, want {_LEAST_RECALL}")
        if told.cost_error is not None and told.cost_error > _MOST_ERROR and count >= _ENOUGH:
            missed.append(f"{fault}: cost off by {told.cost_error:.2f}, want {_MOST_ERROR}")
    clean = {
        **{
            part: false_alerts(part, range(_CLEAN_FROM, _CLEAN_FROM + count))
            for part in sorted({each.part for each in METER_DEFECTS.values()})
        },
        **{
            device: false_live_alerts(device, range(_CLEAN_FROM, _CLEAN_FROM + count))
            for device in (*sorted({each.device for each in GAUGE_DEFECTS.values()}), CLOCK)
        },
        PILES: false_pile_alerts(range(_CLEAN_FROM, _CLEAN_FROM + count)),
    }
    for name, rate in clean.items():
        Result(f"fault_{name}_false_alerts", rate, "per meter-week", {"meters": count}).print()
        if rate > _MOST_FALSE and count >= _ENOUGH:
            missed.append(f"{name}: {rate:.2f} false alerts for each meter-week")
    if "--write" in arguments:
        for name, heads in HEADS.items():
            named = [(IN_CHINESE[fault], told) for fault, told in rows] if "zh" in name else rows
            _write(_DOCS / name, table(heads, named, clean, count))
    for line in missed:
        print(f"bench.fault_table: {line}", file=sys.stderr)
    return 1 if missed else 0


def table(
    heads: Sequence[str], rows: Sequence[tuple[str, Outcome]], clean: dict[str, float], count: int
) -> str:
    """The results as a table of Markdown."""
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for fault, told in rows:
        cells = (
            fault, f"{told.recall:.2f}", f"{told.named:.2f}", _time(told.delay_h),
            _share(told.cost_error), _share(told.cost_within),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    false = ", ".join(f"{name} {rate:.3f}" for name, rate in clean.items())
    lines += ["", f"n = {count}. False alerts per meter-week (误报/表周): {false}."]
    return "\n".join(lines)


def _time(hours: float | None) -> str:
    if hours is None:
        return ""
    return f"{hours / 24:g} d" if hours >= 24 else f"{60 * hours:.0f} min"


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"


def _write(document: Path, text: str) -> None:
    """Put the table between its marks."""
    marks = "<!-- bench.fault_table -->"
    whole = document.read_text("utf-8")
    before, _, after = re.split(rf"({marks}.*?{marks})", whole, flags=re.DOTALL)
    document.write_text(f"{before}{marks}\n{text}\n{marks}{after}", "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
