-- name: waiting
-- Meters whose cost is to be computed: those on the list, and those with a cost kept by a tariff of another medium, on
-- which a meter could once be put.
SELECT meter_id FROM cost_work
 UNION SELECT k.meter_id FROM meter_tariff k JOIN meter m USING (meter_id) JOIN tariff t USING (tariff_id)
        WHERE t.medium <> m.medium
          AND EXISTS (SELECT FROM consumption_cost c WHERE c.meter_id = k.meter_id AND c.tariff_id = k.tariff_id)
 ORDER BY 1;

-- name: claim
-- One worker per meter at a time; false when another has it. Held until the transaction ends.
SELECT pg_try_advisory_xact_lock(hashtext('civicwatt cost'), %(meter_id)s::integer);

-- name: take_work
-- Takes the days off the list before they are computed: what commits later stays on it. With them days whose cost is kept
-- by a tariff of another medium.
WITH taken AS (DELETE FROM cost_work WHERE meter_id = %(meter_id)s RETURNING first_day, end_day)
SELECT first_day, end_day FROM taken
 UNION ALL SELECT min(c.day), max(c.day) + 1
             FROM consumption_cost c JOIN meter m USING (meter_id) JOIN tariff t USING (tariff_id)
            WHERE c.meter_id = %(meter_id)s AND t.medium <> m.medium
           HAVING count(*) > 0;

-- name: point
-- What a cost needs to know of a meter, and the days of which it has figures or costs; those of the place
-- where it hangs, or hung last. No row without such days.
SELECT m.meter_id, m.medium, m.quantity, p.place_id, zone_of(p.place_id) AS zone, d.first_day, d.end_day
  FROM meter m
 CROSS JOIN LATERAL (SELECT q.place_id FROM meter_position q WHERE q.meter_id = m.meter_id
                      ORDER BY upper(q.during) DESC NULLS FIRST LIMIT 1) p
 CROSS JOIN LATERAL (
       SELECT least((SELECT min(c.day) FROM consumption_day c WHERE c.meter_id = m.meter_id AND c.quantity = m.quantity),
                    (SELECT min(c.day) FROM consumption_cost c WHERE c.meter_id = m.meter_id)) AS first_day,
              greatest((SELECT max(c.day) FROM consumption_day c WHERE c.meter_id = m.meter_id AND c.quantity = m.quantity),
                       (SELECT max(c.day) FROM consumption_cost c WHERE c.meter_id = m.meter_id)) + 1 AS end_day) d
 WHERE m.meter_id = %(meter_id)s AND zone_of(p.place_id) IS NOT NULL AND d.first_day IS NOT NULL;

-- name: amounts
-- Columns of the current intervals that begin in [first, last), in order of time.
SELECT array_agg(start_at), array_agg(end_at), array_agg(value), array_agg(measured), array_agg(shaped)
  FROM (SELECT start_at, end_at, value, (quantity_grade IN ('measured', 'derived', 'manual', 'contract_substituted'))::integer AS measured,
               (shape_grade = 'measured')::integer AS shaped
          FROM consumption
         WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL
           AND start_at >= %(first)s AND start_at < %(last)s
         ORDER BY start_at) c;

-- name: replace
-- Costs of local days [first_day, end_day) of a meter. What has no cost any more loses its row.
WITH wanted AS (
    SELECT * FROM unnest(%(days)s::date[], %(periods)s::text[], %(start_ats)s::timestamptz[], %(tariff_ids)s::bigint[],
                         %(values)s::numeric[], %(unmeasureds)s::numeric[], %(unshapeds)s::numeric[],
                         %(covered_ss)s::integer[], %(prices)s::numeric[], %(amounts)s::numeric[], %(basiss)s::text[],
                         %(checkeds)s::boolean[], %(weather_missing_hs)s::integer[])
        AS w (day, period, start_at, tariff_id, value, unmeasured, unshaped, covered_s, price, amount, basis, checked,
              weather_missing_h)
), gone AS (
    DELETE FROM consumption_cost c
     WHERE c.meter_id = %(meter_id)s AND c.day >= %(first_day)s AND c.day < %(end_day)s
       AND NOT EXISTS (SELECT FROM wanted w WHERE w.day = c.day AND w.period = c.period)
)
INSERT INTO consumption_cost AS c (meter_id, day, period, start_at, tariff_id, value, unmeasured, unshaped, covered_s,
                                   price, amount, basis, checked, weather_missing_h, known_at)
SELECT %(meter_id)s, w.*, %(now)s FROM wanted w
ON CONFLICT (meter_id, day, period) DO UPDATE
   SET start_at = excluded.start_at, tariff_id = excluded.tariff_id, value = excluded.value,
       unmeasured = excluded.unmeasured, unshaped = excluded.unshaped, covered_s = excluded.covered_s,
       price = excluded.price, amount = excluded.amount, basis = excluded.basis, checked = excluded.checked,
       weather_missing_h = excluded.weather_missing_h, known_at = excluded.known_at
 WHERE (c.start_at, c.tariff_id, c.value, c.unmeasured, c.unshaped, c.covered_s, c.price, c.amount, c.basis, c.checked,
        c.weather_missing_h)
       IS DISTINCT FROM (excluded.start_at, excluded.tariff_id, excluded.value, excluded.unmeasured, excluded.unshaped,
                         excluded.covered_s, excluded.price, excluded.amount, excluded.basis, excluded.checked,
                         excluded.weather_missing_h);

-- name: drop_missing
-- Days [first_day, end_day) that can be priced now, or for another reason not.
DELETE FROM cost_missing c
 WHERE c.meter_id = %(meter_id)s AND c.day >= %(first_day)s AND c.day < %(end_day)s
   AND NOT EXISTS (SELECT FROM json_to_recordset(%(missing)s) AS w (day date, start_at timestamptz, code text, detail text)
                    WHERE (w.day, w.start_at, w.code, w.detail) = (c.day, c.start_at, c.code, c.detail));

-- name: add_missing
INSERT INTO cost_missing (meter_id, day, start_at, code, detail, known_at)
SELECT %(meter_id)s, w.*, %(now)s
  FROM json_to_recordset(%(missing)s) AS w (day date, start_at timestamptz, code text, detail text)
ON CONFLICT DO NOTHING;

-- name: missing_of_meter
-- Local days [first_day, end_day) that cannot be priced; days in a row for one reason together.
SELECT min(c.day) AS first_day, max(c.day) + 1 AS end_day, c.code, c.detail
  FROM (SELECT m.day, m.code, m.detail,
               m.day - (row_number() OVER (PARTITION BY m.code, m.detail ORDER BY m.day))::integer AS run
          FROM visible.cost_missing m
         WHERE m.meter_id = %(meter_id)s AND m.day >= %(first_day)s AND m.day < %(end_day)s) c
 GROUP BY c.code, c.detail, c.run ORDER BY 1;

-- name: of_meter
-- Costs of local days [first_day, end_day), or of the months they lie in, by period.
SELECT min(c.day) AS first_day, c.period, sum(c.value) AS value, sum(c.unmeasured) AS unmeasured,
       sum(c.unshaped) AS unshaped, sum(c.covered_s)::integer AS covered_s,
       CASE WHEN bool_and(c.amount IS NOT NULL) THEN sum(c.amount) END AS amount,
       CASE WHEN bool_or(c.basis IS NULL) THEN NULL WHEN bool_or(c.basis = 'forecast') THEN 'forecast'
            WHEN bool_or(c.basis = 'published') THEN 'published' ELSE 'fixed' END AS basis,
       bool_and(c.checked) AS checked, sum(c.weather_missing_h)::integer AS weather_missing_h
  FROM visible.consumption_cost c
 WHERE c.meter_id = %(meter_id)s AND c.day >= %(first_day)s AND c.day < %(end_day)s
 GROUP BY date_trunc(%(bin)s, c.day::timestamp), c.period
 ORDER BY 1, 2;
