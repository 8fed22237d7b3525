"""Names of the rules of the desk, and which of them begin on trial."""

from analytics.alerts.live_rule import LIVE_POLICIES
from analytics.alerts.upkeep import UPKEEP_RULES
from analytics.rules.company import COMPANY_RULES

SILENT = "silent"
GATEWAY_SILENT, MAIN_SILENT, PLACE_SILENT = "gateway_silent", "main_silent", "place_silent"
"""Each explains the silence of many."""
METER_RULES = (
    *("unlike_usual", "night_load", "off_day_use", "night_flow", "stuck", "implausible"),
    "pv_yield",
)
"""Rules that judge whole days of a meter by itself; those that overlap are one matter."""
DAY_RULES = (*METER_RULES, *COMPANY_RULES)
"""Rules that judge whole days of a meter."""
EXPLAINED_RULES = ("unlike_usual", "night_load", "off_day_use")
"""Rules that an event of the calendar may explain: unlike the usual, never a leak or a fault."""
FAMILIES = (METER_RULES, *((rule,) for rule in COMPANY_RULES))
"""Rules whose findings on a meter may be one matter."""
RULES = (
    *LIVE_POLICIES,
    SILENT,
    GATEWAY_SILENT,
    MAIN_SILENT,
    PLACE_SILENT,
    *DAY_RULES,
    *UPKEEP_RULES,
)
SHIPPED_ON_TRIAL = frozenset(
    {"cell_temperature_spread", "cell_voltage_spread", "charging_interrupted", "current_unbalance"}
)
"""Rules whose thresholds differ from one installation, or model, to the next: on trial until
somebody lets them speak."""
