-- name: is_edited
SELECT EXISTS (SELECT FROM meter_device d JOIN edit_in_force e USING (device_id)
                WHERE d.meter_id = %(meter_id)s);

-- name: replaced
-- Instants in [first, last] for which a person gave a value of what counts for the meter.
SELECT DISTINCT e.ts
  FROM meter m JOIN meter_device d USING (meter_id) JOIN edit_in_force e USING (device_id)
 WHERE m.meter_id = %(meter_id)s AND e.quantity = told_as(m.quantity, d.counts_by) AND e.value IS NOT NULL
   AND e.ts <@ d.during AND e.ts >= %(first)s AND e.ts <= %(last)s
 ORDER BY e.ts;

-- name: edits
-- Edits the person may see, newest first; device_id, meter_id, edit_id bigint or null.
SELECT e.edit_id AS id, e.device_id, d.code AS device_code, e.quantity, e.ts, e.until, e.was, e.value, e.at,
       person_name(e.person_id) AS person, e.reason, u.at AS undone_at, person_name(u.person_id) AS undone_by,
       u.reason AS undone_because
  FROM reading_edit e JOIN device d USING (device_id) LEFT JOIN reading_edit_undo u USING (edit_id)
 WHERE e.edit_id < %(before)s
   AND (%(edit_id)s::bigint IS NULL OR e.edit_id = %(edit_id)s)
   AND (%(device_id)s::bigint IS NULL OR e.device_id = %(device_id)s)
   AND (%(meter_id)s::bigint IS NULL OR EXISTS (
        SELECT FROM meter_device md JOIN meter m USING (meter_id)
         WHERE md.meter_id = %(meter_id)s AND md.device_id = e.device_id
           AND (told_as(m.quantity, md.counts_by) = e.quantity OR (m.medium = 'electricity'
                AND e.quantity IN ('demand_max_kw', 'reactive_energy_import_kvarh')))
           AND md.during && tstzrange(e.ts, coalesce(e.until, e.ts), '[]')))
 ORDER BY e.edit_id DESC LIMIT %(at_most)s;

-- name: may_correct
SELECT may_correct_device(%(device_id)s, %(ts)s, %(until)s);

-- name: counts
-- Whether the device counts by this quantity for a meter at some time in [ts, until], or tells by it a month's maximum
-- demand or reactive energy of one.
SELECT EXISTS (SELECT FROM meter_device d JOIN meter m USING (meter_id)
                WHERE d.device_id = %(device_id)s
                  AND (told_as(m.quantity, d.counts_by) = %(quantity)s OR (m.medium = 'electricity'
                       AND %(quantity)s IN ('demand_max_kw', 'reactive_energy_import_kvarh')))
                  AND d.during && tstzrange(%(ts)s, coalesce(%(until)s::timestamptz, %(ts)s), '[]'));

-- name: readings
-- A value as it came, at ts or the first found in [ts, until).
SELECT r.{quantity} FROM visible.{table} r
 WHERE r.device_id = %(device_id)s AND r.{quantity} IS NOT NULL AND r.ts >= %(ts)s
   AND r.ts < coalesce(%(until)s::timestamptz, %(ts)s + interval '1 microsecond')
 LIMIT 1;

-- name: make
INSERT INTO reading_edit (device_id, ts, until, quantity, value, was, person_id, reason)
VALUES (%(device_id)s, %(ts)s, %(until)s, %(quantity)s, %(value)s, %(was)s, current_person(), %(reason)s)
RETURNING edit_id;

-- name: undo
INSERT INTO reading_edit_undo (edit_id, person_id, reason)
VALUES (%(edit_id)s, current_person(), %(reason)s);
