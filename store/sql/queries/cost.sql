-- name: amounts
-- Interval data of a meter in [first, last) as it was known at an instant. schema: through whose eyes.
SELECT c.start_at, c.end_at, c.value, c.quantity_grade IN ('measured', 'derived', 'manual', 'contract_substituted') AS measured,
       c.shape_grade = 'measured' AS shaped
  FROM {schema}.consumption c
 WHERE c.meter_id = %(meter_id)s AND c.quantity = %(quantity)s
   AND c.start_at >= %(first)s AND c.start_at < %(last)s AND c.known_at <= %(as_of)s::timestamptz
   AND (c.superseded_at IS NULL OR c.superseded_at > %(as_of)s::timestamptz)
 ORDER BY c.start_at;

-- name: used
-- Use on local days [first_day, end_day); null unless every second of them has a figure.
SELECT CASE WHEN sum(c.covered_s) = extract(epoch FROM %(last)s::timestamptz - %(first)s::timestamptz)
            THEN sum(c.value) END AS used
  FROM {schema}.consumption_day c
 WHERE c.meter_id = %(meter_id)s AND c.quantity = %(quantity)s
   AND c.day >= %(first_day)s AND c.day < %(end_day)s;

-- name: registers
-- What the meter's own registers said at the ends of [first, last) and at every end of a declared error in between,
-- and the error of the time from there on, in percent. Maximum demand as it stood within the day before (the last
-- end itself may show the next month's), reactive energy as of the last reading within the day before. No row where
-- the device was replaced, ratio null where it changed in between.
WITH of_meter AS (
    SELECT d.device_id FROM meter_device d
     WHERE d.meter_id = %(meter_id)s AND d.during @> tstzrange(%(first)s, %(last)s)
), ratio AS (
    SELECT CASE WHEN count(*) FILTER (WHERE e.at > %(first)s) = 0
                THEN coalesce((array_agg(e.value ORDER BY e.at DESC))[1], 1) END AS value
      FROM register_event e
     WHERE e.meter_id = %(meter_id)s AND e.kind = 'ratio' AND e.at < %(last)s
       AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = e.event_id)
), error AS (
    SELECT greatest(e.at, %(first)s) AS first, least(e.until, %(last)s) AS last, e.value::numeric AS error_pct,
           f.reactive_error_pct
      FROM register_event e
      LEFT JOIN tolerance_decision d USING (event_id) LEFT JOIN tolerance_finding f USING (finding_id)
     WHERE e.meter_id = %(meter_id)s AND e.kind = 'error' AND e.at < %(last)s AND e.until > %(first)s
       AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = e.event_id)
), cut AS (
    SELECT %(first)s::timestamptz AS at UNION SELECT %(last)s UNION SELECT first FROM error UNION SELECT last FROM error
)
SELECT c.at, ratio.value AS ratio,
       (SELECT r.demand_max_kw FROM {schema}.electricity_reading r
         WHERE r.device_id = o.device_id AND r.ts <= c.at AND (r.ts < c.at OR c.at < %(last)s)
           AND r.ts > %(first)s AND r.ts >= c.at - interval '1 day'
           AND r.demand_max_kw IS NOT NULL ORDER BY r.ts DESC LIMIT 1) AS demand_kw,
       (SELECT r.reactive_energy_import_kvarh FROM {schema}.electricity_reading r
         WHERE r.device_id = o.device_id AND r.ts <= c.at AND r.ts > c.at - interval '1 day'
           AND r.reactive_energy_import_kvarh IS NOT NULL ORDER BY r.ts DESC LIMIT 1) AS reactive_kvarh,
       e.error_pct, e.reactive_error_pct
  FROM of_meter o CROSS JOIN ratio CROSS JOIN cut c LEFT JOIN error e ON e.first = c.at
 ORDER BY c.at;
