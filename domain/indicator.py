"""Indicators of public institutions: what is divided by what, and in which unit."""

from enum import StrEnum


class IndicatorName(StrEnum):
    """What institutions are compared by."""

    ENERGY_PER_AREA = "energy_per_area"
    ENERGY_PER_PERSON = "energy_per_person"
    WATER_PER_PERSON = "water_per_person"
    CO2_PER_AREA = "co2_per_area"
    ELECTRICITY_PER_AREA = "electricity_per_area"
    HEAT_PER_AREA = "heat_per_area"

    @property
    def unit(self) -> str:
        """Unit of its values, of a year or the part of it that is asked about."""
        return _UNITS[self]


_UNITS = {
    IndicatorName.ENERGY_PER_AREA: "kgce/m2",
    IndicatorName.ENERGY_PER_PERSON: "kgce/person",
    IndicatorName.WATER_PER_PERSON: "m3/person",
    IndicatorName.CO2_PER_AREA: "kgCO2/m2",
    IndicatorName.ELECTRICITY_PER_AREA: "kWh/m2",
    IndicatorName.HEAT_PER_AREA: "kgce/m2",
}
