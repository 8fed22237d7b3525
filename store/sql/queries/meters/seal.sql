-- name: seals
-- Seals of some meters, or of all the person may see. meter_ids bigint[], seal_id bigint or null.
SELECT s.seal_id AS id, s.meter_id, m.code AS meter_code, s.number, s.part, s.placed_on, s.note,
       person_name(s.person_id) AS person, s.entered_at
  FROM seal s JOIN meter m USING (meter_id)
 WHERE (%(meter_ids)s::bigint[] IS NULL OR s.meter_id = ANY (%(meter_ids)s))
   AND (%(seal_id)s::bigint IS NULL OR s.seal_id = %(seal_id)s)
 ORDER BY m.code, s.placed_on, s.seal_id;

-- name: events
SELECT e.seal_id, e.kind, e.on_day, e.note, person_name(e.person_id) AS person, e.entered_at
  FROM seal_event e JOIN seal s USING (seal_id)
 WHERE (%(meter_ids)s::bigint[] IS NULL OR s.meter_id = ANY (%(meter_ids)s))
   AND (%(seal_id)s::bigint IS NULL OR s.seal_id = %(seal_id)s)
 ORDER BY e.seal_event_id;

-- name: place
INSERT INTO seal (meter_id, number, part, placed_on, note)
VALUES (%(meter_id)s, %(number)s, %(part)s, %(placed_on)s, %(note)s) RETURNING seal_id;

-- name: note
INSERT INTO seal_event (seal_id, kind, on_day, note) VALUES (%(seal_id)s, %(kind)s, %(on_day)s, %(note)s);
