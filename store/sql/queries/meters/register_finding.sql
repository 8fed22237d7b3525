-- Where a register did what registers do not, as the worker's flags tell.

-- name: findings
-- Local days of meters in [first_day, end_day) with one of `kinds` (bits of flags), the latest first, one row a kind,
-- below the key (day, meter_id, kind); of the meters at an organisation and below it, or of what counts by a device.
-- The number is that of the index of consumption_day and holds every kind there may be.
WITH RECURSIVE below AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION
    SELECT p.organisation_id FROM below b JOIN organisation_position p
        ON p.parent_id = b.organisation_id AND p.during @> now()
), place AS MATERIALIZED (
    SELECT m.meter_id, m.code, m.name_zh, m.name_en, m.quantity, zone_of(q.place_id) AS zone
      FROM meter m
     CROSS JOIN LATERAL (SELECT x.place_id FROM meter_position x WHERE x.meter_id = m.meter_id
                          ORDER BY upper(x.during) DESC NULLS FIRST LIMIT 1) q
     WHERE (%(organisation_id)s::bigint IS NULL OR q.place_id IN (SELECT b.organisation_id FROM below b))
       AND (%(device_id)s::bigint IS NULL OR EXISTS (SELECT FROM meter_device d
                                                      WHERE d.meter_id = m.meter_id AND d.device_id = %(device_id)s))
), odd AS (
    SELECT c.meter_id, c.day, c.flags
      FROM visible.consumption_day c JOIN place p ON p.meter_id = c.meter_id AND p.quantity = c.quantity
     WHERE c.flags & 133086 <> 0 AND c.day >= %(first_day)s AND c.day < %(end_day)s
     UNION ALL
    SELECT h.meter_id, (h.start_at AT TIME ZONE p.zone)::date, h.flags
      FROM visible.consumption_hole h JOIN place p ON p.meter_id = h.meter_id AND p.quantity = h.quantity
     WHERE h.superseded_at IS NULL AND h.flags & 133086 <> 0
       AND h.start_at >= %(first_day)s::date::timestamp AT TIME ZONE p.zone
       AND h.start_at < %(end_day)s::date::timestamp AT TIME ZONE p.zone
)
SELECT p.meter_id, p.code, p.name_zh, p.name_en, p.quantity, p.zone, o.day, k.kind,
       o.day::timestamp AT TIME ZONE p.zone AS day_start, (o.day + 1)::timestamp AT TIME ZONE p.zone AS day_end
  FROM (SELECT meter_id, day, bit_or(flags) AS flags FROM odd GROUP BY meter_id, day) o
  JOIN place p USING (meter_id)
 CROSS JOIN LATERAL (SELECT kind FROM unnest(%(kinds)s::integer[]) u (kind) WHERE o.flags & u.kind <> 0) k
 WHERE (o.day, p.meter_id, k.kind) < (%(before_day)s::date, %(before_meter)s::bigint, %(before_kind)s::bigint)
 ORDER BY o.day DESC, p.meter_id DESC, k.kind DESC LIMIT %(at_most)s;

-- name: told
-- Of one kind in [day_start, day_end): the span of the intervals it is about and what was counted in them, and how
-- long there is no figure for it [s].
SELECT least(c.first_at, h.first_at) AS start, greatest(c.last_at, h.last_at) AS "end", c.used, coalesce(h.unknown_s, 0) AS unknown_s
  FROM (SELECT min(start_at) AS first_at, max(end_at) AS last_at, sum(value) AS used FROM visible.consumption
         WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL AND flags & %(kind)s <> 0
           AND start_at >= %(day_start)s AND start_at < %(day_end)s) c,
       (SELECT min(start_at) AS first_at, max(end_at) AS last_at,
               extract(epoch FROM sum(end_at - start_at))::double precision AS unknown_s FROM visible.consumption_hole
         WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL AND flags & %(kind)s <> 0
           AND start_at >= %(day_start)s AND start_at < %(day_end)s) h;

-- name: step
-- The two readings, one after the other, between which a register fell (sought -1), or rose (1), or did either (0)
-- most; as they came, from the last one at or before `first` to the first one at or after `last`.
SELECT s.device_id, d.code AS device_code, s.before_at, s.before, s.after_at, s.after
  FROM (SELECT r.device_id, r.ts AS after_at, r.{quantity} AS after, lag(r.ts) OVER in_time AS before_at,
               lag(r.{quantity}) OVER in_time AS before
          FROM meter_device m JOIN visible.{table} r ON r.device_id = m.device_id AND r.ts <@ m.during
         WHERE m.meter_id = %(meter_id)s AND m.counts_by = 'register' AND r.{quantity} IS NOT NULL
           AND r.ts >= coalesce((SELECT max(x.ts) FROM visible.{table} x
                                  WHERE x.device_id IN (SELECT y.device_id FROM meter_device y WHERE y.meter_id = %(meter_id)s)
                                    AND x.{quantity} IS NOT NULL AND x.ts <= %(first)s AND x.ts > %(first)s - interval '31 days'),
                                %(first)s)
           AND r.ts <= coalesce((SELECT min(x.ts) FROM visible.{table} x
                                  WHERE x.device_id IN (SELECT y.device_id FROM meter_device y WHERE y.meter_id = %(meter_id)s)
                                    AND x.{quantity} IS NOT NULL AND x.ts >= %(last)s AND x.ts < %(last)s + interval '31 days'),
                                %(last)s)
        WINDOW in_time AS (ORDER BY r.ts)) s
  JOIN device d USING (device_id)
 WHERE s.before IS NOT NULL
 ORDER BY CASE %(sought)s WHEN 0 THEN -abs(s.after - s.before) ELSE -%(sought)s * (s.after - s.before) END, s.after_at LIMIT 1;
