-- name: in_force
-- Declared events of a meter that nobody has withdrawn.
SELECT e.at, e.kind, e.value, e.previous, e.note, e.until
  FROM register_event e
 WHERE e.meter_id = %(meter_id)s
   AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = e.event_id)
 ORDER BY e.at, e.event_id;

-- name: ratios
-- The newest multiplier of every meter that nobody has withdrawn.
SELECT DISTINCT ON (e.meter_id) e.meter_id, e.at, e.value, e.note
  FROM register_event e
 WHERE e.kind = 'ratio'
   AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = e.event_id)
 ORDER BY e.meter_id, e.at DESC, e.event_id DESC;

-- name: declared
-- All of them, newest first, withdrawn ones too; event_id bigint or null.
SELECT e.event_id AS id, e.at, e.kind, e.value, e.previous, e.note, e.until, e.declared_at, person_name(e.person_id) AS person,
       w.at AS withdrawn_at, person_name(w.person_id) AS withdrawn_by, w.reason AS withdrawn_because
  FROM register_event e LEFT JOIN register_event_withdrawal w USING (event_id)
 WHERE e.meter_id = %(meter_id)s AND (%(event_id)s::bigint IS NULL OR e.event_id = %(event_id)s)
 ORDER BY e.at DESC, e.event_id DESC;

-- name: meter_of
SELECT meter_id FROM meter WHERE code = %(code)s;

-- name: may_correct
SELECT may_correct_meter(%(meter_id)s, %(at)s);

-- name: declare
INSERT INTO register_event (meter_id, at, kind, value, previous, note, until, person_id)
VALUES (%(meter_id)s, %(at)s, %(kind)s, %(value)s, %(previous)s, %(note)s, %(until)s, current_person())
RETURNING event_id;

-- name: withdraw
INSERT INTO register_event_withdrawal (event_id, person_id, reason)
VALUES (%(event_id)s, current_person(), %(reason)s);
