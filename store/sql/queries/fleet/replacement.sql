-- name: terms_of
-- Terms in force at a place on a day.
SELECT t.* FROM replacement_terms_of(%(place_id)s, %(day)s) t;

-- name: all_terms
-- Terms entered at places the person may see, newest first.
SELECT t.terms_id, t.organisation_id, t.holds_from, t.name, t.terms, t.at
  FROM replacement_terms t ORDER BY t.terms_id DESC;

-- name: add_terms
INSERT INTO replacement_terms (organisation_id, holds_from, name, terms)
VALUES (%(organisation_id)s, %(holds_from)s, %(name)s, %(terms)s) RETURNING terms_id;

-- name: standing
-- Hours near some piles by vehicle and local day. vehicle_ids, pile_ids bigint[]; near_m [m].
SELECT s.vehicle_id, s.day, s.near_s / 3600 AS near_h
  FROM standing_near_piles(%(vehicle_ids)s, %(pile_ids)s, %(first)s, %(until)s, %(zone)s, %(near_m)s) s;
