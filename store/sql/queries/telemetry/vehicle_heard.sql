-- name: silences
-- Runs of whole hours in [first, end) that are over and in which nothing was heard of some vehicles.
SELECT s.vehicle_id, lower(run) AS start_at, upper(run) AS end_at
  FROM (SELECT v.vehicle_id, tstzmultirange(whole.hours) - coalesce(h.hours, '{}') AS silent
          FROM unnest(%(vehicle_ids)s::bigint[]) AS v (vehicle_id)
         CROSS JOIN (SELECT %(first)s::timestamptz AS first_at, date_bin('1 hour', least(%(end)s, %(now)s), %(first)s) AS end_at) asked
         CROSS JOIN LATERAL (SELECT tstzrange(asked.first_at, greatest(asked.first_at, asked.end_at)) AS hours) whole
          LEFT JOIN (SELECT h.vehicle_id, range_agg(tstzrange(h.at, h.at + interval '1 hour')) AS hours
                       FROM heard_hours(%(vehicle_ids)s, %(first)s, least(%(end)s::timestamptz, %(now)s)) h GROUP BY 1) h USING (vehicle_id)
       ) s CROSS JOIN unnest(s.silent) AS run
 ORDER BY 1, 2;

-- name: course
-- What a terminal told during a charge, in bins of a width: power into the battery in kW and state of charge in percent.
SELECT date_bin(%(width)s, r.ts, s.start_at) AS at, avg(-r.pack_voltage_v * r.pack_current_a / 1000) AS kw, avg(r.soc_pct) AS soc_pct
  FROM visible.vehicle_segment s
  JOIN vehicle_device d ON d.vehicle_id = s.vehicle_id
  JOIN visible.vehicle_reading r ON r.device_id = d.device_id AND r.ts >= s.start_at AND r.ts <= s.end_at AND r.ts <@ d.during
 WHERE s.vehicle_id = %(vehicle_id)s AND s.segment_id = %(segment_id)s AND s.kind = 'charge' AND s.superseded_at IS NULL
 GROUP BY 1 ORDER BY 1;

-- name: charge
SELECT s.start_at, s.end_at FROM visible.vehicle_segment s
 WHERE s.vehicle_id = %(vehicle_id)s AND s.segment_id = %(segment_id)s AND s.kind = 'charge' AND s.superseded_at IS NULL;
