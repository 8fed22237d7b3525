-- name: setting
SELECT coalesce(zone_of(%(desk_id)s), 'UTC') AS zone, d.quiet_from, d.quiet_to, d.digest_at, d.escalate_min, d.tone_s, d.phone, d.lang
  FROM (SELECT 1) one
  LEFT JOIN LATERAL (SELECT x.* FROM duty_desk x WHERE x.desk_id = %(desk_id)s ORDER BY x.setting_id DESC LIMIT 1) d ON true;

-- name: set
INSERT INTO duty_desk (desk_id, quiet_from, quiet_to, digest_at, escalate_min, tone_s, phone, lang)
VALUES (%(desk_id)s, %(quiet_from)s, %(quiet_to)s, %(digest_at)s, %(escalate_min)s, %(tone_s)s, %(phone)s, %(lang)s);

-- name: desks
-- Institutions whose alerts the current person may act on.
SELECT o.organisation_id AS id, o.code, o.name_zh, o.name_en,
       o.organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a) AS administered
  FROM organisation o
 WHERE o.kind = 'institution' AND o.organisation_id IN (SELECT p.organisation_id FROM operated_organisations() p)
 ORDER BY o.code;

-- name: people
SELECT person_id AS id, login, name FROM duty_people(%(desk_id)s) ORDER BY name, login;

-- name: shifts
SELECT s.shift_id AS id, s.on_duty, person_name(s.on_duty) AS person, s.rank, lower(s.during) AS start_at, upper(s.during) AS end_at,
       s.phone
  FROM duty_shift s
 WHERE s.desk_id = %(desk_id)s AND s.ended_at IS NULL AND s.during && tstzrange(%(start_at)s, %(end_at)s, '[]')
 ORDER BY lower(s.during), s.rank, s.shift_id;

-- name: add_shift
INSERT INTO duty_shift (desk_id, on_duty, rank, during, phone)
VALUES (%(desk_id)s, %(on_duty)s, %(rank)s, tstzrange(%(start_at)s, %(end_at)s), %(phone)s);

-- name: end_shift
UPDATE duty_shift SET ended_at = now() WHERE shift_id = %(shift_id)s AND ended_at IS NULL;

-- name: channels
SELECT c.channel_id AS id, c.kind, c.name, c.on_duty, person_name(c.on_duty) AS person, c.rung, c.shown,
       l.state, l.told, l.done_at,
       (SELECT count(*)::integer FROM delivery d WHERE d.channel_id = c.channel_id AND d.state = 'dead') AS dead
  FROM channel c
  LEFT JOIN LATERAL (SELECT d.state, d.told, d.done_at FROM delivery d WHERE d.channel_id = c.channel_id
                      ORDER BY d.delivery_id DESC LIMIT 1) l ON true
 WHERE c.desk_id = %(desk_id)s AND c.ended_at IS NULL ORDER BY c.rung, c.channel_id;

-- name: add_channel
INSERT INTO channel (desk_id, kind, name, on_duty, rung, sealed, shown)
VALUES (%(desk_id)s, %(kind)s, %(name)s, %(on_duty)s, %(rung)s, %(sealed)s, %(shown)s) RETURNING channel_id;

-- name: end_channel
UPDATE channel SET ended_at = now() WHERE channel_id = %(channel_id)s AND ended_at IS NULL;

-- name: try_channel
INSERT INTO notice (desk_id, occasion, identity, channel_id, urgent, facts)
SELECT c.desk_id, 'test', 'test:' || gen_random_uuid(), c.channel_id, true, '{}' FROM channel c
 WHERE c.channel_id = %(channel_id)s AND c.ended_at IS NULL;

-- name: hand_overs
SELECT h.hand_over_id AS id, h.document, h.note, h.given_by AS giver_id, person_name(h.given_by) AS given_by, h.given_at,
       person_name(h.taken_by) AS taken_by, h.taken_at
  FROM hand_over h WHERE h.desk_id = %(desk_id)s AND h.hand_over_id < %(before)s ORDER BY h.hand_over_id DESC LIMIT %(at_most)s;

-- name: give
INSERT INTO hand_over (desk_id, document, note) VALUES (%(desk_id)s, %(document)s, %(note)s) RETURNING hand_over_id;

-- name: take
UPDATE hand_over SET taken_by = current_person() WHERE hand_over_id = %(hand_over_id)s AND desk_id = %(desk_id)s;

-- name: last_given
SELECT max(given_at) FROM hand_over WHERE desk_id = %(desk_id)s;

-- name: since
-- What happened at a desk since an instant, for the hand-over.
SELECT (SELECT count(*)::integer FROM alert a WHERE a.desk_id = %(desk_id)s AND a.opened_at >= %(since)s AND NOT a.shadow) AS opened,
       (SELECT count(*)::integer FROM alert a WHERE a.desk_id = %(desk_id)s AND a.resolved_at >= %(since)s AND NOT a.shadow) AS resolved,
       (SELECT count(*)::integer FROM alert_interruption i WHERE i.desk_id = %(desk_id)s AND i.at >= %(since)s) AS interruptions,
       (SELECT count(*)::integer FROM delivery d JOIN notice n USING (notice_id)
         WHERE n.desk_id = %(desk_id)s AND d.state = 'dead' AND d.done_at >= %(since)s)
       + (SELECT count(*)::integer FROM notice n
           WHERE n.desk_id = %(desk_id)s AND n.at >= %(since)s AND n.urgent AND n.interruption_id IS NOT NULL
             AND n.spread_at IS NOT NULL AND NOT EXISTS (SELECT FROM delivery d WHERE d.notice_id = n.notice_id)) AS undelivered;

-- name: tonight
-- What stands at a desk now, as the night shift sees it: urgent and not acknowledged first.
SELECT a.alert_id AS id, a.rule, a.code, a.priority, a.state, coalesce(a.opened_at, a.began_at) AS since, a.month_cny, a.inhibited,
       o.organisation_id AS place_id, o.name_zh, o.name_en, person_name(a.assigned_to) AS assigned_to, a.snoozed_until,
       (SELECT count(*)::integer FROM alert c WHERE c.parent_id = a.alert_id AND c.state <> 'resolved') AS children
  FROM alert a JOIN organisation o USING (organisation_id)
 WHERE a.desk_id = %(desk_id)s AND a.state NOT IN ('resolved', 'pending') AND NOT a.inhibited AND NOT a.shadow
 ORDER BY a.state <> 'open', array_position('{urgent,high,low}', a.priority), a.month_cny DESC NULLS LAST, a.alert_id
 LIMIT 200;

-- name: resume_link
SELECT * FROM resume_link(%(token_hash)s);

-- name: linked_alert
SELECT a.alert_id AS id, a.rule, a.code, a.priority, a.state, coalesce(a.opened_at, a.began_at) AS since, a.month_cny,
       o.name_zh, o.name_en, a.desk_id
  FROM alert a JOIN organisation o USING (organisation_id) WHERE a.alert_id = %(alert_id)s;

-- name: acknowledge
WITH done AS (
    UPDATE alert SET state = 'acknowledged', updated_at = now() WHERE alert_id = %(alert_id)s AND state = 'open' RETURNING alert_id
), noted AS (
    INSERT INTO alert_event (alert_id, from_state, to_state, act, reason)
    SELECT alert_id, 'open', 'acknowledged', 'acknowledge', %(reason)s FROM done RETURNING alert_id
)
SELECT tell_alerts(array_agg(alert_id)) FROM noted HAVING count(*) > 0;

-- name: use_link
SELECT use_link(%(token_hash)s);
