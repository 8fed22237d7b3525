-- name: people
SELECT person_id AS id, name FROM order_people(%(alert_id)s) ORDER BY name;

-- name: give
-- The alert's promise goes along as it stands; an alert that is not to be seen gives no order.
INSERT INTO work_order (alert_id, assignee_id, task, place, rule, due_day, month, unit, month_cny)
SELECT a.alert_id, %(assignee_id)s, %(task)s, o.name_zh || ' ' || o.name_en, a.rule, %(due_day)s, a.month, a.unit, a.month_cny
  FROM alert a JOIN organisation o USING (organisation_id)
 WHERE a.alert_id = %(alert_id)s AND a.state NOT IN ('resolved', 'pending')
RETURNING order_id;

-- name: assign
WITH before AS (
    SELECT alert_id, state FROM alert WHERE alert_id = %(alert_id)s AND state IN ('open', 'acknowledged', 'assigned', 'snoozed')
), done AS (
    UPDATE alert SET state = 'assigned', assigned_to = %(assignee_id)s, snoozed_until = NULL, updated_at = now()
     WHERE alert_id IN (SELECT b.alert_id FROM before b) RETURNING alert_id
), noted AS (
    INSERT INTO alert_event (alert_id, from_state, to_state, act, reason)
    SELECT alert_id, state, 'assigned', 'assign', '' FROM before RETURNING alert_id
)
SELECT tell_alerts(array_agg(alert_id)) FROM noted HAVING count(*) > 0;

-- name: step
INSERT INTO work_order_step (order_id, revision, state, note) VALUES (%(order_id)s, %(revision)s, %(state)s, %(note)s);

-- name: orders
SELECT w.order_id AS id, w.alert_id, w.assignee_id, person_name(w.assignee_id) AS assignee, w.task, w.place, w.rule, w.due_day,
       w.month, w.unit, w.month_cny, person_name(w.person_id) AS given_by, w.at AS given_at, s.state, s.revision, s.note,
       person_name(s.person_id) AS person, s.at,
       w.assignee_id = current_person() AS mine,
       w.alert_id IN (SELECT a.alert_id FROM alert a
                       WHERE a.organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o)) AS operated,
       s.person_id = current_person() AS last_mine,
       ARRAY(SELECT p.photo_id FROM work_order_photo p WHERE p.order_id = w.order_id ORDER BY p.photo_id) AS photos
  FROM work_order w
 CROSS JOIN LATERAL (SELECT x.* FROM work_order_step x WHERE x.order_id = w.order_id ORDER BY x.revision DESC LIMIT 1) s
 WHERE (%(order_id)s::bigint IS NULL OR w.order_id = %(order_id)s) AND w.order_id < %(before)s
 ORDER BY w.order_id DESC LIMIT %(at_most)s;

-- name: add_photo
INSERT INTO work_order_photo (order_id, jpeg, sha256) VALUES (%(order_id)s, %(jpeg)s, %(sha256)s)
    ON CONFLICT (order_id, sha256) DO NOTHING;

-- name: photo
SELECT jpeg FROM work_order_photo WHERE order_id = %(order_id)s AND photo_id = %(photo_id)s;
