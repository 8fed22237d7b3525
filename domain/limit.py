"""For whom a quota or a target holds, and who has compared it with its document."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Institution:
    """What decides which limits hold for an institution; None where it was not entered.

    Attributes
    ----------
    code : str or None
        Its own code in the registry.
    province : str or None
        By ISO 3166-2.
    institution_class : str or None
        Class of the statistics.
    """

    code: str | None = None
    province: str | None = None
    institution_class: str | None = None


@dataclass(frozen=True, slots=True)
class Sphere:
    """For whom a limit holds: where all is None, for the whole nation."""

    province: str | None = None
    institution_class: str | None = None
    organisation: str | None = None

    def holds_for(self, of: Institution) -> bool:
        """Whether it is a limit of an institution."""
        return (
            self.province in {None, of.province}
            and self.institution_class in {None, of.institution_class}
            and self.organisation in {None, of.code}
        )

    @property
    def nearness(self) -> tuple[bool, bool, bool]:
        """The greater, the nearer: an institution's own before a class's before a province's."""
        named = self.organisation, self.institution_class, self.province
        return named[0] is not None, named[1] is not None, named[2] is not None


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """Who has compared a limit with its document, when, and with which."""

    by: str
    on: date
    document: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a limit is from.

    Attributes
    ----------
    evidence : str
        What was seen of it: the document, a report of it, or background knowledge.
    entered_by : str or None
        None: it comes along with Civicwatt.
    is_own : bool
        Entered by the person who asks, who cannot check it.
    check : LimitCheck or None
        None: nobody has compared it yet.
    """

    source: str
    evidence: str
    entered_by: str | None = None
    is_own: bool = False
    check: LimitCheck | None = None

    @property
    def checked(self) -> bool:
        """Whether somebody has compared it with its document."""
        return self.check is not None
