-- name: meters
-- Meters by code, where each hangs or hung last, and whether its devices tell registers and nothing else.
SELECT m.meter_id, m.code, m.medium, m.quantity, p.place_id, o.code AS place, zone_of(p.place_id) AS zone,
       (SELECT coalesce(bool_and(d.counts_by = 'register'), false) FROM meter_device d WHERE d.meter_id = m.meter_id) AS registers
  FROM meter m
  LEFT JOIN LATERAL (SELECT q.place_id FROM meter_position q WHERE q.meter_id = m.meter_id
                      ORDER BY upper(q.during) DESC NULLS FIRST LIMIT 1) p ON true
  LEFT JOIN organisation o ON o.organisation_id = p.place_id
 WHERE m.code = ANY (%(codes)s) ORDER BY m.code;

-- name: register
-- Columns of a meter's register in [first, last] as it came, in order of time, and of the nearest readings outside it
-- within `reach`; where messages disagreed, every value. schema: `visible` for a person, `public` for a worker.
WITH near AS MATERIALIZED (
    SELECT coalesce((SELECT max(x.ts) FROM meter_device d CROSS JOIN LATERAL (
                        SELECT r.ts FROM {schema}.{table} r
                         WHERE r.device_id = d.device_id AND r.ts <= %(first)s AND r.ts > %(first)s::timestamptz - %(reach)s::interval
                           AND r.ts <@ d.during AND r.{quantity} IS NOT NULL ORDER BY r.ts DESC LIMIT 1) x
                      WHERE d.meter_id = %(meter_id)s), %(first)s::timestamptz) AS since,
           coalesce((SELECT min(x.ts) FROM meter_device d CROSS JOIN LATERAL (
                        SELECT r.ts FROM {schema}.{table} r
                         WHERE r.device_id = d.device_id AND r.ts >= %(last)s AND r.ts < %(last)s::timestamptz + %(reach)s::interval
                           AND r.ts <@ d.during AND r.{quantity} IS NOT NULL ORDER BY r.ts LIMIT 1) x
                      WHERE d.meter_id = %(meter_id)s), %(last)s::timestamptz) AS until
), own AS (
    SELECT r.ts, r.{quantity} AS value
      FROM near n, meter_device d JOIN {schema}.{table} r ON r.device_id = d.device_id
     WHERE d.meter_id = %(meter_id)s AND r.ts <@ d.during AND r.{quantity} IS NOT NULL
       AND r.ts >= n.since AND r.ts <= n.until
     UNION
    SELECT c.ts, c.value::float8
      FROM near n, meter_device d JOIN {schema}.reading_conflict c ON c.device_id = d.device_id
     WHERE d.meter_id = %(meter_id)s AND c.ts <@ d.during AND c.quantity = %(quantity)s
       AND c.ts >= n.since AND c.ts <= n.until
)
SELECT array_agg(ts ORDER BY ts, value), array_agg(value ORDER BY ts, value) FROM own;

-- name: days
-- Local days [first_day, end_day) of a meter.
SELECT c.day, c.value, c.covered_s = c.day_s AS whole, c.quantity_grade::text, c.shape_grade::text
  FROM {schema}.consumption_day c
 WHERE c.meter_id = %(meter_id)s AND c.quantity = %(quantity)s AND c.day >= %(first_day)s AND c.day < %(end_day)s;

-- name: intervals
-- Current interval data of a meter that begins in [first, last).
SELECT c.start_at, c.end_at, c.value, c.quantity_grade::text, c.shape_grade::text
  FROM {schema}.consumption c
 WHERE c.meter_id = %(meter_id)s AND c.quantity = %(quantity)s AND c.start_at >= %(first)s AND c.start_at < %(last)s
   AND c.superseded_at IS NULL
 ORDER BY c.start_at;

-- name: bills
-- Bills of some meters of which a day lies in [first_day, end_day), line by line.
SELECT b.bill_id, b.meter_id, b.number, b.first_day, b.end_day, b.imported_at, l.item, sum(l.amount) AS amount
  FROM bill b JOIN bill_line l USING (bill_id)
 WHERE b.meter_id = ANY (%(meter_ids)s) AND b.first_day < %(end_day)s AND b.end_day > %(first_day)s AND b.withdrawn_at IS NULL
 GROUP BY b.bill_id, l.item ORDER BY b.first_day, b.bill_id, l.item;

-- name: signed_months
-- Months of a contract that both parties have signed and nobody has reversed, and since when.
SELECT s.period, max(a.at) AS at FROM statement s JOIN statement_act a USING (statement_id)
 WHERE s.contract_id = %(contract_id)s AND s.kind = 'month' AND a.act = 'sign'
   AND is_signed(s.statement_id) AND NOT is_reversed(s.statement_id)
 GROUP BY s.statement_id;

-- name: model
-- A version of a baseline that has a model or a comparison, with the days it was fitted to, and a comparison's terms.
SELECT v.version_id, v.model, v.parameters, v.inputs, v.wander, v.cvrmse, v.nmbe, v.days, lower(b.train) AS first_day,
       upper(b.train) AS end_day, b.organisation_id, b.meter_id, b.medium, b.method, b.cvrmse_limit, b.nmbe_limit,
       b.limit_source, v.basis -> 'meters' AS stretches, b.step, b.terms, b.reporting_from, b.reporting_end,
       v.basis -> 'heating' ->> 'region' AS region, v.refusals
  FROM baseline b JOIN baseline_version v USING (baseline_id)
 WHERE b.baseline_id = %(baseline_id)s AND v.number = %(number)s AND v.model IS NOT NULL;

-- name: meter_named
-- Code and quantity of a meter.
SELECT m.code, m.quantity FROM meter m WHERE m.meter_id = %(meter_id)s;

-- name: used
-- Of some meters, those that counted something on local days [first_day, end_day).
SELECT m.code FROM meter m
 WHERE m.code = ANY (%(codes)s)
   AND EXISTS (SELECT FROM {schema}.consumption_day c
                WHERE c.meter_id = m.meter_id AND c.quantity = m.quantity AND c.day >= %(first_day)s AND c.day < %(end_day)s
                  AND c.value > 0);

-- name: alert_cases
-- Alerts that opened in [first, end) at meters or the devices that count for them, in order of time.
SELECT alert_id, rule, at, opened_at, answered_at, ended_at
  FROM alert_cases(%(meter_ids)s::bigint[], tstzrange(%(first)s, %(end)s)) ORDER BY opened_at, alert_id;

-- name: charging
-- Piles whose meter is one of some meters or hangs below one over [first, end): what its meter counted, null where some of
-- the span is not known; what matched plug-ins took of it; and those of the meters that are above it.
WITH hung AS MATERIALIZED (
    SELECT p.pile_id, p.code, p.meter_id, a.meter_id AS above_id
      FROM pile p CROSS JOIN LATERAL meter_ancestry(ARRAY[p.meter_id], tstzrange(%(first)s, %(end)s)) a
), inside AS (
    SELECT h.pile_id, h.code, h.meter_id, array_agg(DISTINCT n.code) FILTER (WHERE h.above_id <> h.meter_id) AS above
      FROM hung h JOIN meter n ON n.meter_id = h.above_id
     WHERE n.code = ANY (%(codes)s)
     GROUP BY h.pile_id, h.code, h.meter_id
)
SELECT i.code, m.code AS meter, coalesce(i.above, ARRAY[]::text[]) AS above,
       CASE WHEN u.covered_s >= extract(epoch FROM %(end)s::timestamptz - %(first)s::timestamptz) - 1 THEN u.kwh END AS counted,
       coalesce(g.kwh, 0) AS matched, coalesce(g.charges, 0)::integer AS charges
  FROM inside i JOIN meter m ON m.meter_id = i.meter_id
  LEFT JOIN LATERAL (SELECT sum(c.value) AS kwh, sum(extract(epoch FROM c.end_at - c.start_at)) AS covered_s
                       FROM {schema}.consumption c
                      WHERE c.meter_id = i.meter_id AND c.quantity = m.quantity AND c.superseded_at IS NULL
                        AND c.start_at >= %(first)s AND c.start_at < %(end)s) u ON true
  LEFT JOIN pile_charging(ARRAY[i.pile_id], tstzrange(%(first)s, %(end)s)) g ON true
 ORDER BY i.code;

-- name: rooms_seen
-- Of some devices those that the person sees over all of [first, end).
SELECT d.code FROM device d JOIN visible_devices() v USING (device_id)
 WHERE d.code = ANY (%(codes)s) AND v.during @> tstzrange(%(first)s, %(end)s);

-- name: room_hours
-- Mean air temperature of devices by hour that begins in [first, end); one row without an hour where none told any. [degC]
SELECT d.code, h.hour, h.mean_air_temperature_c
  FROM device d
  LEFT JOIN {schema}.climate_reading_hour h ON h.device_id = d.device_id AND h.hour >= %(first)s AND h.hour < %(end)s
                                           AND h.mean_air_temperature_c IS NOT NULL
 WHERE d.code = ANY (%(codes)s) ORDER BY d.code, h.hour;

-- name: nested
-- Of some meters those that hang below others of them over [first, end), with these.
SELECT m.code, array_agg(DISTINCT n.code ORDER BY n.code)
  FROM meter m
 CROSS JOIN LATERAL meter_ancestry(ARRAY[m.meter_id], tstzrange(%(first)s, %(end)s)) a
  JOIN meter n ON n.meter_id = a.meter_id
 WHERE m.code = ANY (%(codes)s) AND n.code = ANY (%(codes)s) AND n.meter_id <> m.meter_id
 GROUP BY m.code ORDER BY m.code;
