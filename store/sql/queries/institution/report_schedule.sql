-- name: order
INSERT INTO report_schedule (kind, span, organisation_id, factor_set, month_day, channels)
VALUES (%(kind)s, %(span)s, %(organisation_id)s, %(factor_set)s, %(month_day)s, %(channels)s)
RETURNING schedule_id;

-- name: schedules
-- Schedules that may be seen, those that run first, each with its newest attempt.
SELECT s.schedule_id AS id, s.kind, s.span, s.organisation_id, s.factor_set, s.month_day, s.channels,
       ARRAY(SELECT c.name FROM channel c WHERE c.channel_id = ANY (s.channels) ORDER BY c.channel_id) AS channel_names,
       person_name(s.person_id) AS person, s.person_id, s.entered_at, s.ended_at, s.ended_because,
       r.first_day AS run_first_day, r.state AS run_state, r.report_id, r.told AS run_told, r.at AS run_at
  FROM report_schedule s
  LEFT JOIN LATERAL (SELECT * FROM report_run r WHERE r.schedule_id = s.schedule_id ORDER BY r.run_id DESC LIMIT 1) r ON true
 WHERE (%(organisation_id)s::bigint IS NULL OR s.organisation_id = %(organisation_id)s)
   AND (%(schedule_id)s::bigint IS NULL OR s.schedule_id = %(schedule_id)s)
 ORDER BY s.ended_at IS NOT NULL, s.schedule_id DESC
 LIMIT %(at_most)s OFFSET %(skip)s;

-- name: end
UPDATE report_schedule SET ended_at = now(), ended_because = 'asked'
 WHERE schedule_id = %(schedule_id)s AND ended_at IS NULL RETURNING schedule_id;

-- name: due
SELECT schedule_id, person_id, first_day FROM due_report_schedules(%(now)s::timestamptz);

-- name: alone
SELECT pg_try_advisory_xact_lock(hashtext('civicwatt report schedule'), %(schedule_id)s::integer);

-- name: lost
SELECT end_report_schedule(%(schedule_id)s);

-- name: note
INSERT INTO report_run (schedule_id, first_day, state, report_id, told)
VALUES (%(schedule_id)s, %(first_day)s, %(state)s, %(report_id)s, %(told)s);

-- name: tell
SELECT tell_report(%(schedule_id)s, %(report_id)s, %(told)s);
