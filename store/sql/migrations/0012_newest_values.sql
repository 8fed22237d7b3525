-- Newest values for people: each under its own instant, which must lie in the time they may see. Row
-- security knows whole rows only, so the API loses the column and gets a view, as for readings.

REVOKE SELECT ON device_latest FROM civicwatt_api;
GRANT SELECT (device_id, ts, received_at) ON device_latest TO civicwatt_api;

-- Most people may see all times, and then nothing has to be taken apart.
CREATE VIEW visible.device_latest WITH (security_barrier) AS
SELECT l.device_id, s.said
  FROM device_latest l JOIN visible_devices() v USING (device_id)
 CROSS JOIN LATERAL (
       SELECT CASE WHEN v.during @> tstzrange(NULL, NULL) THEN l.said
                   ELSE (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(l.said) e
                          WHERE to_timestamp((e.value ->> 1)::double precision / 1000) <@ v.during) END AS said) s
 WHERE s.said <> '{}';

-- The doubts likewise: row security asks for the scope once per row, a view once per question.
DROP POLICY seen ON reading_suspect;
CREATE POLICY seen ON reading_suspect FOR SELECT TO civicwatt_owner USING (true);
REVOKE SELECT ON reading_suspect FROM civicwatt_api;
CREATE VIEW visible.reading_suspect WITH (security_barrier) AS
SELECT s.*, d.code AS device_code
  FROM reading_suspect s JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
 WHERE s.ts <@ v.during;

GRANT SELECT ON visible.device_latest, visible.reading_suspect TO civicwatt_api;

-- Devices that stand at a place or below it now. As invoker: row security of the tables applies.
CREATE FUNCTION devices_below(root bigint) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 1000
AS $$
    WITH RECURSIVE below AS (
        SELECT root AS organisation_id
         UNION
        SELECT p.organisation_id FROM below b JOIN organisation_position p
            ON p.parent_id = b.organisation_id AND p.during @> now()
    )
    SELECT p.device_id FROM below b JOIN device_place p ON p.place_id = b.organisation_id AND p.during @> now()
$$;
GRANT EXECUTE ON FUNCTION devices_below(bigint) TO civicwatt_api, civicwatt_admin;

-- From the command line a replay is asked for in nobody's name.
GRANT UPDATE (replay_asked_by) ON quarantine TO civicwatt_admin;
CREATE INDEX ON quarantine (quarantine_id) WHERE settled_at IS NULL;
CREATE INDEX ON sequence_gap (device_id);
