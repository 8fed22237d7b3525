-- name: records
-- What rules did at desks: what people said of the alerts of 90 days, what orders about them stopped, what rules told, or would
-- have told, in the last 28 days, and how much is watched there. desk_ids bigint[]; now.
WITH place AS MATERIALIZED (
    SELECT d.desk_id, b.place_id FROM unnest(%(desk_ids)s::bigint[]) d (desk_id) CROSS JOIN LATERAL places_below(d.desk_id) b (place_id)
), said AS (
    SELECT a.desk_id, a.rule, count(*) FILTER (WHERE a.verdict = 'true') AS said_true,
           count(*) FILTER (WHERE a.verdict = 'false') AS said_false,
           count(*) FILTER (WHERE o.low > 0) AS stopped, count(*) FILTER (WHERE o.high <= 0) AS went_on,
           count(*) FILTER (WHERE a.opened_at >= %(now)s - interval '28 days' AND NOT a.inhibited) AS told
      FROM alert a LEFT JOIN LATERAL (SELECT x.low, x.high FROM alert_outcome x WHERE x.alert_id = a.alert_id
                                       ORDER BY x.order_id DESC LIMIT 1) o ON true
     WHERE a.desk_id = ANY (%(desk_ids)s) AND a.opened_at >= %(now)s - interval '90 days' GROUP BY 1, 2
), late AS (
    SELECT p.desk_id, f.rule, count(*) AS late
      FROM place p JOIN alert_finding f ON f.organisation_id = p.place_id
     WHERE f.outcome = 'late' AND f.start_at >= %(now)s - interval '28 days' GROUP BY 1, 2
), watched AS (
    SELECT p.desk_id, count(*) AS watched FROM place p JOIN device_place h ON h.place_id = p.place_id AND h.during @> now() GROUP BY 1
)
SELECT desk_id, d.name_zh AS desk_zh, d.name_en AS desk_en, rule, coalesce(s.said_true, 0) AS said_true, coalesce(s.said_false, 0) AS said_false, coalesce(s.stopped, 0) AS stopped,
       coalesce(s.went_on, 0) AS went_on, coalesce(s.told, 0) + coalesce(l.late, 0) AS told, coalesce(w.watched, 0) AS watched
  FROM said s FULL JOIN late l USING (desk_id, rule) LEFT JOIN watched w USING (desk_id) JOIN organisation d ON d.organisation_id = desk_id
 ORDER BY desk_id, rule;

-- name: desks
-- Desks that the person may see.
SELECT o.organisation_id FROM organisation o
 WHERE o.kind = 'institution' AND o.organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v);

-- name: to_measure
-- Closed orders that were done two weeks to a quarter ago and were not measured in the last week.
SELECT w.order_id, w.alert_id, a.rule, a.organisation_id AS place_id, '' AS place_zh, '' AS place_en,
       coalesce(zone_of(a.organisation_id), 'UTC') AS zone, a.meter_id, m.code AS meter_code, m.quantity, '' AS contractor,
       a.began_at, w.month, w.unit, w.month_cny, 'closed' AS state, s.done_at, s.closed_at
  FROM work_order w JOIN alert a USING (alert_id) LEFT JOIN meter m ON m.meter_id = a.meter_id
  JOIN LATERAL (SELECT max(x.at) FILTER (WHERE x.state = 'done') AS done_at, max(x.at) FILTER (WHERE x.state = 'closed') AS closed_at
                  FROM work_order_step x WHERE x.order_id = w.order_id) s ON true
  LEFT JOIN alert_outcome o USING (order_id)
 WHERE s.closed_at IS NOT NULL AND s.done_at BETWEEN %(now)s - interval '90 days' AND %(now)s - interval '14 days'
   AND (o.measured_at IS NULL OR o.measured_at < %(now)s - interval '7 days')
 ORDER BY w.order_id LIMIT 100;

-- name: keep_outcome
INSERT INTO alert_outcome (order_id, alert_id, stopped, low, high, reason, measured_at)
VALUES (%(order_id)s, %(alert_id)s, %(stopped)s, %(low)s, %(high)s, %(reason)s, %(now)s)
    ON CONFLICT (order_id) DO UPDATE SET stopped = excluded.stopped, low = excluded.low, high = excluded.high,
                                         reason = excluded.reason, measured_at = excluded.measured_at;
