-- name: terms_of
-- Terms in force at a place on a day.
SELECT t.* FROM displacement_terms_of(%(place_id)s, %(day)s) t;

-- name: all_terms
-- Terms entered at places the person may see, newest first.
SELECT t.terms_id, t.organisation_id, t.holds_from, t.name, t.terms, t.at
  FROM displacement_terms t ORDER BY t.terms_id DESC;

-- name: add_terms
INSERT INTO displacement_terms (organisation_id, holds_from, name, terms)
VALUES (%(organisation_id)s, %(holds_from)s, %(name)s, %(terms)s) RETURNING terms_id;

-- name: add_statement
-- The next version of a place and period.
INSERT INTO displacement_statement (organisation_id, first_day, end_day, version, terms_id, content, digest)
SELECT %(organisation_id)s, %(first_day)s, %(end_day)s, coalesce(max(s.version), 0) + 1, %(terms_id)s, %(content)s, %(digest)s
  FROM displacement_statement s
 WHERE s.organisation_id = %(organisation_id)s AND s.first_day = %(first_day)s AND s.end_day = %(end_day)s
RETURNING statement_id;

-- name: statements
-- Statements of a place, newest first; or the one of an id.
SELECT s.statement_id AS id, s.organisation_id, s.first_day, s.end_day, s.version, s.terms_id, s.content, s.digest,
       coalesce(person_name(s.person_id), '') AS stated_by, s.at
  FROM displacement_statement s
 WHERE (%(place_id)s::bigint IS NULL OR s.organisation_id = %(place_id)s)
   AND (%(statement_id)s::bigint IS NULL OR s.statement_id = %(statement_id)s)
   AND s.statement_id < %(before)s
 ORDER BY s.statement_id DESC LIMIT %(at_most)s;
