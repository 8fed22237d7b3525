-- The API's readings and figures, and every grant.
--
-- Hypertables cannot carry row security (columnstore and continuous aggregates refuse it), so the API's
-- role has no grant on them and reads them through the security_barrier views of the schema `visible`.
-- A view checks rights as its owner: the views therefore belong to civicwatt_owner, which is neither
-- superuser nor BYPASSRLS.

CREATE SCHEMA visible;

CREATE VIEW visible.electricity_reading WITH (security_barrier) AS
SELECT r.* FROM electricity_reading r JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE r.ts <@ v.during;

CREATE VIEW visible.flow_reading WITH (security_barrier) AS
SELECT r.* FROM flow_reading r JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE r.ts <@ v.during;

CREATE VIEW visible.heat_reading WITH (security_barrier) AS
SELECT r.* FROM heat_reading r JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE r.ts <@ v.during;

CREATE VIEW visible.climate_reading WITH (security_barrier) AS
SELECT r.* FROM climate_reading r JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE r.ts <@ v.during;

CREATE VIEW visible.vehicle_reading WITH (security_barrier) AS
SELECT r.* FROM vehicle_reading r JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE r.ts <@ v.during;

CREATE VIEW visible.other_reading WITH (security_barrier) AS
SELECT r.* FROM other_reading r JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE r.ts <@ v.during;

CREATE VIEW visible.reading_conflict WITH (security_barrier) AS
SELECT c.*, d.code AS device_code
  FROM reading_conflict c JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE c.ts <@ v.during;

CREATE VIEW visible.consumption WITH (security_barrier) AS
SELECT c.* FROM consumption c JOIN meter m USING (meter_id) JOIN visible_meters() v USING (meter_id)
 WHERE c.start_at <@ v.during;

CREATE VIEW visible.consumption_day WITH (security_barrier) AS
SELECT c.* FROM consumption_day c JOIN meter m USING (meter_id) JOIN visible_meters() v USING (meter_id)
 WHERE c.start_at <@ v.during;

CREATE VIEW visible.outbox WITH (security_barrier) AS
SELECT o.* FROM outbox o
 WHERE o.device_id IN (SELECT d.device_id FROM device d JOIN visible_devices() v USING (device_id))
    OR o.meter_id IN (SELECT m.meter_id FROM meter m);

CREATE VIEW visible.collector_count WITH (security_barrier) AS
SELECT c.* FROM collector_count c WHERE (SELECT is_system_administrator());

GRANT SELECT ON schema_migration TO civicwatt_api, civicwatt_collect, civicwatt_work, civicwatt_admin;

-- Grants. The API: nothing in public but row-secured tables, their sequences not at all.
GRANT USAGE ON SCHEMA visible TO civicwatt_api;
GRANT SELECT ON ALL TABLES IN SCHEMA visible TO civicwatt_api;
GRANT SELECT ON organisation, organisation_position, floor_area, organisation_now, meter, meter_position,
    meter_device, device, device_place, device_latest, contract, contract_meter, scope, alert, alert_event,
    quarantine, reading_edit TO civicwatt_api;
GRANT SELECT (person_id, login, name, lang) ON person TO civicwatt_api;
GRANT UPDATE (status) ON device TO civicwatt_api;
GRANT INSERT ON device_place, meter_device, audit TO civicwatt_api;

GRANT SELECT, INSERT, UPDATE ON device, device_latest, electricity_reading, flow_reading, heat_reading,
    climate_reading, vehicle_reading, other_reading, collector_count TO civicwatt_collect;
GRANT SELECT, INSERT ON reading_conflict, quarantine, touched TO civicwatt_collect;
GRANT SELECT ON organisation, organisation_position, device_place TO civicwatt_collect;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO civicwatt_work;
REVOKE SELECT ON person, session FROM civicwatt_work;
GRANT INSERT, UPDATE, DELETE ON consumption, consumption_day TO civicwatt_work;
GRANT SELECT, DELETE ON touched TO civicwatt_work;
GRANT INSERT, DELETE ON outbox TO civicwatt_work;
GRANT INSERT, UPDATE ON alert, alert_event TO civicwatt_work;
GRANT EXECUTE ON FUNCTION drop_expired() TO civicwatt_work;

GRANT SELECT, INSERT, UPDATE ON organisation, organisation_position, floor_area, meter, meter_position,
    meter_device, device, device_place, contract, contract_meter, person, scope TO civicwatt_admin;
GRANT SELECT ON role, session, audit, quarantine, collector_count, device_latest TO civicwatt_admin;
GRANT INSERT ON touched, audit TO civicwatt_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention TO civicwatt_admin;

GRANT SELECT ON scope, person, organisation, organisation_position, meter_position, device_place,
    meter_device, contract_meter TO civicwatt_scope;
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO civicwatt_scope;
GRANT UPDATE (failed_sign_ins, locked_until) ON person TO civicwatt_scope;
GRANT INSERT ON audit, touched TO civicwatt_scope;
GRANT SELECT ON electricity_reading, flow_reading, heat_reading TO civicwatt_scope;
