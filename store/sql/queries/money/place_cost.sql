-- name: by_period
-- Kept costs of meters, each from when to when it counted, by local day or month ("bin") and period; days
-- whose midnight lies in a meter's time count for it. amount is null where one of them has no price.
SELECT min(c.day) AS first_day, c.period, sum(c.value) AS value, sum(c.unmeasured) AS unmeasured,
       sum(c.unshaped) AS unshaped, CASE WHEN bool_and(c.amount IS NOT NULL) THEN sum(c.amount) END AS amount,
       CASE WHEN bool_or(c.basis IS NULL) THEN NULL WHEN bool_or(c.basis = 'forecast') THEN 'forecast'
            WHEN bool_or(c.basis = 'published') THEN 'published' ELSE 'fixed' END AS basis,
       bool_and(c.checked) AS checked
  FROM unnest(%(meter_ids)s::bigint[], %(firsts)s::timestamptz[], %(ends)s::timestamptz[]) AS s (meter_id, first_at, end_at)
  JOIN visible.consumption_cost c ON c.meter_id = s.meter_id AND c.start_at >= s.first_at AND c.start_at < s.end_at
 WHERE c.day >= %(first_day)s AND c.day < %(end_day)s
 GROUP BY date_trunc(%(bin)s, c.day::timestamp), c.period
 ORDER BY 1, 2;

-- name: without_cost
-- Local days of the same meters that have a use and no cost, those in a row for one reason as one: no_tariff,
-- the code of what is missing, or no_day_price for terms that price no single day.
SELECT r.meter_id, m.code, m.name_zh, m.name_en, min(r.day) AS first_day, max(r.day) + 1 AS end_day, r.reason
  FROM (SELECT d.meter_id, d.day, t.reason,
               d.day - (row_number() OVER (PARTITION BY d.meter_id, t.reason ORDER BY d.day))::integer AS run
          FROM unnest(%(meter_ids)s::bigint[], %(firsts)s::timestamptz[], %(ends)s::timestamptz[])
                   AS s (meter_id, first_at, end_at)
          JOIN meter m USING (meter_id)
          JOIN visible.consumption_day d ON d.meter_id = s.meter_id AND d.quantity = m.quantity
                                        AND d.start_at >= s.first_at AND d.start_at < s.end_at
          LEFT JOIN visible.cost_missing w ON w.meter_id = d.meter_id AND w.day = d.day
         CROSS JOIN LATERAL (
               SELECT coalesce(w.code, CASE WHEN EXISTS (SELECT FROM meter_tariff f
                                                          WHERE f.meter_id = d.meter_id AND f.during @> d.day)
                                            THEN 'no_day_price' ELSE 'no_tariff' END) AS reason) t
         WHERE d.day >= %(first_day)s AND d.day < %(end_day)s
           AND NOT EXISTS (SELECT FROM visible.consumption_cost c WHERE c.meter_id = d.meter_id AND c.day = d.day)) r
  JOIN meter m USING (meter_id)
 GROUP BY r.meter_id, m.code, m.name_zh, m.name_en, r.reason, r.run
 ORDER BY m.code, 5;
