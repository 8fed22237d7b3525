-- name: watched
-- What the rules need to know of every device that is in use: where it stands, through whom it speaks, what it counts for. Of
-- several meters that one device counts it is that of the use: contract, ratio and the meter above are its own.
SELECT DISTINCT ON (d.device_id) d.device_id, d.code, d.kind, p.place_id, d.via_id, m.meter_id, a.parent_id AS above_meter_id,
       e.medium, e.quantity, a.role, e.item = 'ev_charging' OR EXISTS (SELECT FROM pile q WHERE q.meter_id = m.meter_id) AS charges,
       (CASE WHEN s.terms_id IS NULL THEN t.declared_kw ELSE s.declared_kw END)::double precision AS declared_kw,
       coalesce(x.value, 1) AS ratio, c.maker, c.model
  FROM device d
  JOIN device_place p ON p.device_id = d.device_id AND p.during @> now()
  LEFT JOIN meter_device m ON m.device_id = d.device_id AND m.during @> now()
  LEFT JOIN meter e USING (meter_id)
  LEFT JOIN meter_position a ON a.meter_id = m.meter_id AND a.during @> now()
  LEFT JOIN meter_tariff t ON t.meter_id = m.meter_id AND t.during @> (now() AT TIME ZONE coalesce(zone_of(p.place_id), 'UTC'))::date
  LEFT JOIN LATERAL (SELECT y.terms_id, y.declared_kw FROM supply_terms y
                      WHERE y.meter_id = m.meter_id AND y.withdrawn_at IS NULL
                        AND y.months @> (now() AT TIME ZONE coalesce(zone_of(p.place_id), 'UTC'))::date
                      ORDER BY y.entered_at DESC, y.terms_id DESC LIMIT 1) s ON true
  LEFT JOIN vehicle_device v ON v.device_id = d.device_id AND v.during @> now()
  LEFT JOIN vehicle c ON c.vehicle_id = v.vehicle_id
  LEFT JOIN LATERAL (SELECT r.value FROM register_event r
                      WHERE r.meter_id = m.meter_id AND r.kind = 'ratio' AND r.at <= now()
                        AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = r.event_id)
                      ORDER BY r.at DESC, r.event_id DESC LIMIT 1) x ON true
 WHERE d.status = 'accepted'
 ORDER BY d.device_id, e.quantity IN ('active_energy_export_kwh', 'reactive_energy_import_kvarh', 'reactive_energy_export_kvarh'),
          a.role = 'check', m.meter_id, c.vehicle_id;

-- name: listen
LISTEN civicwatt_readings;

-- name: own_thresholds
-- The newest of each; one without a value is as shipped again.
SELECT meter_id, meter_class, rule, threshold, value
  FROM (SELECT DISTINCT ON (meter_id, meter_class, rule, threshold) * FROM alert_threshold
         ORDER BY meter_id, meter_class, rule, threshold, threshold_id DESC) newest
 WHERE value IS NOT NULL ORDER BY meter_class NULLS LAST, meter_id;

-- name: electricity_said
-- Readings of some devices, each from an instant of its own on, in the order of their time; of each at most so many.
SELECT r.* FROM unnest(%(device_ids)s::bigint[], %(from)s::timestamptz[]) AS d (device_id, since)
 CROSS JOIN LATERAL (
       SELECT e.device_id, e.ts, e.received_at, e.active_power_kw, e.voltage_a_v, e.voltage_b_v, e.voltage_c_v,
              e.current_a_a, e.current_b_a, e.current_c_a, e.active_energy_import_kwh
         FROM electricity_reading e
        WHERE e.device_id = d.device_id AND e.ts >= d.since AND e.ts >= %(since)s ORDER BY e.ts LIMIT %(most)s) r;

-- name: drawn_before
-- Power and registers of some meters before an instant of each: of a window, and back to the reading at which it begins.
SELECT d.device_id, e.ts, e.active_power_kw, e.active_energy_import_kwh
  FROM unnest(%(device_ids)s::bigint[], %(until)s::timestamptz[]) AS d (device_id, until)
 CROSS JOIN LATERAL (
       SELECT coalesce(max(b.ts), d.until - make_interval(secs => %(window_s)s)) AS since FROM electricity_reading b
        WHERE b.device_id = d.device_id AND b.ts <= d.until - make_interval(secs => %(window_s)s)
          AND b.ts >= d.until - make_interval(secs => %(reach_s)s)
          AND b.ts >= %(since)s::timestamptz - make_interval(secs => %(reach_s)s)) f
  JOIN electricity_reading e ON e.device_id = d.device_id AND e.ts >= f.since AND e.ts < d.until
                            AND e.ts >= %(since)s::timestamptz - make_interval(secs => %(reach_s)s)
 ORDER BY d.device_id, e.ts;

-- name: heat_said
SELECT r.* FROM unnest(%(device_ids)s::bigint[], %(from)s::timestamptz[]) AS d (device_id, since)
 CROSS JOIN LATERAL (
       SELECT h.device_id, h.ts, h.received_at, h.supply_temperature_c, h.return_temperature_c, h.heat_flow_m3h FROM heat_reading h
        WHERE h.device_id = d.device_id AND h.ts >= d.since AND h.ts >= %(since)s ORDER BY h.ts LIMIT %(most)s) r;

-- name: vehicle_said
SELECT r.* FROM unnest(%(device_ids)s::bigint[], %(from)s::timestamptz[]) AS d (device_id, since)
 CROSS JOIN LATERAL (
       SELECT v.device_id, v.ts, v.received_at, v.alarm_level, v.alarm_flags,
              CASE WHEN v.alarm_level > 0 OR v.alarm_flags > 0 THEN
                  (SELECT o.text_value FROM other_reading o
                    WHERE o.device_id = v.device_id AND o.ts = v.ts AND o.name = 'alarm_flag_levels') END AS alarm_flag_levels,
              v.charge_state, v.speed_kmh, v.soc_pct, v.soh_pct, v.odometer_km, v.aux_battery_v, v.insulation_kohm, v.pack_voltage_v,
              v.cell_voltage_max_v, v.cell_voltage_min_v, v.cell_temperature_max_c, v.cell_temperature_min_c FROM vehicle_reading v
        WHERE v.device_id = d.device_id AND v.ts >= d.since AND v.ts >= %(since)s ORDER BY v.ts LIMIT %(most)s) r;

-- name: charged_before
-- What some vehicles said last, within an hour before an instant of each, of charging or of being full.
SELECT d.device_id, c.ts, c.charge_state, c.odometer_km
  FROM unnest(%(device_ids)s::bigint[], %(until)s::timestamptz[]) AS d (device_id, until)
 CROSS JOIN LATERAL (
       SELECT v.ts, v.charge_state, v.odometer_km FROM vehicle_reading v
        WHERE v.device_id = d.device_id AND v.ts < d.until AND v.ts >= d.until - interval '1 hour'
          AND v.ts >= %(since)s::timestamptz - interval '1 hour' AND v.charge_state = ANY (%(states)s::text[])
        ORDER BY v.ts DESC LIMIT 1) c;

-- name: electricity_late
-- Devices that have readings from before what was judged of them, which came after it: the earliest and the latest of each.
-- Read by arrival: to look through three days of each device would take far longer.
WITH come AS MATERIALIZED (
    SELECT e.device_id, e.ts, e.received_at FROM electricity_reading e WHERE e.ts >= %(since)s AND e.received_at > %(arrived)s
)
SELECT e.device_id, min(e.ts), max(e.ts)
  FROM unnest(%(device_ids)s::bigint[], %(judged_to)s::timestamptz[], %(received_at)s::timestamptz[])
       AS d (device_id, judged_to, received_at)
  JOIN come e ON e.device_id = d.device_id AND e.ts < d.judged_to AND e.received_at > d.received_at GROUP BY 1;

-- name: heat_late
WITH come AS MATERIALIZED (
    SELECT h.device_id, h.ts, h.received_at FROM heat_reading h WHERE h.ts >= %(since)s AND h.received_at > %(arrived)s
)
SELECT h.device_id, min(h.ts), max(h.ts)
  FROM unnest(%(device_ids)s::bigint[], %(judged_to)s::timestamptz[], %(received_at)s::timestamptz[])
       AS d (device_id, judged_to, received_at)
  JOIN come h ON h.device_id = d.device_id AND h.ts < d.judged_to AND h.received_at > d.received_at GROUP BY 1;

-- name: vehicle_late
WITH come AS MATERIALIZED (
    SELECT v.device_id, v.ts, v.received_at FROM vehicle_reading v WHERE v.ts >= %(since)s AND v.received_at > %(arrived)s
)
SELECT v.device_id, min(v.ts), max(v.ts)
  FROM unnest(%(device_ids)s::bigint[], %(judged_to)s::timestamptz[], %(received_at)s::timestamptz[])
       AS d (device_id, judged_to, received_at)
  JOIN come v ON v.device_id = d.device_id AND v.ts < d.judged_to AND v.received_at > d.received_at GROUP BY 1;

-- name: judged
SELECT device_id, judged_to, received_at FROM alert_judged;

-- name: keep_judged
INSERT INTO alert_judged AS j (device_id, judged_to, received_at)
SELECT * FROM unnest(%(device_ids)s::bigint[], %(judged_to)s::timestamptz[], %(received_at)s::timestamptz[])
    ON CONFLICT (device_id) DO UPDATE SET judged_to = excluded.judged_to, received_at = excluded.received_at;

-- name: heard
-- When each device was last heard.
SELECT device_id, received_at FROM device_latest;

-- name: usual_pause
-- The pause between two readings of a device that 19 of 20 do not exceed [s], by its newest 200.
SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY pause)
  FROM (SELECT extract(epoch FROM ts - lag(ts) OVER (ORDER BY ts)) AS pause
          FROM (SELECT ts FROM electricity_reading WHERE device_id = %(device_id)s
                 UNION SELECT ts FROM flow_reading WHERE device_id = %(device_id)s
                 UNION SELECT ts FROM heat_reading WHERE device_id = %(device_id)s
                 UNION SELECT ts FROM climate_reading WHERE device_id = %(device_id)s
                 UNION SELECT ts FROM vehicle_reading WHERE device_id = %(device_id)s
                 ORDER BY ts DESC LIMIT 200) r) p;

-- name: of_devices
-- Alerts of rules on devices that stand, or may come back, locked until the transaction ends.
SELECT alert_id, rule, code, organisation_id, device_id, meter_id, desk_id, parent_id, inhibited, shadow, held, priority, state, began_at, last_at,
       judged_to, hits, misses, clear_since, blind_since, opened_at, resolved_at, snoozed_until, assigned_to, reopened, flapping
  FROM alert
 WHERE device_id = ANY (%(device_ids)s) AND rule = ANY (%(rules)s) AND judged_to IS NOT NULL
   AND (state <> 'resolved' OR opened_at IS NULL OR last_at >= %(since)s)
 ORDER BY alert_id FOR UPDATE;

-- name: of_meter
-- The same of a meter, by rules that judge its days.
SELECT alert_id, rule, code, organisation_id, device_id, meter_id, desk_id, parent_id, inhibited, shadow, held, priority, state, began_at, last_at,
       judged_to, hits, misses, clear_since, blind_since, opened_at, resolved_at, snoozed_until, assigned_to, reopened, flapping
  FROM alert
 WHERE meter_id = %(meter_id)s AND device_id IS NULL AND rule = ANY (%(rules)s) AND judged_to IS NOT NULL AND (state <> 'resolved' OR last_at >= %(since)s)
 ORDER BY alert_id FOR UPDATE;

-- name: of_rules
-- The same of rules that are looked through whole.
SELECT alert_id, rule, code, organisation_id, device_id, meter_id, desk_id, parent_id, inhibited, shadow, held, priority, state, began_at, last_at,
       judged_to, hits, misses, clear_since, blind_since, opened_at, resolved_at, snoozed_until, assigned_to, reopened, flapping
  FROM alert
 WHERE rule = ANY (%(rules)s) AND judged_to IS NOT NULL AND (state <> 'resolved' OR resolved_at >= %(since)s)
 ORDER BY alert_id FOR UPDATE;

-- name: claim_upkeep
SELECT pg_try_advisory_xact_lock(hashtext('civicwatt upkeep'));

-- name: one
-- One alert, locked until the transaction ends.
SELECT alert_id, rule, code, organisation_id, device_id, meter_id, desk_id, parent_id, inhibited, shadow, held, priority, state, began_at, last_at,
       judged_to, hits, misses, clear_since, blind_since, opened_at, resolved_at, snoozed_until, assigned_to, reopened, flapping
  FROM alert WHERE alert_id = %(alert_id)s FOR UPDATE;

-- name: add
INSERT INTO alert (rule, code, organisation_id, device_id, meter_id, desk_id, parent_id, inhibited, shadow, held, priority, state, began_at,
                   last_at, judged_to, hits, misses, clear_since, blind_since, opened_at, resolved_at, snoozed_until, assigned_to,
                   reopened, flapping, score, expected, actual, unit, evidence)
VALUES (%(rule)s, %(code)s, %(organisation_id)s, %(device_id)s, %(meter_id)s, desk_of(%(organisation_id)s), %(parent_id)s, %(inhibited)s,
        %(shadow)s, %(held)s, %(priority)s, %(state)s, %(began_at)s, %(last_at)s, %(judged_to)s, %(hits)s, %(misses)s,
        %(clear_since)s, %(blind_since)s, %(opened_at)s, %(resolved_at)s, %(snoozed_until)s, %(assigned_to)s, %(reopened)s,
        %(flapping)s, %(score)s, %(expected)s, %(actual)s, %(unit)s, %(evidence)s)
RETURNING alert_id, desk_id;

-- name: change
-- What it was seen by stays where nothing new is said of it.
UPDATE alert SET parent_id = %(parent_id)s, inhibited = %(inhibited)s, held = %(held)s, priority = %(priority)s, state = %(state)s,
       began_at = %(began_at)s, last_at = %(last_at)s, judged_to = %(judged_to)s, hits = %(hits)s, misses = %(misses)s,
       clear_since = %(clear_since)s, blind_since = %(blind_since)s, opened_at = %(opened_at)s, resolved_at = %(resolved_at)s,
       snoozed_until = %(snoozed_until)s, assigned_to = %(assigned_to)s, reopened = %(reopened)s, flapping = %(flapping)s,
       score = coalesce(%(score)s, score), expected = coalesce(%(expected)s, expected), actual = coalesce(%(actual)s, actual),
       unit = coalesce(%(unit)s, unit), evidence = coalesce(%(evidence)s, evidence), updated_at = now()
 WHERE alert_id = %(alert_id)s;

-- name: value_it
UPDATE alert SET lost = %(lost)s, lost_cny = %(lost_cny)s, month = %(month)s, month_cny = %(month_cny)s,
       confidence = %(confidence)s, worth_basis = %(basis)s
 WHERE alert_id = %(alert_id)s;

-- name: note
INSERT INTO alert_event (alert_id, from_state, to_state, act, reason, detail)
VALUES (%(alert_id)s, %(from_state)s, %(to_state)s, %(act)s, %(reason)s, %(detail)s)
RETURNING alert_event_id;

-- name: tell
SELECT tell_alerts(%(alert_ids)s);

-- name: claim_live
-- One evaluator of newest values at a time; the others wait their turn. Held as long as the connection.
SELECT pg_try_advisory_lock(hashtext('civicwatt watch'));

-- name: advance
INSERT INTO alert_progress AS p (part, evaluated_to, at) VALUES (%(part)s, %(evaluated_to)s, now())
    ON CONFLICT (part) DO UPDATE SET evaluated_to = greatest(p.evaluated_to, excluded.evaluated_to), at = excluded.at;

-- name: evaluated_to
SELECT evaluated_to FROM alert_progress WHERE part = %(part)s;

-- name: modes
-- Of each rule the newest mode somebody has set.
SELECT DISTINCT ON (rule) rule, mode FROM alert_rule_mode ORDER BY rule, mode_id DESC;

-- name: windows
-- Windows in which something may be suppressed: their place, what they are about, since when, and why. An event of the calendar
-- is one for rules that tell of use unlike the usual, of what is over when it is. explained text[].
SELECT w.organisation_id, w.meter_id, w.device_id, w.rule, w.during, w.kind, w.reason, false AS of_calendar
  FROM alert_window w
 WHERE upper(w.during) >= %(since)s AND NOT EXISTS (SELECT FROM alert_window_end e WHERE e.window_id = w.window_id)
 UNION ALL
SELECT p.organisation_id, NULL, NULL, r.rule, p.during, p.kind, p.name, true
  FROM place_event p CROSS JOIN unnest(%(explained)s::text[]) AS r (rule)
 WHERE upper(p.during) >= %(since)s;

-- name: above
-- Each place with those above it now, itself included.
WITH RECURSIVE up AS (
    SELECT o.organisation_id, o.organisation_id AS above FROM organisation o
     UNION
    SELECT up.organisation_id, p.parent_id FROM up JOIN organisation_position p
        ON p.organisation_id = up.above AND p.during @> now()
)
SELECT organisation_id, array_agg(above) FROM up GROUP BY 1;

-- name: asleep
-- Alerts whose sleep is over.
SELECT alert_id FROM alert WHERE state = 'snoozed' AND snoozed_until <= %(now)s ORDER BY alert_id;

-- name: spent
-- Interruptions of each desk since the shift and since the day began.
SELECT count(*) FILTER (WHERE at >= %(shift)s), count(*) FILTER (WHERE at >= %(day)s)
  FROM alert_interruption WHERE desk_id = %(desk_id)s AND at >= least(%(shift)s, %(day)s) AND NOT over_budget;

-- name: lock_desk
SELECT pg_advisory_xact_lock(hashtext('civicwatt desk'), %(desk_id)s::integer);

-- name: budget
SELECT per_shift, per_day FROM alert_budget WHERE desk_id = %(desk_id)s ORDER BY budget_id DESC LIMIT 1;

-- name: zone_of_desk
SELECT zone_of(%(desk_id)s);

-- name: interrupt
INSERT INTO alert_interruption (desk_id, alert_id, kind, alerts, over_budget, at)
VALUES (%(desk_id)s, %(alert_id)s, %(kind)s, %(alerts)s, %(over_budget)s, %(at)s) RETURNING interruption_id;

-- name: find
INSERT INTO alert_finding AS f (rule, organisation_id, device_id, meter_id, start_at, end_at, priority, score, expected, actual,
                                evidence, alert_id, outcome)
VALUES (%(rule)s, %(organisation_id)s, %(device_id)s, %(meter_id)s, %(start_at)s, %(end_at)s, %(priority)s, %(score)s, %(expected)s,
        %(actual)s, %(evidence)s, %(alert_id)s, %(outcome)s)
    ON CONFLICT (rule, organisation_id, coalesce(device_id, 0), coalesce(meter_id, 0), start_at)
    DO UPDATE SET end_at = excluded.end_at, priority = excluded.priority, score = excluded.score, expected = excluded.expected,
                  actual = excluded.actual, evidence = excluded.evidence, alert_id = coalesce(excluded.alert_id, f.alert_id),
                  outcome = excluded.outcome;

-- name: digest
UPDATE alert SET digest_id = %(interruption_id)s
 WHERE alert_id = ANY (%(alert_ids)s) AND digest_id IS DISTINCT FROM %(interruption_id)s;

-- name: grow
INSERT INTO alert_digest_part (interruption_id, alerts, at) VALUES (%(interruption_id)s, %(more)s, %(at)s);

-- name: flurry
-- The digest of a desk that still takes in what follows, and how many urgent alerts were told in it or by themselves lately.
SELECT d.interruption_id,
       (SELECT count(*) FROM alert a
         WHERE a.digest_id = d.interruption_id AND a.priority = 'urgent' AND a.alert_id <> ALL (%(besides)s))
       + (SELECT count(*) FROM alert_interruption i
           WHERE i.desk_id = %(desk_id)s AND i.at >= %(grown)s AND i.over_budget AND i.alert_id <> ALL (%(besides)s)) AS urgent,
       coalesce(d.over_budget, false) AS told_urgent
  FROM (SELECT) always
  LEFT JOIN LATERAL (SELECT i.interruption_id, i.over_budget FROM alert_interruption i
                      WHERE i.desk_id = %(desk_id)s AND i.kind = 'digest' AND i.at >= %(begun)s
                        AND greatest(i.at, (SELECT max(p.at) FROM alert_digest_part p WHERE p.interruption_id = i.interruption_id)) >= %(grown)s
                      ORDER BY i.interruption_id DESC LIMIT 1) d ON true;

-- name: hold
UPDATE alert SET held = true WHERE alert_id = ANY (%(alert_ids)s);

-- name: days_waiting
-- Meters with new figures of days that are over where they hang; only they are judged.
SELECT DISTINCT w.meter_id FROM alert_work w JOIN meter_position p ON p.meter_id = w.meter_id AND p.during @> now()
 WHERE w.first_day < (%(now)s::timestamptz AT TIME ZONE coalesce(zone_of(p.place_id), 'UTC'))::date ORDER BY 1;

-- name: days_beside
-- Meters that are judged together with some that wait, with the first day: the one above, the use beside reactive energy of its
-- device, heat beside the cold of its place. meter_ids bigint[].
SELECT b.meter_id, min(w.first_day)
  FROM alert_work w JOIN meter m USING (meter_id) JOIN meter_position p ON p.meter_id = w.meter_id AND p.during @> now()
 CROSS JOIN LATERAL (
       SELECT p.parent_id AS meter_id WHERE p.parent_id IS NOT NULL AND p.role NOT IN ('check', 'virtual')
        UNION
       SELECT d.meter_id FROM meter_device o JOIN meter_device d ON d.device_id = o.device_id AND d.during @> now()
        WHERE o.meter_id = w.meter_id AND o.during @> now() AND d.meter_id <> w.meter_id AND m.quantity = 'reactive_energy_import_kvarh'
        UNION
       SELECT h.meter_id FROM meter_position x JOIN meter h ON h.meter_id = x.meter_id AND h.medium = 'heat'
        WHERE m.medium = 'cooling' AND x.place_id = p.place_id AND x.during @> now()) b
 WHERE w.meter_id = ANY (%(meter_ids)s) GROUP BY 1 ORDER BY 1;

-- name: add_work
INSERT INTO alert_work (meter_id, first_day) VALUES (%(meter_id)s, %(first_day)s) ON CONFLICT DO NOTHING;

-- name: claim_meter
SELECT pg_try_advisory_xact_lock(hashtext('civicwatt alert days'), %(meter_id)s::integer);

-- name: take_work
-- Off the list before the figures are read: what commits later stays on it.
DELETE FROM alert_work WHERE meter_id = %(meter_id)s AND first_day < %(today)s RETURNING first_day;

-- name: meter
SELECT m.quantity, m.medium, p.role, m.item = 'ev_charging' OR EXISTS (SELECT FROM pile q WHERE q.meter_id = m.meter_id) AS charges,
       p.place_id, coalesce(zone_of(p.place_id), 'UTC') AS zone
  FROM meter m JOIN meter_position p ON p.meter_id = m.meter_id AND p.during @> now()
 WHERE m.meter_id = %(meter_id)s;

-- name: hours
-- Whole hours of meters of one medium in [first, last), those that every one of them has: their start [us] and the sum of the
-- amounts. What is estimated or read more seldom is left out.
SELECT array_agg((extract(epoch FROM hour) * 1000000)::bigint ORDER BY hour), array_agg(value ORDER BY hour)
  FROM (SELECT hour, sum(value) AS value
          FROM (SELECT c.meter_id, date_bin('1 hour', c.start_at, '2000-01-01T00:00Z') AS hour, sum(c.value) AS value
                  FROM meter m JOIN consumption c ON c.meter_id = m.meter_id AND c.quantity = m.quantity
                 WHERE m.meter_id = ANY (%(meter_ids)s) AND c.superseded_at IS NULL
                   AND c.start_at >= %(first)s AND c.start_at < %(last)s AND c.quantity_grade <> 'estimated'
                 GROUP BY 1, 2
                HAVING sum(c.end_at - c.start_at) = interval '1 hour') own
         GROUP BY 1 HAVING count(*) = cardinality(%(meter_ids)s)) h;

-- name: company
-- Meters that stand around one now: below it (what left through it too), plants behind it, counting the reactive energy of its device, and the cold of its place; and plants
-- of its institution beside it.
SELECT (SELECT array_agg(p.meter_id ORDER BY 1) FROM meter_position p
         WHERE p.parent_id = %(meter_id)s AND p.during @> now() AND p.role NOT IN ('check', 'pv', 'virtual')) AS below,
       (SELECT array_agg(p.meter_id ORDER BY 1) FROM meter_position p
         WHERE p.parent_id = %(meter_id)s AND p.during @> now() AND p.role = 'pv') AS made,
       (SELECT array_agg(DISTINCT r.meter_id) FROM meter_device d JOIN meter_device o ON o.device_id = d.device_id AND o.during @> now()
          JOIN meter r ON r.meter_id = o.meter_id AND r.quantity = 'reactive_energy_import_kvarh'
         WHERE d.meter_id = %(meter_id)s AND d.during @> now()) AS reactive,
       (SELECT array_agg(c.meter_id ORDER BY 1) FROM meter_position p JOIN meter c ON c.meter_id = p.meter_id AND c.medium = 'cooling'
         WHERE p.place_id = %(place_id)s AND p.during @> now() AND p.role NOT IN ('check', 'pv', 'fed_in', 'virtual') AND p.parent_id IS NULL) AS cooling,
       (SELECT array_agg(c.meter_id ORDER BY 1) FROM meter_position p
          JOIN meter c ON c.meter_id = p.meter_id AND (p.role = 'pv' OR c.quantity = 'active_energy_export_kwh')
         WHERE p.place_id IN (SELECT places_below(desk_of(%(place_id)s))) AND p.during @> now() AND c.meter_id <> %(meter_id)s) AS plants;

-- name: irradiance
-- Mean irradiance by the hour that sensors of a place's institution told in [first, last): start [us] and W/m2.
SELECT array_agg((extract(epoch FROM hour) * 1000000)::bigint ORDER BY hour), array_agg(value ORDER BY hour)
  FROM (SELECT date_bin('1 hour', r.ts, '2000-01-01T00:00Z') AS hour, avg(r.irradiance_wm2) AS value
          FROM device_place p JOIN climate_reading r ON r.device_id = p.device_id AND r.ts <@ p.during
         WHERE p.place_id IN (SELECT places_below(desk_of(%(place_id)s)))
           AND r.ts >= %(first)s AND r.ts < %(last)s AND r.irradiance_wm2 IS NOT NULL
         GROUP BY 1) h;

-- name: terms
-- Terms of the school that a place belongs to, local days [first_day, end_day); none of other institutions.
SELECT lower(t.during), upper(t.during) FROM school_term t WHERE t.organisation_id = desk_of(%(place_id)s) ORDER BY 1;

-- name: broken
-- Local days in [first, last) on which the ledger found that a meter's register broke, with their flags.
SELECT start_at, start_at + make_interval(secs => day_s), flags FROM consumption_day c JOIN meter m USING (meter_id, quantity)
 WHERE c.meter_id = %(meter_id)s AND c.start_at >= %(first)s AND c.start_at < %(last)s AND c.flags & %(broken)s <> 0 ORDER BY 1;

-- name: price
-- What a unit costs on local days [first_day, end_day] by the meter's own tariff: on the mean, and in its cheapest period.
SELECT sum(c.amount) / nullif(sum(c.value) FILTER (WHERE c.amount IS NOT NULL), 0) AS mean, min(c.price) FILTER (WHERE c.value > 0) AS least,
       bool_and(c.checked) AS checked, array_agg(DISTINCT t.code) AS tariffs
  FROM consumption_cost c JOIN tariff t USING (tariff_id)
 WHERE c.meter_id = %(meter_id)s AND c.day >= %(first_day)s AND c.day <= %(end_day)s AND c.price IS NOT NULL;

-- name: verdicts
-- What people said of a meter's alerts, by rule; of each alert the newest counts.
SELECT DISTINCT ON (v.alert_id) a.rule, v.at, v.verdict FROM alert_verdict v JOIN alert a USING (alert_id) WHERE a.meter_id = %(meter_id)s
 ORDER BY v.alert_id, v.verdict_id DESC;

-- name: device_verdicts
-- The same of the alerts of devices by some rules, in the last year; older ones count for next to nothing. rules text[].
SELECT DISTINCT ON (v.alert_id) a.device_id, a.rule, v.at, v.verdict FROM alert_verdict v JOIN alert a USING (alert_id)
 WHERE a.device_id IS NOT NULL AND a.rule = ANY (%(rules)s) AND v.at >= now() - interval '1 year'
 ORDER BY v.alert_id, v.verdict_id DESC;
