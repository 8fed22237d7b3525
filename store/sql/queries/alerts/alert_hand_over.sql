-- Alerts of places that stand below another institution now than when they came to a desk.

-- name: strayed
-- Alerts that stand with another desk than that of their place now, and since when the place stands there.
WITH RECURSIVE up AS (
    SELECT a.alert_id, a.organisation_id AS place_id, o.kind, NULL::timestamptz AS since, 0 AS step
      FROM alert a JOIN organisation o USING (organisation_id)
     WHERE a.state <> 'resolved' AND a.desk_id <> desk_of(a.organisation_id)
     UNION ALL
    SELECT up.alert_id, p.parent_id, o.kind, greatest(up.since, lower(p.during)), up.step + 1
      FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
      JOIN organisation o ON o.organisation_id = p.parent_id
     WHERE up.kind <> 'institution' AND up.step < 20
)
SELECT alert_id, max(since) AS since FROM up GROUP BY alert_id ORDER BY alert_id;

-- name: take_along
-- One that nobody was told of comes to the new desk as it is.
UPDATE alert SET desk_id = desk_of(organisation_id), began_at = greatest(began_at, %(since)s::timestamptz),
       last_at = greatest(last_at, %(since)s::timestamptz), updated_at = now()
 WHERE alert_id = %(alert_id)s;

-- name: leave
-- The one that stays behind is never taken up again by what is judged later.
UPDATE alert SET judged_to = NULL WHERE alert_id = %(alert_id)s;

-- name: carry
-- What it was seen by and what it is worth goes with it, and so do the alerts it explains.
WITH seen AS (
    UPDATE alert n SET score = o.score, expected = o.expected, actual = o.actual, unit = o.unit, evidence = o.evidence, lost = o.lost,
           lost_cny = o.lost_cny, month = o.month, month_cny = o.month_cny, confidence = o.confidence, worth_basis = o.worth_basis
      FROM alert o WHERE o.alert_id = %(old_id)s AND n.alert_id = %(new_id)s
    RETURNING n.month_cny
), explained AS (
    UPDATE alert SET parent_id = %(new_id)s WHERE parent_id = %(old_id)s AND state <> 'resolved' RETURNING alert_id
)
SELECT coalesce((SELECT month_cny FROM seen), 0)::double precision, (SELECT count(*) FROM explained);
