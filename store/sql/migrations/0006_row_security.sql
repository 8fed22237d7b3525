-- Row security of the ordinary tables, FORCEd on their owner too. The second policy of each is for
-- processes that serve no person; the scope functions run as civicwatt_scope, so a policy that calls
-- one never meets itself.

ALTER TABLE organisation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON organisation FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v));
CREATE POLICY unscoped ON organisation TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE organisation_position ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON organisation_position FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v)
           AND parent_id IN (SELECT v.organisation_id FROM visible_organisations() v));
CREATE POLICY unscoped ON organisation_position TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE floor_area ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON floor_area FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v));
CREATE POLICY unscoped ON floor_area TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE meter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON meter FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (meter_id IN (SELECT v.meter_id FROM visible_meters() v));
CREATE POLICY unscoped ON meter TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE meter_position ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON meter_position FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (meter_id IN (SELECT v.meter_id FROM visible_meters() v));
CREATE POLICY unscoped ON meter_position TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE meter_device ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON meter_device FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (meter_id IN (SELECT v.meter_id FROM visible_meters() v));
CREATE POLICY unscoped ON meter_device TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE device ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON device FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (device_id IN (SELECT v.device_id FROM visible_devices() v)
           OR (status <> 'accepted' AND (SELECT is_system_administrator())));
CREATE POLICY unscoped ON device TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE device_place ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON device_place FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (device_id IN (SELECT v.device_id FROM visible_devices() v));
CREATE POLICY unscoped ON device_place TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE device_latest ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON device_latest FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (device_id IN (SELECT d.device_id FROM device d));
CREATE POLICY unscoped ON device_latest TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE contract ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON contract FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (contract_id IN (SELECT s.contract_id FROM scope s
                           WHERE s.expires_at IS NULL OR s.expires_at > now()));
CREATE POLICY unscoped ON contract TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE contract_meter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON contract_meter FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (meter_id IN (SELECT v.meter_id FROM visible_meters() v)
           AND contract_id IN (SELECT c.contract_id FROM contract c));
CREATE POLICY unscoped ON contract_meter TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE scope ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON scope FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (person_id = current_person());
CREATE POLICY unscoped ON scope TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE person ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON person FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (person_id = current_person());
CREATE POLICY unscoped ON person TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE session ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON session FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (false);
CREATE POLICY unscoped ON session TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE audit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON audit FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (person_id = current_person());
CREATE POLICY unscoped ON audit TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE alert ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON alert FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v));
CREATE POLICY unscoped ON alert TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE alert_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON alert_event FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (alert_id IN (SELECT a.alert_id FROM alert a));
CREATE POLICY unscoped ON alert_event TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE quarantine ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON quarantine FOR SELECT TO civicwatt_api, civicwatt_owner
    USING ((SELECT is_system_administrator()));
CREATE POLICY unscoped ON quarantine TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

ALTER TABLE reading_edit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON reading_edit FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (device_id IN (SELECT v.device_id FROM visible_devices() v));
CREATE POLICY unscoped ON reading_edit TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope
    USING (true);

-- What an administrator may change through the API.
CREATE POLICY administered ON device FOR UPDATE TO civicwatt_api
    USING ((SELECT is_system_administrator())) WITH CHECK (true);
CREATE POLICY administered ON device_place FOR INSERT TO civicwatt_api
    WITH CHECK ((SELECT is_system_administrator())
                AND place_id IN (SELECT v.organisation_id FROM visible_organisations() v));
CREATE POLICY administered ON meter_device FOR INSERT TO civicwatt_api
    WITH CHECK ((SELECT is_system_administrator())
                AND meter_id IN (SELECT v.meter_id FROM visible_meters() v));
CREATE POLICY own ON audit FOR INSERT TO civicwatt_api WITH CHECK (person_id = current_person());
