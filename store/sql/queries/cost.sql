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
-- the device was replaced, ratio null where it changed in between. demand_anew, reactive_anew: whether a register began
-- anew between the first and the last of its readings here, by a declared swap or reset or by a fall to which the
-- readings before and after agree (one reading astray is none); of demand, but for the turn of the month on its first day.
WITH of_meter AS (
    SELECT d.device_id FROM meter_device d
     WHERE d.meter_id = %(meter_id)s AND d.during @> tstzrange(%(first)s, %(last)s)
), ratio AS (
    SELECT CASE WHEN count(*) FILTER (WHERE e.at > %(first)s) = 0
                THEN coalesce((array_agg(e.value ORDER BY e.at DESC))[1], 1) END AS value
      FROM register_event e
     WHERE e.meter_id = %(meter_id)s AND e.kind = 'ratio' AND e.at < %(last)s
       AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = e.event_id)
), jump AS (
    SELECT e.at FROM register_event e
     WHERE e.meter_id = %(meter_id)s AND e.kind IN ('swap', 'reset')
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
), said AS (
    SELECT o.device_id, c.at, demand.ts AS demand_ts, demand.kw, reactive.ts AS reactive_ts, reactive.kvarh
      FROM of_meter o CROSS JOIN cut c
      LEFT JOIN LATERAL (
        SELECT r.ts, r.demand_max_kw AS kw FROM {schema}.electricity_reading r
         WHERE r.device_id = o.device_id AND r.ts <= c.at AND (r.ts < c.at OR c.at < %(last)s)
           AND r.ts > %(first)s AND r.ts >= c.at - interval '1 day'
           AND r.demand_max_kw IS NOT NULL ORDER BY r.ts DESC LIMIT 1) demand ON true
      LEFT JOIN LATERAL (
        SELECT r.ts, r.reactive_energy_import_kvarh AS kvarh FROM {schema}.electricity_reading r
         WHERE r.device_id = o.device_id AND r.ts <= c.at AND r.ts > c.at - interval '1 day'
           AND r.reactive_energy_import_kvarh IS NOT NULL ORDER BY r.ts DESC LIMIT 1) reactive ON true
), span AS (
    SELECT device_id, max(demand_ts) AS demand_last, min(reactive_ts) AS reactive_first, max(reactive_ts) AS reactive_last
      FROM said GROUP BY device_id
), demand_fall AS (
    SELECT coalesce(bool_or(f.value < f.before AND coalesce(f.after < f.before, true)
                            AND coalesce(f.earlier > f.value, true) AND f.ts > %(first)s + interval '1 day'), false) AS found
      FROM (SELECT r.ts, r.demand_max_kw AS value, lag(r.demand_max_kw) OVER by_time AS before,
                   lag(r.demand_max_kw, 2) OVER by_time AS earlier, lead(r.demand_max_kw) OVER by_time AS after
              FROM span s JOIN {schema}.electricity_reading r ON r.device_id = s.device_id
             WHERE r.ts > %(first)s AND r.ts <= s.demand_last AND r.demand_max_kw IS NOT NULL
            WINDOW by_time AS (ORDER BY r.ts)) f
), reactive_fall AS (
    SELECT coalesce(bool_or(f.value < f.before AND coalesce(f.after < f.before, true)
                            AND coalesce(f.earlier > f.value, true)), false) AS found
      FROM (SELECT r.reactive_energy_import_kvarh AS value, lag(r.reactive_energy_import_kvarh) OVER by_time AS before,
                   lag(r.reactive_energy_import_kvarh, 2) OVER by_time AS earlier,
                   lead(r.reactive_energy_import_kvarh) OVER by_time AS after
              FROM span s JOIN {schema}.electricity_reading r ON r.device_id = s.device_id
             WHERE r.ts >= s.reactive_first AND r.ts <= s.reactive_last AND r.reactive_energy_import_kvarh IS NOT NULL
            WINDOW by_time AS (ORDER BY r.ts)) f
)
SELECT c.at, ratio.value AS ratio, c.kw AS demand_kw, c.kvarh AS reactive_kvarh, e.error_pct, e.reactive_error_pct,
       demand_fall.found OR EXISTS (SELECT FROM jump j WHERE j.at > %(first)s AND j.at < %(last)s) AS demand_anew,
       reactive_fall.found
       OR EXISTS (SELECT FROM jump j WHERE j.at > s.reactive_first AND j.at <= s.reactive_last) AS reactive_anew
  FROM said c CROSS JOIN ratio CROSS JOIN span s CROSS JOIN demand_fall CROSS JOIN reactive_fall
  LEFT JOIN error e ON e.first = c.at
 ORDER BY c.at;
