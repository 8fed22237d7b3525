"""Nobody sees anything but through a scope, also where the API's own filters are left out."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import Connection
from psycopg_pool import ConnectionPool

from analytics.jobs.consumption import update_consumption
from store.become import Role, become
from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import NOW, estate, registers, say, store_messages

pytestmark = pytest.mark.db

START = datetime(2026, 7, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
VIEWS = (
    "electricity_reading", "flow_reading", "heat_reading", "climate_reading", "vehicle_reading",
    "other_reading", "reading_conflict", "consumption", "consumption_day", "outbox",
    "consumption_cost", "consumption_hole", "cost_missing",
)  # fmt: skip
TABLES = (
    "organisation", "organisation_position", "floor_area", "meter", "meter_position",
    "meter_device", "device", "device_place", "device_latest", "contract", "contract_meter",
    "alert", "alert_event", "reading_edit", "organisation_now",
    "energy_declaration", "statistics_record", "statistics_comment", "statistics_submission",
    "weather_pull", "weather_hour",
    "manual_entry", "manual_entry_version", "manual_entry_step", "manual_entry_photo", "entry_rule",
    "entry_reminder", "manual_entry_state", "manual_entry_approval",
    "ledger_entry", "ledger_override", "ledger_override_signature",
    "baseline", "baseline_end", "baseline_version", "baseline_adoption", "baseline_work",
    "non_routine_event", "non_routine_decision", "stated_saving", "meter_year",
    "contract_person", "contract_person_end", "contract_version", "contract_verdict",
    "contract_event", "contract_event_undo", "contract_key", "contract_key_revocation",
    "statement", "statement_baseline", "statement_act",
    "dispute", "dispute_outcome", "dispute_signature",
    "statement_origin", "statement_bundle", "statement_correction", "correction_decision",
    "contract_source", "statement_work",
    "contract_figure", "contract_figure_proof", "contract_figure_verdict",
    "alert_interruption", "alert_digest_part", "alert_finding", "alert_rule_mode",
    "alert_threshold", "alert_window", "alert_window_end", "alert_verdict", "alert_budget",
    "alert_progress",
    "duty_desk", "channel", "duty_shift", "hand_over", "notice", "delivery", "delivery_attempt",
    "alert_link", "delivery_progress", "heartbeat",
    "work_order", "work_order_step", "work_order_photo",
    "vehicle_order", "pile_fee", "rental_terms", "booking", "vehicle_quota_entry",
    "maintenance_plan", "displacement_terms", "displacement_statement", "replacement_terms",
    "report",
)  # fmt: skip
EVERY_VALUE = (
    b'{"ts": "2026-07-10T00:00:00Z", "values": {"active_power_kw": %d, "volume_m3": 1.0, '
    b'"heat_energy_gj": 1.0, "air_temperature_c": 20.0, "speed_kmh": 3.0, "odd": 1.0}}'
)


@pytest.fixture
def estate_url(database: str) -> str:
    """School and hospital with a row in every table, and a person for each."""
    with connected(database) as conn:
        write_registry(conn, estate())
        for name in ("school", "hospital"):
            device = f"{name}-device-0"
            store_messages(conn, registers(device, START, range(100), step=QUARTER))
            store_messages(conn, [say(device, EVERY_VALUE % 1), say(device, EVERY_VALUE % 2)])
            add_person(conn, login=name, name=name, password_hash="")
            grant(conn, login=name, role="operator", organisation=name)
            conn.execute(
                "INSERT INTO alert (rule, organisation_id, priority, state, began_at) "
                "SELECT 'r', organisation_id, 'low', 'open', now() FROM organisation "
                "WHERE code = %s",
                [f"{name}-building"],
            )
            conn.execute(
                "INSERT INTO reading_edit (device_id, ts, quantity, person_id, reason) "
                "SELECT device_id, now(), 'active_power_kw', person_id, 'test' "
                "FROM device, person WHERE code = %s AND login = %s",
                [device, name],
            )
        conn.execute(
            "INSERT INTO alert_event (alert_id, to_state, act)"
            " SELECT alert_id, 'open', 'open' FROM alert"
        )
        conn.execute(
            "WITH t AS (INSERT INTO tariff (code, medium, name_zh, name_en)"
            " VALUES ('t', 'electricity', 't', 't') RETURNING tariff_id)"
            " INSERT INTO consumption_cost (meter_id, day, period, start_at, tariff_id, value,"
            " unmeasured, unshaped, covered_s, checked, known_at) SELECT meter_id, '2026-07-01',"
            " 'flat', '2026-07-01Z', tariff_id, 1, 0, 0, 3600, false, now() FROM meter, t"
        )
        conn.execute(
            "INSERT INTO consumption_hole (meter_id, quantity, start_at, end_at, flags, known_at)"
            " SELECT meter_id, quantity, '2026-07-01Z', '2026-07-01T01:00Z', 32, '2026-07-01Z'"
            " FROM meter"
        )
        conn.execute(
            "INSERT INTO cost_missing SELECT meter_id, '2026-07-01', '2026-07-01Z', 'temperature',"
            " 'd', now() FROM meter"
        )
        conn.execute("INSERT INTO contract (code, name) VALUES ('c', 'c')")
        conn.execute(
            "INSERT INTO contract_meter SELECT contract_id, meter_id, '[2026-07-01Z,2026-07-02Z)' "
            "FROM contract, meter WHERE meter.code = 'hospital-meter-0'"
        )
    with connected(database, Role.WORK) as conn:
        assert update_consumption(conn, now=NOW) == 2
    return database


def act_as(conn: Connection, login: str) -> None:
    person = "SELECT person_id::text FROM person WHERE login = %s"
    conn.execute("RESET ROLE")
    row = conn.execute(person, [login]).fetchone()
    become(conn, Role.API)
    conn.execute("SELECT set_config('civicwatt.person', %s, true)", row or ("",))


def fail_as_school(conn: Connection) -> None:
    with conn.transaction():
        act_as(conn, "school")
        conn.execute("SELECT 1 / 0")


def count(conn: Connection, source: str) -> int:
    row = conn.execute(f"SELECT count(*) FROM {source}").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("source", [*(f"visible.{view}" for view in VIEWS), *TABLES])
def test_without_a_person_everything_is_empty(estate_url: str, source: str) -> None:
    with connected(estate_url) as conn:
        become(conn, Role.API)
        assert count(conn, source) == 0


@pytest.mark.parametrize("view", VIEWS)
def test_a_person_sees_their_own_institution_and_no_other(estate_url: str, view: str) -> None:
    key = "meter_id" if view.startswith(("consumption", "cost")) else "device_id"
    with connected(estate_url) as conn:
        own, foreign = (
            conn.execute(
                f"SELECT {key} FROM {key[:-3]} WHERE code LIKE %s", [f"{name}%"]
            ).fetchall()[0][0]
            for name in ("school", "hospital")
        )
        assert count(conn, view) > 0
        with conn.transaction():
            act_as(conn, "school")
            assert count(conn, f"visible.{view}") > 0
            assert count(conn, f"visible.{view} WHERE {key} = {foreign}") == 0
            if view != "outbox":
                assert count(conn, f"visible.{view} WHERE {key} <> {own}") == 0


def test_the_same_view_owned_by_a_superuser_would_leak_every_tenant(estate_url: str) -> None:
    """Shows that the tests above can fail: only the owner makes the difference."""
    with connected(estate_url) as conn:
        source = conn.execute("SELECT pg_get_viewdef('visible.electricity_reading')").fetchone()
        assert source is not None
        text = source[0].replace("visible_devices()", "(SELECT device_id, during FROM leak_all)")
        conn.execute(
            "CREATE VIEW leak_all AS "
            "SELECT device_id, '{(,)}'::tstzmultirange AS during FROM device"
        )
        for name, owner in (("leak", "postgres"), ("tight", "civicwatt_owner")):
            body = text if "leak_all" in text else source[0]
            conn.execute(f"CREATE VIEW {name} WITH (security_barrier) AS {body}")
            conn.execute(f"ALTER VIEW {name} OWNER TO {owner}")
            conn.execute(f"GRANT SELECT ON {name} TO civicwatt_api")
        conn.execute("GRANT SELECT ON leak_all TO civicwatt_owner")
        everything = count(conn, "electricity_reading")
        with conn.transaction():
            act_as(conn, "school")
            assert count(conn, "leak") == everything
            assert count(conn, "tight") == everything // 2


def test_the_api_has_no_right_on_any_reading_table(estate_url: str) -> None:
    with connected(estate_url) as conn:
        become(conn, Role.API)
        for table in (
            "electricity_reading",
            "vehicle_reading",
            "consumption",
            "session",
            "touched",
            "touched_batch",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                count(conn, table)


def test_the_api_cannot_read_a_password_hash(estate_url: str) -> None:
    with connected(estate_url) as conn, conn.transaction():
        act_as(conn, "school")
        assert count(conn, "person") == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("SELECT password_hash FROM person")


def test_a_contract_opens_exactly_its_meters_for_its_time(estate_url: str) -> None:
    with connected(estate_url) as conn:
        add_person(conn, login="contractor", name="c", password_hash="")
        conn.execute(
            "INSERT INTO scope (person_id, role, contract_id) "
            "SELECT p.person_id, 'contractor', contract_id FROM person p, contract "
            "WHERE login = 'contractor'"
        )
        with conn.transaction():
            act_as(conn, "contractor")
            seen = conn.execute(
                "SELECT min(ts), max(ts), count(*) FROM visible.electricity_reading"
            )
            last = START + timedelta(days=1) - QUARTER
            assert seen.fetchone() == (START, last, 96)
            assert conn.execute("SELECT code FROM meter").fetchall() == [("hospital-meter-0",)]
            assert conn.execute("SELECT code FROM organisation").fetchall() == [
                ("hospital-building",)
            ]


def test_a_scope_in_time_shows_that_time_only(estate_url: str) -> None:
    with connected(estate_url) as conn:
        conn.execute(
            "UPDATE scope SET during = '[2026-07-01 06:00Z,2026-07-01 07:00Z)' "
            "WHERE person_id = (SELECT person_id FROM person WHERE login = 'school')"
        )
        with conn.transaction():
            act_as(conn, "school")
            assert count(conn, "visible.electricity_reading") == 4
            assert count(conn, "visible.consumption") == 4


@pytest.mark.parametrize("end", ["expires_at = now() - interval '1 s'", None])
def test_an_expired_scope_or_a_closed_account_sees_nothing(
    estate_url: str, end: str | None
) -> None:
    with connected(estate_url) as conn:
        change = f"UPDATE scope SET {end}" if end else "UPDATE person SET active = false"
        conn.execute(change)
        with conn.transaction():
            act_as(conn, "school")
            assert count(conn, "visible.electricity_reading") == 0
            assert count(conn, "organisation") == 0


def test_overlapping_scopes_do_not_double_a_reading(estate_url: str) -> None:
    with connected(estate_url) as conn:
        grant(conn, login="school", role="auditor", organisation="bureau")
        grant(conn, login="school", role="auditor", organisation="school-building")
        everything = count(conn, "electricity_reading")
        with conn.transaction():
            act_as(conn, "school")
            assert count(conn, "visible.electricity_reading") == everything


def test_a_device_that_moved_leaves_its_old_readings_behind(estate_url: str) -> None:
    moved = START + timedelta(hours=12)
    with connected(estate_url) as conn:
        conn.execute(
            "UPDATE device_place SET during = tstzrange(NULL, %s) WHERE device_id = "
            "(SELECT device_id FROM device WHERE code = 'school-device-0')",
            [moved],
        )
        conn.execute(
            "INSERT INTO device_place SELECT device_id, organisation_id, tstzrange(%s, NULL) "
            "FROM device, organisation WHERE device.code = 'school-device-0' "
            "AND organisation.code = 'hospital-building'",
            [moved],
        )
        device = "device_id = (SELECT device_id FROM device WHERE code = 'school-device-0')"
        for login, seen in (("school", 48), ("hospital", 53)):
            with conn.transaction():
                act_as(conn, login)
                assert count(conn, f"visible.electricity_reading WHERE {device}") == seen


def test_a_pooled_connection_never_keeps_another_users_scope(estate_url: str) -> None:
    with ConnectionPool(
        estate_url, min_size=1, max_size=1, kwargs={"autocommit": True}, open=True
    ) as pool:
        with pool.connection() as conn, conn.transaction():
            act_as(conn, "school")
            assert count(conn, "meter") == 1
        with pool.connection() as conn:
            assert count(conn, "meter") == 0
            with conn.transaction():
                assert count(conn, "meter") == 0
        with pytest.raises(psycopg.errors.DivisionByZero), pool.connection() as conn:
            fail_as_school(conn)
        with pool.connection() as conn:
            assert count(conn, "meter") == 0
