-- name: rules
-- With who has checked them, and who took the last check back; none gives nulls.
SELECT r.region, r.first_month, r.first_day, r.last_month, r.last_day, r.source, c.checked_by, c.checked_on,
       coalesce(c.document, '') AS document, coalesce(r.entered_by = current_person(), false) AS own,
       person_name(w.withdrawn_by) AS withdrawn_by, w.withdrawn_at, w.withdrawn_because
  FROM heating_rule r LEFT JOIN heating_rule_check c ON c.region = r.region AND c.withdrawn_at IS NULL
  LEFT JOIN LATERAL (SELECT t.* FROM heating_rule_check t WHERE t.region = r.region AND t.withdrawn_at IS NOT NULL
                      ORDER BY t.check_id DESC LIMIT 1) w ON true
 ORDER BY r.region;

-- name: seasons
-- A check holds for the days that were checked, and for no others.
SELECT s.region, s.year, s.first_day, s.end_day, s.source, c.checked_by, c.checked_on,
       coalesce(c.document, '') AS document, coalesce(s.entered_by = current_person(), false) AS own,
       person_name(w.withdrawn_by) AS withdrawn_by, w.withdrawn_at, w.withdrawn_because
  FROM heating_season s
  LEFT JOIN heating_season_check c ON (c.region, c.year, c.first_day, c.end_day) = (s.region, s.year, s.first_day, s.end_day)
                                  AND c.withdrawn_at IS NULL
  LEFT JOIN LATERAL (SELECT t.* FROM heating_season_check t
                      WHERE (t.region, t.year, t.first_day, t.end_day) = (s.region, s.year, s.first_day, s.end_day)
                        AND t.withdrawn_at IS NOT NULL ORDER BY t.check_id DESC LIMIT 1) w ON true
 ORDER BY s.region, s.year;

-- name: add_rule
INSERT INTO heating_rule (region, first_month, first_day, last_month, last_day, source)
VALUES (%(region)s, %(first_month)s, %(first_day)s, %(last_month)s, %(last_day)s, %(source)s);

-- name: put_season
INSERT INTO heating_season AS s (region, year, first_day, end_day, source)
SELECT %(region)s, %(year)s, %(first_day)s, %(end_day)s, %(source)s
 WHERE EXISTS (SELECT FROM heating_rule r WHERE r.region = %(region)s)
ON CONFLICT (region, year) DO UPDATE SET first_day = excluded.first_day, end_day = excluded.end_day,
    source = excluded.source;

-- name: check_rule
INSERT INTO heating_rule_check (region, checked_by, document) VALUES (%(region)s, %(checked_by)s, %(document)s)
ON CONFLICT DO NOTHING;

-- name: check_season
-- first_day, end_day date: what was compared; nothing happens where other days are recorded by now.
INSERT INTO heating_season_check (region, year, first_day, end_day, checked_by, document)
SELECT s.region, s.year, s.first_day, s.end_day, %(checked_by)s, %(document)s FROM heating_season s
 WHERE s.region = %(region)s AND s.year = %(year)s AND s.first_day = %(first_day)s AND s.end_day = %(end_day)s
ON CONFLICT DO NOTHING;

-- name: withdraw_rule_check
UPDATE heating_rule_check SET withdrawn_because = %(reason)s WHERE region = %(region)s AND withdrawn_at IS NULL;

-- name: withdraw_season_check
-- Of the days that are recorded now.
UPDATE heating_season_check c SET withdrawn_because = %(reason)s FROM heating_season s
 WHERE s.region = %(region)s AND s.year = %(year)s AND c.withdrawn_at IS NULL
   AND (c.region, c.year, c.first_day, c.end_day) = (s.region, s.year, s.first_day, s.end_day);
