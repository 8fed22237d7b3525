"""Names of the rules of the desk, and which of them begin on trial."""

from analytics.alerts.live_rule import LIVE_POLICIES
from analytics.alerts.upkeep import UPKEEP_RULES

SILENT = "silent"
GATEWAY_SILENT, MAIN_SILENT, PLACE_SILENT = "gateway_silent", "main_silent", "place_silent"
"""Each explains the silence of many."""
DAY_RULES = ("unlike_usual", "night_load", "off_day_use", "night_flow", "stuck", "implausible")
"""Rules that judge whole days of a meter."""
RULES = (
    *LIVE_POLICIES,
    SILENT,
    GATEWAY_SILENT,
    MAIN_SILENT,
    PLACE_SILENT,
    *DAY_RULES,
    *UPKEEP_RULES,
)
SHIPPED_ON_TRIAL = frozenset({"cell_temperature_spread", "cell_voltage_spread"})
"""Rules whose thresholds differ from model to model: on trial until somebody lets them speak."""
