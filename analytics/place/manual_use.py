"""Amounts entered by hand beside metered ones: each month counts once, and meters win."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.ledger.energy_use import other_energy_uncounted
from analytics.ledger.exact import amount, difference, total
from analytics.ledger.institution_year import DECLARABLE
from domain.entry_rule import EntryRule, next_month, rule_of
from domain.manual_entry import EntryKind
from domain.sentence import Sentence
from store.institution.entry_reminder import entry_rules
from store.institution.manual_entry import ApprovedAmount, approved
from store.institution.metered_month import PV_SELF_USED, MeteredMonth, metered_months, plant_months
from store.institution.portfolio import FED_IN, PV_GENERATED, MediumUse

_SELF_USED = EntryKind.PV_SELF_USED_KWH
_DECLARABLE = frozenset(kind for kind in EntryKind if kind.value in DECLARABLE)
_CERTIFICATES = frozenset({EntryKind.GREEN_RETIRED_KWH, EntryKind.GREEN_HELD_KWH})
"""Of these a month without an entry has none: closed months count those there are, so years do."""
_ENERGY = frozenset(
    kind for kind in EntryKind if kind.value in DECLARABLE or kind.medium is not None
) - {*_CERTIFICATES, EntryKind.WATER_M3}
"""Kinds without which coal equivalent and CO2 are of a part; water lacks in its own figure."""


@dataclass(slots=True)
class ManualUse:
    """What was entered by hand of one kind and period.

    Attributes
    ----------
    counted : Decimal
        Sum of the months that count, in the unit of the kind.
    months, wanted_months : int
        How many those are, and how many of the period are over.
    beside_meters : Decimal or None
        Entered - metered, over the months that meters cover as well and that therefore do not
        count; None where there is no such month.
    """

    counted: Decimal = Decimal(0)
    months: int = 0
    wanted_months: int = 0
    beside_meters: Decimal | None = None


@dataclass(slots=True)
class UnitedUse:
    """One institution's use of a period, metered and entered.

    Attributes
    ----------
    media : dict of str to MediumUse
        As of meters, with the months that only people know in amount and coverage.
    declared : dict of str to Decimal
        Fuels and PV: from entries where every month is there, else from the year's declaration,
        else from the entries there are. Of self-used PV first what meters have counted; of green
        certificates the entries there are before the declaration.
    manual : dict of EntryKind to ManualUse
        What of it was entered by hand: never mixed in silently.
    set_aside : dict of EntryKind to Decimal
        Certificates declared of the year that do not count, because months say something else.
    """

    media: dict[str, MediumUse]
    declared: dict[str, Decimal]
    manual: dict[EntryKind, ManualUse] = field(default_factory=dict)
    set_aside: dict[EntryKind, Decimal] = field(default_factory=dict)
    lacking: tuple[EntryKind, ...] = ()
    """Kinds of energy that are asked for, and of which nothing of the period is known."""
    in_part: set[EntryKind] = field(default_factory=set)
    """Fuels and PV that count by fewer months than there are; no declaration tells the year."""
    dark_months: int = 0
    """Months of which nobody knows what the plants behind the meters made for the house."""

    @property
    def is_whole(self) -> bool:
        """Whether no kind of energy is lacking, or there for a part of the months alone."""
        return not (self.lacking or self.in_part)

    @property
    def left_out(self) -> list[Sentence]:
        """Energy that no figure counts, in words."""
        found = [
            Sentence(
                "energy_unknown",
                "{kind} is asked for every month and nothing of it is known: no figure counts it",
                kind=kind,
            )
            for kind in self.lacking
        ]
        found += [
            Sentence(
                "energy_in_part",
                "{kind} is entered of {months} of {wanted} months: no figure counts the others",
                kind=kind,
                months=self.manual[kind].months,
                wanted=self.manual[kind].wanted_months,
            )
            for kind in sorted(self.in_part)
        ]
        other = self.manual.get(EntryKind.OTHER_TCE)
        if other is not None and other.counted:
            found.append(other_energy_uncounted(other.counted))
        found += [
            Sentence(
                "declared_set_aside",
                "declared {kind} of {declared} is in no figure: months were entered, which come to"
                " {entered}",
                kind=kind,
                declared=of_year,
                entered=self.manual[kind].counted,
            )
            for kind, of_year in self.set_aside.items()
        ]
        if self.dark_months:
            found.append(
                Sentence(
                    "plant_dark",
                    "self-used PV of {months} months is in no figure: its meters were silent, none"
                    " counts what was fed in, or more was fed in than was made",
                    months=self.dark_months,
                )
            )
        return found


def covers(month: MeteredMonth | None) -> bool:
    """Whether meters know a month whole, so that nothing has to be entered for it."""
    return month is not None and month.is_whole and month.grade != "estimated"


def united(
    conn: Connection,
    institutions: Collection[int],
    days: tuple[date, date],
    zone: ZoneInfo,
    uses: Mapping[int, Mapping[str, MediumUse]],
    declared: Mapping[int, Mapping[str, Decimal]],
) -> dict[int, UnitedUse]:
    """Unite what meters counted, what was declared and what was entered, by institution.

    Parameters
    ----------
    days : tuple of date
        Half-open, from the first day of a year and within it; months that are not over by its
        end are left out.
    zone : ZoneInfo
        Of all the institutions.
    """
    months = _months(days)
    entered: dict[int, list[ApprovedAmount]] = defaultdict(list)
    for each in approved(conn, institutions, days[0].year):
        if each.month in months:
            entered[each.organisation_id].append(each)
    plants = [key for key in institutions if PV_GENERATED in uses.get(key, {})]
    of_both = [key for key in institutions if uses.get(key) and (key in entered or key in plants)]
    metered = {
        (found.institution_id, found.medium, found.month): found
        for found in (metered_months(conn, of_both, days[0].year, zone) if of_both else [])
    }
    # Over a year one month in which a meter is wrong would be lost in the others.
    wrong = {
        key
        for (key, medium, _), month in metered.items()
        if medium == PV_SELF_USED and month.amount < 0
    }
    dark = {key for key in plants if key in wrong or _is_dark(uses[key])}
    hung = plant_months(conn, sorted(dark), days[0].year, zone) if dark else set()
    rules = entry_rules(conn, institutions)
    found = {}
    for key in institutions:
        media = dict(uses.get(key, {}))
        made, back = media.pop(PV_GENERATED, None), media.pop(FED_IN, None)
        use = UnitedUse(media, dict(declared.get(key, {})))
        _enter(use, entered[key], metered, (months, (days[1] - days[0]).days))
        if key in dark:
            # A document of the whole year counts, as without meters, where they know none of it.
            if _SELF_USED.value not in declared.get(key, {}) or any(
                covers(metered.get((key, PV_SELF_USED, month.month))) for month in months
            ):
                standing = {month for month in months if (key, month.month) in hung}
                _add_known_months(use, key, entered[key], metered, (months, standing))
        elif made is not None:
            parts = [amount(made.amount)] + ([] if back is None else [amount(-back.amount)])
            use.declared[_SELF_USED.value] = total(parts)
        if made is not None:  # what its meters do not know is told by the month
            use.in_part.discard(_SELF_USED)
        use.lacking = tuple(_lacking(use, rules.get(key, ()), months))
        found[key] = use
    return found


def _lacking(
    use: UnitedUse, rules: Sequence[EntryRule], months: Sequence[date]
) -> Iterator[EntryKind]:
    asked = {kind for month in months for kind in rule_of(rules, month).kinds}
    known = {*use.media, *use.declared, *use.manual}
    for kind in EntryKind:
        if kind in asked & _ENERGY and not {kind.value, kind.medium} & known:
            yield kind


def _is_dark(use: Mapping[str, MediumUse]) -> bool:
    """Whether a plant has meters without figures for a time, or none of what was fed in."""
    plant = [use[name] for name in (PV_GENERATED, FED_IN) if name in use]
    return PV_GENERATED in use and min(each.coverage for each in plant) < 1


def _add_known_months(
    use: UnitedUse,
    institution: int,
    entered: Sequence[ApprovedAmount],
    metered: "_Metered",
    asked: tuple[Sequence[date], Collection[date]],
) -> None:
    """Self-used PV of the months of which its meters, or people, know it; the others are told.

    Parameters
    ----------
    asked : tuple
        Months, and those in which a plant's meter hung: of others nothing is lacking.
    """
    months, standing = asked
    by_hand = {row.month: row.amount for row in entered if row.kind == _SELF_USED.value}
    known, dark = [], 0
    for month in months:
        counted = metered.get((institution, PV_SELF_USED, month.month))
        if counted is not None and covers(counted):
            known.append(amount(counted.amount))
        elif month in by_hand:
            known.append(by_hand[month])
        elif month in standing:
            dark += 1
    use.declared[_SELF_USED.value] = total(known)
    use.dark_months = dark
    electricity = use.media.get("electricity")
    if electricity is not None and dark:
        share = min(electricity.coverage, 1 - dark / len(months))
        use.media["electricity"] = replace(electricity, coverage=share)


_Metered = Mapping[tuple[int, str, int], MeteredMonth]


def _enter(
    use: UnitedUse,
    entered: Sequence[ApprovedAmount],
    metered: _Metered,
    asked: tuple[Sequence[date], int],
) -> None:
    """Put in what was entered.

    Parameters
    ----------
    asked : tuple
        Months of the period that are over, and the days of all of it.
    """
    months, _ = asked
    counted: dict[str, list[ApprovedAmount]] = defaultdict(list)
    for each in entered:
        kind = EntryKind(each.kind)
        manual = use.manual.setdefault(kind, ManualUse(wanted_months=len(months)))
        beside = metered.get((each.organisation_id, kind.metered_as or "", each.month.month))
        if beside is not None and covers(beside):
            apart = difference(each.amount, amount(beside.amount))
            manual.beside_meters = total([manual.beside_meters or Decimal(0), apart])
            continue
        manual.counted = total([manual.counted, each.amount])
        manual.months += 1
        if kind.medium is not None:
            counted[kind.medium].append(each)
    for medium, rows in counted.items():
        use.media[medium] = _with(use.media.get(medium), medium, rows, metered, asked)
    for kind, manual in use.manual.items():
        if kind not in _DECLARABLE:
            continue
        of_year = use.declared.get(kind.value)
        if of_year is None or manual.months == len(months) or kind in _CERTIFICATES:
            use.declared[kind.value] = manual.counted
            if kind not in _CERTIFICATES and manual.months < len(months):
                use.in_part.add(kind)
            if kind in _CERTIFICATES and of_year not in {None, manual.counted}:
                use.set_aside[kind] = of_year


def _with(
    known: MediumUse | None,
    medium: str,
    rows: Sequence[ApprovedAmount],
    metered: _Metered,
    asked: tuple[Sequence[date], int],
) -> MediumUse:
    """Metered use with entries in the place of what meters have of those months.

    Entries know nothing of a month that still runs: it is not covered.
    """
    months, days = asked
    by_hand = sum(float(row.amount) for row in rows)
    if known is None:
        covered = sum((next_month(row.month) - row.month).days for row in rows)
        return MediumUse(by_hand, unmeasured=0.0, coverage=covered / days, meters=0)
    key = rows[0].organisation_id
    parts = [metered.get((key, medium, row.month.month)) for row in rows]
    of_meters = sum(part.amount for part in parts if part is not None)
    entered = {row.month for row in rows}
    whole = all(
        month in entered or covers(metered.get((key, medium, month.month))) for month in months
    )
    return replace(
        known,
        amount=known.amount - of_meters + by_hand,
        coverage=(next_month(months[-1]) - months[0]).days / days if whole else known.coverage,
    )


def _months(days: tuple[date, date]) -> list[date]:
    found, month = [], days[0]
    while next_month(month) <= days[1]:
        found.append(month)
        month = next_month(month)
    return found
