-- name: place_of_use
-- Where a vehicle was at an instant, and what it was then; described later only, what it was first told to be.
SELECT p.place_id AS organisation_id, d.category, d.powertrain
  FROM vehicle_position p
  JOIN LATERAL (SELECT d.category, d.powertrain FROM vehicle_description d WHERE d.vehicle_id = p.vehicle_id
                 ORDER BY d.during @> %(at)s DESC, lower(d.during) NULLS FIRST LIMIT 1) d ON true
 WHERE p.vehicle_id = %(vehicle_id)s AND p.during @> %(at)s;

-- name: use_changes
-- Instants from which on a vehicle may be held against something else: it, its places, the places above, their rules and areas.
WITH RECURSIVE up AS (
    SELECT place_id AS organisation_id FROM vehicle_position WHERE vehicle_id = %(vehicle_id)s
     UNION
    SELECT p.parent_id FROM up u JOIN organisation_position p USING (organisation_id) WHERE p.parent_id IS NOT NULL
), day AS (
    SELECT r.holds_from AS day FROM up JOIN fleet_rule r USING (organisation_id)
     UNION ALL
    SELECT unnest(ARRAY[lower(f.during), upper(f.during)]) FROM up JOIN fence f USING (organisation_id)
)
SELECT day::timestamp AT TIME ZONE %(zone)s AS at FROM day WHERE day IS NOT NULL
 UNION
SELECT unnest(ARRAY[lower(during), upper(during)]) FROM vehicle_position WHERE vehicle_id = %(vehicle_id)s
 UNION
SELECT unnest(ARRAY[lower(during), upper(during)]) FROM vehicle_description WHERE vehicle_id = %(vehicle_id)s
 UNION
SELECT unnest(ARRAY[lower(p.during), upper(p.during)]) FROM up JOIN organisation_position p USING (organisation_id)
 ORDER BY at;

-- name: rules
-- Of each rule what the nearest place says that says anything of it.
WITH RECURSIVE up AS (
    SELECT %(organisation_id)s::bigint AS organisation_id, 0 AS step
     UNION ALL
    SELECT p.parent_id, u.step + 1 FROM up u JOIN organisation_position p
        ON p.organisation_id = u.organisation_id AND p.during @> %(at)s
)
SELECT DISTINCT ON (r.rule) r.rule, r.in_use, r.terms, r.holds_from
  FROM up u JOIN fleet_rule r USING (organisation_id)
 WHERE r.holds_from <= %(day)s
 ORDER BY r.rule, u.step, r.holds_from DESC, r.fleet_rule_id DESC;

-- name: rules_coming
-- The next day on which each rule is set otherwise, at a place or above it.
WITH RECURSIVE up AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION ALL
    SELECT p.parent_id FROM up u JOIN organisation_position p
        ON p.organisation_id = u.organisation_id AND p.during @> %(at)s
)
SELECT r.rule, min(r.holds_from) FROM up u JOIN fleet_rule r USING (organisation_id) WHERE r.holds_from > %(day)s GROUP BY r.rule;

-- name: set_rule
INSERT INTO fleet_rule (organisation_id, rule, holds_from, in_use, terms)
VALUES (%(organisation_id)s, %(rule)s, %(holds_from)s, %(in_use)s, %(terms)s);

-- name: fences
WITH RECURSIVE up AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION ALL
    SELECT p.parent_id FROM up u JOIN organisation_position p
        ON p.organisation_id = u.organisation_id AND p.during @> %(at)s
)
SELECT f.fence_id AS id, f.organisation_id, f.kind, f.name, f.ring, lower(f.during) AS first_day, upper(f.during) AS end_day
  FROM up u JOIN fence f USING (organisation_id)
 WHERE f.during @> %(day)s::date OR (%(coming)s AND lower(f.during) > %(day)s::date) ORDER BY f.fence_id;

-- name: add_fence
INSERT INTO fence (organisation_id, kind, name, ring, during)
VALUES (%(organisation_id)s, %(kind)s, %(name)s, %(ring)s::float8[], daterange(%(first_day)s, NULL));

-- name: exemptions
SELECT kind, lower(days), upper(days) FROM lock_up_exemption WHERE vehicle_id = %(vehicle_id)s ORDER BY exemption_id;

-- name: add_exemption
INSERT INTO lock_up_exemption (vehicle_id, kind, days, reason)
VALUES (%(vehicle_id)s, %(kind)s, daterange(%(first_day)s, %(end_day)s), %(reason)s);

-- name: known
SELECT rule, subject, start_at, end_at, evidence FROM suspicion
 WHERE vehicle_id = %(vehicle_id)s AND withdrawn_at IS NULL
   AND start_at >= coalesce(%(first)s::timestamptz, '-infinity') AND start_at <= coalesce(%(last)s::timestamptz, 'infinity');

-- name: withdraw
UPDATE suspicion SET withdrawn_at = %(now)s, known_at = %(now)s
 WHERE vehicle_id = %(vehicle_id)s AND rule = %(rule)s AND subject = %(subject)s AND withdrawn_at IS NULL;

-- name: write
INSERT INTO suspicion (vehicle_id, rule, subject, start_at, end_at, evidence, known_at)
VALUES (%(vehicle_id)s, %(rule)s, %(subject)s, %(start_at)s, %(end_at)s, %(evidence)s, %(now)s)
ON CONFLICT (vehicle_id, rule, subject) DO UPDATE
   SET start_at = excluded.start_at, end_at = excluded.end_at, evidence = excluded.evidence, known_at = excluded.known_at,
       withdrawn_at = NULL;

-- name: suspicions
-- The newest first; null for all. organisation_id: of vehicles that are there now or below it.
WITH RECURSIVE below AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION
    SELECT o.organisation_id FROM below b JOIN organisation_now o ON o.parent_id = b.organisation_id
)
SELECT s.suspicion_id AS id, s.vehicle_id, d.plate, s.rule, s.subject, s.start_at, s.end_at, s.evidence, s.known_at,
       s.withdrawn_at, v.verdict, v.reason, w.name AS judged_by, v.at AS judged_at,
       v.verdict IS NOT NULL AND v.evidence <> s.evidence AS judged_otherwise, v.evidence AS judged_evidence
  FROM visible.suspicion s
  JOIN LATERAL (SELECT d.plate FROM vehicle_description d WHERE d.vehicle_id = s.vehicle_id
                 ORDER BY upper(d.during) DESC NULLS FIRST LIMIT 1) d ON true
  LEFT JOIN LATERAL (SELECT * FROM suspicion_verdict v WHERE v.suspicion_id = s.suspicion_id
                      ORDER BY v.verdict_id DESC LIMIT 1) v ON true
  LEFT JOIN person w ON w.person_id = v.person_id
 WHERE s.suspicion_id < %(before)s
   AND (%(suspicion_id)s::bigint IS NULL OR s.suspicion_id = %(suspicion_id)s)
   AND (%(vehicle_id)s::bigint IS NULL OR s.vehicle_id = %(vehicle_id)s)
   AND (s.withdrawn_at IS NULL OR v.verdict IS NOT NULL)
   AND (NOT %(open_only)s OR v.verdict IS NULL)
   AND (%(organisation_id)s::bigint IS NULL OR s.vehicle_id IN (
        SELECT p.vehicle_id FROM vehicle_position p WHERE p.during @> now()
           AND p.place_id IN (SELECT b.organisation_id FROM below b)))
 ORDER BY s.suspicion_id DESC LIMIT %(at_most)s;

-- name: judge
INSERT INTO suspicion_verdict (suspicion_id, verdict, reason, evidence)
SELECT s.suspicion_id, %(verdict)s, %(reason)s, s.evidence FROM visible.suspicion s WHERE s.suspicion_id = %(suspicion_id)s;

-- name: end_fence
UPDATE fence SET during = daterange(lower(during), %(day)s) WHERE fence_id = %(fence_id)s AND during @> %(day)s::date
   AND lower(during) IS DISTINCT FROM %(day)s::date;

-- name: vehicles_to_judge
SELECT vehicle_id FROM use_touched WHERE vehicle_id <> ALL (%(but)s)
 GROUP BY vehicle_id ORDER BY min(use_touched_id) LIMIT %(at_most)s;

-- name: take_days
-- Takes the days of a vehicle off the list; bounds of all of them, null for no bound. No row: there were none.
WITH gone AS (
    DELETE FROM use_touched WHERE vehicle_id = %(vehicle_id)s RETURNING days
)
SELECT CASE WHEN bool_and(lower(days) IS NOT NULL) THEN min(lower(days)) END AS first_day,
       CASE WHEN bool_and(upper(days) IS NOT NULL) THEN max(upper(days)) END AS end_day
  FROM gone HAVING count(*) > 0;

-- name: days_fitted
-- Each local day of [first, end) on which a vehicle had a terminal from its beginning to its end, and whether that told anything.
SELECT d.day::date AS day, bool_or(h.told) AS heard
  FROM generate_series(%(first)s::timestamp, %(end)s::timestamp - interval '1 day', interval '1 day') AS d (day)
 CROSS JOIN LATERAL (SELECT tstzrange(d.day AT TIME ZONE %(zone)s, (d.day + interval '1 day') AT TIME ZONE %(zone)s) AS span) s
  JOIN vehicle_device v ON v.vehicle_id = %(vehicle_id)s AND v.during @> s.span
 CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM vehicle_reading r WHERE r.device_id = v.device_id
                                       AND r.ts >= lower(s.span) AND r.ts < upper(s.span)) AS told) h
 GROUP BY d.day ORDER BY d.day;

-- name: heard_last
-- Vehicles with a terminal, and when it told something last; if it never did, since when it is fitted, where that is known.
SELECT d.vehicle_id, coalesce((SELECT r.ts FROM vehicle_reading r WHERE r.device_id = d.device_id AND r.ts <@ d.during
                                ORDER BY r.ts DESC LIMIT 1), lower(d.during)) AS at
  FROM vehicle_device d JOIN vehicle_position p ON p.vehicle_id = d.vehicle_id AND p.during @> %(now)s
 WHERE d.during @> %(now)s ORDER BY d.vehicle_id;

-- name: heard_around
-- Last instant that a vehicle's terminals told of at or before `first`, else since when one is fitted, else the first instant; and
-- the first one at or after `last`. Null for no bound, and where there is none.
SELECT coalesce(max(b.ts), nullif(min(coalesce(lower(d.during), '-infinity')), '-infinity'), min(f.ts)) AS since, min(a.ts) AS until
  FROM vehicle_device d
  LEFT JOIN LATERAL (SELECT r.ts FROM vehicle_reading r WHERE r.device_id = d.device_id AND r.ts <@ d.during AND r.ts <= %(first)s
                      ORDER BY r.ts DESC LIMIT 1) b ON true
  LEFT JOIN LATERAL (SELECT r.ts FROM vehicle_reading r WHERE r.device_id = d.device_id AND r.ts <@ d.during
                      ORDER BY r.ts LIMIT 1) f ON true
  LEFT JOIN LATERAL (SELECT r.ts FROM vehicle_reading r WHERE r.device_id = d.device_id AND r.ts <@ d.during AND r.ts >= %(last)s
                      ORDER BY r.ts LIMIT 1) a ON true
 WHERE d.vehicle_id = %(vehicle_id)s;
