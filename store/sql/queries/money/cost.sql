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

-- name: used_as_of
-- The same as it was known at an instant, from the versions of that time.
SELECT CASE WHEN sum(extract(epoch FROM c.end_at - c.start_at)) = extract(epoch FROM %(last)s::timestamptz - %(first)s::timestamptz)
            THEN sum(c.value) END AS used
  FROM {schema}.consumption c
 WHERE c.meter_id = %(meter_id)s AND c.quantity = %(quantity)s
   AND c.start_at >= %(first)s AND c.start_at < %(last)s AND c.known_at <= %(as_of)s::timestamptz
   AND (c.superseded_at IS NULL OR c.superseded_at > %(as_of)s::timestamptz);

-- name: registers
-- What the meter's own registers said at the ends of [first, last) and at every end of a declared error in between, as
-- people corrected it, and the error of the time from there on, in percent; all as it was known at an instant. Maximum
-- demand as it stood within the day before (the last end itself may show the next month's), reactive energy at the instant
-- itself, on the straight line between the readings on either side; null where one of them is not within a day. No row where the device was replaced, ratio null where it changed in between.
-- demand_anew, reactive_anew: whether a register began anew between the first and the last of its readings here, by a
-- declared swap or reset or by a fall to which the readings before and after agree (one reading astray is none); of
-- demand, but for the turn of the month on its first day.
-- demand_unkept, reactive_unkept: whether a reading that would count came, or was completed, after as_of: which of the
-- two is not kept, so what was known then is not either.
-- rose_since, rose_at: readings between which the demand shown last was first shown, the first far enough before for the
-- quarter hour it is of; demand_by_person: whether somebody's value stands for it.
-- reactive, quantity: which register of reactive energy, as a column and as the quantity that people correct.
WITH of_meter AS (
    SELECT d.device_id FROM meter_device d
     WHERE d.meter_id = %(meter_id)s AND d.during @> tstzrange(%(first)s, %(last)s)
), event AS (
    SELECT e.* FROM register_event e
     WHERE e.meter_id = %(meter_id)s AND e.declared_at <= %(as_of)s::timestamptz
       AND NOT EXISTS (SELECT FROM register_event_withdrawal w
                        WHERE w.event_id = e.event_id AND w.at <= %(as_of)s::timestamptz)
), ratio AS (
    SELECT CASE WHEN count(*) FILTER (WHERE e.at > %(first)s) = 0
                THEN coalesce((array_agg(e.value ORDER BY e.at DESC))[1], 1) END AS value
      FROM event e WHERE e.kind = 'ratio' AND e.at < %(last)s
), jump AS (
    SELECT e.at FROM event e WHERE e.kind IN ('swap', 'reset')
), error AS (
    SELECT greatest(e.at, %(first)s) AS first, least(e.until, %(last)s) AS last, e.value::numeric AS error_pct,
           f.reactive_error_pct
      FROM event e
      LEFT JOIN tolerance_decision d USING (event_id) LEFT JOIN tolerance_finding f USING (finding_id)
     WHERE e.kind = 'error' AND e.at < %(last)s AND e.until > %(first)s
), cut AS (
    SELECT %(first)s::timestamptz AS at UNION SELECT %(last)s UNION SELECT first FROM error UNION SELECT last FROM error
), edit AS MATERIALIZED (
    SELECT e.edit_id, e.quantity, e.ts, coalesce(e.until, e.ts + interval '1 microsecond') AS until, e.value
      FROM reading_edit e
     WHERE e.device_id IN (SELECT o.device_id FROM of_meter o) AND e.at <= %(as_of)s::timestamptz
       AND NOT EXISTS (SELECT FROM reading_edit_undo u WHERE u.edit_id = e.edit_id AND u.at <= %(as_of)s::timestamptz)
), reading AS MATERIALIZED (
    SELECT o.device_id, r.ts, r.received_at, demand.by_person,
           CASE WHEN r.demand_max_kw IS NOT NULL THEN demand.value END AS kw,
           CASE WHEN r.{reactive} IS NOT NULL THEN reactive.value END AS kvarh
      FROM of_meter o JOIN {schema}.electricity_reading r ON r.device_id = o.device_id
     CROSS JOIN LATERAL (SELECT x.value, x.edit_id > 0 AS by_person FROM (
           SELECT e.edit_id, e.value FROM edit e
            WHERE e.quantity = 'demand_max_kw' AND r.ts >= e.ts AND r.ts < e.until
            UNION ALL SELECT 0, r.demand_max_kw) x ORDER BY x.edit_id DESC LIMIT 1) demand
     CROSS JOIN LATERAL (SELECT x.value FROM (
           SELECT e.edit_id, e.value FROM edit e
            WHERE e.quantity = {quantity} AND r.ts >= e.ts AND r.ts < e.until
            UNION ALL SELECT 0, r.{reactive}) x ORDER BY x.edit_id DESC LIMIT 1) reactive
     WHERE r.ts > %(first)s::timestamptz - interval '1 day'
       AND r.ts < %(last)s::timestamptz + interval '1 day'
       AND num_nonnulls(r.demand_max_kw, r.{reactive}) > 0
), known AS (
    SELECT * FROM reading r WHERE r.received_at <= %(as_of)s::timestamptz
), late AS (
    SELECT * FROM reading r WHERE r.received_at > %(as_of)s::timestamptz AND r.ts <= %(as_of)s::timestamptz
), said AS (
    SELECT o.device_id, c.at, demand.ts AS demand_ts, demand.kw, demand.by_person,
           below.ts AS reactive_from, above.ts AS reactive_to,
           CASE WHEN above.ts = below.ts THEN below.kvarh
                ELSE below.kvarh + (above.kvarh - below.kvarh)
                     * extract(epoch FROM c.at - below.ts)::float8 / extract(epoch FROM above.ts - below.ts)::float8
                 END AS kvarh,
           EXISTS (SELECT FROM late r
                    WHERE r.kw IS NOT NULL AND r.ts <= c.at AND (r.ts < c.at OR c.at < %(last)s) AND r.ts > %(first)s
                      AND r.ts > coalesce(demand.ts, c.at - interval '1 day')) AS demand_unkept,
           EXISTS (SELECT FROM late r
                    WHERE r.kvarh IS NOT NULL AND r.ts > coalesce(below.ts, c.at - interval '1 day')
                      AND r.ts < coalesce(above.ts, c.at + interval '1 day')) AS reactive_unkept
      FROM of_meter o CROSS JOIN cut c
      LEFT JOIN LATERAL (
        SELECT r.ts, r.kw, r.by_person FROM known r
         WHERE r.ts <= c.at AND (r.ts < c.at OR c.at < %(last)s)
           AND r.ts > %(first)s AND r.ts >= c.at - interval '1 day'
           AND r.kw IS NOT NULL ORDER BY r.ts DESC LIMIT 1) demand ON true
      LEFT JOIN LATERAL (
        SELECT r.ts, r.kvarh FROM known r
         WHERE r.ts <= c.at AND r.ts > c.at - interval '1 day'
           AND r.kvarh IS NOT NULL ORDER BY r.ts DESC LIMIT 1) below ON true
      LEFT JOIN LATERAL (
        SELECT r.ts, r.kvarh FROM known r
         WHERE r.ts >= c.at AND r.ts < c.at + interval '1 day'
           AND r.kvarh IS NOT NULL ORDER BY r.ts LIMIT 1) above ON true
), span AS (
    SELECT device_id, max(demand_ts) AS demand_last, min(reactive_from) AS reactive_first, max(reactive_to) AS reactive_last,
           bool_or(demand_unkept AND at > %(first)s) AS demand_unkept, bool_or(reactive_unkept) AS reactive_unkept
      FROM said GROUP BY device_id
), demand_fall AS (
    SELECT coalesce(bool_or(f.kw < f.before AND coalesce(f.after < f.before, true)
                            AND coalesce(f.earlier > f.kw, true) AND f.ts > %(first)s + interval '1 day'), false) AS found
      FROM (SELECT r.ts, r.kw, lag(r.kw) OVER by_time AS before, lag(r.kw, 2) OVER by_time AS earlier,
                   lead(r.kw) OVER by_time AS after
              FROM span s JOIN known r USING (device_id)
             WHERE r.ts > %(first)s AND r.ts <= s.demand_last AND r.kw IS NOT NULL
            WINDOW by_time AS (ORDER BY r.ts)) f
), reactive_fall AS (
    SELECT coalesce(bool_or(f.kvarh < f.before AND coalesce(f.after < f.before, true)
                            AND coalesce(f.earlier > f.kvarh, true)), false) AS found
      FROM (SELECT r.kvarh, lag(r.kvarh) OVER by_time AS before, lag(r.kvarh, 2) OVER by_time AS earlier,
                   lead(r.kvarh) OVER by_time AS after
              FROM span s JOIN known r USING (device_id)
             WHERE r.ts >= s.reactive_first AND r.ts <= s.reactive_last AND r.kvarh IS NOT NULL
            WINDOW by_time AS (ORDER BY r.ts)) f
), below AS (
    SELECT coalesce(max(r.ts), %(first)s) AS ts
      FROM span s JOIN said l ON l.demand_ts = s.demand_last AND l.at = %(last)s
      JOIN known r ON r.ts > %(first)s AND r.ts < s.demand_last AND r.kw < l.kw
), rise AS (
    SELECT (SELECT max(r.ts) FROM known r WHERE r.ts <= b.ts - interval '20 minutes') AS since,
           (SELECT min(r.ts) FROM known r WHERE r.ts > b.ts AND r.kw IS NOT NULL) AS at
      FROM below b
)
SELECT c.at, ratio.value AS ratio, c.kw AS demand_kw, c.kvarh AS reactive_kvarh, e.error_pct, e.reactive_error_pct,
       demand_fall.found OR EXISTS (SELECT FROM jump j WHERE j.at > %(first)s AND j.at < %(last)s) AS demand_anew,
       reactive_fall.found
       OR EXISTS (SELECT FROM jump j WHERE j.at > s.reactive_first AND j.at <= s.reactive_last) AS reactive_anew,
       s.demand_unkept, s.reactive_unkept, coalesce(c.by_person, false) AS demand_by_person,
       rise.since AS rose_since, rise.at AS rose_at
  FROM said c CROSS JOIN ratio CROSS JOIN span s CROSS JOIN demand_fall CROSS JOIN reactive_fall CROSS JOIN rise
  LEFT JOIN error e ON e.first = c.at
 ORDER BY c.at;

-- name: reverse_reactive
-- What the registers of reverse reactive energy of a meter's devices rose by in [first, last], as read by as_of, without the
-- ratio. [kvarh]
SELECT coalesce(sum(f.kvarh - f.before) FILTER (WHERE f.kvarh > f.before), 0) AS kvarh
  FROM (SELECT r.reactive_energy_export_kvarh AS kvarh,
               lag(r.reactive_energy_export_kvarh) OVER (PARTITION BY r.device_id ORDER BY r.ts) AS before
          FROM meter_device d JOIN {schema}.electricity_reading r ON r.device_id = d.device_id AND r.ts <@ d.during
         WHERE d.meter_id = %(meter_id)s AND r.ts >= %(first)s AND r.ts <= %(last)s
           AND r.received_at <= %(as_of)s::timestamptz AND r.reactive_energy_export_kvarh IS NOT NULL) f;

-- name: demand_energy
-- Energy of an electricity meter that bounds its maximum demand in [first, last), by interval data as it was known: all
-- that was counted in intervals of [rise_first, rise_last], null unless each of them is measured, and the greatest hour of
-- which amount and shape are.
WITH known AS (
    SELECT c.start_at, c.end_at, c.value, c.quantity_grade IN ('measured', 'derived', 'manual', 'contract_substituted') AS measured,
           c.shape_grade = 'measured' AS shaped
      FROM {schema}.consumption c
     WHERE c.meter_id = %(meter_id)s AND c.quantity = 'active_energy_import_kwh'
       AND c.start_at >= least(%(first)s, %(rise_first)s::timestamptz) - interval '1 day' AND c.start_at < %(last)s
       AND c.known_at <= %(as_of)s::timestamptz
       AND (c.superseded_at IS NULL OR c.superseded_at > %(as_of)s::timestamptz)
)
SELECT (SELECT CASE WHEN bool_and(k.measured) AND sum(least(k.end_at, %(rise_last)s) - greatest(k.start_at, %(rise_first)s))
                         = %(rise_last)s::timestamptz - %(rise_first)s::timestamptz THEN sum(k.value) END
          FROM known k WHERE k.end_at > %(rise_first)s AND k.start_at < %(rise_last)s) AS rise_kwh,
       (SELECT max(h.kwh) FROM (
            SELECT sum(k.value) AS kwh FROM known k WHERE k.start_at >= %(first)s
             GROUP BY date_trunc('hour', k.start_at)
            HAVING bool_and(k.measured AND k.shaped) AND sum(k.end_at - k.start_at) = interval '1 hour') h) AS greatest_hour_kwh;
