"""How sure a saving is, and what a signatory has to know of it. Pure.

What an unchanged building would have used lies around the model's figure; closure, area and the
like stretch that as they stretch the figure, and what was added to it is taken as it is.
"""

from collections.abc import Iterator
from decimal import Decimal

from analytics.settlement.working import shown
from domain.contract import BandUse, Contract
from domain.contract_month import ModelFigure
from domain.model_band import LEAST_METER_YEARS, CalibratedBy, SavingBand


def saving_band(
    figure: ModelFigure,
    stretched: Decimal,
    adjusted: Decimal,
    used: Decimal,
    promised: Decimal | None,
) -> SavingBand | None:
    """Of a saving `adjusted` - `used`; None where nothing is known of the figure's band.

    Parameters
    ----------
    stretched : Decimal
        The model's figure with the factors of the month. [unit]
    promised : Decimal or None
        What is guaranteed of the month. [unit]
    """
    band = figure.band
    if band is None or figure.confidence is None or stretched <= 0:
        return None
    added = adjusted - stretched

    def exceeds(amount: Decimal) -> Decimal:
        return band.exceeds((used + amount - added) / stretched)

    return SavingBand(
        figure.confidence,
        band.coverage,
        band.tested,
        len(band.scores),
        band.calibrated_by,
        band.here,
        band.here_held,
        exceeds(Decimal(0)),
        promised,
        None if promised is None else exceeds(promised),
    )


def band_remarks(
    contract: Contract, line: str, figure: ModelFigure | None, band: SavingBand | None
) -> Iterator[tuple[str, str, bool]]:
    """What has to be known of a band: code, detail, and whether it stands against signing."""
    if figure is not None and figure.no_band is not None:
        yield "no_band", f"{line}: there is no band ({figure.no_band})", False
    if figure is not None and figure.outside:
        share = f"{shown(figure.outside * 100)} % of the days"
        yield "outside_range", f"{line}: {share} outside the temperatures of the training", False
    if band is None or band.calibrated_by is CalibratedBy.LOCAL:
        return
    detail = (
        f"{line}: not calibrated here yet: the band is lent by {band.meter_years} meter-years of"
        f" other buildings; here are {band.here}, want {LEAST_METER_YEARS}"
    )
    if contract.band is BandUse.GATES:
        wait = "nothing is paid by a band that is lent: wait for them, or agree that it informs"
        yield "band_not_calibrated", f"{detail}; {wait}", True
    else:
        yield "band_lent", detail, False
