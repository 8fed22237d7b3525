-- name: unspread
SELECT notice_id, desk_id, occasion, alert_id, interruption_id, channel_id, person_id, rung, urgent FROM notice
 WHERE spread_at IS NULL ORDER BY notice_id LIMIT 100 FOR UPDATE SKIP LOCKED;

-- name: spread
-- One delivery for each channel that a notice reaches: the desk's own, and those of who is on duty, up to its rung; of a notice
-- for one person their own, or else those that everybody hears first. Where up to the last rung nobody would hear of what is for
-- all, every channel does: a hole in the roster must not swallow it.
WITH known AS (
    SELECT c.channel_id,
           CASE WHEN %(channel_id)s::bigint IS NOT NULL THEN CASE WHEN c.channel_id = %(channel_id)s THEN 0 END
                WHEN %(person_id)s::bigint IS NOT NULL THEN CASE
                    WHEN c.on_duty = %(person_id)s OR c.on_duty IS NULL AND c.rung = 0 AND NOT EXISTS (
                    SELECT FROM channel o WHERE o.desk_id = c.desk_id AND o.on_duty = %(person_id)s AND o.ended_at IS NULL) THEN 0 END
                WHEN c.on_duty IS NULL THEN c.rung
                ELSE (SELECT min(greatest(c.rung, s.rank - 1)) FROM duty_shift s
                       WHERE s.desk_id = c.desk_id AND s.on_duty = c.on_duty AND s.ended_at IS NULL
                         AND s.during @> %(now)s) END AS first_rung
      FROM channel c
     WHERE c.desk_id = %(desk_id)s AND c.ended_at IS NULL
       AND (c.on_duty IS NULL OR %(channel_id)s::bigint IS NOT NULL OR %(person_id)s::bigint IS NOT NULL
            OR c.on_duty IN (SELECT p.person_id FROM duty_people(%(desk_id)s) p))
)
INSERT INTO delivery (notice_id, channel_id, due_at)
SELECT %(notice_id)s, k.channel_id, %(due_at)s FROM known k
 WHERE k.first_rung <= %(rung)s
    OR %(channel_id)s::bigint IS NULL AND %(person_id)s::bigint IS NULL
       AND NOT EXISTS (SELECT FROM known o WHERE o.first_rung <= greatest(%(rung)s, %(last_rung)s))
    ON CONFLICT (notice_id, channel_id) DO NOTHING;

-- name: mark_spread
UPDATE notice SET spread_at = %(now)s WHERE notice_id = %(notice_id)s;

-- name: notify
-- Once by its identity, however often it is found.
INSERT INTO notice (desk_id, occasion, identity, alert_id, interruption_id, rung, urgent, facts)
VALUES (%(desk_id)s, %(occasion)s, %(identity)s, %(alert_id)s, %(interruption_id)s, %(rung)s, %(urgent)s, %(facts)s)
    ON CONFLICT (identity) DO NOTHING;

-- name: unacknowledged
-- The last interruption by each alert that nobody has acknowledged, and each digest with such alerts; low ones climb no ladder.
WITH waits AS (
    SELECT a.alert_id, a.digest_id, a.priority FROM alert a
     WHERE a.state = 'open' AND NOT a.inhibited AND NOT a.shadow AND a.priority <> 'low'
), told AS (
    (SELECT DISTINCT ON (w.alert_id) w.alert_id, i.desk_id, i.interruption_id, i.at, w.priority = 'urgent' AS urgent
       FROM waits w JOIN alert_interruption i USING (alert_id) ORDER BY w.alert_id, i.interruption_id DESC)
     UNION ALL
    SELECT NULL, i.desk_id, i.interruption_id, i.at, bool_or(w.priority = 'urgent')
      FROM waits w JOIN alert_interruption i ON i.interruption_id = w.digest_id GROUP BY i.interruption_id
)
SELECT t.*, (SELECT d.escalate_min FROM duty_desk d WHERE d.desk_id = t.desk_id ORDER BY d.setting_id DESC LIMIT 1) AS escalate_min
  FROM told t;

-- name: desks
-- Desks that have a channel at all.
SELECT DISTINCT desk_id FROM channel WHERE ended_at IS NULL;

-- name: claim
-- Whoever takes it has so long to say what became of it; then it is anybody's again.
UPDATE delivery d SET attempts = d.attempts + 1, due_at = %(now)s + %(lease)s::interval
  FROM (SELECT delivery_id FROM delivery WHERE state = 'waiting' AND due_at <= %(now)s
         ORDER BY due_at, delivery_id LIMIT 1 FOR UPDATE SKIP LOCKED) t
 WHERE d.delivery_id = t.delivery_id
RETURNING d.delivery_id, d.notice_id, d.channel_id, d.key::text AS key, d.attempts;

-- name: to_tell
SELECT n.occasion, n.facts, n.alert_id, n.interruption_id, n.desk_id, n.rung, n.at, c.kind, c.sealed, c.on_duty,
       CASE WHEN c.on_duty IS NULL THEN s.lang ELSE (SELECT p.lang FROM duty_people(n.desk_id) p WHERE p.person_id = c.on_duty) END AS lang,
       coalesce(s.phone, '') AS phone, o.name_zh AS desk_zh, o.name_en AS desk_en,
       a.rule, a.code, a.priority, a.state, coalesce(a.opened_at, a.began_at) AS since, a.month_cny,
       b.name_zh AS place_zh, b.name_en AS place_en, b.code AS place_code,
       ARRAY(SELECT DISTINCT w.phone FROM duty_shift w
              WHERE w.desk_id = n.desk_id AND w.ended_at IS NULL AND w.during @> %(now)s AND w.phone <> ''
                AND w.rank - 1 <= n.rung) AS phones,
       EXISTS (SELECT FROM alert g WHERE g.digest_id = n.interruption_id AND n.alert_id IS NULL AND g.state = 'open'
                  AND NOT g.inhibited AND g.priority <> 'low') AS storm_waits
  FROM notice n JOIN channel c ON c.channel_id = %(channel_id)s
  JOIN organisation o ON o.organisation_id = n.desk_id
  LEFT JOIN LATERAL (SELECT d.* FROM duty_desk d WHERE d.desk_id = n.desk_id ORDER BY d.setting_id DESC LIMIT 1) s ON true
  LEFT JOIN alert a ON a.alert_id = n.alert_id
  LEFT JOIN organisation b ON b.organisation_id = a.organisation_id
 WHERE n.notice_id = %(notice_id)s;

-- name: standing
-- What stands at a desk, the dearest first, and how many there are.
SELECT a.rule, a.code, a.priority, o.name_zh, o.name_en, a.month_cny, count(*) OVER () AS of_all
  FROM alert a JOIN organisation o USING (organisation_id)
 WHERE a.desk_id = %(desk_id)s AND a.state <> 'resolved' AND a.opened_at IS NOT NULL
   AND (a.state <> 'snoozed' OR a.snoozed_until <= %(now)s) AND NOT a.inhibited AND NOT a.shadow
 ORDER BY array_position('{urgent,high,low}', a.priority), a.month_cny DESC NULLS LAST, a.alert_id LIMIT 20;

-- name: in_storm
-- What still stands, and nobody has taken up, of what a digest told, the gravest and dearest first, and how many there are.
SELECT a.rule, a.code, a.priority, o.name_zh, o.name_en, a.month_cny, count(*) OVER () AS of_all
  FROM alert a JOIN organisation o USING (organisation_id)
 WHERE a.digest_id = %(interruption_id)s AND a.state = 'open' AND NOT a.inhibited
 ORDER BY array_position('{urgent,high,low}', a.priority), a.month_cny DESC NULLS LAST, a.alert_id LIMIT 20;

-- name: settle
UPDATE delivery SET state = %(state)s, due_at = %(due_at)s, told = %(told)s,
       done_at = CASE WHEN %(state)s = 'waiting' THEN NULL ELSE %(now)s END
 WHERE delivery_id = %(delivery_id)s AND state = 'waiting';

-- name: note_attempt
INSERT INTO delivery_attempt (delivery_id, at, taken, told) VALUES (%(delivery_id)s, %(now)s, %(taken)s, %(told)s);

-- name: link
INSERT INTO alert_link (token_hash, alert_id, person_id, expires_at)
VALUES (%(token_hash)s, %(alert_id)s, %(person_id)s, %(expires_at)s)
    ON CONFLICT (token_hash) DO NOTHING;

-- name: advance
INSERT INTO delivery_progress (at) VALUES (%(now)s) ON CONFLICT (only_one) DO UPDATE SET at = excluded.at;

-- name: marks
-- How far each part has come, and how far it had at the last heartbeat. Workers tell the queue every 10 s that they live.
SELECT (SELECT max(as_of) FROM collector_count) AS ingest,
       (SELECT p.at FROM alert_progress p WHERE p.part = 'live') AS evaluated,
       (SELECT p.at FROM delivery_progress p) AS delivered,
       EXISTS (SELECT FROM queue.procrastinate_workers w WHERE w.last_heartbeat > now() - interval '45 seconds') AS worker_lives,
       h.at, h.ingest AS last_ingest, h.evaluated AS last_evaluated, h.delivered AS last_delivered
  FROM (SELECT 1) one LEFT JOIN heartbeat h ON true;

-- name: beat
INSERT INTO heartbeat (at, ingest, evaluated, delivered) VALUES (%(at)s, %(ingest)s, %(evaluated)s, %(delivered)s)
    ON CONFLICT (only_one) DO UPDATE SET at = excluded.at, ingest = excluded.ingest, evaluated = excluded.evaluated,
                                         delivered = excluded.delivered;

-- name: deliveries
SELECT d.delivery_id AS id, n.desk_id, n.occasion, n.alert_id, a.rule, d.channel_id, c.kind, c.name, d.state, d.attempts,
       d.told, d.due_at, d.made_at, d.done_at
  FROM delivery d JOIN notice n USING (notice_id) JOIN channel c ON c.channel_id = d.channel_id
  LEFT JOIN alert a ON a.alert_id = n.alert_id
 WHERE n.desk_id = %(desk_id)s AND (%(states)s::text[] IS NULL OR d.state = ANY (%(states)s))
   AND d.delivery_id < %(before)s
 ORDER BY d.delivery_id DESC LIMIT %(at_most)s;

-- name: resend
-- What was given up is sent again, with the same key.
UPDATE delivery d SET state = 'waiting', attempts = 0, due_at = now(), done_at = NULL
 WHERE d.delivery_id = %(delivery_id)s AND d.state = 'dead';
