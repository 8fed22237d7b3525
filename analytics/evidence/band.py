"""What the band of a model's figure is made from, as a bundle holds it: meter-years by row. Pure.

Of whoever's meters they are, none of them is named: what they used is nobody's business here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import isfinite

from analytics.evidence.manifest import document
from analytics.evidence.register_days import Days
from analytics.evidence.rows import rows_of, text_of, written
from analytics.models.period import Period
from analytics.savings import shipped
from analytics.savings.calibration import Calibration, calibrate, lent
from analytics.savings.meter_year import MeterYear
from analytics.savings.own_record import OwnRecord, Span
from domain.contract_month import ModelFigure
from domain.errors import InputError
from domain.model_band import LEAST_METER_YEARS, CalibratedBy, ModelBand, NoBand

_HEAD = ("use", "meter", "first", "wander", "deviation", "earlier")
_NEAR = Decimal("0.00001")
"""Numbers worked out again may differ by so much: processors round differently. [1]"""
_SIX, _NINE = Decimal("0.000001"), Decimal("0.000000001")
_MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class KeptBand:
    """Of which meter-years a band is made, and what is known of the meter itself.

    Attributes
    ----------
    own : OwnRecord
        At the end of the training; its `wander` is the fit's.
    train : Period
        The training.
    calibrating, testing, here : tuple of MeterYear
        Those that make the band; later ones of elsewhere, and those of the place, which only say
        how often it held. Years of the place make it themselves as soon as they are enough.
    """

    line: str
    own: OwnRecord
    train: Period
    calibrating: tuple[MeterYear, ...]
    testing: tuple[MeterYear, ...] = ()
    here: tuple[MeterYear, ...] = ()
    calibrated_by: CalibratedBy = CalibratedBy.LOCAL

    def parts(self) -> dict[str, bytes]:
        """As parts of a bundle."""
        told = {
            "calibrated_by": self.calibrated_by,
            "wander": self.own.wander,
            "earlier": list(self.own.earlier),
            "training": [self.train.first.isoformat(), self.train.end.isoformat()],
        }
        text = json.dumps(told, indent=1, sort_keys=True) + "\n"
        return {
            f"band/{self.line}.csv": written(_HEAD, self._rows()),
            f"band/{self.line}.json": text.encode(),
        }

    def _rows(self) -> Iterator[Sequence[str]]:
        names: dict[str, str] = {}
        every = (("calibrating", self.calibrating), ("testing", self.testing), ("here", self.here))
        for use, years in every:
            for year in years:
                name = names.setdefault(year.meter, f"m{len(names) + 1}")
                earlier = " ".join(map(repr, year.own.earlier))
                numbers = repr(year.own.wander), repr(year.deviation)
                yield use, name, year.first.isoformat(), *numbers, earlier

    @property
    def calibration(self) -> Calibration:
        """What the meter-years make."""
        if self.calibrated_by is CalibratedBy.LOCAL:
            return calibrate(self.calibrating)
        return lent(self.calibrating, self.testing, self.here)

    def band(self, days: Days, missing_days: int, confidence: Decimal) -> ModelBand | NoBand:
        """Of a figure over local days, some of which may be missing in it."""
        report = Period(days.first_day, days.end_day)
        span = Span.between(self.train, report, report.days - missing_days)
        made, nominal = self.calibration, float(confidence)
        scale = made.scale(self.own, span)
        if not isfinite(scale):
            return NoBand.SHORT_RECORD
        if not isfinite(made.rank(nominal)):
            return NoBand.SAMPLE_TOO_SMALL
        held, tested = _counted(made.coverage(nominal), len(made.tested))
        here_held, here = held, tested
        if self.calibrated_by is CalibratedBy.SHIPPED:
            here_held, here = _counted(made.local(nominal).coverage, len(made.here))
        return ModelBand(
            self.calibrated_by,
            _decimal(scale, _NINE),
            tuple(_decimal(each, _SIX) for each in made.scores.tolist()),
            tested,
            held,
            here,
            here_held,
        )


def of_place(line: str, own: OwnRecord, train: Period, years: Sequence[MeterYear]) -> KeptBand:
    """By the meter-years of a place where they are enough, else by those that are lent."""
    years = [year for year in years if year.own.wander is not None]
    if len(years) >= LEAST_METER_YEARS:
        return KeptBand(line, own, train, tuple(years))
    return KeptBand(
        line,
        own,
        train,
        tuple(shipped.meter_years("calibrating")),
        tuple(shipped.later()),
        tuple(years),
        CalibratedBy.SHIPPED,
    )


def banded(figure: ModelFigure, kept: KeptBand, days: Days, confidence: Decimal) -> ModelFigure:
    """A model's figure with its band, or with the reason why it has none."""
    found = kept.band(days, figure.missing_days or 0, confidence)
    if isinstance(found, NoBand):
        return replace(figure, no_band=found)
    around = found.around(figure.quantity, confidence)
    if around is None:
        return replace(figure, no_band=NoBand.SAMPLE_TOO_SMALL)
    return replace(figure, band=found, low=around[0], high=around[1], confidence=confidence)


def unlike_band(told: ModelFigure, found: ModelFigure) -> str | None:
    """What of a stated band is not what its meter-years come to; None where all of it is.

    A figure that says nothing of a band says nothing wrong.
    """
    if (told.band, told.low, told.no_band) == (None, None, None):
        return None
    if told.no_band != found.no_band:
        return f"says there is no band ({told.no_band}), comes to {found.no_band}"
    if told.confidence != found.confidence:
        return f"says a confidence of {told.confidence}, the contract's is {found.confidence}"
    if told.band is None or found.band is None:
        same = told.band is found.band and told.low is None
        return None if same else "does not tell the meter-years that its band is made from"
    return _unlike(told, told.band, found.band)


def _unlike(told: ModelFigure, seen: ModelBand, made: ModelBand) -> str | None:
    counts = [(each.calibrated_by, each.tested, each.held, each.here, each.here_held,
               len(each.scores)) for each in (seen, made)]  # fmt: skip
    if counts[0] != counts[1]:
        return f"says {counts[0]}, its meter-years come to {counts[1]}"
    pairs = zip((seen.scale, *seen.scores), (made.scale, *made.scores), strict=True)
    if any(abs(one - other) > _NEAR for one, other in pairs):
        return "has another scale, or other scores, than its meter-years come to"
    # From the scale and scores as told it is plain arithmetic, the same on every machine.
    around = seen.around(told.quantity, told.confidence) if told.confidence else None
    if around != (told.low, told.high):
        return f"says {told.low} to {told.high}, it comes to {around}"
    return None


def read_band(line: str, parts: Mapping[str, bytes]) -> KeptBand:
    """Read what a bundle holds of a band.

    Raises
    ------
    InputError
        With part and line.
    """
    name, table = f"band/{line}.json", f"band/{line}.csv"
    told = document(text_of(parts[name], name), place=name)
    keys = {"calibrated_by", "wander", "earlier", "training"}
    if not isinstance(told, dict) or set(told) != keys or table not in parts:
        raise InputError(f"want {', '.join(sorted(keys))}, and {table}", place=name)
    try:
        by = CalibratedBy(told["calibrated_by"])
        first, end = map(date.fromisoformat, told["training"])
        wander = None if told["wander"] is None else _share(told["wander"])
        own = OwnRecord(wander, tuple(map(_share, told["earlier"])))
        train = Period(first, end)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(str(error)[:200], place=name) from None
    years: dict[str, list[MeterYear]] = {"calibrating": [], "testing": [], "here": []}
    for place, row in rows_of(parts[table], _HEAD, table):
        use, year = _read(row, place)
        if use not in years or sum(map(len, years.values())) >= _MOST_ROWS:
            raise InputError(f"{use[:40]!r}: want {', '.join(years)}", place=place)
        years[use].append(year)
    enough = len(years["calibrating"]) >= LEAST_METER_YEARS
    alone = by is CalibratedBy.SHIPPED or not (years["testing"] or years["here"])
    if not enough or not alone or train.days < 1:
        raise InputError("the meter-years do not make a band of this kind", place=table)
    calibrating, testing, here = (tuple(rows) for rows in years.values())
    return KeptBand(line, own, train, calibrating, testing, here, by)


def _read(row: Sequence[str], place: str) -> tuple[str, MeterYear]:
    use, meter, first, wander, deviation, earlier = row
    try:
        own = OwnRecord(_share(wander), tuple(map(_share, earlier.split())))
        return use, MeterYear(meter, date.fromisoformat(first), own, _share(deviation))
    except ValueError as error:
        raise InputError(str(error)[:200], place=place) from None


def _share(text: object) -> float:
    number = float(text) if isinstance(text, str | int) else float("nan")
    if not isfinite(number):
        raise ValueError(f"{str(text)[:40]!r} is no number")
    return number


def _counted(coverage: float | None, of: int) -> tuple[int, int]:
    """Meter-years that were held, and of how many; none where the share is not known."""
    return (0, 0) if coverage is None else (round(coverage * of), of)


def _decimal(number: float, digits: Decimal) -> Decimal:
    return Decimal(repr(number)).quantize(digits)
