-- name: lock
-- Only one person at a time closes or reverses a month of an institution, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('civicwatt ledger'), %(organisation_id)s::integer);

-- name: lock_meters
-- Nobody computes these meters until the transaction ends: the worker takes the same locks.
SELECT pg_advisory_xact_lock(hashtext('civicwatt meter'), m::integer)
  FROM (SELECT unnest(%(meter_ids)s::bigint[]) AS m ORDER BY 1) meters;

-- name: clock
-- Now, and not when the transaction began: what was waited for is behind it.
SELECT clock_timestamp();

-- name: entries
-- Entries the person may see, of one institution or of all for null, in the order of their chains.
SELECT e.ledger_entry_id AS id, e.organisation_id, e.sequence, e.month, e.kind, e.reverses, e.document, e.sha256,
       e.previous_sha256, person_name(e.person_id) AS person, e.at, ledger_login(e.ledger_entry_id) AS login,
       (SELECT o.code FROM organisation o WHERE o.organisation_id = e.organisation_id) AS institution
  FROM ledger_entry e WHERE %(organisation_id)s::bigint IS NULL OR e.organisation_id = %(organisation_id)s
 ORDER BY e.organisation_id, e.sequence;

-- name: one_entry
SELECT e.ledger_entry_id AS id, e.organisation_id, e.sequence, e.month, e.kind, e.reverses, e.document, e.sha256,
       e.previous_sha256, person_name(e.person_id) AS person, e.at, ledger_login(e.ledger_entry_id) AS login,
       (SELECT o.code FROM organisation o WHERE o.organisation_id = e.organisation_id) AS institution
  FROM ledger_entry e WHERE e.ledger_entry_id = %(entry_id)s;

-- name: append
INSERT INTO ledger_entry (organisation_id, sequence, month, first_at, end_at, kind, reverses, override_id, document,
                          sha256, previous_sha256)
VALUES (%(organisation_id)s, %(sequence)s, %(month)s, %(first_at)s, %(end_at)s, %(kind)s, %(reverses)s, %(override_id)s,
        %(document)s, %(sha256)s, %(previous_sha256)s)
RETURNING ledger_entry_id;

-- name: may_close
SELECT %(organisation_id)s IN (SELECT a.organisation_id FROM administered_organisations() a);

-- name: ask_override
INSERT INTO ledger_override (organisation_id, month, first_at, end_at, obstacles, reason)
VALUES (%(organisation_id)s, %(month)s, %(first_at)s, %(end_at)s, %(obstacles)s, %(reason)s)
RETURNING override_id;

-- name: sign_override
INSERT INTO ledger_override_signature (override_id) VALUES (%(override_id)s);

-- name: overrides
-- Overrides asked for, newest first; of one institution and month, or the one of an id. used: an entry rests on it.
SELECT o.override_id AS id, o.organisation_id, o.month, o.obstacles, o.reason, o.person_id,
       person_name(o.person_id) AS person, o.at,
       EXISTS (SELECT FROM ledger_entry e WHERE e.override_id = o.override_id) AS used
  FROM ledger_override o
 WHERE (%(override_id)s::bigint IS NULL OR o.override_id = %(override_id)s)
   AND (%(organisation_id)s::bigint IS NULL OR (o.organisation_id = %(organisation_id)s AND o.month = %(month)s))
 ORDER BY o.override_id DESC;

-- name: waiting
SELECT w.meter_id, w.day FROM waiting_days(%(meter_ids)s::bigint[], %(first_day)s, %(end_day)s) w ORDER BY 1, 2;

-- name: intervals
-- Interval data of a meter that begins in [first, last), as it was known at an instant.
SELECT c.start_at AS start, c.end_at AS "end", c.value, c.quantity_grade::text, c.shape_grade::text, c.method, c.flags
  FROM visible.consumption c
 WHERE c.meter_id = %(meter_id)s AND c.quantity = %(quantity)s AND c.start_at >= %(first)s AND c.start_at < %(last)s
   AND c.known_at <= %(as_of)s AND (c.superseded_at IS NULL OR c.superseded_at > %(as_of)s)
 ORDER BY c.start_at;

-- name: register_at
-- Last reading of a meter's register at or before an instant, within 40 days, and the device that sent it.
SELECT near.ts, d.code, near.value
  FROM meter_device m JOIN device d USING (device_id)
 CROSS JOIN LATERAL (SELECT r.ts, r.{quantity} AS value FROM visible.{table} r
                      WHERE r.device_id = m.device_id AND r.ts <= %(at)s AND r.ts > %(at)s - interval '40 days'
                        AND r.ts <@ m.during AND r.{quantity} IS NOT NULL ORDER BY r.ts DESC LIMIT 1) near
 WHERE m.meter_id = %(meter_id)s
 ORDER BY near.ts DESC LIMIT 1;
