"""What is wrong with the certificates, ratios and seals of settlement meters on a day. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.certificate import Certificate

_AS_GOOD_AS = Decimal("1e-9")
"""Two ratios that differ by less, relatively, are the same: one was stored in binary. [1]"""


class FindingKind(StrEnum):
    """What can be wrong; the worst first."""

    OUT_OF_TOLERANCE = "out_of_tolerance"
    """A verification found the meter wrong and nobody has corrected what it counted."""
    STILL_WRONG = "still_wrong"
    """What it counted before is settled, but neither was it replaced nor verified again since."""
    RATIO_DIFFERS = "ratio_differs"
    """The multiplier in force is not that of the certificate."""
    NO_CERTIFICATE = "no_certificate"
    """A meter that settles has none and never had one."""
    SWAP_WITHOUT_CERTIFICATE = "swap_without_certificate"
    """The meter was replaced and the new one has none."""
    ENDED = "ended"
    """The last one ended."""
    SEAL_BROKEN = "seal_broken"
    """A seal is broken and nobody noted why."""
    BILL_DIFFERS = "bill_differs"
    """The boundary total and the utility's bill differ beyond the limit, unexplained."""
    BILL_MONEY_DIFFERS = "bill_money_differs"
    """The utility's sum and our cost of its days differ so, though the amount does not."""
    DRIFT = "drift"
    """The difference from the bills grows from month to month."""
    ENDS_SOON = "ends_soon"
    """It ends within the last notice."""
    ENDS_LATER = "ends_later"
    """It ends within the first notice."""


TO_COME = frozenset({FindingKind.ENDS_SOON, FindingKind.ENDS_LATER})
"""What will be wrong, and is not yet."""
_RANK = {kind: rank for rank, kind in enumerate(FindingKind)}


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate and the local days [first_day, end_day) on which it really held.

    They are fewer than it was issued for where it was ended before.
    """

    certificate: Certificate
    first_day: date
    end_day: date


@dataclass(frozen=True, slots=True)
class SealState:
    """A seal, since when it is broken if it is, and whether somebody noted why."""

    number: str
    broken_on: date | None = None
    noted: bool = False


@dataclass(frozen=True, slots=True)
class MeterMetrology:
    """All that is known of a meter's metrology.

    Attributes
    ----------
    certificates : sequence of Held
        In any order; they do not overlap.
    ratios : sequence of (date, float)
        Local days from which multipliers hold, in order of time; 1 before the first.
    swaps : sequence of date
        Local days on which the instrument was replaced.
    uncorrected : sequence of (date, Decimal)
        Days of verifications that found an error [%] nobody has corrected or dismissed.
    settled : sequence of (date, Decimal)
        The same of those that somebody has: what was counted up to these days is settled.
    """

    code: str
    certificates: Sequence[Held] = ()
    ratios: Sequence[tuple[date, float]] = ()
    swaps: Sequence[date] = ()
    seals: Sequence[SealState] = ()
    uncorrected: Sequence[tuple[date, Decimal]] = ()
    settled: Sequence[tuple[date, Decimal]] = ()


@dataclass(frozen=True, slots=True)
class MetrologyFinding:
    """One thing that is wrong: what, of which meter, since when.

    Attributes
    ----------
    since : date or None
        Local day; None where it always was. For what is to end: the day on which it will.
    told : mapping of str to str
        What it is about, by name: numbers, days, both of two things that differ.
    """

    kind: FindingKind
    meter: str
    since: date | None
    told: dict[str, str] = field(default_factory=dict)


def metrology_findings(
    meter: MeterMetrology, today: date, *, first_notice: int = 90, last_notice: int = 30
) -> list[MetrologyFinding]:
    """What is wrong with a meter's metrology on a local day.

    Parameters
    ----------
    first_notice, last_notice : int
        How long before its end a certificate is told to end. [d]
    """
    found = [*_certificate(meter, today, first_notice, last_notice), *_ratio(meter, today)]
    found += _seals(meter, today)
    found += [
        MetrologyFinding(
            FindingKind.OUT_OF_TOLERANCE, meter.code, day, {"error_pct": f"{error.normalize():f}"}
        )
        for day, error in meter.uncorrected
        if day <= today
    ]
    found += _still_wrong(meter, today)
    return in_order(found)


def findings_of_days(
    meter: MeterMetrology, first_day: date, end_day: date
) -> list[MetrologyFinding]:
    """What was wrong with a meter's metrology on any of the local days [first_day, end_day).

    What was only to come is not among it. What was put right before the last of them says
    ``until``: from which day on it was right.
    """
    changes = {day for day in _changes(meter) if first_day < day < end_day}
    days = [first_day, *sorted(changes)]
    found: dict[tuple[FindingKind, date | None, str], tuple[MetrologyFinding, int]] = {}
    for n, day in enumerate(days):
        for each in metrology_findings(meter, day):
            if each.kind in TO_COME:
                continue
            found[each.kind, each.since, str(sorted(each.told.items()))] = each, n
    return in_order(
        each
        if n + 1 == len(days)
        else replace(each, told={**each.told, "until": days[n + 1].isoformat()})
        for each, n in found.values()
    )


def _changes(meter: MeterMetrology) -> Iterator[date]:
    """Local days on which something of a meter's metrology begins or ends."""
    for held in meter.certificates:
        yield from (held.first_day, held.end_day, held.certificate.verified_on)
    yield from (day for day, _ in (*meter.ratios, *meter.uncorrected, *meter.settled))
    yield from meter.swaps
    yield from (seal.broken_on for seal in meter.seals if seal.broken_on is not None)


def in_order(findings: Iterable[MetrologyFinding]) -> list[MetrologyFinding]:
    """The worst first, of a kind the longest first."""
    return sorted(findings, key=lambda each: (_RANK[each.kind], each.since or date.min, each.meter))


def in_force(certificates: Iterable[Held], day: date) -> Held | None:
    """The certificate that holds on a local day."""
    return next((each for each in certificates if each.first_day <= day < each.end_day), None)


def _certificate(
    meter: MeterMetrology, today: date, first_notice: int, last_notice: int
) -> Iterator[MetrologyFinding]:
    known = sorted(
        (each for each in meter.certificates if each.first_day <= today),
        key=lambda each: each.first_day,
    )
    swap = max((day for day in meter.swaps if day <= today), default=None)
    if swap is not None and not any(each.first_day >= swap for each in known):
        old = known[-1].certificate.number if known else ""
        yield MetrologyFinding(
            FindingKind.SWAP_WITHOUT_CERTIFICATE, meter.code, swap, {"number": old}
        )
        return
    if not known:
        yield MetrologyFinding(FindingKind.NO_CERTIFICATE, meter.code, None)
        return
    last = known[-1]
    told = {"number": last.certificate.number}
    left = (last.end_day - today).days
    if left <= 0:
        yield MetrologyFinding(FindingKind.ENDED, meter.code, last.end_day, told)
        return
    followed = any(each.first_day == last.end_day for each in meter.certificates)
    if left <= first_notice and not followed:
        kind = FindingKind.ENDS_SOON if left <= last_notice else FindingKind.ENDS_LATER
        yield MetrologyFinding(kind, meter.code, last.end_day, {**told, "days": str(left)})


def _still_wrong(meter: MeterMetrology, today: date) -> Iterator[MetrologyFinding]:
    """The last error that was settled, while the meter counts on with it."""
    known = [each for each in (*meter.settled, *meter.uncorrected) if each[0] <= today]
    found_on, error = max(known, key=lambda each: each[0], default=(None, None))
    if found_on is None or error is None or (found_on, error) not in meter.settled:
        return
    put_right = [day for day in meter.swaps if found_on <= day <= today]
    put_right += [
        each.certificate.verified_on
        for each in meter.certificates
        if each.first_day <= today and found_on <= each.certificate.verified_on
    ]
    if not put_right:
        told = {"error_pct": f"{error.normalize():f}"}
        yield MetrologyFinding(FindingKind.STILL_WRONG, meter.code, found_on, told)


def _ratio(meter: MeterMetrology, today: date) -> Iterator[MetrologyFinding]:
    held = in_force(meter.certificates, today)
    if held is None:
        return
    ratios: list[tuple[date | None, float]] = [(None, 1.0)]
    ratios += [each for each in meter.ratios if each[0] <= today]
    since, ratio = ratios[-1]
    certified, used = held.certificate.multiplier, Decimal(repr(ratio))
    if abs(certified - used) <= _AS_GOOD_AS * certified:
        return
    told = {
        "number": held.certificate.number,
        "certified": plain(certified),
        "in_force": plain(used),
        "in_force_since": "" if since is None else since.isoformat(),
    }
    begin = max(held.first_day, since or held.first_day)
    yield MetrologyFinding(FindingKind.RATIO_DIFFERS, meter.code, begin, told)


def _seals(meter: MeterMetrology, today: date) -> Iterator[MetrologyFinding]:
    for seal in meter.seals:
        if seal.broken_on is not None and seal.broken_on <= today and not seal.noted:
            told = {"seal": seal.number}
            yield MetrologyFinding(FindingKind.SEAL_BROKEN, meter.code, seal.broken_on, told)


def plain(number: Decimal) -> str:
    """A ratio as people write it: 40, 2.5, 66.666667."""
    return f"{round(number, 6).normalize():f}"


def ends_first(held: Sequence[Held], today: date) -> tuple[bool, date]:
    """Key by which meters are sorted: those without a certificate, then what ends first."""
    now = in_force(held, today)
    return now is not None, date.min if now is None else now.end_day - timedelta(days=1)
