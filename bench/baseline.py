"""Baselines of real buildings, held out: how far off, and how long a fit takes.

``python -m bench.baseline [--full]``; the peer fits every tenth meter, with --full each.
Ends with 1 and names each target that was missed.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from statistics import median
from typing import Any

import numpy as np

from analytics.models.by_day import by_day
from analytics.models.change_point import ChangePoint
from analytics.models.period import Period
from analytics.models.record import Record
from analytics.models.series import Series, day_bounds
from analytics.savings.proposal import Proposal
from bench import bands, events, held_out, opendsm, other_steps, simulated
from bench.held_out import DATA, ZONE, HeldOut
from bench.meter_years import deviations, meter_years, normalised_years
from bench.peer import MissingPeerError
from bench.result import Result
from bench.target import Target, print_all

CASES = (
    ("electricity", "daily", 2016, 2017),
    ("electricity", "hourly", 2016, 2017),
    ("gas", "daily", 2021, 2022),
)
MANY = 1000
BANDS = (
    ("one_year_ahead", "electricity", 2017, 2018, 2016),
    ("two_years_ahead", "electricity", 2016, 2018, None),
    ("gas", "gas", 2021, 2022, None),
)
"""Name, medium, training, test, and the year of the own past where there is one."""
WITHIN_DAYS = 45
SIMULATED_CUT, NEAR = 0.10, 0.02


TARGETS = (
    Target("baseline_electricity_daily_cvrmse", most=0.125),
    Target("baseline_electricity_daily_cvrmse", most=0.178, of="mean", wider=True),
    Target("baseline_electricity_daily_cvrmse", least=26, of="better_on", peer_meters=30),
    Target("baseline_electricity_daily_cvrmse", most=0.047, of="median_abs_nmbe", wider=True),
    Target(
        "baseline_electricity_daily_cvrmse",
        least=-0.025,
        most=0.025,
        of="portfolio_bias",
        wider=True,
    ),
    Target("baseline_electricity_hourly_cvrmse", least=30, of="meters"),
    Target("baseline_electricity_hourly_cvrmse", most=0.162, of="median_on_same", peer_meters=27),
    Target(
        "baseline_electricity_hourly_cvrmse",
        most=0.12,
        of="by_day_on_same",
        peer_meters=27,
        wider=True,
    ),
    Target("baseline_electricity_hourly_cvrmse", least=23, of="better_on", peer_meters=27),
    Target("baseline_gas_daily_cvrmse", most=0.268),
    Target("baseline_gas_daily_cvrmse", least=6, of="better_on", peer_meters=11),
    Target("baseline_gas_daily_cvrmse", most=0.05, of="median_abs_nmbe", wider=True),
    Target("baseline_simulated_cut_hourly", least=4),
    Target("baseline_band_one_year_ahead", least=0.85, most=0.95),
    Target("baseline_band_one_year_ahead", most=0.82, of="mean_score"),
    Target("baseline_band_one_year_ahead", most=0.12, of="median_half_width", wider=True),
    Target("baseline_injected_cut_error", most=0.001, wider=True),
    Target("baseline_refusals_named", least=1, wider=True),
    Target("baseline_events_found", least=3, wider=True),
    Target("baseline_events_found", most=1, of="per_meter_year_of_others", wider=True),
)
"""Medians and means are CV(RMSE), biases NMBE. [1]"""


def main(arguments: Sequence[str]) -> int:
    """Print the results, and what of the targets was missed."""
    if not DATA.exists():
        print(f"bench.baseline: not run: no {DATA.name} beside the repository", file=sys.stderr)
        return 0
    results = _results(every=1 if "--full" in arguments else 10)
    return print_all(results, TARGETS, program="bench.baseline")


def _results(every: int) -> Iterator[Result]:
    """All of them; the peer fits every so many meters."""
    for fuel, step, train, test in CASES:
        ours = getattr(held_out, step)(fuel, train, test)
        try:
            peer = opendsm.fitted(step, fuel, train, test, every)
        except MissingPeerError as error:
            yield from _errors(f"{fuel}_{step}", ours, {}, {"not_measured": str(error)})
        else:
            yield from _errors(f"{fuel}_{step}", ours, peer, {"years": f"{train} to {test}"})
    yield from _terms()
    yield from _many()
    yield from _simulated()
    yield from _bands()
    yield from _bands_of_other_steps()
    yield from _cut()
    yield from _refusals()
    yield from _events()


def _errors(
    name: str, ours: HeldOut, peer: dict[str, Any], more: dict[str, object]
) -> Iterator[Result]:
    fits = {meter: line for meter, line in peer.items() if "cvrmse" in line}
    both = [i for i, meter in enumerate(ours.meters) if meter in fits]
    theirs = [fits[ours.meters[i]] for i in both]
    conditions: dict[str, object] = more | {
        "meters": len(ours.meters),
        "mean": round(float(ours.cvrmse.mean()), 4),
        "by_day": round(float(np.median(ours.by_day)), 4),
        "median_abs_nmbe": round(float(np.median(np.abs(ours.nmbe))), 4),
        "portfolio_bias": round(ours.bias, 4),
    }
    ratio = cpu_ratio = None
    if theirs:
        on_same = ours.cvrmse[both]
        their_median = median(line["cvrmse"] for line in theirs)
        ratio = float(np.median(on_same)) / their_median
        cpu_s = median(line["cpu_s"] for line in theirs)
        cpu_ratio = cpu_s * 1000 / ours.cpu_ms
        conditions |= {
            "peer_meters": len(both),
            "peer_fails_on": [meter for meter, line in peer.items() if "error" in line],
            "median_on_same": round(float(np.median(on_same)), 4),
            "by_day_on_same": round(float(np.median(ours.by_day[both])), 4),
            "peer_median": round(their_median, 4),
            "better_on": sum(
                a < b["cvrmse"] for a, b in zip(on_same.tolist(), theirs, strict=True)
            ),
            "peer_cpu_s": round(cpu_s, 3),
        }
    who = opendsm.NAME if theirs else None
    yield Result(
        f"baseline_{name}_cvrmse", float(np.median(ours.cvrmse)), "1", conditions, who, ratio
    )
    yield Result(f"baseline_{name}_fit_cpu", ours.cpu_ms, "ms/meter", more, who, cpu_ratio)


def _terms() -> Iterator[Result]:
    """What the university's terms are worth where they are told; the calendar alone beside."""
    for train, test in ((2016, 2017), (2017, 2018)):
        told, plain = (
            held_out.daily("electricity", train, test, terms=terms) for terms in (True, False)
        )
        taken = ~np.isclose(told.cvrmse, plain.cvrmse, rtol=1e-6)
        ratio = np.exp(np.log(told.cvrmse / plain.cvrmse)[taken].mean())
        conditions = {
            "years": f"{train} to {test}",
            "without_terms": round(float(np.median(plain.cvrmse)), 4),
            "taken_by": int(taken.sum()),
            "closer_of_these": int((told.cvrmse < plain.cvrmse)[taken].sum()),
            "ratio_of_these": round(float(ratio), 4),
        }
        value = float(np.median(told.cvrmse))
        yield Result("baseline_electricity_daily_terms", value, "1", conditions)


def _many() -> Iterator[Result]:
    matrix, use = held_out.days("electricity", 2016)
    whole = use[:, np.isfinite(use).all(axis=0)]
    times = -(-MANY // whole.shape[1])
    many = np.tile(whole, times)[:, :MANY] * np.linspace(0.5, 2.0, MANY)
    began = time.process_time()
    ChangePoint().fit(matrix, many)
    yield Result("baseline_daily_many_cpu", time.process_time() - began, "s", {"meters": MANY})
    began = time.process_time()
    for meter in range(20):
        ChangePoint().fit(matrix, many[:, meter])
    cpu_ms = (time.process_time() - began) / 20 * 1000
    yield Result("baseline_daily_alone_cpu", cpu_ms, "ms/meter", {"meters": 20})


def _simulated() -> Iterator[Result]:
    try:
        shares = simulated.shares_saved()
    except MissingPeerError as error:
        print(f"bench.baseline: simulated meters not run: {error}", file=sys.stderr)
        return
    for place, step in enumerate(("daily", "hourly")):
        found = {meter: round(both[place], 4) for meter, both in shares.items()}
        near = sum(abs(each - SIMULATED_CUT) <= NEAR for each in found.values())
        yield Result(f"baseline_simulated_cut_{step}", near, f"of {len(found)}", found)


def _bands() -> Iterator[Result]:
    for name, fuel, train, test, before in BANDS:
        years = meter_years(fuel, train, test, before=before)
        came = deviations(fuel, train, test, clean=False)
        band, trivial = bands.ours(years, came), bands.one_for_all(came)
        use = held_out.days(fuel, test)[1]
        conditions: dict[str, object] = {
            "years": f"{train} to {test}",
            "made_from": "30 electricity meters, 2016 to 2017",
            "meters": len(years),
            "held": int(band.held.sum()),
            "median_half_width": round(float(np.median(band.half_width)), 4),
            "mean_score": round(float(band.score.mean()), 4),
            "one_for_all_held": int(trivial.held.sum()),
            "one_for_all_score": round(float(trivial.score.mean()), 4),
        }
        if len(years) > 2 * bands.GROUP:
            conditions["groups_of_ten_held"] = bands.groups_held(
                years, np.nansum(use, axis=0), came
            )
        yield Result(f"baseline_band_{name}", float(band.held.mean()), "1", conditions)
    left = bands.one_left_out()
    score = {"mean_score": round(float(left.score.mean()), 4), "meters": len(left.held)}
    yield Result("baseline_band_one_left_out", float(left.held.mean()), "1", score)


def _bands_of_other_steps() -> Iterator[Result]:
    """By the hour, the month and normalised: the same bands around other figures, a year ahead."""
    for step in ("hourly", "monthly", "normalised"):
        if step == "normalised":
            years = normalised_years("electricity", 2017, 2018, before=2016)
        else:
            years = other_steps.meter_years(step, "electricity", 2017, 2018)
        band = bands.ours(years, np.array([year.deviation for year in years]))
        told: dict[str, object] = {
            "years": "2017 to 2018",
            "meters": len(years),
            "held": int(band.held.sum()),
            "median_half_width": round(float(np.median(band.half_width)), 4),
            "mean_score": round(float(band.score.mean()), 4),
        }
        yield Result(f"baseline_band_{step}", float(band.held.mean()), "1", told)


def _cut() -> Iterator[Result]:
    """A tenth cut from the reporting year comes back as a tenth of what was used."""
    matrix, use = held_out.days("electricity", 2016)
    told_x, told_y = held_out.days("electricity", 2017)
    told = ChangePoint().fit(matrix, use).predict(told_x)
    plain, cut = (np.nansum(told - part * told_y, axis=0) for part in (1.0, 0.9))
    share = (cut - plain) / np.nansum(told_y, axis=0)
    yield Result("baseline_injected_cut_error", float(np.abs(share - 0.1).max()), "1", {})


def _refusals() -> Iterator[Result]:
    """Answers to inputs of which nothing can be learnt: a model or a named reason."""
    bounds = day_bounds(date(2016, 1, 1), date(2017, 1, 1), ZONE)
    days, year = bounds[:-1], Period(date(2016, 1, 1), date(2017, 1, 1))
    weather = Series(days, 10 + 8 * np.sin(np.arange(len(days)) / 58))
    nothing = Series(days[:0], np.empty(0))
    inputs = {
        "all_zero": np.zeros(len(days)),
        "constant": np.full(len(days), 5.0),
        "all_missing": np.full(len(days), np.nan),
        "thirty_days": np.where(np.arange(len(days)) < 30, 5.0 + weather.value, np.nan),
    }
    reasons = {}
    for name, use in inputs.items():
        record = Record(Series(days, use), weather, nothing)
        reasons[name] = [str(each) for each in by_day(record, year, year, ZONE, {}).refusals]
    named = float(np.mean([bool(each) for each in reasons.values()]))
    yield Result("baseline_refusals_named", named, "1", reasons)


def _events() -> Iterator[Result]:
    found = events.of_all()
    near = {meter: _days_off(found[meter], step) for meter, step in events.STEPS.items()}
    others = {
        meter: [f"{each.first} x {each.ratio:.2f}" for each in lines]
        for meter, lines in found.items()
        if lines and meter not in events.STEPS
    }
    meter_years_of_others = (len(found) - len(events.STEPS)) * len(events.YEARS)
    conditions: dict[str, object] = {
        "days_off": near,
        "seen_after_days": events.seen_after_days(),
        "others": others,
        "per_meter_year_of_others": sum(map(len, others.values())) / meter_years_of_others,
    }
    within = sum(off is not None and off <= WITHIN_DAYS for off in near.values())
    yield Result("baseline_events_found", within, f"of {len(events.STEPS)}", conditions)


def _days_off(found: Sequence[Proposal], step: date) -> int | None:
    return min((abs((each.first - step).days) for each in found), default=None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
