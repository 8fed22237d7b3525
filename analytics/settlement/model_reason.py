"""What a signatory has to know of the model that a line is settled by. Pure."""

from collections.abc import Iterator

from domain.contract import Contract
from domain.contract_month import ModelFigure
from domain.model_reason import NOT_AGREED, ModelReason

_SAYS = {
    ModelReason.CONSTANT: "the use that it was trained on never changes",
    ModelReason.SHORT_BASELINE: "it was trained on less than nine tenths of a year",
    ModelReason.GAPS_IN_TRAINING: "more than a tenth of its training is missing",
    ModelReason.ESTIMATED_TRAINING: "more than a tenth of its training is estimated",
    ModelReason.OUT_OF_RANGE: "more than a tenth is outside the temperatures of its training",
}


def reason_remarks(contract: Contract, figure: ModelFigure) -> Iterator[tuple[str, str, bool]]:
    """Reasons of a model: code, detail, and whether it stands against signing.

    What a contract says of the years before, agreed by a document, stands for its line.
    """
    agreed = next(
        (
            each.document
            for each in contract.baseline_years
            if each.line == figure.line and each.agreed and each.document.strip()
        ),
        None,
    )
    for reason in figure.reasons or ():
        detail = f"model {figure.model} {figure.version} of {figure.line}: {_SAYS[reason]}"
        if reason not in NOT_AGREED:
            yield reason, detail, False
        elif agreed is not None:
            yield reason, f"{detail}; agreed on by {agreed}", False
        else:
            more = "fit a baseline on measured days, or agree on this one in the contract"
            yield reason, f"{detail}; {more}", True
