"""Why a model that could be fitted is not to be relied on."""

from enum import StrEnum


class ModelReason(StrEnum):
    """By name, as the registry keeps it with a version of a baseline."""

    CONSTANT = "constant"
    """Use in the training never changes."""
    SHORT_BASELINE = "short_baseline"
    """Trained on less than nine tenths of a year."""
    GAPS_IN_TRAINING = "gaps_in_training"
    """More than a tenth of the training is missing."""
    ESTIMATED_TRAINING = "estimated_training"
    """More than a tenth of the training is estimated."""
    OUT_OF_RANGE = "out_of_range"
    """More than a tenth of what it is told for lies outside the training's temperatures."""


NOT_AGREED = frozenset({ModelReason.GAPS_IN_TRAINING, ModelReason.ESTIMATED_TRAINING})
"""Nothing is settled by these unless the contract names who agreed on the baseline."""
