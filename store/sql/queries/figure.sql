-- name: rates
-- Mean, least and greatest rate per bin, in the register's unit per hour, of current versions.
-- meter_ids bigint[]; first, last timestamptz (half-open); bin text: native, hour, day; zone text.
SELECT c.meter_id,
       CASE %(bin)s WHEN 'native' THEN c.start_at
                    WHEN 'hour' THEN date_bin('1 hour', c.start_at, '2000-01-01T00:00Z')
                    ELSE date_trunc('day', c.start_at, %(zone)s) END AS at,
       sum(c.value) * 3600 / sum(s.seconds) AS mean,
       min(c.value * 3600 / s.seconds) AS least, max(c.value * 3600 / s.seconds) AS greatest,
       bool_or(c.quantity_grade <> 'measured' OR c.shape_grade <> 'measured') AS flagged,
       min(s.seconds)::integer AS step_s
  FROM visible.consumption c
 CROSS JOIN LATERAL (SELECT date_part('epoch', c.end_at - c.start_at) AS seconds) s
 WHERE c.meter_id = ANY (%(meter_ids)s) AND c.superseded_at IS NULL
   AND c.start_at >= %(first)s AND c.start_at < %(last)s
 GROUP BY 1, 2 ORDER BY 1, 2;

-- name: intervals
-- Current interval data, binned. width interval: the bin, or null for the intervals as they are.
SELECT c.meter_id, c.quantity, b.at AS start, greatest(max(c.end_at), b.at + %(width)s::interval) AS "end",
       sum(c.value) AS value, max(c.quantity_grade)::text AS quantity_grade,
       max(c.shape_grade)::text AS shape_grade, bit_or(c.flags) AS flags,
       sum(extract(epoch FROM c.end_at - c.start_at))::integer AS covered_s
  FROM visible.consumption c
 CROSS JOIN LATERAL (SELECT CASE WHEN %(width)s::interval IS NULL THEN c.start_at
                            ELSE date_bin(%(width)s::interval, c.start_at, '2000-01-01T00:00Z') END AS at) b
 WHERE c.meter_id = ANY (%(meter_ids)s) AND c.superseded_at IS NULL
   AND c.start_at >= %(first)s AND c.start_at < %(last)s
 GROUP BY c.meter_id, c.quantity, b.at ORDER BY c.meter_id, b.at LIMIT %(at_most)s;

-- name: days
-- Local days [first_day, end_day), or the months they lie in.
SELECT c.meter_id, c.quantity, min(c.day) AS first_day, sum(c.value) AS value,
       max(c.quantity_grade)::text AS quantity_grade, max(c.shape_grade)::text AS shape_grade,
       bit_or(c.flags) AS flags, sum(c.covered_s)::integer AS covered_s
  FROM visible.consumption_day c
 WHERE c.meter_id = ANY (%(meter_ids)s) AND c.day >= %(first_day)s AND c.day < %(end_day)s
 GROUP BY c.meter_id, c.quantity, date_trunc(%(bin)s, c.day::timestamp)
 ORDER BY c.meter_id, 3 LIMIT %(at_most)s;
