-- name: resume
SELECT person_id, login, name, lang, roles, may FROM resume_key(%(key_hash)s, %(client)s);

-- name: list
SELECT api_key_id, name, hint, may, role, organisation_id, contract_id, code, name_zh, name_en, sees_from, sees_until,
       created_at, created_by, expires_at, last_used_at, revoked_at
  FROM governed_keys() WHERE %(ended)s OR (revoked_at IS NULL AND expires_at > now()) ORDER BY api_key_id;

-- name: add
-- sees_from, sees_until: the time whose figures may be seen, half-open; null: no end on that side.
SELECT add_governed_key(%(login)s, %(name)s, %(key_hash)s, %(hint)s, %(may)s::text[], %(role)s, %(organisation_id)s::bigint,
                        %(contract_id)s::bigint, tstzrange(%(sees_from)s::timestamptz, %(sees_until)s::timestamptz),
                        %(expires_at)s::timestamptz);

-- name: revoke
SELECT revoke_governed_key(%(key_id)s::bigint);
