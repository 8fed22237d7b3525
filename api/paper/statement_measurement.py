"""How a saving was measured and how sure it is, on paper: bands, probabilities, fit, options."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from analytics.models.refusal import MOST_OUTSIDE
from analytics.settlement.statement import SavingFigure
from api.paper.statement_paper import Paper, figure
from api.paper.statement_tables import Row, Table
from domain.contract_month import ModelFigure

_OUTSIDE = Decimal(str(MOST_OUTSIDE))


def sureness(paper: Paper, found: SavingFigure) -> list[tuple[str, str]]:
    """What stands below the band of a saving: key of the word, and text."""
    rows = [("band_use", paper.word(f"band_use.{paper.contract.band}"))]
    band = found.band
    if band is not None:
        rows += [
            ("confidence", f"{band.confidence:.0%}"),
            ("coverage", _held(paper, band.coverage, band.tested)),
            ("calibrated", _calibrated(paper, found)),
            ("p_saving", _probability(band.p_saving)),
        ]
        if band.guarantee is not None and band.p_guarantee is not None:
            rows.append(("guaranteed_part", f"{figure(band.guarantee)} {found.unit}"))
            rows.append(("p_guarantee", _probability(band.p_guarantee)))
    if found.planned is not None:
        rows.append(("planned", f"{figure(found.planned)} {found.unit}"))
    return rows


def with_sureness(paper: Paper, table: Table, found: SavingFigure) -> Table:
    """Table of a saving with how sure it is below."""
    more = ((paper.word(key), text) for key, text in sureness(paper, found))
    return replace(table, rows=(*table.rows, *more))


def measurement(paper: Paper) -> Table:
    """Models behind the savings: option, method, fit against its limits, range of temperatures."""
    rows: list[Row] = []
    for model in () if paper.inputs is None else paper.inputs.month.models:
        rows += _model(paper, model)
    return Table("measurement", ("item", "part", "value", "limit", "passed"), tuple(rows))


def _model(paper: Paper, model: ModelFigure) -> Iterator[Row]:
    name = paper.name(model.line)
    for key, text in (("ipmvp", model.ipmvp), ("gbt_28750", model.gbt_28750)):
        if text is not None:
            yield name, paper.word(key), text, "", ""
    # What was written before the degrees of freedom were has none.
    free = model.freedom or Decimal(1)
    cvrmse = None if model.cvrmse is None else model.cvrmse * free.sqrt()
    nmbe = None if model.nmbe is None else model.nmbe * free
    limits = (
        ("cvrmse", cvrmse, model.cvrmse_limit, model.limit_source or ""),
        ("nmbe", nmbe, model.nmbe_limit, model.limit_source or ""),
        ("outside", model.outside, _OUTSIDE, "Civicwatt"),
    )
    for key, value, limit, source in limits:
        if value is None:
            continue
        if limit is None:
            yield name, paper.word(key), f"{value:.2%}", "", ""
            continue
        passed = paper.word("yes" if abs(value) <= limit else "no")
        asked = f"{limit:.2%} ({source})" if source else f"{limit:.2%}"
        yield name, paper.word(key), f"{value:.2%}", asked, passed
    if model.no_band is not None:
        yield name, paper.word("calibrated"), paper.word(f"no_band.{model.no_band}"), "", ""


def _held(paper: Paper, coverage: Decimal | None, tested: int) -> str:
    if coverage is None:
        return paper.word("coverage_unknown")
    held = round(coverage * tested)
    return f"{coverage:.1%} ({held} {paper.word('held_of')} {tested})"


def _calibrated(paper: Paper, found: SavingFigure) -> str:
    band = found.band
    if band is None:
        return ""
    told = f"{paper.word(f'calibrated.{band.calibrated_by}')} ({band.meter_years})"
    if band.calibrated_by == "local":
        return told
    return f"{told}; {paper.word('here')}: {band.here_held} / {band.here}"


def _probability(share: Decimal) -> str:
    return f"{share:.1%}"
