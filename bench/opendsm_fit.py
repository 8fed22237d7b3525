"""Runs in the peer's own Python: fits opendsm to every meter of a file and predicts another year.

``python opendsm_fit.py daily|hourly electricity|gas USE.csv.gz WEATHER.csv.gz ZONE 2016 2017 1``
prints a JSON line for each meter: cvrmse, nmbe, cpu_s of the fit; or the error it raised.
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from opendsm import eemeter as em


def main() -> None:
    """Fit and predict, meter by meter; the first fit is done twice and timed the second time."""
    step, kind, meters, weather, zone, train, test, every = sys.argv[1:]
    warnings.simplefilter("ignore")
    use = _local(meters, zone)
    temperature_f = _local(weather, zone)["temp_c"] * 9 / 5 + 32
    years = [use.index.year == int(year) for year in (train, test)]
    fit = _daily if step == "daily" else _hourly
    for number, name in enumerate(use.columns[:: int(every)]):
        parts = [(use.loc[year, name], temperature_f[year]) for year in years]
        for _ in range(2 - bool(number)):  # the first one compiles
            line = {"meter": name} | _measured(fit, parts, is_electricity=kind == "electricity")
        print(json.dumps(line), flush=True)


def _measured(fit, parts, *, is_electricity):  # noqa: ANN001, ANN202 - pandas of another environment
    try:
        rows, cpu_s = fit(parts, is_electricity=is_electricity)
    except Exception as error:  # noqa: BLE001 - that it raises is what is measured
        return {"error": f"{type(error).__name__}: {str(error)[:80]}"}
    rows = rows[["observed", "predicted"]].dropna()
    off = (rows["observed"] - rows["predicted"]).to_numpy()
    mean = rows["observed"].mean()
    return {
        "cvrmse": float(np.sqrt(np.mean(off**2)) / mean),
        "nmbe": float(off.sum() / rows["observed"].sum()),
        "cpu_s": cpu_s,
        "rows": len(rows),
    }


def _daily(parts, *, is_electricity):  # noqa: ANN001, ANN202 - as above
    baseline = em.DailyBaselineData.from_series(*parts[0], is_electricity_data=is_electricity)
    report = em.DailyReportingData.from_series(*parts[1], is_electricity_data=is_electricity)
    began = time.process_time()
    model = em.DailyModel().fit(baseline, ignore_disqualification=True)
    cpu_s = time.process_time() - began
    return model.predict(report, ignore_disqualification=True), cpu_s


def _hourly(parts, *, is_electricity):  # noqa: ANN001, ANN202 - as above
    frames = [pd.DataFrame({"observed": y, "temperature": t}) for y, t in parts]
    baseline = em.HourlyBaselineData(frames[0], is_electricity_data=is_electricity)
    report = em.HourlyReportingData(frames[1], is_electricity_data=is_electricity)
    began = time.process_time()
    model = em.HourlyModel().fit(baseline, ignore_disqualification=True)
    cpu_s = time.process_time() - began
    return model.predict(report, ignore_disqualification=True), cpu_s


def _local(path, zone):  # noqa: ANN001, ANN202 - as above
    frame = pd.read_csv(path, index_col="timestamp_utc")
    frame.index = pd.to_datetime(frame.index, utc=True).tz_convert(zone)
    return frame


main()
