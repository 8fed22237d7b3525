-- name: place_of_use
SELECT p.place_id AS organisation_id, coalesce(zone_of(p.place_id), 'UTC') AS zone, d.category, d.powertrain
  FROM vehicle_position p
  JOIN LATERAL (SELECT d.category, d.powertrain FROM vehicle_description d WHERE d.vehicle_id = p.vehicle_id
                 ORDER BY upper(d.during) DESC NULLS FIRST LIMIT 1) d ON true
 WHERE p.vehicle_id = %(vehicle_id)s ORDER BY upper(p.during) DESC NULLS FIRST LIMIT 1;

-- name: rules
-- Of each rule what the nearest place says that says anything of it.
WITH RECURSIVE up AS (
    SELECT %(organisation_id)s::bigint AS organisation_id, 0 AS step
     UNION ALL
    SELECT p.parent_id, u.step + 1 FROM up u JOIN organisation_position p
        ON p.organisation_id = u.organisation_id AND p.during @> now()
)
SELECT DISTINCT ON (r.rule) r.rule, r.in_use, r.terms
  FROM up u JOIN fleet_rule r USING (organisation_id)
 WHERE r.holds_from <= %(day)s
 ORDER BY r.rule, u.step, r.holds_from DESC, r.fleet_rule_id DESC;

-- name: set_rule
INSERT INTO fleet_rule (organisation_id, rule, holds_from, in_use, terms)
VALUES (%(organisation_id)s, %(rule)s, %(holds_from)s, %(in_use)s, %(terms)s);

-- name: fences
WITH RECURSIVE up AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION ALL
    SELECT p.parent_id FROM up u JOIN organisation_position p
        ON p.organisation_id = u.organisation_id AND p.during @> now()
)
SELECT f.fence_id AS id, f.organisation_id, f.kind, f.name, f.ring FROM up u JOIN fence f USING (organisation_id)
 WHERE f.during @> %(day)s::date ORDER BY f.fence_id;

-- name: add_fence
INSERT INTO fence (organisation_id, kind, name, ring) VALUES (%(organisation_id)s, %(kind)s, %(name)s, %(ring)s::float8[]);

-- name: exemptions
SELECT kind, lower(days), upper(days) FROM lock_up_exemption WHERE vehicle_id = %(vehicle_id)s ORDER BY exemption_id;

-- name: add_exemption
INSERT INTO lock_up_exemption (vehicle_id, kind, days, reason)
VALUES (%(vehicle_id)s, %(kind)s, daterange(%(first_day)s, %(end_day)s), %(reason)s);

-- name: known
SELECT rule, subject, start_at, end_at, evidence FROM suspicion
 WHERE vehicle_id = %(vehicle_id)s AND withdrawn_at IS NULL AND start_at >= %(first)s AND start_at <= %(last)s;

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
       v.verdict IS NOT NULL AND v.evidence <> s.evidence AS judged_otherwise
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
