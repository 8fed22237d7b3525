-- Corrections by people: edits of readings and declared events of registers. Both are only added to:
-- an undo and a withdrawal are rows of their own, with who, when and why. Each puts the local days it
-- concerns on the work list, in its own transaction, so that nothing else has to remember to.
--
-- Who computes from registers reads `edited_electricity_reading`, `edited_flow_reading` and
-- `edited_heat_reading` (same columns as the tables; what was left out is null) for a meter of which
-- `is_edited` says so, and the tables themselves for all others, which is cheaper.

ALTER TABLE reading_edit DROP COLUMN undone_by, DROP COLUMN undone_at,
    ADD until timestamptz CHECK (until IS NULL OR (until > ts AND value IS NULL)),
    ADD was double precision,
    ADD CHECK (reason !~ '^\s*$');
COMMENT ON COLUMN reading_edit.was IS 'what the reading said to whoever edited it; null for a span';
COMMENT ON COLUMN reading_edit.until IS 'leaves out all readings in [ts, until); null where the edit is of the one reading at ts';
CREATE INDEX ON reading_edit (device_id, quantity, ts);

CREATE TABLE reading_edit_undo (
    edit_id   bigint PRIMARY KEY REFERENCES reading_edit,
    person_id bigint NOT NULL REFERENCES person,
    at        timestamptz NOT NULL DEFAULT now(),
    reason    text NOT NULL CHECK (reason !~ '^\s*$')
);
COMMENT ON TABLE reading_edit_undo IS 'An undo is final; whoever wants the edit again makes it again';

CREATE TABLE register_event (
    event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter_id    bigint NOT NULL REFERENCES meter,
    at          timestamptz NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('ratio', 'swap', 'reset', 'register_size')),
    value       double precision NOT NULL
                CHECK (value >= 0 AND value < 'Infinity' AND (value > 0 OR kind IN ('swap', 'reset'))),
    previous    double precision CHECK (previous IS NULL
                    OR (previous >= 0 AND previous < 'Infinity' AND kind IN ('swap', 'reset'))),
    note        text NOT NULL CHECK (note !~ '^\s*$'),
    person_id   bigint NOT NULL REFERENCES person,
    declared_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON register_event (meter_id, at);
COMMENT ON TABLE register_event IS 'What was done to a meter''s register, as somebody declared';
COMMENT ON COLUMN register_event.value IS 'ratio: CT x PT from then on; swap, reset: first reading of the new register; register_size: where it starts again at zero';
COMMENT ON COLUMN register_event.previous IS 'swap, reset: last reading of the old register, where somebody wrote it down';

CREATE TABLE register_event_withdrawal (
    event_id  bigint PRIMARY KEY REFERENCES register_event,
    person_id bigint NOT NULL REFERENCES person,
    at        timestamptz NOT NULL DEFAULT now(),
    reason    text NOT NULL CHECK (reason !~ '^\s*$')
);

-- As invoker: row security of the tables applies to whoever asks.
CREATE VIEW edit_in_force WITH (security_invoker) AS
SELECT e.edit_id, e.device_id, e.quantity, e.ts, coalesce(e.until, e.ts + interval '1 microsecond') AS until, e.value
  FROM reading_edit e
 WHERE NOT EXISTS (SELECT FROM reading_edit_undo u WHERE u.edit_id = e.edit_id);
COMMENT ON VIEW edit_in_force IS 'Edits nobody has undone, each of [ts, until); where several meet the newest counts';

-- Readings as people corrected them. Numbers only: a state is not edited. Bit 16 of quality says that
-- somebody's value stands in the row.
DO $$
DECLARE
    of_table text;
    columns text;
BEGIN
    FOREACH of_table IN ARRAY ARRAY['electricity_reading', 'flow_reading', 'heat_reading'] LOOP
        SELECT string_agg(CASE WHEN a.atttypid = 'double precision'::regtype THEN format(
                   'CASE WHEN r.%1$I IS NOT NULL THEN (SELECT x.value FROM (
                        SELECT e.edit_id, e.value FROM edit_in_force e
                         WHERE e.device_id = r.device_id AND e.quantity = %1$L AND r.ts >= e.ts AND r.ts < e.until
                        UNION ALL SELECT 0, r.%1$I) x ORDER BY x.edit_id DESC LIMIT 1) END AS %1$I', a.attname)
               WHEN a.attname = 'quality' THEN
                   'CASE WHEN EXISTS (SELECT FROM edit_in_force e WHERE e.device_id = r.device_id
                         AND r.ts >= e.ts AND r.ts < e.until AND e.value IS NOT NULL)
                    THEN r.quality | 16 ELSE r.quality END AS quality'
               ELSE format('r.%I', a.attname) END, ', ' ORDER BY a.attnum) INTO columns
          FROM pg_attribute a
         WHERE a.attrelid = of_table::regclass AND a.attnum > 0 AND NOT a.attisdropped;
        EXECUTE format('CREATE VIEW %I WITH (security_invoker) AS SELECT %s FROM %I r',
                       'edited_' || of_table, columns, of_table);
    END LOOP;
END
$$;

SET ROLE civicwatt_scope;

-- Who may correct what, and of which time: administrators, below their own subtrees. A contract lets
-- nobody correct.
CREATE FUNCTION correctable_places() RETURNS TABLE (organisation_id bigint, during tstzrange)
LANGUAGE sql STABLE ROWS 100
AS $$
    WITH RECURSIVE reach AS (
        SELECT s.organisation_id, s.during FROM usable_scope() s
         WHERE s.organisation_id IS NOT NULL AND s.role IN ('institution_administrator', 'system_administrator')
        UNION
        SELECT p.organisation_id, p.during * r.during
          FROM reach r JOIN organisation_position p
            ON p.parent_id = r.organisation_id AND p.during && r.during
    )
    SELECT organisation_id, during FROM reach
$$;

CREATE FUNCTION may_correct_device(of_device_id bigint, first timestamptz, until timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT coalesce(range_agg(d.during * r.during) @> tstzrange(first, coalesce(until, first), '[]'), false)
      FROM correctable_places() r JOIN device_place d
        ON d.place_id = r.organisation_id AND d.during && r.during
     WHERE d.device_id = of_device_id
$$;

CREATE FUNCTION may_correct_meter(of_meter_id bigint, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM correctable_places() r JOIN meter_position m
                       ON m.place_id = r.organisation_id AND m.during && r.during
                    WHERE m.meter_id = of_meter_id AND at <@ (m.during * r.during))
$$;

-- Corrections are signed, and whoever sees one sees the name under it.
CREATE FUNCTION person_name(of_person_id bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT name FROM person WHERE person_id = of_person_id $$;

-- Local days of a device's readings in [first, until), and the days of the two instants themselves.
CREATE FUNCTION touch_days(of_device_id bigint, first timestamptz, until timestamptz, day_zone text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    INSERT INTO touched (device_id, day)
    SELECT of_device_id, (ts AT TIME ZONE day_zone)::date FROM (
        SELECT first AS ts
         UNION ALL
        SELECT ts FROM electricity_reading WHERE device_id = of_device_id AND ts > first AND ts < until
         UNION ALL
        SELECT ts FROM flow_reading WHERE device_id = of_device_id AND ts > first AND ts < until
         UNION ALL
        SELECT ts FROM heat_reading WHERE device_id = of_device_id AND ts > first AND ts < until) r
     GROUP BY 2
$$;

CREATE FUNCTION touch_edited_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    edit reading_edit;
    day_zone text;
BEGIN
    SELECT * INTO edit FROM reading_edit e WHERE e.edit_id = NEW.edit_id;
    SELECT zone_of(p.place_id) INTO day_zone FROM device_place p
     WHERE p.device_id = edit.device_id AND upper_inf(p.during);
    PERFORM touch_days(edit.device_id, edit.ts, coalesce(edit.until, edit.ts), coalesce(day_zone, 'UTC'));
    RETURN NULL;
END
$$;

-- A ratio and a size hold until the next of their kind; a swap and a reset are of a moment.
CREATE FUNCTION touch_event_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    event register_event;
    day_zone text;
    until timestamptz;
BEGIN
    SELECT * INTO event FROM register_event e WHERE e.event_id = NEW.event_id;
    SELECT zone_of(p.place_id) INTO day_zone FROM meter_position p
     WHERE p.meter_id = event.meter_id ORDER BY upper(p.during) DESC NULLS FIRST LIMIT 1;
    IF event.kind IN ('swap', 'reset') THEN
        until := event.at;
    ELSE
        SELECT coalesce(min(e.at), 'infinity') INTO until FROM register_event e
         WHERE e.meter_id = event.meter_id AND e.kind = event.kind AND e.at > event.at
           AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = e.event_id);
    END IF;
    PERFORM touch_days(d.device_id, greatest(event.at, lower(d.during)), least(until, upper(d.during)),
                       coalesce(day_zone, 'UTC'))
       FROM meter_device d
      WHERE d.meter_id = event.meter_id AND (d.during && tstzrange(event.at, until, '[]')
            OR upper(d.during) = event.at);
    RETURN NULL;
END
$$;

GRANT EXECUTE ON FUNCTION may_correct_device(bigint, timestamptz, timestamptz), may_correct_meter(bigint, timestamptz),
    person_name(bigint) TO civicwatt_owner, civicwatt_api;
GRANT EXECUTE ON FUNCTION person_name(bigint) TO civicwatt_admin;
GRANT EXECUTE ON FUNCTION touch_edited_days(), touch_event_days() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER touch_days AFTER INSERT ON reading_edit FOR EACH ROW EXECUTE FUNCTION touch_edited_days();
CREATE TRIGGER touch_days AFTER INSERT ON reading_edit_undo FOR EACH ROW EXECUTE FUNCTION touch_edited_days();
CREATE TRIGGER touch_days AFTER INSERT ON register_event FOR EACH ROW EXECUTE FUNCTION touch_event_days();
CREATE TRIGGER touch_days AFTER INSERT ON register_event_withdrawal FOR EACH ROW EXECUTE FUNCTION touch_event_days();

-- Row security, as of the tables of 0006.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['reading_edit_undo', 'register_event', 'register_event_withdrawal'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope
                        USING (true)', name);
    END LOOP;
END
$$;
-- With the value it had: only of the time a person may see.
DROP POLICY seen ON reading_edit;
CREATE POLICY seen ON reading_edit FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (EXISTS (SELECT FROM visible_devices() v WHERE v.device_id = reading_edit.device_id
                      AND reading_edit.ts <@ v.during));
CREATE POLICY seen ON reading_edit_undo FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (edit_id IN (SELECT e.edit_id FROM reading_edit e));
CREATE POLICY seen ON register_event FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (meter_id IN (SELECT v.meter_id FROM visible_meters() v));
CREATE POLICY seen ON register_event_withdrawal FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (event_id IN (SELECT e.event_id FROM register_event e));
CREATE POLICY signed ON reading_edit FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND may_correct_device(device_id, ts, until));
CREATE POLICY signed ON reading_edit_undo FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND edit_id IN (
        SELECT e.edit_id FROM reading_edit e WHERE may_correct_device(e.device_id, e.ts, e.until)));
CREATE POLICY signed ON register_event FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND may_correct_meter(meter_id, at));
CREATE POLICY signed ON register_event_withdrawal FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND event_id IN (
        SELECT e.event_id FROM register_event e WHERE may_correct_meter(e.meter_id, e.at)));

GRANT SELECT ON reading_edit, reading_edit_undo, register_event, register_event_withdrawal
    TO civicwatt_api, civicwatt_admin, civicwatt_work, civicwatt_scope;
-- Who and when are the database's to say; nothing is ever changed or taken away.
GRANT INSERT (device_id, ts, until, quantity, value, was, person_id, reason) ON reading_edit TO civicwatt_api, civicwatt_admin;
GRANT INSERT (edit_id, person_id, reason) ON reading_edit_undo TO civicwatt_api, civicwatt_admin;
GRANT INSERT (meter_id, at, kind, value, previous, note, person_id) ON register_event TO civicwatt_api, civicwatt_admin;
GRANT INSERT (event_id, person_id, reason) ON register_event_withdrawal TO civicwatt_api, civicwatt_admin;
GRANT SELECT ON edit_in_force TO civicwatt_api, civicwatt_admin, civicwatt_work;
GRANT SELECT ON edited_electricity_reading, edited_flow_reading, edited_heat_reading TO civicwatt_work;
