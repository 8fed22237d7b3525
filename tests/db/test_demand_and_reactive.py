"""A planted demand register and planted reactive energy give the month's charges, to the cent.

So they do of a meter that was wrong for part of the month, once its error is declared.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from analytics.jobs.consumption import update_consumption
from analytics.ledger.cost_line import Cost, official_total
from analytics.place.meter_cost import NOW as AS_NOW
from analytics.place.meter_cost import meter_cost
from domain.edit import Edit
from domain.errors import MissingInputError
from domain.money import cents
from domain.register_event import EventKind, RegisterEvent
from domain.tolerance import Finding, ToleranceRule
from store.become import Role, become
from store.meters.edit import edits, make_edit, undo_edit
from store.meters.register_event import declare, withdraw
from store.meters.tolerance import add_finding, decide
from store.money.tariff import MeterTariffRow, add_tariff, put_meter
from store.places.place import MeterRow, meters
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.db.conftest import add_people
from tests.estate import NOW, estate, say, store_messages
from tests.supply import put_account

pytestmark = pytest.mark.db

SHANGHAI = ZoneInfo("Asia/Shanghai")
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
START = datetime(2026, 6, 1, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)
HOURS = 30 * 24
KW, KVAR, DEMAND_KW = 20.0, 15.0, 61.0
"""Constant power, constant reactive power, and the greatest demand by the register."""
PEAK_HOUR = 400
"""From here on the register shows its greatest demand."""
TARIFF = """
schema = "tariff/1"
code = "planted"
medium = "electricity"
name_zh = "x"
name_en = "planted"
[[version]]
first_day = 2026-01-01
checked = false
source = "planted"
power_factor = "0.90"
[[version.component]]
name = "energy"
price = "0.50"
[[version.component]]
name = "fund"
fund = true
price = "0.02"
[[version.basic]]
by = "maximum"
price = "30"
"""


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A school that drew 20 kW and 15 kvar all June; its demand register was reset on the first."""
    write_registry(superuser, estate())
    add_people(superuser)
    tariff_id = add_tariff(superuser, TARIFF, place="planted")
    assert tariff_id is not None
    readings = [
        say(
            "school-device-0",
            f'{{"ts": "{(START + hour * HOUR).isoformat()}", "values": {{'
            f'"active_energy_import_kwh": {1000 + KW * hour},'
            f'"reactive_energy_import_kvarh": {500 + KVAR * hour},'
            f'"demand_max_kw": {_demand(hour)}}}}}'.encode(),
        )
        for hour in range(HOURS + 1)
    ]
    store_messages(superuser, readings)
    compute(superuser, NOW)
    terms = MeterTariffRow(tariff_id, "planted", date(2026, 1, 1), None, Decimal(4000), None, None)
    put_meter(superuser, school(superuser).id, terms)
    for entered in ("tariff_version", "meter_tariff"):  # as of days in June there is a tariff
        form = SQL("UPDATE {} SET entered_at = %s").format(Identifier(entered))
        superuser.execute(form, [START])
    put_account(superuser, school(superuser).id, "0.90", first=JUNE, at=START)
    return superuser


def _demand(hour: int) -> float:
    """At the turn of the month the register begins anew."""
    if hour in (0, HOURS):
        return 0.0
    return DEMAND_KW if hour >= PEAK_HOUR else 35.0


def school(conn: Connection) -> MeterRow:
    return next(row for row in meters(conn) if row.code == "school-meter-0")


def act_as(conn: Connection, login: str) -> None:
    conn.execute(
        "SELECT set_config('civicwatt.person', person_id::text, false) FROM person"
        " WHERE login = %s",
        [login],
    )


def found_wrong(
    conn: Connection, first_day: int, end_day: int, error: str, reactive: str | None
) -> int:
    """A verification's finding, settled over days [first_day, end_day) of June; id of its event."""
    act_as(conn, "admin")
    meter = school(conn)
    finding = Finding(
        date(2026, 7, 1), Decimal(error), Decimal("0.5"), None, "No. 7",
        reactive_error_pct=None if reactive is None else Decimal(reactive),
    )  # fmt: skip
    finding_id = add_finding(conn, meter.id, finding)
    span = START + (first_day - 1) * 24 * HOUR, START + (end_day - 1) * 24 * HOUR
    event = RegisterEvent(span[0], "error", float(error), None, "clause 9.2", span[1])
    event_id = declare(conn, meter.id, event)
    decide(
        conn, finding_id, ToleranceRule.KNOWN_DATE, event_id=event_id, basis="b", reason="clause"
    )
    compute(conn, NOW + HOUR)
    return event_id


def shift(conn: Connection, column: str, first_hour: int, last_hour: int, by: float) -> None:
    """Move what the register showed at the hours first to last of June, both included."""
    span = START + first_hour * HOUR, START + last_hour * HOUR
    conn.execute(
        SQL("UPDATE electricity_reading SET {0} = {0} + %s WHERE ts BETWEEN %s AND %s").format(
            Identifier(column)
        ),
        [by, *span],
    )


def correct(conn: Connection, quantity: str, hour: int, value: float | None, at: datetime) -> int:
    """Have the reading of an hour of June read otherwise from `at` on; id of the edit."""
    act_as(conn, "admin")
    [device] = conn.execute("SELECT device_id FROM device WHERE code = 'school-device-0'")
    edit = Edit(device[0], quantity, START + hour * HOUR, None, value, "misread")
    edit_id = make_edit(conn, edit)
    conn.execute("UPDATE reading_edit SET at = %s WHERE edit_id = %s", [at, edit_id])
    return edit_id


def compute(conn: Connection, now: datetime) -> None:
    with connected(conn.info.dsn, Role.WORK) as worker:
        update_consumption(worker, now=now)


def june(conn: Connection, *, as_of: datetime = AS_NOW) -> Cost:
    """What the school's own people are told June costs."""
    row = conn.execute("SELECT person_id::text FROM person WHERE login = 'school'").fetchone()
    with connected(conn.info.dsn) as own, own.transaction():
        become(own, Role.API)
        own.execute("SELECT set_config('civicwatt.person', %s, true)", row)
        return meter_cost(own, school(own), JUNE, JULY, as_of=as_of).cost


def amounts(cost: Cost) -> dict[str, Decimal]:
    return {line.item: line.amount for line in cost.lines}


def test_the_demand_register_gives_the_basic_charge_and_reactive_energy_the_adjustment(
    conn: Connection,
) -> None:
    found = june(conn)
    assert found.gaps == ()
    kwh = Decimal(int(KW) * HOURS)
    energy, fund, basic = kwh * Decimal("0.50"), kwh * Decimal("0.02"), Decimal(30 * 61)
    told = amounts(found)
    assert (told["energy"], told["fund"], told["basic"]) == (energy, fund, basic)
    # 20 kW and 15 kvar are a factor of 0.80: 10 steps below 0.90, at half a percent each.
    assert told["power_factor"] == (energy + basic) * Decimal("0.05")
    line = next(line for line in found.lines if line.item == "power_factor")
    assert "power factor 0.80" in line.formula
    assert line.price == Decimal("5.0")


def test_registers_are_read_at_the_ratio_that_was_declared(conn: Connection) -> None:
    conn.execute(
        "INSERT INTO register_event (meter_id, at, kind, value, note, person_id)"
        " SELECT meter_id, '2026-05-01Z', 'ratio', 40, 'plate', person_id FROM meter, person"
        " WHERE code = 'school-meter-0' AND login = 'school'"
    )
    compute(conn, NOW + HOUR)
    found = june(conn)
    assert amounts(found)["basic"] == Decimal(30 * 61 * 40)
    line = next(line for line in found.lines if line.item == "power_factor")
    assert "power factor 0.80" in line.formula


def test_without_a_reading_of_its_last_day_neither_is_guessed(conn: Connection) -> None:
    conn.execute(
        "UPDATE electricity_reading SET demand_max_kw = NULL, reactive_energy_import_kvarh = NULL"
        " WHERE ts > %s",
        [START + (HOURS - 30) * HOUR],
    )
    found = june(conn)
    assert {gap.code for gap in found.gaps} == {"maximum_demand", "reactive_energy"}
    assert not {"basic", "power_factor"} & amounts(found).keys()


def test_reactive_energy_is_told_to_the_instant_between_readings_on_both_sides(
    conn: Connection,
) -> None:
    """None at the turns of the month; up to the readings 20 h beside them it would be 0.79."""
    before = june(conn)
    conn.execute(
        "UPDATE electricity_reading SET reactive_energy_import_kvarh = NULL WHERE ts IN (%s, %s)",
        [START, START + HOURS * HOUR],
    )
    for hour in (-20, HOURS + 20):
        told = f'"values": {{"reactive_energy_import_kvarh": {500 + KVAR * hour}}}'
        at = START + hour * HOUR
        store_messages(
            conn, [say("school-device-0", f'{{"ts": "{at.isoformat()}", {told}}}'.encode())]
        )
        if hour < 0:
            [gap] = june(conn).gaps
            assert gap.code == "reactive_energy"
    assert june(conn) == before


def test_reverse_reactive_energy_is_told_beside_an_adjustment_without_it(conn: Connection) -> None:
    before = june(conn)
    conn.execute(
        "UPDATE electricity_reading SET reactive_energy_export_kvarh = CASE WHEN ts < %s THEN 7"
        " ELSE 9 END",
        [START],
    )
    assert june(conn) == before  # it stands all of June
    conn.execute(
        "UPDATE electricity_reading SET reactive_energy_export_kvarh = 9.5 WHERE ts > %s",
        [START + 400 * HOUR],
    )
    found = june(conn)
    [gap] = found.gaps
    assert (gap.code, found.lines) == ("reactive_reverse", before.lines)
    with pytest.raises(MissingInputError, match="reverse reactive energy"):
        official_total(found)


def test_a_register_that_falls_for_good_within_the_month_tells_neither(conn: Connection) -> None:
    """Both begin anew on the 21st; one reading astray before it was no fall."""
    shift(conn, "reactive_energy_import_kvarh", 100, 100, -1000)
    assert june(conn).gaps == ()
    shift(conn, "demand_max_kw", 480, HOURS, -30)
    found = june(conn)
    assert [gap.code for gap in found.gaps] == ["maximum_demand", "price"]
    shift(conn, "reactive_energy_import_kvarh", 480, HOURS, -600)  # ends above where it began
    found = june(conn)
    assert [gap.code for gap in found.gaps] == ["maximum_demand", "reactive_energy"]
    assert not {"basic", "power_factor"} & amounts(found).keys()


@pytest.mark.parametrize("kind", ["swap", "reset"])
def test_a_declared_swap_or_reset_tells_neither(conn: Connection, kind: EventKind) -> None:
    """However the new register begins, and until the event is withdrawn."""
    before = june(conn)
    act_as(conn, "admin")
    at = START + 480 * HOUR
    event = RegisterEvent(at, kind, 1000 + KW * 480, 1000 + KW * 480, "the meter was changed")
    event_id = declare(conn, school(conn).id, event)
    found = june(conn)
    assert [gap.code for gap in found.gaps] == ["maximum_demand", "reactive_energy"]
    assert not {"basic", "power_factor"} & amounts(found).keys()
    withdraw(conn, event_id, "it was another meter")
    assert june(conn) == before


def test_a_swap_at_the_turn_of_the_month_and_a_demand_set_back_on_its_first_day_are_none(
    conn: Connection,
) -> None:
    before = june(conn)
    shift(conn, "demand_max_kw", 1, 9, 50)
    act_as(conn, "admin")
    declare(conn, school(conn).id, RegisterEvent(START, "swap", 1000.0, 900.0, "changed"))
    assert june(conn) == before


def test_an_error_of_the_whole_month_is_divided_out_of_both_registers(conn: Connection) -> None:
    before = june(conn)
    event_id = found_wrong(conn, 1, 31, "-20", "-20")
    found = june(conn)
    assert found.gaps == ()
    told = amounts(found)
    assert told["energy"] == Decimal(18_000) * Decimal("0.50")
    assert told["basic"] == Decimal(30) * Decimal("76.25")  # 61 kW of a meter that shows 80 %
    # Both are a quarter more, so the factor stays, and with it the percentage.
    assert told["power_factor"] == cents((told["energy"] + told["basic"]) * Decimal("0.05"))
    withdraw(conn, event_id, "the report was of another meter")
    compute(conn, NOW + 2 * HOUR)
    assert june(conn) == before


def test_an_error_of_reactive_energy_alone_moves_the_power_factor(conn: Connection) -> None:
    """15 kvar that were 20, beside 20 kW: a factor of 0.71 is 19 steps below 0.90."""
    found_wrong(conn, 1, 31, "-0.6", "-25.4513")
    line = next(line for line in june(conn).lines if line.item == "power_factor")
    assert "power factor 0.71" in line.formula
    assert line.price == Decimal("9.5")


def test_of_an_error_in_part_of_the_month_each_part_is_told_by_itself(conn: Connection) -> None:
    """The register rose on the 17th (hour 400), within the days on which it showed too little."""
    found_wrong(conn, 10, 21, "-20", "0")
    found = june(conn)
    assert found.gaps == ()
    told = amounts(found)
    assert told["basic"] == Decimal(30) * Decimal("76.25")
    kwh = Decimal(20 * 24) * (19 + Decimal(11) / Decimal("0.8"))
    assert told["energy"] == kwh * Decimal("0.50")


def test_a_demand_that_the_error_leaves_open_is_no_charge_and_says_why(conn: Connection) -> None:
    """From the 20th on it shows too little and does not rise: it may have been above 61 kW."""
    found_wrong(conn, 20, 31, "-20", "0")
    found = june(conn)
    [gap] = [gap for gap in found.gaps if gap.code == "demand_error"]
    assert "anything from 61.000000 to 76.250000 kW" in gap.detail
    assert "basic" not in amounts(found)


def test_a_report_silent_on_reactive_energy_leaves_no_power_factor(conn: Connection) -> None:
    found_wrong(conn, 20, 31, "1", None)
    found = june(conn)
    assert [gap.code for gap in found.gaps] == ["reactive_error"]
    assert "does not say how wrong the register of reactive energy was" in found.gaps[0].detail
    assert amounts(found)["basic"] == Decimal(30 * 61)  # it showed too much, and not more than 61
    assert "power_factor" not in amounts(found)


def test_a_corrected_demand_is_billed_and_its_correction_listed_and_undone(
    conn: Connection,
) -> None:
    before = june(conn)
    shift(conn, "demand_max_kw", HOURS - 1, HOURS - 1, 20)
    assert amounts(june(conn))["basic"] == Decimal(30 * 81)
    edit_id = correct(conn, "demand_max_kw", HOURS - 1, DEMAND_KW, NOW + HOUR)
    assert june(conn) == before
    assert [row.id for row in edits(conn, meter_id=school(conn).id, at_most=9)] == [edit_id]
    undo_edit(conn, edit_id, "it was right after all")
    assert amounts(june(conn))["basic"] == Decimal(30 * 81)
    correct(conn, "demand_max_kw", HOURS - 1, None, NOW + HOUR)  # left out: the one before counts
    assert june(conn) == before


def test_a_corrected_reactive_register_moves_the_power_factor(conn: Connection) -> None:
    before = june(conn)
    shift(conn, "reactive_energy_import_kvarh", HOURS, HOURS, 5000)
    assert june(conn) != before
    correct(conn, "reactive_energy_import_kvarh", HOURS, 500 + KVAR * HOURS, NOW + HOUR)
    assert june(conn) == before


def test_as_of_an_earlier_instant_the_registers_are_those_known_then(conn: Connection) -> None:
    """Corrections, ratios and what they moved count from when they were made on, and no sooner."""
    then = june(conn)
    correct(conn, "demand_max_kw", HOURS - 1, 70.0, NOW + HOUR)
    correct(conn, "reactive_energy_import_kvarh", HOURS, 900 + KVAR * HOURS, NOW + HOUR)
    event = RegisterEvent(datetime(2026, 5, 1, tzinfo=SHANGHAI), "ratio", 40.0, None, "plate")
    event_id = declare(conn, school(conn).id, event)
    conn.execute("UPDATE register_event SET declared_at = %s", [NOW + 3 * HOUR])
    compute(conn, NOW + 3 * HOUR)
    assert june(conn, as_of=NOW) == then
    corrected = june(conn, as_of=NOW + 2 * HOUR)
    assert amounts(corrected)["basic"] == Decimal(30 * 70)
    assert amounts(corrected)["energy"] == amounts(then)["energy"]
    assert amounts(corrected)["power_factor"] != amounts(then)["power_factor"]
    assert amounts(june(conn))["basic"] == Decimal(30 * 70 * 40)
    withdraw(conn, event_id, "another meter")
    conn.execute("UPDATE register_event_withdrawal SET at = %s", [NOW + 5 * HOUR])
    compute(conn, NOW + 5 * HOUR)
    assert amounts(june(conn, as_of=NOW + 4 * HOUR))["basic"] == Decimal(30 * 70 * 40)
    assert june(conn) == corrected


def test_a_register_that_came_in_later_is_not_told_as_of_before(conn: Connection) -> None:
    """The row of an instant keeps the newest of its arrivals, so what it lacked is not known."""
    conn.execute(
        "UPDATE electricity_reading SET received_at = CASE WHEN ts >= %s THEN %s ELSE ts END",
        [START + (HOURS - 1) * HOUR, NOW + 2 * HOUR],
    )
    found = june(conn, as_of=NOW + HOUR)
    assert [gap.code for gap in found.gaps] == ["maximum_demand", "reactive_energy"]
    assert all("is not kept" in gap.detail for gap in found.gaps)
    assert not {"basic", "power_factor"} & amounts(found).keys()
    assert june(conn, as_of=NOW + 2 * HOUR).gaps == ()
    unread = june(conn, as_of=START + 20 * 24 * HOUR)  # before they can have been read
    assert all("is not kept" not in gap.detail for gap in unread.gaps)


def test_a_spike_of_the_demand_register_is_refused_until_somebody_says_what_it_was(
    conn: Connection,
) -> None:
    """Two hours of 20 kW around a reading leave no quarter hour of more than 180 kW."""
    before = june(conn)
    shift(conn, "demand_max_kw", HOURS - 1, HOURS - 1, 6000)
    found = june(conn)
    gap, of_lines = found.gaps
    assert of_lines.code == "price"
    assert (gap.code, "basic" in amounts(found)) == ("maximum_demand", False)
    assert "shows 6061 kW" in gap.detail
    assert "at most 180.00 kW" in gap.detail
    edit_id = correct(conn, "demand_max_kw", HOURS - 1, DEMAND_KW, NOW + HOUR)
    assert june(conn) == before
    undo_edit(conn, edit_id, "who knows")
    correct(conn, "demand_max_kw", HOURS - 1, 6061.0, NOW + HOUR)  # a person stands for it
    assert amounts(june(conn))["basic"] == Decimal(30 * 6061)


def test_a_demand_below_the_greatest_hour_or_far_above_the_transformers_is_refused(
    conn: Connection,
) -> None:
    conn.execute("UPDATE electricity_reading SET demand_max_kw = 1.5 WHERE demand_max_kw > 0")
    gap, _of_lines = june(conn).gaps
    assert "shows 1.5 kW, and one hour of the month alone has a mean above 17.27 kW" in gap.detail
    conn.execute("UPDATE electricity_reading SET demand_max_kw = 61 WHERE demand_max_kw > 0")
    conn.execute("UPDATE meter_tariff SET capacity_kva = 30")
    gap, _of_lines = june(conn).gaps
    assert "more than 2 times the 30 kVA of the transformers" in gap.detail


def test_who_is_too_small_for_the_power_factor_of_the_tariff_is_told_and_not_adjusted(
    conn: Connection,
) -> None:
    for capacity, code in (("159", "power_factor_user"), (None, "capacity")):
        conn.execute("UPDATE meter_tariff SET capacity_kva = %s", [capacity])
        found = june(conn)
        [gap] = found.gaps
        assert (gap.code, "power_factor" in amounts(found)) == (code, False)
        assert "a power factor of 0.90 is for users from 160 kVA on" in gap.detail
    conn.execute("UPDATE meter_tariff SET capacity_kva = 160")
    assert "power_factor" in amounts(june(conn))
