-- name: limits_of
-- Limits in force at a place on a day.
SELECT l.* FROM fleet_limits_of(%(place_id)s, %(day)s) l;

-- name: add
INSERT INTO fleet_limit (organisation_id, holds_from, used_days, km_day, least_known, spare_hours, away_hours, reason)
VALUES (%(organisation_id)s, %(holds_from)s, %(used_days)s, %(km_day)s, %(least_known)s, %(spare_hours)s, %(away_hours)s,
        %(reason)s);
