-- name: list
SELECT person_id, login, name, lang, active, locked, must_change, created_at, password_set_at, last_seen_at, governed
  FROM people() ORDER BY login;

-- name: scopes
-- Those in force, and with `ended` also those that are not any more.
SELECT scope_id, person_id, role, organisation_id, contract_id, code, name_zh, name_en, sees_from, sees_until, expires_at
  FROM scopes_of_people() WHERE usable OR %(ended)s ORDER BY person_id, scope_id;

-- name: grantable
SELECT organisation_id, contract_id, kind, code, name_zh, name_en, parent_id FROM grantable() ORDER BY kind, code;

-- name: add
SELECT add_governed_person(%(login)s, %(name)s, %(lang)s, %(password_hash)s);

-- name: change
SELECT change_governed_person(%(person_id)s, %(name)s, %(lang)s, %(active)s);

-- name: set_password
SELECT set_governed_password(%(person_id)s, %(password_hash)s);

-- name: grant
-- sees_from, sees_until: the time whose figures may be seen, half-open; null: no end on that side.
SELECT grant_governed(%(person_id)s, %(role)s, %(organisation_id)s, %(contract_id)s,
                      tstzrange(%(sees_from)s::timestamptz, %(sees_until)s::timestamptz), %(expires_at)s::timestamptz);

-- name: end_scope
SELECT end_governed_scope(%(person_id)s, %(scope_id)s);
