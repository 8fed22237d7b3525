-- What counts beside a meter whose register stood still.

-- name: use
-- Mean rate [unit/s] of a meter (own), the one above it (above), and the others below that (beside), in spans; and
-- whether too little of one of them is known. A register that is thought frozen (flag 32) showed nothing, and that is
-- known. meter_id bigint; quantity text; firsts, lasts timestamptz[]; share of a span [1].
WITH span AS (
    SELECT s.number, s.first, s.last, extract(epoch FROM s.last - s.first)::float8 AS lasting_s
      FROM unnest(%(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) WITH ORDINALITY AS s (first, last, number)
), whole AS (
    SELECT tstzrange(min(s.first), max(s.last)) AS during FROM span s
), here AS (
    SELECT p.meter_id, p.parent_id FROM meter_position p, whole w
     WHERE p.meter_id = %(meter_id)s AND p.during @> w.during AND p.parent_id IS NOT NULL
), near AS (
    SELECT h.meter_id, 'own' AS part FROM here h
     UNION ALL
    SELECT h.parent_id, 'above' FROM here h
     UNION ALL
    SELECT DISTINCT p.meter_id, 'beside' FROM here h CROSS JOIN whole w JOIN meter_position p USING (parent_id)
     WHERE p.meter_id <> h.meter_id AND p.during && w.during AND p.role NOT IN ('check', 'pv', 'fed_in', 'virtual')
)
SELECT s.number, n.part, sum(c.value / s.lasting_s) AS rate,
       bool_or(c.covered_s < %(share)s * s.lasting_s) AS lacking
  FROM span s CROSS JOIN near n JOIN meter m ON m.meter_id = n.meter_id AND m.quantity = %(quantity)s
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(k.value), 0) AS value, coalesce(sum(extract(epoch FROM k.end_at - k.start_at)), 0)::float8 AS covered_s
         FROM (SELECT i.start_at, i.end_at, i.value FROM consumption i
                WHERE i.meter_id = n.meter_id AND i.quantity = m.quantity AND i.superseded_at IS NULL
                  AND i.start_at >= s.first AND i.start_at < s.last
                UNION ALL
               SELECT h.start_at, h.end_at, 0 FROM consumption_hole h
                WHERE h.meter_id = n.meter_id AND h.quantity = m.quantity AND h.superseded_at IS NULL
                  AND h.start_at >= s.first AND h.start_at < s.last AND h.flags & 32 <> 0) k) c
 GROUP BY s.number, n.part;

-- name: touch
-- Puts on the work list the days of a meter, and of those below and beside it, on which a register is thought frozen: what
-- was thought of them may lean on figures of local days [first_day, end_day), up to 22 days before.
INSERT INTO touched (device_id, day)
WITH here AS (
    SELECT p.meter_id, p.parent_id FROM meter_position p WHERE p.meter_id = %(meter_id)s
), near AS (
    SELECT h.meter_id FROM here h
     UNION
    SELECT p.meter_id FROM here h JOIN meter_position p ON p.parent_id IN (h.meter_id, h.parent_id)
)
SELECT DISTINCT d.device_id, g.day::date
  FROM near n JOIN meter m USING (meter_id)
  JOIN consumption_hole h ON h.meter_id = m.meter_id AND h.quantity = m.quantity AND h.superseded_at IS NULL
   AND h.flags & 32 <> 0 AND h.start_at >= %(first_day)s::date - 1 AND h.start_at < %(end_day)s::date + 23
 CROSS JOIN LATERAL (SELECT coalesce(zone_of(p.place_id), 'UTC') AS name FROM meter_position p
                      WHERE p.meter_id = n.meter_id ORDER BY upper(p.during) DESC NULLS FIRST LIMIT 1) z
 CROSS JOIN LATERAL (SELECT (h.start_at AT TIME ZONE z.name)::date AS day) g
  JOIN meter_device d ON d.meter_id = n.meter_id AND d.during @> h.start_at
 ORDER BY 1, 2;

-- name: fed_in
-- How long in [first, last) an export meter below a meter of import counted something. [s]
-- meter_id bigint; quantity text; first, last timestamptz.
SELECT coalesce(sum(extract(epoch FROM upper(u.during) - lower(u.during))), 0)::float8
  FROM (SELECT unnest(range_agg(tstzrange(greatest(c.start_at, %(first)s), least(c.end_at, %(last)s)))) AS during
          FROM meter_position p JOIN meter m USING (meter_id)
          JOIN consumption c ON c.meter_id = m.meter_id AND c.quantity = m.quantity AND c.superseded_at IS NULL
         WHERE p.parent_id = %(meter_id)s AND p.role = 'fed_in' AND p.during @> %(first)s::timestamptz
           AND %(quantity)s <> m.quantity AND c.start_at < %(last)s AND c.end_at > %(first)s AND c.value > 0) u;

-- name: touch_boundary
-- Puts local days [first_day, end_day) of the meter through which this one is fed in on the work list.
INSERT INTO touched (device_id, day)
SELECT DISTINCT d.device_id, g.day::date
  FROM meter_position p JOIN meter_device d ON d.meter_id = p.parent_id
 CROSS JOIN generate_series(%(first_day)s::date, %(end_day)s::date - 1, interval '1 day') AS g (day)
 WHERE p.meter_id = %(meter_id)s AND p.role = 'fed_in'
   AND d.during && tstzrange(g.day::timestamp AT TIME ZONE 'UTC' - interval '1 day', g.day::timestamp AT TIME ZONE 'UTC' + interval '2 days')
 ORDER BY 1, 2;
