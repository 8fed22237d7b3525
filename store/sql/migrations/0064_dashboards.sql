-- Dashboards of other programs (Grafana) read the schema `dashboard` with logins of their own. Whoever
-- writes a query there writes SQL, so a setting cannot say whom they ask for: they could change it. A login
-- of dashboards is therefore bound to a person, and for it `civicwatt.person` means nothing.

CREATE TABLE dashboard_login (
    login      name PRIMARY KEY,
    person_id  bigint NOT NULL REFERENCES person,
    expires_at timestamptz,
    bound_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE dashboard_login IS 'Logins of the database for dashboards, and the person whose scope each has; without a row it sees nothing';
GRANT SELECT ON dashboard_login TO civicwatt_scope;
GRANT SELECT, INSERT, UPDATE, DELETE ON dashboard_login TO civicwatt_admin;

SET ROLE civicwatt_scope;
CREATE FUNCTION dashboard_person() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT person_id FROM dashboard_login
     WHERE login = session_user AND (expires_at IS NULL OR expires_at > now())
$$;
GRANT EXECUTE ON FUNCTION dashboard_person() TO civicwatt_owner, civicwatt_api, civicwatt_admin,
    civicwatt_work, civicwatt_collect, civicwatt_dashboard;

-- session_user is who logged in; no SET ROLE changes it. Superusers are members of every role, so the
-- second test tells them apart; whoever may start programs on the server is as mighty as they are.
CREATE OR REPLACE FUNCTION current_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN pg_has_role(session_user, 'civicwatt_dashboard', 'MEMBER')
                     AND NOT pg_has_role(session_user, 'pg_execute_server_program', 'MEMBER')
                THEN dashboard_person()
                ELSE nullif(current_setting('civicwatt.person', true), '')::bigint END
$$;
-- Functions of a view are called with the rights of whoever asks; these answer for the current person.
GRANT EXECUTE ON FUNCTION current_person(), visible_meters(), visible_devices(), visible_organisations(),
    visible_vehicles(), visible_spans(), times_of_meters(), times_of_devices(), times_of_places(),
    is_system_administrator() TO civicwatt_dashboard;
SET ROLE civicwatt_owner;
GRANT EXECUTE ON FUNCTION tells_position(text) TO civicwatt_dashboard;

CREATE SCHEMA dashboard;
GRANT USAGE ON SCHEMA dashboard TO civicwatt_dashboard;
COMMENT ON SCHEMA dashboard IS 'Read-only views for dashboards: what the bound person may see, with units in the names';

CREATE VIEW dashboard.place WITH (security_barrier) AS
SELECT organisation_id AS place_id, code, kind, name_zh, name_en FROM organisation;

CREATE VIEW dashboard.meter WITH (security_barrier) AS
SELECT m.meter_id, m.code, m.name_zh, m.name_en, m.medium, m.quantity, m.item, p.role, p.place_id
  FROM meter m JOIN meter_position p USING (meter_id)
 WHERE p.during @> now();
COMMENT ON VIEW dashboard.meter IS 'Where each meter hangs now. Meters hang below each other: their amounts are never summed';

CREATE VIEW dashboard.interval_use WITH (security_barrier) AS
SELECT c.start_at AS "time", c.end_at, c.meter_id, c.quantity, c.value, c.quantity_grade::text AS grade
  FROM visible.consumption c WHERE c.superseded_at IS NULL;
COMMENT ON VIEW dashboard.interval_use IS 'value is in the unit that the name of its quantity ends with, of [time, end_at)';

CREATE VIEW dashboard.day_use WITH (security_barrier) AS
SELECT c.start_at AS "time", c.day, c.meter_id, c.quantity, c.value, c.unmeasured, c.quantity_grade::text AS grade,
       c.covered_s = c.day_s AS complete
  FROM visible.consumption_day c;
COMMENT ON VIEW dashboard.day_use IS 'value and its unmeasured part are in the unit that the name of its quantity ends with';

CREATE VIEW dashboard.day_cost WITH (security_barrier) AS
SELECT min(c.start_at) AS "time", c.day, c.meter_id, c.period, sum(c.amount) AS cost_cny,
       bool_and(c.checked) AS checked
  FROM visible.consumption_cost c GROUP BY c.day, c.meter_id, c.period;
COMMENT ON VIEW dashboard.day_cost IS 'Energy part of the bill by period of the tariff; what a bill has by the month is in the console';

CREATE VIEW dashboard.alert WITH (security_barrier) AS
SELECT a.opened_at AS "time", a.alert_id, a.rule, a.priority, a.state, a.verdict, a.began_at, a.resolved_at,
       a.organisation_id AS place_id, a.meter_id, a.device_id, a.lost_cny, a.month_cny
  FROM alert a WHERE a.opened_at IS NOT NULL AND NOT a.shadow AND NOT a.inhibited;
COMMENT ON VIEW dashboard.alert IS 'Alerts of the desk; those explained by another one are not here. lost_cny so far, month_cny if left';

CREATE VIEW dashboard.device WITH (security_barrier) AS
SELECT d.device_id, d.code, d.name_zh, d.name_en, d.kind, d.status,
       (SELECT to_timestamp(max((e.value ->> 1)::double precision) / 1000) FROM jsonb_each(l.said) e) AS newest_value_at
  FROM device d LEFT JOIN visible.device_latest l USING (device_id);

CREATE VIEW dashboard.vehicle WITH (security_barrier) AS
SELECT v.vehicle_id, v.code, v.maker, v.model FROM vehicle v;

CREATE VIEW dashboard.vehicle_segment WITH (security_barrier) AS
SELECT s.start_at AS "time", s.end_at, s.vehicle_id, s.kind, s.km, s.kwh, s.grid_kwh, s.electric_km, s.estimated
  FROM visible.vehicle_segment s
 WHERE s.superseded_at IS NULL AND s.doubts & 32 = 0;
COMMENT ON VIEW dashboard.vehicle_segment IS 'Trips, stops and charges without positions, implausible ones left out. kwh of a trip is net out of the battery, of a charge into it';

CREATE VIEW dashboard.ledger_month WITH (security_barrier) AS
SELECT l.first_at AS "time", l.month, l.organisation_id AS place_id, l.kind, l.at AS signed_at, l.sha256
  FROM ledger_entry l;

GRANT SELECT ON ALL TABLES IN SCHEMA dashboard TO civicwatt_dashboard;
