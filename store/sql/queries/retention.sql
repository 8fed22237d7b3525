-- name: keep
INSERT INTO retention (table_name, keep) VALUES (%(table)s, %(keep)s)
ON CONFLICT (table_name) DO UPDATE SET keep = excluded.keep;

-- name: keep_for_ever
DELETE FROM retention WHERE table_name = %(table)s;

-- name: kept
SELECT table_name, keep FROM retention ORDER BY table_name;
