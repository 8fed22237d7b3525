"""Named reasons to doubt a model go with its figure onto the statement and into the bundle."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from analytics.baseline.training import Training, read, written
from analytics.drawn.rows import LedgerModel
from analytics.evidence.model import fitted
from analytics.models.fit_quality import freedom
from analytics.settlement.phrase import in_chinese
from analytics.settlement.statement import Inputs, Remark
from domain.contract import BaselineYears
from domain.contract_month import ModelFigure
from domain.errors import InputError
from domain.model_reason import ModelReason
from domain.record import read as read_record
from domain.record import told
from tests.unit.drawn.modelled import bundle, drawn, line_model, statement, terms
from tests.unit.evidence.office import checked, parts
from tests.unit.evidence.test_sources import training

BLOCKING = [ModelReason.ESTIMATED_TRAINING, ModelReason.GAPS_IN_TRAINING]


def doubted(*reasons: ModelReason) -> dict[str, LedgerModel]:
    return {"electricity": line_model(40, reasons=reasons)}


def agreed(document: str) -> Inputs:
    """The office's contract, in which both agreed on another baseline than the rule gives."""
    given = terms()
    years = BaselineYears("electricity", (Decimal(3), Decimal(2), Decimal(1)), True, document)
    return replace(given, contract=replace(given.contract, baseline_years=(years,)))


def remark(reason: ModelReason, given: Inputs | None = None) -> Remark:
    found = statement(given, models=doubted(reason))
    (told_once,) = [each for each in found.remarks if each.code == reason]
    return told_once


def lacking() -> str:
    """A training of which every seventh day is missing."""
    whole = read(training())
    use = whole.use.copy()
    use[::7] = float("nan")
    return written(Training(whole.first_day, use, whole.temperature_c, whole.kinds))


@pytest.mark.parametrize("reason", BLOCKING)
def test_nobody_signs_by_a_model_of_estimates_or_gaps(reason: ModelReason) -> None:
    assert statement().may_be_signed
    assert not statement(models=doubted(reason)).may_be_signed
    assert remark(reason).blocks


@pytest.mark.parametrize("reason", BLOCKING)
def test_an_agreement_named_in_the_contract_lets_it_pass_and_is_named(reason: ModelReason) -> None:
    told_once = remark(reason, agreed("amendment 2"))
    assert not told_once.blocks
    assert "agreed on by amendment 2" in told_once.detail
    assert remark(reason, agreed(" ")).blocks


@pytest.mark.parametrize("reason", sorted({*ModelReason} - {*BLOCKING}))
def test_other_reasons_are_told_and_stop_nobody(reason: ModelReason) -> None:
    assert not remark(reason).blocks
    assert statement(models=doubted(reason)).may_be_signed


@pytest.mark.parametrize("reason", ModelReason)
def test_every_reason_is_told_in_chinese(reason: ModelReason) -> None:
    for given in (None, agreed("修正协议")):
        detail = in_chinese(remark(reason, given).detail)
        assert " of " not in detail
        assert ";" not in detail


def test_the_bundle_says_that_estimates_of_the_training_are_only_stated() -> None:
    whole = bundle(models=doubted(ModelReason.ESTIMATED_TRAINING))
    (figure,) = json.loads(parts(whole)["month.json"])["models"]
    assert figure["reasons"] == ["estimated_training"]
    assert "estimates in the training of electricity" in checked(whole)[-1]["stated"]


def test_gaps_that_a_month_keeps_quiet_about_are_found_by_fitting_again() -> None:
    kept = fitted("electricity", lacking())
    (own,) = doubted(ModelReason.GAPS_IN_TRAINING, ModelReason.SHORT_BASELINE).values()
    again = kept.check_fit()
    free = freedom(again.quality.count, again.parameters or {})
    quality = {"cvrmse": again.quality.cvrmse, "nmbe": again.quality.nmbe, "freedom": free}
    honest = replace(own, kept=kept, band=None, **quality)
    whole = bundle(models={"electricity": honest})
    assert checked(whole)[-1]["may_be_signed"] is False
    quiet = bundle(models={"electricity": replace(honest, reasons=())})
    with pytest.raises(InputError, match=r"unsure by \[\], fitted again: \['gaps_in_training'"):
        checked(quiet)


def test_a_figure_written_before_reasons_were_kept_still_reads() -> None:
    (figure,) = drawn().month.models
    text = told(figure)
    del text["reasons"]
    assert read_record(ModelFigure, text, "month.json") == replace(figure, reasons=None)
