"""What the ledger knows of a contract's month, as it was read: no thought in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from analytics.drawn.boundary import ModelMeters
from analytics.evidence.band import KeptBand
from analytics.evidence.model import KeptModel
from analytics.evidence.price import Announced
from analytics.evidence.registers import Edit, Reading
from analytics.evidence.surroundings import Surroundings
from analytics.ledger.metrology import Held
from domain.contract_kpi import KpiCase
from domain.contract_month import Charging, LineAccount, Nested
from domain.model_reason import ModelReason
from domain.non_routine import NonRoutine
from domain.register_event import RegisterEvent
from domain.tariff import Tariff


class LedgerDay(NamedTuple):
    """A local day of a meter; grades as the ledger keeps them. [unit of its register]."""

    value: float
    whole: bool
    quantity_grade: str
    shape_grade: str


class LedgerInterval(NamedTuple):
    """Use in [start, end). [unit of the meter's register]."""

    start: datetime
    end: datetime
    value: float
    quantity_grade: str
    shape_grade: str


@dataclass(frozen=True, slots=True)
class MeterRows:
    """A meter of the contract in the ledger.

    Attributes
    ----------
    code : str
        Of the meter in the ledger.
    readings : tuple of Reading
        Of one register, of the month and around it; none where its devices tell no register, or
        the readings are kept no more.
    days : mapping of date to LedgerDay, or None
        None for a register of which the ledger keeps no figures.
    intervals : tuple of LedgerInterval
        Count where there are no readings, or they do not tell a day that the ledger measured.
    certificates : tuple of Held, or None
        None: of what is no instrument, such as a virtual meter.
    """

    meter_id: int
    code: str
    quantity: str
    readings: tuple[Reading, ...]
    events: tuple[RegisterEvent, ...] = ()
    edits: tuple[Edit, ...] = ()
    days: Mapping[date, LedgerDay] | None = None
    intervals: tuple[LedgerInterval, ...] = ()
    certificates: tuple[Held, ...] | None = None


@dataclass(frozen=True, slots=True)
class TariffRows:
    """The tariff of the meters of a line.

    Attributes
    ----------
    text : str
        The versions that hold in the month, and those before it with the same windows, as TOML of
        the schema ``tariff/1``.
    version_ids : tuple of int
        Of the versions that hold in the month.
    announcement_ids : tuple of int
        Of the announcements, in their order.
    """

    tariff_id: int
    tariff: Tariff
    text: str
    version_ids: tuple[int, ...]
    announced: tuple[Announced, ...]
    announcement_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerBill:
    """A bill of a meter for local days [first_day, end_day).

    Attributes
    ----------
    items : tuple of (str, Decimal)
        Amount by item, such as ``energy`` or ``basic``. [CNY]
    days : mapping of date to LedgerDay
        What the meter used on its days, as far as it is known.
    """

    bill_id: int
    meter: str
    number: str
    first_day: date
    end_day: date
    came_at: datetime
    items: tuple[tuple[str, Decimal], ...]
    days: Mapping[date, LedgerDay]


@dataclass(frozen=True, slots=True)
class LedgerModel:
    """A version of a baseline of the registry.

    Attributes
    ----------
    first_day, end_day : date
        Its training, half-open.
    band : KeptBand or None
        Of which meter-years its band is made; None: of a comparison.
    meters : ModelMeters or None
        None: of a measured key parameter, which has no meter.
    freedom : float or None
        Of `analytics.models.fit_quality.freedom`; None: of a comparison. [1]
    cvrmse_limit, nmbe_limit : float
        Most that its fit may have, as `limit_source` asks. [1]
    events : tuple of NonRoutine
        Accepted non-routine events of the baseline that touch the month.
    planned : Decimal or None
        Saving planned for just the month. [unit of the line]
    region : str or None
        By whose heating season it was fitted.
    reasons : tuple of ModelReason
        Why it is not to be relied on.
    """

    baseline_id: int
    version: int
    version_id: int
    kept: KeptModel
    first_day: date
    end_day: date
    band: KeptBand | None
    meters: ModelMeters | None
    cvrmse: float | None
    nmbe: float | None
    freedom: float | None
    cvrmse_limit: float
    nmbe_limit: float
    limit_source: str
    ipmvp: str | None
    gbt_28750: str | None
    events: tuple[NonRoutine, ...] = ()
    planned: Decimal | None = None
    region: str | None = None
    reasons: tuple[ModelReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read, and why; `code` as in `domain.errors.MissingInputError`."""

    what: str
    name: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class LedgerRows:
    """Everything read for one month, as of one instant.

    Attributes
    ----------
    meters : mapping of str to MeterRows
        By the meter's code in the contract.
    tariffs, models : mapping
        By line.
    equipment : mapping of str to mapping of date to LedgerDay
        Days of submeters, by code of the equipment.
    place : str
        Code of the place whose weather and calendar they are.
    signed : mapping of str to datetime
        Months of the contract that both have signed, and since when; only where its terms ask.
    charging : tuple of Charging
        Piles of the boundary and below it.
    alerts : mapping of str to tuple of KpiCase
        By measure of quality that is drawn from them.
    accounts : tuple of LineAccount
        Of users of lines whose percentage follows from a power factor.
    nested : tuple of Nested
        Meters of the boundary below others of it.
    rooms : mapping of str to mapping of datetime to float
        Mean temperature by hour (UTC) of each device of a room that is seen. [degC]
    """

    known_at: datetime
    meters: Mapping[str, MeterRows] = field(default_factory=dict)
    tariffs: Mapping[str, TariffRows] = field(default_factory=dict)
    bills: tuple[LedgerBill, ...] = ()
    surroundings: Surroundings = field(default_factory=lambda: Surroundings({}, {}))
    models: Mapping[str, LedgerModel] = field(default_factory=dict)
    equipment: Mapping[str, Mapping[date, LedgerDay]] = field(default_factory=dict)
    place: str = ""
    signed: Mapping[str, datetime] = field(default_factory=dict)
    charging: tuple[Charging, ...] = ()
    alerts: Mapping[str, tuple[KpiCase, ...]] = field(default_factory=dict)
    nested: tuple[Nested, ...] = ()
    accounts: tuple[LineAccount, ...] = ()
    rooms: Mapping[str, Mapping[datetime, float]] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
