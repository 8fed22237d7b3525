-- name: alerts
-- Alerts that the person may see, the gravest first, then by what they cost in a month, then the newest. Below an alert
-- stand those it explains; they are listed by its id only. meter_ids bigint[], first and last timestamptz: null where they do not
-- matter.
SELECT a.alert_id AS id, a.rule, a.code, a.priority, a.state, a.verdict, a.organisation_id, o.code AS place_code, o.name_zh AS place_zh,
       o.name_en AS place_en, a.device_id, d.code AS device_code, a.meter_id, m.code AS meter_code, m.name_zh AS meter_zh,
       m.name_en AS meter_en, a.desk_id, a.parent_id, a.inhibited, a.shadow, a.held, a.began_at, a.last_at, a.opened_at, a.resolved_at,
       a.snoozed_until, person_name(a.assigned_to) AS assignee, a.clear_since, a.blind_since, a.reopened, a.flapping, a.score, a.expected, a.actual, a.unit,
       a.lost, a.lost_cny, a.month, a.month_cny, a.confidence, a.evidence, a.worth_basis,
       (SELECT count(*) FROM alert c WHERE c.parent_id = a.alert_id AND c.inhibited) AS children
  FROM alert a JOIN organisation o USING (organisation_id)
  LEFT JOIN device d ON d.device_id = a.device_id
  LEFT JOIN meter m ON m.meter_id = a.meter_id
 WHERE a.opened_at IS NOT NULL
   AND CASE %(which)s WHEN 'standing' THEN a.state IN ('open', 'acknowledged', 'assigned', 'snoozed') AND NOT a.shadow
                      WHEN 'held' THEN a.held AND a.state IN ('open', 'acknowledged', 'assigned', 'snoozed') AND NOT a.shadow
                      WHEN 'resolved' THEN a.state = 'resolved' AND NOT a.shadow
                      WHEN 'shadow' THEN a.shadow
                      ELSE true END
   AND (%(alert_id)s::bigint IS NULL OR a.alert_id = %(alert_id)s)
   AND (%(parent_id)s::bigint IS NULL OR a.parent_id = %(parent_id)s)
   AND (%(parent_id)s::bigint IS NOT NULL OR %(alert_id)s::bigint IS NOT NULL OR NOT a.inhibited)
   AND (%(rule)s::text IS NULL OR a.rule = %(rule)s)
   AND (%(priority)s::text IS NULL OR a.priority = %(priority)s)
   AND (%(meter_ids)s::bigint[] IS NULL OR a.meter_id = ANY (%(meter_ids)s))
   AND (%(first)s::timestamptz IS NULL OR coalesce(a.last_at, a.began_at) >= %(first)s)
   AND (%(last)s::timestamptz IS NULL OR a.began_at < %(last)s)
   AND (%(organisation_id)s::bigint IS NULL OR a.organisation_id IN (SELECT places_below(%(organisation_id)s)))
 ORDER BY array_position('{urgent,high,low}', a.priority), a.month_cny DESC NULLS LAST, a.opened_at DESC, a.alert_id DESC
 LIMIT %(at_most)s OFFSET %(skip)s;

-- name: history
SELECT e.act, e.from_state, e.to_state, e.reason, e.detail, e.at, person_name(e.person_id) AS person
  FROM alert_event e
 WHERE e.alert_id = %(alert_id)s ORDER BY e.alert_event_id;

-- name: similar
-- Earlier alerts of this rule and code at the same device or meter, the newest first.
SELECT b.alert_id AS id, b.began_at, b.resolved_at, b.verdict
  FROM alert a JOIN alert b ON b.rule = a.rule AND b.code = a.code AND b.alert_id < a.alert_id AND b.opened_at IS NOT NULL
   AND (b.device_id, b.meter_id) IS NOT DISTINCT FROM (a.device_id, a.meter_id)
 WHERE a.alert_id = %(alert_id)s ORDER BY b.alert_id DESC LIMIT 5;

-- name: verdict
INSERT INTO alert_verdict (alert_id, verdict, cause) VALUES (%(alert_id)s, %(verdict)s, %(cause)s);

-- name: set_verdict
UPDATE alert SET verdict = %(verdict)s, updated_at = now() WHERE alert_id = %(alert_id)s;

-- name: handled
-- What a person did to an alert.
UPDATE alert SET state = %(state)s, snoozed_until = %(snoozed_until)s, assigned_to = %(assigned_to)s, resolved_at = %(resolved_at)s,
       blind_since = %(blind_since)s, held = false, updated_at = now()
 WHERE alert_id = %(alert_id)s;

-- name: may_act
SELECT a.organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o) FROM alert a WHERE a.alert_id = %(alert_id)s;

-- name: count
-- How the desk stands: what stands by priority, and what tells whether it is still a desk.
SELECT count(*) FILTER (WHERE a.stands AND a.priority = 'urgent') AS urgent,
       count(*) FILTER (WHERE a.stands AND a.priority = 'high') AS high,
       count(*) FILTER (WHERE a.stands AND a.priority = 'low') AS low,
       min(a.opened_at) FILTER (WHERE a.state = 'open' AND NOT a.inhibited) AS oldest_open,
       count(*) FILTER (WHERE a.opened_at >= now() - interval '1 day' AND NOT a.inhibited) AS opened_day,
       count(*) FILTER (WHERE a.opened_at >= now() - interval '10 minutes' AND NOT a.inhibited) AS opened_ten_minutes,
       count(*) FILTER (WHERE a.stands AND a.opened_at < now() - interval '7 days') AS stale,
       count(*) FILTER (WHERE a.stands AND a.flapping) AS flapping,
       count(*) FILTER (WHERE a.stands AND a.held) AS held,
       coalesce(sum(a.month_cny) FILTER (WHERE a.stands), 0) AS month_cny
  FROM (SELECT *, state IN ('open', 'acknowledged', 'assigned', 'snoozed') AND NOT inhibited AS stands FROM alert
         WHERE opened_at IS NOT NULL AND NOT shadow) a;

-- name: coverage
-- Devices in use that the person may see, those heard in the last day, and how many are on duty at desks whose alerts they may act on.
SELECT count(*) AS watched, count(*) FILTER (WHERE l.received_at >= now() - interval '1 day') AS heard,
       (SELECT count(DISTINCT s.on_duty) FROM duty_shift s WHERE s.rank = 1 AND s.ended_at IS NULL AND s.during @> now()) AS on_duty
  FROM visible_devices() v JOIN device d USING (device_id) LEFT JOIN device_latest l USING (device_id)
 WHERE v.during @> now() AND d.status = 'accepted' AND d.kind <> 'gateway';

-- name: standing_at
-- What stands at some institutions or below them, by institution and priority. institutions bigint[].
WITH RECURSIVE below AS (
    SELECT i AS institution_id, i AS organisation_id FROM unnest(%(institutions)s::bigint[]) i
     UNION
    SELECT b.institution_id, p.organisation_id FROM below b JOIN organisation_position p
        ON p.parent_id = b.organisation_id AND p.during @> now()
)
SELECT b.institution_id, a.priority, count(*)
  FROM below b JOIN alert a USING (organisation_id)
 WHERE a.opened_at IS NOT NULL AND NOT a.shadow AND NOT a.inhibited AND a.state IN ('open', 'acknowledged', 'assigned', 'snoozed')
 GROUP BY 1, 2;

-- name: acknowledged_after
-- Median time from the opening to the first acknowledgement, of the last 30 days [s].
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM e.at - a.opened_at))
  FROM alert a CROSS JOIN LATERAL (SELECT min(x.at) AS at FROM alert_event x
                                    WHERE x.alert_id = a.alert_id AND x.act IN ('acknowledge', 'assign', 'resolve') AND x.person_id IS NOT NULL) e
 WHERE a.opened_at >= now() - interval '30 days' AND e.at IS NOT NULL;

-- name: interruptions
-- In the last eight hours and in the last day.
SELECT count(*) FILTER (WHERE at >= now() - interval '8 hours') AS shift, count(*) AS day
  FROM alert_interruption WHERE at >= now() - interval '1 day';

-- name: evaluated
SELECT part, evaluated_to FROM alert_progress;

-- name: rules
-- What each rule has found in the last 90 days: what was told, what would have been while on trial, and what people said of it.
SELECT a.rule, count(*) FILTER (WHERE NOT a.shadow) AS told, count(*) FILTER (WHERE a.shadow) AS on_trial,
       count(*) FILTER (WHERE a.verdict = 'true') AS said_true, count(*) FILTER (WHERE a.verdict = 'false') AS said_false,
       count(*) FILTER (WHERE a.verdict = 'known') AS said_known,
       count(*) FILTER (WHERE EXISTS (SELECT FROM alert_interruption i WHERE i.alert_id = a.alert_id)) AS interrupted
  FROM alert a WHERE a.opened_at >= now() - interval '90 days' GROUP BY 1;

-- name: backtest
-- Would have alerted so often: findings too old to be told, and what rules on trial found; those that judge as values come keep
-- an alert that nobody is told of, and no finding.
SELECT rule, count(*)
  FROM (SELECT rule FROM alert_finding WHERE outcome IN ('late', 'shadow')
         UNION ALL SELECT a.rule FROM alert a WHERE a.shadow AND a.opened_at IS NOT NULL
                     AND NOT EXISTS (SELECT FROM alert_finding f WHERE f.alert_id = a.alert_id)) would GROUP BY 1;

-- name: set_mode
INSERT INTO alert_rule_mode (rule, mode, reason) VALUES (%(rule)s, %(mode)s, %(reason)s);

-- name: add_window
INSERT INTO alert_window (organisation_id, meter_id, device_id, rule, kind, during, reason)
VALUES (%(organisation_id)s, %(meter_id)s, %(device_id)s, %(rule)s, %(kind)s, tstzrange(%(first)s, %(last)s), %(reason)s)
RETURNING window_id;

-- name: end_window
INSERT INTO alert_window_end (window_id, reason) VALUES (%(window_id)s, %(reason)s);

-- name: suppressed
-- What was found in the last 30 days and opened no alert because of a window or an event, the newest first.
-- Of what is judged live, that of which enough came for long enough to open one.
SELECT f.rule, o.code AS place_code, o.name_zh AS place_zh, o.name_en AS place_en, m.code AS meter_code, d.code AS device_code, m.medium, f.start_at AS first,
       f.end_at AS last, f.priority, f.expected, f.actual, f.evidence ->> 'because_kind' AS kind,
       f.evidence ->> 'because' AS reason, f.evidence ? 'because_of' AS event
  FROM alert_finding f JOIN organisation o USING (organisation_id) LEFT JOIN meter m USING (meter_id) LEFT JOIN device d ON d.device_id = f.device_id
 WHERE f.outcome = 'suppressed' AND f.start_at >= now() - interval '30 days'
   AND (NOT f.evidence ? 'values' OR (f.evidence ->> 'values')::integer >= (f.evidence ->> 'of')::integer
        AND extract(epoch FROM f.end_at - f.start_at) >= (f.evidence ->> 'least_s')::float8) 
 ORDER BY f.start_at DESC, f.finding_id DESC LIMIT %(at_most)s OFFSET %(skip)s;

-- name: list_windows
SELECT w.window_id AS id, o.code AS place_code, o.name_zh AS place_zh, o.name_en AS place_en, w.rule, w.kind,
       lower(w.during) AS first, upper(w.during) AS last, w.reason,
       e.window_id IS NOT NULL AS ended
  FROM alert_window w JOIN organisation o USING (organisation_id) LEFT JOIN alert_window_end e USING (window_id)
 WHERE upper(w.during) >= now() - interval '30 days' AND w.window_id < %(before)s ORDER BY w.window_id DESC LIMIT %(at_most)s;

-- name: person
SELECT person_of_login(%(login)s);

-- name: zone
SELECT coalesce(zone_of(min(v.organisation_id)), 'UTC') FROM visible_organisations() v;

-- name: thresholds
-- The newest of each threshold that was entered for a class of meters, or for one meter.
SELECT DISTINCT ON (t.meter_id, t.rule, t.threshold) m.code AS meter_code, t.meter_class, t.rule, t.threshold, t.value, t.reason,
       person_name(t.person_id) AS person, t.at
  FROM alert_threshold t LEFT JOIN meter m USING (meter_id)
 WHERE t.meter_class = %(meter_class)s OR t.meter_id = %(meter_id)s
 ORDER BY t.meter_id NULLS FIRST, t.rule, t.threshold, t.threshold_id DESC;

-- name: enter_threshold
INSERT INTO alert_threshold (meter_id, meter_class, rule, threshold, value, reason)
VALUES (%(meter_id)s, %(meter_class)s, %(rule)s, %(threshold)s, %(value)s, %(reason)s);

-- name: budgets
-- Each desk that the person may see, with the newest budget that was entered for it.
SELECT o.code AS desk_code, o.name_zh AS desk_zh, o.name_en AS desk_en, b.per_shift, b.per_day, b.reason, b.person, b.at
  FROM organisation o
  LEFT JOIN LATERAL (SELECT b.per_shift, b.per_day, b.reason, person_name(b.person_id) AS person, b.at FROM alert_budget b
                      WHERE b.desk_id = o.organisation_id ORDER BY b.budget_id DESC LIMIT 1) b ON true
 WHERE o.kind = 'institution' AND o.organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v)
 ORDER BY o.code;

-- name: enter_budget
INSERT INTO alert_budget (desk_id, per_shift, per_day, reason) VALUES (%(desk_id)s, %(per_shift)s, %(per_day)s, %(reason)s);

-- name: matters
-- Work orders with the alert they were given for; done and closed say when.
SELECT w.order_id, w.alert_id, a.rule, a.organisation_id AS place_id, o.name_zh AS place_zh, o.name_en AS place_en,
       coalesce(zone_of(a.organisation_id), 'UTC') AS zone, a.meter_id, m.code AS meter_code, m.quantity,
       person_name(w.assignee_id) AS contractor, a.began_at, w.month, w.unit, w.month_cny,
       (SELECT s.state FROM work_order_step s WHERE s.order_id = w.order_id ORDER BY s.revision DESC LIMIT 1) AS state,
       (SELECT max(s.at) FROM work_order_step s WHERE s.order_id = w.order_id AND s.state = 'done') AS done_at,
       (SELECT max(s.at) FROM work_order_step s WHERE s.order_id = w.order_id AND s.state = 'closed') AS closed_at
  FROM work_order w JOIN alert a USING (alert_id) JOIN organisation o USING (organisation_id)
  LEFT JOIN meter m ON m.meter_id = a.meter_id
 WHERE w.at >= %(since)s ORDER BY w.order_id DESC LIMIT 500;

-- name: found_worth
SELECT a.rule, a.unit, count(*) AS found, sum(a.month) AS month, coalesce(sum(a.month_cny), 0) AS month_cny,
       count(*) FILTER (WHERE EXISTS (SELECT FROM work_order w WHERE w.alert_id = a.alert_id)) AS ordered
  FROM alert a WHERE a.opened_at >= %(since)s AND NOT a.shadow AND a.month > 0 AND a.unit IS NOT NULL
 GROUP BY 1, 2 ORDER BY 1, 2;

-- name: use_hours
-- Whole hours of a meter in [first, last) that the person may see: their start [us] and amount; what is estimated is left out.
SELECT array_agg((extract(epoch FROM hour) * 1000000)::bigint ORDER BY hour), array_agg(value ORDER BY hour)
  FROM (SELECT date_bin('1 hour', start_at, '2000-01-01T00:00Z') AS hour, sum(value) AS value
          FROM visible.consumption
         WHERE meter_id = %(meter_id)s AND quantity = %(quantity)s AND superseded_at IS NULL
           AND start_at >= %(first)s AND start_at < %(last)s AND quantity_grade <> 'estimated'
         GROUP BY 1
        HAVING sum(end_at - start_at) = interval '1 hour') h;
