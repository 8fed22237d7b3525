-- name: hold_back
-- One row for a rule at a device or place and a window: it grows while values speak for an alert, and not where they are judged again.
WITH grown AS (
    UPDATE alert_finding f
       SET end_at = greatest(f.end_at, %(last_at)s), priority = %(priority)s,
           actual = CASE WHEN %(last_at)s > f.end_at THEN %(actual)s ELSE f.actual END,
           evidence = CASE WHEN %(last_at)s > f.end_at
                           THEN f.evidence || jsonb_build_object('values', (f.evidence ->> 'values')::integer + %(values)s::integer)
                           ELSE f.evidence END
     WHERE f.rule = %(rule)s AND f.organisation_id = %(organisation_id)s AND f.device_id IS NOT DISTINCT FROM %(device_id)s
       AND f.meter_id IS NOT DISTINCT FROM %(meter_id)s AND f.outcome = 'suppressed' AND f.start_at >= %(window_from)s
       AND f.start_at <= %(last_at)s AND f.evidence ? 'values'
 RETURNING f.finding_id
)
INSERT INTO alert_finding (rule, organisation_id, device_id, meter_id, start_at, end_at, priority, score, expected, actual, evidence, outcome)
SELECT %(rule)s, %(organisation_id)s, %(device_id)s, %(meter_id)s, %(first_at)s, %(last_at)s, %(priority)s, 1, %(expected)s, %(actual)s,
       %(evidence)s, 'suppressed'
 WHERE NOT EXISTS (SELECT FROM grown)
    ON CONFLICT (rule, organisation_id, coalesce(device_id, 0), coalesce(meter_id, 0), start_at) DO NOTHING;
