"""Classes (类别) of public institutions by which the statistics are summed."""

from enum import StrEnum


class InstitutionClass(StrEnum):
    """Organs, institutions by their field, and associations."""

    STATE_ORGAN = "state_organ"
    EDUCATION = "education"
    SCIENCE = "science"
    CULTURE = "culture"
    HEALTH = "health"
    SPORT = "sport"
    OTHER_INSTITUTION = "other_institution"
    ASSOCIATION = "association"
