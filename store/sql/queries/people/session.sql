-- name: candidate
SELECT person_id, password_hash, locked_until > now() AS locked FROM sign_in_candidate(%(login)s);

-- name: note_failure
SELECT note_failed_sign_in(%(person_id)s, %(attempts)s, %(lock_for)s::interval, %(client)s);

-- name: begin
SELECT begin_session(%(person_id)s, %(token_hash)s, %(csrf)s, %(idle)s::interval, %(absolute)s::interval,
                     %(client)s, %(issuer)s);

-- name: resume
SELECT person_id, login, name, lang, csrf, roles, must_change FROM resume_session(%(token_hash)s, %(client)s);

-- name: own_passwords
SELECT password_hash FROM own_passwords(%(token_hash)s);

-- name: set_own_password
SELECT set_own_password(%(token_hash)s, %(password_hash)s);

-- name: end
SELECT end_session(%(token_hash)s);

-- name: act_for
-- Opens the scope of a person until the transaction ends, for a command that somebody gives in their name.
SELECT set_config('civicwatt.person', %(person_id)s::bigint::text, true);

-- name: hold
SELECT pg_advisory_xact_lock(hashtext('civicwatt change'), hashtext(%(what)s::text));

-- name: audit
INSERT INTO audit (person_id, action, object, detail)
VALUES (current_person(), %(action)s, %(object)s, %(detail)s);
