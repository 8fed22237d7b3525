-- name: add
INSERT INTO person (login, name, password_hash, lang)
VALUES (%(login)s, %(name)s, %(password_hash)s, %(lang)s)
ON CONFLICT (login) DO NOTHING;

-- name: set_password
WITH before AS (
    INSERT INTO password_before (person_id, password_hash)
    SELECT person_id, password_hash FROM person WHERE login = %(login)s
)
UPDATE person SET password_hash = %(password_hash)s, password_set_at = now(), must_change = false,
       failed_sign_ins = 0, locked_until = NULL
 WHERE login = %(login)s;

-- name: grant_organisation
INSERT INTO scope (person_id, role, organisation_id)
SELECT p.person_id, %(role)s, o.organisation_id FROM person p, organisation o
 WHERE p.login = %(login)s AND o.code = %(organisation)s
   AND NOT EXISTS (SELECT FROM scope s WHERE s.person_id = p.person_id AND s.role = %(role)s
                      AND s.organisation_id = o.organisation_id);

-- name: has_grant
SELECT EXISTS (SELECT FROM scope s JOIN person p USING (person_id) JOIN organisation o USING (organisation_id)
                WHERE p.login = %(login)s AND s.role = %(role)s AND o.code = %(organisation)s);

-- name: roles
SELECT role, description FROM role ORDER BY role;
