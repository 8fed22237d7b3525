-- name: rates
-- Mean, least and greatest rate per bin, in the register's unit per hour, of current versions.
-- meter_ids bigint[]; first, last timestamptz (half-open); bin text: native, hour, day; zone text.
SELECT c.meter_id,
       CASE %(bin)s WHEN 'native' THEN c.start_at
                    WHEN 'hour' THEN date_bin('1 hour', c.start_at, '2000-01-01T00:00Z')
                    ELSE date_trunc('day', c.start_at, %(zone)s) END AS at,
       sum(c.value) * 3600 / sum(s.seconds) AS mean,
       min(c.value * 3600 / s.seconds) AS least, max(c.value * 3600 / s.seconds) AS greatest,
       bool_or(c.quantity_grade <> 'measured' OR c.shape_grade <> 'measured') AS flagged, bit_or(c.flags) AS flags,
       min(s.seconds)::integer AS step_s
  FROM visible.consumption c
 CROSS JOIN LATERAL (SELECT date_part('epoch', c.end_at - c.start_at) AS seconds) s
 WHERE c.meter_id = ANY (%(meter_ids)s) AND c.superseded_at IS NULL
   AND c.start_at >= %(first)s AND c.start_at < %(last)s
 GROUP BY 1, 2 ORDER BY 1, 2;

-- name: intervals
-- Interval data as of an instant, 'infinity' for what is known now, binned. width interval: the bin,
-- or null for the intervals as they are.
SELECT c.meter_id, c.quantity, b.at AS start, greatest(max(c.end_at), b.at + %(width)s::interval) AS "end",
       sum(c.value) AS value, max(c.quantity_grade)::text AS quantity_grade,
       max(c.shape_grade)::text AS shape_grade, bit_or(c.flags) AS flags,
       sum(extract(epoch FROM c.end_at - c.start_at))::integer AS covered_s
  FROM visible.consumption c
 CROSS JOIN LATERAL (SELECT CASE WHEN %(width)s::interval IS NULL THEN c.start_at
                            ELSE date_bin(%(width)s::interval, c.start_at, '2000-01-01T00:00Z') END AS at) b
 WHERE c.meter_id = ANY (%(meter_ids)s) AND c.known_at <= %(as_of)s::timestamptz
   AND (c.superseded_at IS NULL OR c.superseded_at > %(as_of)s::timestamptz)
   AND c.start_at >= %(first)s AND c.start_at < %(last)s
 GROUP BY c.meter_id, c.quantity, b.at ORDER BY c.meter_id, b.at LIMIT %(at_most)s;

-- name: days
-- Local days [first_day, end_day).
SELECT c.meter_id, c.quantity, c.day AS first_day, c.value, c.quantity_grade::text, c.shape_grade::text, c.flags, c.covered_s
  FROM visible.consumption_day c
 WHERE c.meter_id = ANY (%(meter_ids)s) AND c.day >= %(first_day)s AND c.day < %(end_day)s
 ORDER BY c.meter_id, c.day LIMIT %(at_most)s;

-- name: months
-- Months of which days lie in [first_day, end_day), of those days alone: whole months from their sums.
SELECT c.meter_id, c.quantity, c.month AS first_day, c.value, c.quantity_grade::text, c.shape_grade::text, c.flags,
       c.covered_s::integer
  FROM month_sums(%(meter_ids)s::bigint[], %(first_day)s, %(end_day)s) c
 ORDER BY c.meter_id, c.month LIMIT %(at_most)s;

-- name: days_standing
-- Local days [first_day, end_day) whose figures are those of an instant still.
SELECT c.meter_id, c.quantity, c.day AS first_day, c.value, c.quantity_grade::text, c.shape_grade::text, c.flags,
       c.covered_s
  FROM visible.consumption_day c
 WHERE c.meter_id = ANY (%(meter_ids)s) AND c.day >= %(first_day)s AND c.day < %(end_day)s
   AND c.known_at <= %(as_of)s
 LIMIT %(at_most)s;

-- name: days_as_of
-- Days as they were known at an instant, summed from the versions of that time. first, last timestamptz:
-- a range of whole days in that zone.
SELECT c.meter_id, c.quantity, l.day AS first_day, sum(c.value) AS value,
       max(c.quantity_grade)::text AS quantity_grade, max(c.shape_grade)::text AS shape_grade,
       bit_or(c.flags) AS flags, sum(extract(epoch FROM c.end_at - c.start_at))::integer AS covered_s
  FROM visible.consumption c
 CROSS JOIN LATERAL (SELECT (c.start_at AT TIME ZONE %(zone)s)::date AS day) l
 WHERE c.meter_id = ANY (%(meter_ids)s) AND c.known_at <= %(as_of)s
   AND (c.superseded_at IS NULL OR c.superseded_at > %(as_of)s)
   AND c.start_at >= %(first)s AND c.start_at < %(last)s
 GROUP BY c.meter_id, c.quantity, l.day LIMIT %(at_most)s;

-- name: holes
-- Spans of which no register tells the use, as of an instant, 'infinity' for what is known now.
SELECT c.meter_id, c.start_at AS start, c.end_at AS "end", c.flags
  FROM visible.consumption_hole c
 WHERE c.meter_id = ANY (%(meter_ids)s) AND c.known_at <= %(as_of)s::timestamptz
   AND (c.superseded_at IS NULL OR c.superseded_at > %(as_of)s::timestamptz)
   AND c.start_at >= %(first)s AND c.start_at < %(last)s
 ORDER BY c.meter_id, c.start_at;
