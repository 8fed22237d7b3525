-- Who may see and do what with the fleet of 0036_fleet.sql.

GRANT SELECT ON vehicle, vehicle_description, vehicle_position, vehicle_device, track_access, vehicle_reading TO civicwatt_scope;
GRANT INSERT ON vehicle, vehicle_position, vehicle_touched, track_read TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- Vehicles a person may see, and of which time. Hidden ones only administrators and the bureau do.
CREATE FUNCTION visible_vehicles() RETURNS TABLE (vehicle_id bigint, during tstzmultirange)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT p.vehicle_id, range_agg(p.during * r.during)
      FROM scope_reach() r JOIN vehicle_position p ON p.place_id = r.organisation_id AND p.during && r.during
     WHERE NOT EXISTS (SELECT FROM vehicle_description d WHERE d.vehicle_id = p.vehicle_id AND d.hidden AND d.during && p.during)
        OR EXISTS (SELECT FROM usable_scope() s
                    WHERE s.role IN ('bureau', 'institution_administrator', 'system_administrator'))
     GROUP BY p.vehicle_id
$$;

-- Vehicles whose suspicions the current person may judge, and whose use they may administer.
CREATE FUNCTION judged_vehicles() RETURNS TABLE (vehicle_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT p.vehicle_id FROM vehicle_position p
     WHERE p.during @> now()
       AND p.place_id IN (SELECT e.organisation_id
                            FROM entry_places(ARRAY['operator', 'institution_administrator', 'system_administrator']) e)
$$;

CREATE FUNCTION administered_vehicles() RETURNS TABLE (vehicle_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT p.vehicle_id FROM vehicle_position p JOIN administered_organisations() a ON a.organisation_id = p.place_id
     WHERE p.during @> now()
$$;

-- A vehicle without a position is nobody's, so both are entered at once, by whoever administers the place.
CREATE FUNCTION enter_vehicle(new_code text, new_vin text, new_maker text, new_model text, at_place bigint, of_department text,
                              since timestamptz)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    entered bigint;
BEGIN
    IF NOT serves_nobody() AND NOT EXISTS (SELECT FROM administered_organisations() a WHERE a.organisation_id = at_place) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'only who administers a place enters its vehicles';
    END IF;
    INSERT INTO vehicle (code, vin, maker, model) VALUES (new_code, new_vin, new_maker, new_model) RETURNING vehicle_id INTO entered;
    INSERT INTO vehicle_position VALUES (entered, at_place, of_department, tstzrange(since, NULL));
    RETURN entered;
END
$$;

-- Whether the current person may read tracks of a vehicle today.
CREATE FUNCTION may_read_track(of_vehicle bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE reach AS (
        SELECT t.organisation_id FROM track_access t JOIN person p USING (person_id)
         WHERE t.person_id = current_person() AND p.active AND t.withdrawn_at IS NULL AND t.days @> now()::date
         UNION
        SELECT o.organisation_id FROM reach r JOIN organisation_position o
            ON o.parent_id = r.organisation_id AND o.during @> now()
    )
    SELECT EXISTS (SELECT FROM vehicle_position v JOIN reach r ON r.organisation_id = v.place_id
                    WHERE v.vehicle_id = of_vehicle AND v.during @> now())
$$;

-- The only way to a track: the reading is noted in the same transaction. Nothing where there is no access.
CREATE FUNCTION read_track(of_vehicle bigint, first_at timestamptz, end_at timestamptz, why text)
RETURNS TABLE (ts timestamptz, latitude_deg double precision, longitude_deg double precision, speed_kmh double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    seen tstzmultirange;
BEGIN
    SELECT v.during INTO seen FROM visible_vehicles() v WHERE v.vehicle_id = of_vehicle;
    IF seen IS NULL OR NOT may_read_track(of_vehicle) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'no access to tracks of this vehicle';
    END IF;
    INSERT INTO track_read (vehicle_id, first_at, end_at, reason, person_id)
    VALUES (of_vehicle, read_track.first_at, read_track.end_at, why, current_person());
    RETURN QUERY
    SELECT r.ts, r.latitude_deg, r.longitude_deg, r.speed_kmh
      FROM vehicle_device d JOIN vehicle_reading r USING (device_id)
     WHERE d.vehicle_id = of_vehicle AND r.ts <@ d.during AND r.ts <@ seen
       AND r.ts >= read_track.first_at AND r.ts < read_track.end_at
       AND r.latitude_deg IS NOT NULL AND r.longitude_deg IS NOT NULL
     ORDER BY r.ts;
END
$$;

-- A vehicle that gets a terminal, or is described otherwise, is cut anew from its first sample on.
CREATE FUNCTION touch_vehicle() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO vehicle_touched (vehicle_id) VALUES (NEW.vehicle_id);
    RETURN NULL;
END
$$;

-- Other rules, areas or places change what looks wrong: vehicles of the place and below it are looked at anew.
CREATE FUNCTION touch_vehicles_of_place() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO vehicle_touched (vehicle_id)
    WITH RECURSIVE below AS (
        SELECT NEW.organisation_id AS organisation_id
         UNION
        SELECT p.organisation_id FROM below b JOIN organisation_position p
            ON p.parent_id = b.organisation_id AND p.during @> now()
    )
    SELECT DISTINCT p.vehicle_id FROM vehicle_position p WHERE p.place_id IN (SELECT b.organisation_id FROM below b);
    RETURN NULL;
END
$$;

CREATE FUNCTION refuse_fleet_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'only_added_to',
        MESSAGE = format('%s is only added to: enter what is right from now on', TG_TABLE_NAME);
END
$$;

GRANT EXECUTE ON FUNCTION visible_vehicles(), judged_vehicles(), administered_vehicles() TO civicwatt_owner, civicwatt_api;
GRANT EXECUTE ON FUNCTION enter_vehicle(text, text, text, text, bigint, text, timestamptz) TO civicwatt_api, civicwatt_admin;
GRANT EXECUTE ON FUNCTION may_read_track(bigint), read_track(bigint, timestamptz, timestamptz, text) TO civicwatt_api;
GRANT EXECUTE ON FUNCTION touch_vehicle(), touch_vehicles_of_place(), refuse_fleet_change() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER touch_vehicle AFTER INSERT OR UPDATE ON vehicle_device FOR EACH ROW EXECUTE FUNCTION touch_vehicle();
CREATE TRIGGER touch_vehicle AFTER INSERT OR UPDATE ON vehicle_description FOR EACH ROW EXECUTE FUNCTION touch_vehicle();
CREATE TRIGGER touch_vehicle AFTER INSERT ON lock_up_exemption FOR EACH ROW EXECUTE FUNCTION touch_vehicle();
CREATE TRIGGER touch_vehicles AFTER INSERT ON fleet_rule FOR EACH ROW EXECUTE FUNCTION touch_vehicles_of_place();
CREATE TRIGGER touch_vehicles AFTER INSERT OR UPDATE ON fence FOR EACH ROW EXECUTE FUNCTION touch_vehicles_of_place();

DO $$
DECLARE
    name text;
    seen text;
BEGIN
    FOR name, seen IN VALUES
        ('vehicle', 'vehicle_id IN (SELECT v.vehicle_id FROM visible_vehicles() v)'),
        ('vehicle_description', 'vehicle_id IN (SELECT v.vehicle_id FROM visible_vehicles() v)'),
        ('vehicle_position', 'vehicle_id IN (SELECT v.vehicle_id FROM visible_vehicles() v)
                              AND place_id IN (SELECT o.organisation_id FROM visible_organisations() o)'),
        ('vehicle_device', 'vehicle_id IN (SELECT v.vehicle_id FROM visible_vehicles() v)'),
        ('vehicle_touched', NULL), ('vehicle_segment', NULL), ('charge_match', NULL), ('vehicle_alarm', NULL),
        ('suspicion', NULL), ('track_retention', NULL), ('charge_match_run', NULL),
        ('pile', 'meter_id IN (SELECT m.meter_id FROM visible_meters() m)'),
        ('fleet_rule', 'organisation_id IN (SELECT o.organisation_id FROM visible_organisations() o)'),
        ('fence', 'organisation_id IN (SELECT o.organisation_id FROM visible_organisations() o)'),
        ('lock_up_exemption', 'vehicle_id IN (SELECT v.vehicle_id FROM visible_vehicles() v)'),
        ('suspicion_verdict', 'suspicion_id IN (SELECT s.suspicion_id FROM suspicion s JOIN visible_vehicles() v USING (vehicle_id))'),
        ('track_access', 'person_id = current_person()
                          OR organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a)'),
        ('track_read', 'person_id = current_person() OR vehicle_id IN (SELECT v.vehicle_id FROM administered_vehicles() v)')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_admin, civicwatt_work', name);
        IF seen IS NOT NULL THEN
            EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner USING (%s)', name, seen);
            EXECUTE format('GRANT SELECT ON %I TO civicwatt_api', name);
        ELSE -- read through a view of the schema `visible`, which joins the scope once
            EXECUTE format('CREATE POLICY through_views ON %I FOR SELECT TO civicwatt_owner USING (true)', name);
        END IF;
    END LOOP;
    FOREACH name IN ARRAY ARRAY['fleet_rule', 'lock_up_exemption', 'suspicion_verdict', 'track_read'] LOOP
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_fleet_change()', name);
    END LOOP;
END
$$;
CREATE POLICY of_the_scope ON suspicion FOR SELECT TO civicwatt_api
    USING (vehicle_id IN (SELECT v.vehicle_id FROM visible_vehicles() v));

CREATE VIEW visible.vehicle_segment WITH (security_barrier) AS
SELECT s.vehicle_id, s.segment_id, s.kind, s.start_at, s.end_at, s.start_after, s.end_before, s.km, s.km_by, s.km_ways, s.kwh,
       s.kwh_by, s.kwh_ways, s.kwh_spread, s.recovered_kwh, s.grid_kwh, s.electric_km, s.soc_start, s.soc_end, s.evidence,
       s.estimated, s.doubts, s.known_at, s.superseded_at
  FROM vehicle_segment s JOIN visible_vehicles() v USING (vehicle_id)
 WHERE s.start_at <@ v.during;
CREATE VIEW visible.charge_match WITH (security_barrier) AS
SELECT m.* FROM charge_match m JOIN visible_vehicles() v USING (vehicle_id) WHERE m.start_at <@ v.during;
CREATE VIEW visible.suspicion WITH (security_barrier) AS
SELECT s.* FROM suspicion s JOIN visible_vehicles() v USING (vehicle_id) WHERE s.start_at <@ v.during;
CREATE VIEW visible.vehicle_alarm WITH (security_barrier) AS
SELECT a.* FROM vehicle_alarm a JOIN visible_devices() v USING (device_id) WHERE a.start_at <@ v.during;
CREATE VIEW visible.vehicle_waiting WITH (security_barrier) AS
SELECT t.vehicle_id, t.day FROM vehicle_touched t JOIN visible_vehicles() v USING (vehicle_id);
GRANT SELECT ON visible.vehicle_segment, visible.charge_match, visible.suspicion, visible.vehicle_alarm, visible.vehicle_waiting
    TO civicwatt_api;

-- Positions leave through read_track() only: neither among readings nor among newest values, doubts, conflicts or edits.
CREATE FUNCTION tells_position(name text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT name ~ '^(latitude|longitude|heading)_' $$;
GRANT EXECUTE ON FUNCTION tells_position(text) TO civicwatt_api, civicwatt_work;

CREATE OR REPLACE VIEW visible.other_reading WITH (security_barrier) AS
SELECT r.* FROM other_reading r JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE r.ts <@ v.during AND NOT tells_position(r.name);
CREATE OR REPLACE VIEW visible.reading_conflict WITH (security_barrier) AS
SELECT c.*, d.code AS device_code
  FROM reading_conflict c JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE c.ts <@ v.during AND NOT tells_position(c.quantity);
CREATE OR REPLACE VIEW visible.reading_suspect WITH (security_barrier) AS
SELECT s.*, d.code AS device_code
  FROM reading_suspect s JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE s.ts <@ v.during AND NOT tells_position(s.quantity);
CREATE OR REPLACE VIEW visible.device_latest WITH (security_barrier) AS
SELECT l.device_id, s.said
  FROM device_latest l JOIN visible_devices() v USING (device_id)
 CROSS JOIN LATERAL (
       SELECT CASE WHEN v.during @> tstzrange(NULL, NULL)
                   THEN l.said - ARRAY['latitude_deg', 'longitude_deg', 'heading_deg', 'latitude_gcj02_deg',
                                        'longitude_gcj02_deg', 'latitude_other_deg', 'longitude_other_deg']
                   ELSE (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(l.said) e
                          WHERE to_timestamp((e.value ->> 1)::double precision / 1000) <@ v.during
                            AND NOT tells_position(e.key)) END AS said) s
 WHERE s.said <> '{}';
CREATE OR REPLACE VIEW visible.vehicle_reading WITH (security_barrier) AS
SELECT r.device_id, r.ts, r.received_at, r.quality, r.odometer_km, r.speed_kmh, r.soc_pct, r.soh_pct, r.pack_voltage_v,
       r.pack_current_a, r.energy_used_kwh, r.energy_recovered_kwh, r.energy_charged_kwh, r.fuel_used_l, r.fuel_level_l,
       NULL::double precision AS latitude_deg, NULL::double precision AS longitude_deg, NULL::double precision AS heading_deg,
       r.vehicle_state, r.charge_state, r.run_mode, r.gear, r.accelerator_pct, r.brake_pct, r.insulation_kohm,
       r.cell_voltage_max_v, r.cell_voltage_min_v, r.cell_temperature_max_c, r.cell_temperature_min_c, r.aux_battery_v,
       r.alarm_level, r.alarm_flags
  FROM vehicle_reading r JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE r.ts <@ v.during;

CREATE POLICY entered ON vehicle_description FOR INSERT TO civicwatt_api
    WITH CHECK (vehicle_id IN (SELECT a.vehicle_id FROM administered_vehicles() a));
CREATE POLICY ended ON vehicle_description FOR UPDATE TO civicwatt_api
    USING (vehicle_id IN (SELECT a.vehicle_id FROM administered_vehicles() a));
CREATE POLICY entered ON vehicle_position FOR INSERT TO civicwatt_api
    WITH CHECK (vehicle_id IN (SELECT v.vehicle_id FROM visible_vehicles() v)
                AND place_id IN (SELECT a.organisation_id FROM administered_organisations() a));
CREATE POLICY ended ON vehicle_position FOR UPDATE TO civicwatt_api
    USING (vehicle_id IN (SELECT a.vehicle_id FROM administered_vehicles() a)) WITH CHECK (true);
CREATE POLICY entered ON vehicle_device FOR INSERT TO civicwatt_api
    WITH CHECK (vehicle_id IN (SELECT a.vehicle_id FROM administered_vehicles() a)
                AND device_id IN (SELECT d.device_id FROM device d WHERE d.kind = 'vehicle'));
CREATE POLICY ended ON vehicle_device FOR UPDATE TO civicwatt_api
    USING (vehicle_id IN (SELECT a.vehicle_id FROM administered_vehicles() a));
CREATE POLICY entered ON pile FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND meter_id IN (SELECT m.meter_id FROM meter_position m JOIN administered_organisations() a
                                     ON a.organisation_id = m.place_id WHERE m.during @> now()));
CREATE POLICY signed ON fleet_rule FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));
CREATE POLICY signed ON fence FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));
CREATE POLICY ended ON fence FOR UPDATE TO civicwatt_api
    USING (organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));
CREATE POLICY signed ON lock_up_exemption FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND vehicle_id IN (SELECT a.vehicle_id FROM administered_vehicles() a));
CREATE POLICY signed ON suspicion_verdict FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND suspicion_id IN (SELECT s.suspicion_id FROM suspicion s JOIN judged_vehicles() j USING (vehicle_id)));
CREATE POLICY granted ON track_access FOR INSERT TO civicwatt_api
    WITH CHECK (granted_by = current_person()
                AND organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));
CREATE POLICY withdrawn ON track_access FOR UPDATE TO civicwatt_api
    USING (organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a));

GRANT SELECT ON vehicle_class TO civicwatt_api, civicwatt_admin, civicwatt_work, civicwatt_scope;
GRANT INSERT, UPDATE (during) ON vehicle_description, vehicle_position, vehicle_device TO civicwatt_api;
GRANT SELECT, INSERT, UPDATE ON vehicle, vehicle_description, vehicle_position, vehicle_device, pile TO civicwatt_admin;
GRANT SELECT, UPDATE ON track_retention TO civicwatt_admin;
GRANT INSERT (code, name_zh, name_en, meter_id, latitude_deg, longitude_deg) ON pile TO civicwatt_api;
GRANT INSERT (organisation_id, rule, holds_from, in_use, terms) ON fleet_rule TO civicwatt_api;
GRANT INSERT (organisation_id, kind, name, ring, during), UPDATE (during) ON fence TO civicwatt_api;
GRANT INSERT (vehicle_id, kind, days, reason) ON lock_up_exemption TO civicwatt_api;
GRANT SELECT ON suspicion TO civicwatt_api;
GRANT INSERT (suspicion_id, verdict, reason, evidence) ON suspicion_verdict TO civicwatt_api;
GRANT INSERT (person_id, organisation_id, days, reason), UPDATE (withdrawn_at) ON track_access TO civicwatt_api;
GRANT INSERT, DELETE ON vehicle_touched TO civicwatt_work;
GRANT INSERT, UPDATE ON vehicle_segment, charge_match, charge_match_run, vehicle_alarm, suspicion TO civicwatt_work;
-- Only to empty positions that have expired.
GRANT UPDATE (latitude_deg, longitude_deg, heading_deg) ON vehicle_reading TO civicwatt_work;
GRANT UPDATE (emptied_until) ON track_retention TO civicwatt_work;
GRANT DELETE ON other_reading, reading_conflict, reading_suspect TO civicwatt_work;
