-- name: rules
SELECT organisation_id, step, rule_id, first_month, kinds, due_day FROM entry_rules(%s::bigint[]);

-- name: all_rules
SELECT organisation_id, step, rule_id, first_month, kinds, due_day FROM entry_rules_above(%s::bigint[]);

-- name: set_rule
INSERT INTO entry_rule (organisation_id, first_month, kinds, due_day)
VALUES (%(organisation_id)s, %(first_month)s, %(kinds)s, %(due_day)s);

-- name: reminders
SELECT reminder_id AS id, organisation_id, month, kinds, person_name(person_id) AS person, at
  FROM entry_reminder WHERE month >= %(first)s AND month < %(last)s ORDER BY reminder_id DESC;

-- name: remind
INSERT INTO entry_reminder (organisation_id, month, kinds) VALUES (%(organisation_id)s, %(month)s, %(kinds)s);

-- name: mark
INSERT INTO entry_reminder (organisation_id, month, kinds, person_id)
VALUES (%(organisation_id)s, %(month)s, %(kinds)s, NULL) ON CONFLICT DO NOTHING;

-- name: owing
-- months date[]. A meter is of the institution at or below which it hung at any time of the month.
WITH institution AS (
    SELECT o.organisation_id, coalesce(zone_of(o.organisation_id), 'UTC') AS zone
      FROM organisation o WHERE o.kind = 'institution'
), metered AS (
    SELECT b.top_id AS institution_id, m.medium, p.during * b.during AS during
      FROM places_under(ARRAY(SELECT i.organisation_id FROM institution i), tstzrange(NULL, NULL)) b
      JOIN meter_position p ON p.place_id = b.organisation_id AND p.during && b.during JOIN meter m USING (meter_id)
)
SELECT i.organisation_id, w.month, i.zone,
       ARRAY(SELECT e.kind FROM manual_entry e JOIN manual_entry_state s USING (entry_id)
              WHERE e.organisation_id = i.organisation_id AND e.month = w.month
                AND (s.state IN ('submitted', 'checked')
                     OR e.entry_id IN (SELECT a.entry_id FROM manual_entry_approval a))) AS entered,
       ARRAY(SELECT DISTINCT m.medium FROM metered m
              WHERE m.institution_id = i.organisation_id
                AND m.during && tstzrange(w.month::timestamp AT TIME ZONE i.zone,
                                          (w.month + interval '1 month')::timestamp AT TIME ZONE i.zone)) AS media
  FROM institution i CROSS JOIN unnest(%(months)s::date[]) w (month)
 ORDER BY i.organisation_id, w.month;
