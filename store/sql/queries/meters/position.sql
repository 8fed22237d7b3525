-- name: held
-- Where places stood and stand, as far as the person may see it: one row for each stretch.
SELECT p.organisation_id, p.parent_id, lower(p.during) AS first, upper(p.during) AS end
  FROM organisation_position p
 ORDER BY p.parent_id, p.organisation_id, 3 NULLS FIRST;

-- name: seen
-- When each place lay in the person's sight: for as long as it stood below a place that stands below nothing they see, and
-- for as long as a scope reaches it.
WITH top AS (
    SELECT o.organisation_id FROM organisation o
     WHERE NOT EXISTS (SELECT FROM organisation_position p WHERE p.organisation_id = o.organisation_id)
)
SELECT organisation_id, range_agg(during) AS during
  FROM (SELECT u.organisation_id, u.during FROM places_under(ARRAY(SELECT t.organisation_id FROM top t), tstzrange(NULL, NULL)) u
         UNION ALL
        SELECT key::bigint, part FROM jsonb_each_text(times_of_sight()), unnest(value::tstzmultirange) part) each
 GROUP BY 1;

-- name: history
-- Where a place stood and stands, oldest first, each with the move that led there, if people entered one.
SELECT p.parent_id, o.code AS parent, o.name_zh, o.name_en, lower(p.during) AS first, upper(p.during) AS end,
       m.move_id, m.first_day, m.reason, person_name(m.person_id) AS person, m.at
  FROM organisation_position p LEFT JOIN organisation o ON o.organisation_id = p.parent_id
  LEFT JOIN LATERAL (SELECT * FROM organisation_move m
                      WHERE m.organisation_id = p.organisation_id AND m.first_at = lower(p.during)
                        AND NOT EXISTS (SELECT FROM organisation_move_undo u WHERE u.move_id = m.move_id)
                      ORDER BY m.move_id DESC LIMIT 1) m ON true
 WHERE p.organisation_id = %(organisation_id)s
 ORDER BY 5 NULLS FIRST;

-- name: undone
-- Moves of a place that were taken back, the latest first.
SELECT m.move_id, o.code AS parent, m.first_day, m.reason, person_name(m.person_id) AS person, m.at,
       u.reason AS undone_because, person_name(u.person_id) AS undone_by, u.at AS undone_at
  FROM organisation_move m JOIN organisation_move_undo u USING (move_id)
  LEFT JOIN organisation o ON o.organisation_id = m.parent_id
 WHERE m.organisation_id = %(organisation_id)s
 ORDER BY m.move_id DESC;

-- name: all_moves
-- Every move in force, as a table gives it out.
SELECT o.code AS organisation, q.code AS parent, m.first_day, m.reason
  FROM organisation_move m JOIN organisation o USING (organisation_id)
  JOIN organisation q ON q.organisation_id = m.parent_id
 WHERE NOT EXISTS (SELECT FROM organisation_move_undo u WHERE u.move_id = m.move_id)
 ORDER BY m.first_day, o.code;

-- name: move
SELECT move_organisation(%(organisation)s, %(parent)s, %(first_day)s, %(reason)s);

-- name: undo
SELECT undo_organisation_move(%(move_id)s, %(reason)s);

-- name: closed
-- Months of institutions at or above some places within [first, last) that stand closed since before an instant.
SELECT DISTINCT i.code, e.month
  FROM ledger_entry e JOIN organisation i USING (organisation_id)
  JOIN places_under(ARRAY[e.organisation_id], tstzrange(%(first)s, %(last)s)) u ON u.organisation_id = ANY (%(places)s::bigint[])
 WHERE e.kind = 'closing' AND e.end_at > %(first)s AND e.first_at < coalesce(%(last)s, 'infinity')
   AND e.at < %(at)s AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.reverses = e.ledger_entry_id)
 ORDER BY 1, 2;
