-- name: findings
-- Findings of some meters, or of all the person may see, the latest first, with what was decided of each:
-- the newest decision, while nobody has withdrawn the error that was declared by it.
SELECT f.finding_id AS id, f.meter_id, m.code AS meter_code, f.found_on, f.error_pct, f.limit_pct, f.known_since,
       f.document, f.note, f.reactive_error_pct, person_name(f.person_id) AS person, f.entered_at,
       d.rule, d.event_id, d.basis, d.reason, e.at AS corrected_from, e.until AS corrected_to,
       person_name(d.person_id) AS decided_by, d.entered_at AS decided_at
  FROM tolerance_finding f JOIN meter m USING (meter_id)
  LEFT JOIN LATERAL (SELECT x.* FROM tolerance_decision x WHERE x.finding_id = f.finding_id
                      ORDER BY x.decision_id DESC LIMIT 1) d
    ON NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = d.event_id)
  LEFT JOIN register_event e ON e.event_id = d.event_id
 WHERE (%(meter_ids)s::bigint[] IS NULL OR f.meter_id = ANY (%(meter_ids)s))
   AND (%(finding_id)s::bigint IS NULL OR f.finding_id = %(finding_id)s)
 ORDER BY f.found_on DESC, f.finding_id DESC;

-- name: add
INSERT INTO tolerance_finding (meter_id, found_on, error_pct, limit_pct, known_since, document, note, reactive_error_pct)
VALUES (%(meter_id)s, %(found_on)s, %(error_pct)s, %(limit_pct)s, %(known_since)s, %(document)s, %(note)s,
        %(reactive_error_pct)s)
RETURNING finding_id;

-- name: decide
INSERT INTO tolerance_decision (finding_id, rule, event_id, basis, reason)
VALUES (%(finding_id)s, %(rule)s, %(event_id)s, %(basis)s, %(reason)s);

-- name: counted
-- What was counted on local days [first_day, end_day), over how much of them, in whole days that are known.
SELECT coalesce(sum(c.value), 0) AS value, coalesce(sum(c.covered_s), 0)::bigint AS covered_s
  FROM visible.consumption_day c
 WHERE c.meter_id = %(meter_id)s AND c.quantity = %(quantity)s
   AND c.day >= %(first_day)s AND c.day < %(end_day)s;
