-- name: terms
SELECT school_term_id AS id, name, lower(during) AS first_day, upper(during) AS end_day, source FROM school_term
 WHERE organisation_id = %(organisation_id)s ORDER BY lower(during);

-- name: terms_of_places
-- Terms that places live by, each with the place. place_ids bigint[].
SELECT organisation_id, first_day, end_day FROM inherited_terms(%(place_ids)s::bigint[]) ORDER BY 1, 2;

-- name: every_term
SELECT o.code, t.school_term_id AS id, t.name, lower(t.during) AS first_day, upper(t.during) AS end_day, t.source
  FROM school_term t JOIN organisation o USING (organisation_id) ORDER BY o.code, lower(t.during);

-- name: every_event
SELECT e.place_event_id AS id, o.code AS place, e.kind, e.name, lower(e.during) AS start_at, upper(e.during) AS end_at, e.source
  FROM place_event e JOIN organisation o USING (organisation_id) ORDER BY o.code, lower(e.during), e.place_event_id;

-- name: add_term
INSERT INTO school_term (organisation_id, name, during, source)
VALUES (%(organisation_id)s, %(name)s, daterange(%(first_day)s, %(end_day)s), %(source)s);

-- name: remove_term
DELETE FROM school_term WHERE school_term_id = %(id)s AND organisation_id = %(organisation_id)s;

-- name: events
-- Events at a place, and at those above and below it, that touch the time.
WITH RECURSIVE below AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION
    SELECT p.organisation_id FROM below b JOIN organisation_position p
        ON p.parent_id = b.organisation_id AND p.during @> now()
), up AS (
    SELECT %(organisation_id)s::bigint AS organisation_id
     UNION
    SELECT p.parent_id FROM up JOIN organisation_position p
        ON p.organisation_id = up.organisation_id AND p.during @> now()
)
SELECT e.place_event_id AS id, o.code AS place, e.kind, e.name, lower(e.during) AS start_at, upper(e.during) AS end_at,
       e.source
  FROM place_event e JOIN organisation o USING (organisation_id)
 WHERE e.organisation_id IN (SELECT organisation_id FROM below UNION SELECT organisation_id FROM up)
   AND e.during && tstzrange(%(since)s, %(until)s)
 ORDER BY lower(e.during), e.place_event_id;

-- name: add_event
INSERT INTO place_event (organisation_id, kind, name, during, source)
VALUES (%(organisation_id)s, %(kind)s, %(name)s, tstzrange(%(start_at)s, %(end_at)s), %(source)s);

-- name: remove_event
DELETE FROM place_event WHERE place_event_id = %(id)s AND organisation_id = %(organisation_id)s;
