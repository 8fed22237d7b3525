-- People are administered over the API, by security administrators; rules of passwords and sessions are data.
--
-- Scopes and people of others are shown and changed by the functions below alone: a policy that let a security administrator
-- read them would open everything that policies find through `scope` (0006, contract).

ALTER TABLE person
    ADD created_by bigint REFERENCES person,
    ADD created_at timestamptz NOT NULL DEFAULT now(),
    ADD password_set_at timestamptz NOT NULL DEFAULT now(),
    ADD must_change boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN person.must_change IS 'the password was given by somebody else: nothing is seen until its owner has chosen another';
ALTER TABLE scope
    ADD granted_by bigint REFERENCES person,
    ADD granted_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX ON scope (organisation_id);

CREATE TABLE password_before (
    password_before_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id     bigint NOT NULL REFERENCES person,
    password_hash text NOT NULL,
    until         timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE password_before IS 'Hashes of passwords somebody had, so that they choose another';
CREATE INDEX ON password_before (person_id);

-- As usual for GB/T 22239 level 2; the standard names no numbers, so they are data. A session of 2 and 12 hours: a shift.
CREATE TABLE security_rule (
    only_one         boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    password_length  integer NOT NULL DEFAULT 10 CHECK (password_length BETWEEN 8 AND 64),
    password_kinds   integer NOT NULL DEFAULT 3 CHECK (password_kinds BETWEEN 1 AND 4),
    password_history integer NOT NULL DEFAULT 3 CHECK (password_history BETWEEN 0 AND 24),
    password_days    integer DEFAULT 90 CHECK (password_days BETWEEN 1 AND 3650),
    sign_in_attempts integer NOT NULL DEFAULT 6 CHECK (sign_in_attempts BETWEEN 1 AND 20),
    lock_minutes     integer NOT NULL DEFAULT 15 CHECK (lock_minutes BETWEEN 1 AND 1440),
    idle_minutes     integer NOT NULL DEFAULT 120 CHECK (idle_minutes BETWEEN 5 AND 1440),
    session_minutes  integer NOT NULL DEFAULT 720 CHECK (session_minutes BETWEEN 5 AND 10080),
    CHECK (idle_minutes <= session_minutes)
);
COMMENT ON TABLE security_rule IS 'Rules of passwords and sessions, of the whole house';
COMMENT ON COLUMN security_rule.password_kinds IS 'of small letters, capitals, digits, other characters';
COMMENT ON COLUMN security_rule.password_history IS 'last passwords that may not be chosen again';
COMMENT ON COLUMN security_rule.password_days IS 'after so long another has to be chosen; null: never';
INSERT INTO security_rule DEFAULT VALUES;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['password_before', 'security_rule'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_scope USING (true)', name);
    END LOOP;
END
$$;
-- Nobody's secret: also who has no session yet is told what a password must be.
CREATE POLICY seen ON security_rule FOR SELECT TO civicwatt_api, civicwatt_owner USING (true);
GRANT SELECT ON security_rule TO civicwatt_api, civicwatt_admin;
GRANT SELECT, INSERT ON password_before TO civicwatt_admin, civicwatt_scope;
GRANT SELECT, UPDATE ON security_rule TO civicwatt_scope;
GRANT INSERT, UPDATE ON person, scope TO civicwatt_scope;
GRANT SELECT ON role, contract TO civicwatt_scope;

SET ROLE civicwatt_scope;

-- Of the three administrators nobody is two, and none of the two that watch people sees what meters and vehicles tell.
CREATE FUNCTION keep_administrators_apart() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    apart CONSTANT text[] := '{system_administrator,security_administrator,audit_administrator}';
BEGIN
    IF NEW.role <> ALL (apart) THEN
        RETURN NEW;
    END IF;
    IF NEW.organisation_id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'administrators_apart',
            MESSAGE = format('%s is of a place, never of a contract', NEW.role);
    END IF;
    PERFORM FROM person WHERE person_id = NEW.person_id FOR UPDATE;
    IF EXISTS (SELECT FROM scope s WHERE s.person_id = NEW.person_id AND s.scope_id <> NEW.scope_id
                  AND s.role = ANY (apart) AND s.role <> NEW.role
                  AND (s.expires_at IS NULL OR s.expires_at > now())
                  AND (NEW.expires_at IS NULL OR NEW.expires_at > now())) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'administrators_apart',
            MESSAGE = format('%s is kept apart from the other administrators: another person has to be it', NEW.role);
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION scope_reach() RETURNS TABLE (organisation_id bigint, during tstzrange)
LANGUAGE sql STABLE ROWS 100
AS $$
    WITH RECURSIVE reach AS (
        SELECT s.organisation_id, s.during FROM usable_scope() s
         WHERE s.organisation_id IS NOT NULL AND s.role NOT IN ('security_administrator', 'audit_administrator')
        UNION
        SELECT p.organisation_id, p.during * r.during
          FROM reach r JOIN organisation_position p
            ON p.parent_id = r.organisation_id AND p.during && r.during
    )
    SELECT organisation_id, during FROM reach
$$;

-- Scopes by which the current person administers people: none where they are another administrator too, as people of earlier
-- versions may be.
CREATE FUNCTION governing_scope() RETURNS SETOF scope LANGUAGE sql STABLE
AS $$
    SELECT s.* FROM usable_scope() s
     WHERE s.role = 'security_administrator' AND s.organisation_id IS NOT NULL AND s.during @> now()
       AND NOT EXISTS (SELECT FROM usable_scope() o WHERE o.role IN ('system_administrator', 'audit_administrator'))
$$;

CREATE FUNCTION governs_all() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM governing_scope() s
                    WHERE NOT EXISTS (SELECT FROM organisation_position p
                                       WHERE p.organisation_id = s.organisation_id AND p.during @> now()))
$$;

CREATE FUNCTION governed_places() RETURNS TABLE (organisation_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE below AS (
        SELECT s.organisation_id FROM governing_scope() s
         UNION
        SELECT p.organisation_id FROM below b JOIN organisation_position p
            ON p.parent_id = b.organisation_id AND p.during @> now()
    )
    SELECT organisation_id FROM below
$$;

-- Never oneself. Who has, or ever had, a scope beyond the places governed is of the administrator above: a new password for
-- them would be a way up.
CREATE FUNCTION governed_people() RETURNS TABLE (person_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT p.person_id FROM person p
     WHERE p.person_id IS DISTINCT FROM current_person()
       AND ((SELECT governs_all())
            OR (EXISTS (SELECT FROM governing_scope())
                AND (p.created_by = current_person() OR EXISTS (SELECT FROM scope s WHERE s.person_id = p.person_id))
                AND NOT EXISTS (SELECT FROM scope s
                                 WHERE s.person_id = p.person_id
                                   AND (s.organisation_id IS NULL
                                        OR s.organisation_id NOT IN (SELECT g.organisation_id FROM governed_places() g)))))
$$;

CREATE FUNCTION refuse_governing() RETURNS void LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'not for this person to administer'; END $$;

CREATE FUNCTION people()
RETURNS TABLE (person_id bigint, login text, name text, lang text, active boolean, locked boolean, must_change boolean,
               created_at timestamptz, password_set_at timestamptz, last_seen_at timestamptz, governed boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT p.person_id, p.login, p.name, p.lang, p.active, coalesce(p.locked_until > now(), false), p.must_change,
           p.created_at, p.password_set_at, (SELECT max(s.last_seen_at) FROM session s WHERE s.person_id = p.person_id),
           g.person_id IS NOT NULL
      FROM person p LEFT JOIN governed_people() g USING (person_id)
     WHERE g.person_id IS NOT NULL OR (p.person_id = current_person() AND EXISTS (SELECT FROM governing_scope()))
$$;

CREATE FUNCTION scopes_of_people()
RETURNS TABLE (scope_id bigint, person_id bigint, role text, organisation_id bigint, contract_id bigint, code text,
               name_zh text, name_en text, sees_from timestamptz, sees_until timestamptz, expires_at timestamptz,
               usable boolean)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT s.scope_id, s.person_id, s.role, s.organisation_id, s.contract_id, coalesce(o.code, c.code),
           coalesce(o.name_zh, c.name), coalesce(o.name_en, c.name), lower(s.during), upper(s.during), s.expires_at,
           s.expires_at IS NULL OR s.expires_at > now()
      FROM scope s JOIN people() p USING (person_id)
      LEFT JOIN organisation o ON o.organisation_id = s.organisation_id
      LEFT JOIN contract c ON c.contract_id = s.contract_id
$$;

-- What scopes may be given for: places governed, and contracts by who governs the whole house.
CREATE FUNCTION grantable()
RETURNS TABLE (organisation_id bigint, contract_id bigint, kind text, code text, name_zh text, name_en text, parent_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT o.organisation_id, NULL::bigint, o.kind, o.code, o.name_zh, o.name_en, p.parent_id
      FROM governed_places() g JOIN organisation o USING (organisation_id)
      LEFT JOIN organisation_position p ON p.organisation_id = o.organisation_id AND p.during @> now()
     UNION ALL
    SELECT NULL, c.contract_id, 'contract', c.code, c.name, c.name, NULL FROM contract c WHERE governs_all()
$$;

CREATE FUNCTION add_governed_person(new_login text, new_name text, new_lang text, new_hash text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    made bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM governing_scope()) THEN
        PERFORM refuse_governing();
    END IF;
    INSERT INTO person (login, name, lang, password_hash, must_change, created_by)
    VALUES (new_login, new_name, new_lang, new_hash, true, current_person())
    ON CONFLICT (login) DO NOTHING RETURNING person_id INTO made;
    RETURN made;
END
$$;

CREATE FUNCTION want_governed(of_person_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF of_person_id NOT IN (SELECT g.person_id FROM governed_people() g) THEN
        PERFORM refuse_governing();
    END IF;
END
$$;

CREATE FUNCTION change_governed_person(of_person_id bigint, new_name text, new_lang text, new_active boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM want_governed(of_person_id);
    UPDATE person SET name = new_name, lang = new_lang, active = new_active WHERE person_id = of_person_id;
    IF NOT new_active THEN
        DELETE FROM session WHERE person_id = of_person_id;
    END IF;
END
$$;

CREATE FUNCTION set_governed_password(of_person_id bigint, new_hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM want_governed(of_person_id);
    INSERT INTO password_before (person_id, password_hash)
    SELECT person_id, password_hash FROM person WHERE person_id = of_person_id;
    UPDATE person SET password_hash = new_hash, password_set_at = now(), must_change = true,
                      failed_sign_ins = 0, locked_until = NULL
     WHERE person_id = of_person_id;
    DELETE FROM session WHERE person_id = of_person_id;
END
$$;

CREATE FUNCTION grant_governed(of_person_id bigint, new_role text, new_organisation_id bigint, new_contract_id bigint,
                               new_during tstzrange, new_expires_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    made bigint;
BEGIN
    PERFORM want_governed(of_person_id);
    IF NOT EXISTS (SELECT FROM grantable() g WHERE g.organisation_id = new_organisation_id OR g.contract_id = new_contract_id) THEN
        PERFORM refuse_governing();
    END IF;
    INSERT INTO scope (person_id, role, organisation_id, contract_id, during, expires_at, granted_by)
    VALUES (of_person_id, new_role, new_organisation_id, new_contract_id, new_during, new_expires_at, current_person())
    RETURNING scope_id INTO made;
    RETURN made;
END
$$;

CREATE FUNCTION end_governed_scope(of_person_id bigint, of_scope_id bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM want_governed(of_person_id);
    UPDATE scope SET expires_at = now()
     WHERE scope_id = of_scope_id AND person_id = of_person_id AND (expires_at IS NULL OR expires_at > now());
    RETURN FOUND;
END
$$;

CREATE FUNCTION set_security_rule(length integer, kinds integer, history integer, days integer, attempts integer,
                                  lock_for integer, idle integer, absolute integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT governs_all() THEN
        PERFORM refuse_governing();
    END IF;
    UPDATE security_rule SET password_length = length, password_kinds = kinds, password_history = history,
           password_days = days, sign_in_attempts = attempts, lock_minutes = lock_for, idle_minutes = idle,
           session_minutes = absolute;
END
$$;

-- A session whose owner has to choose a password first is there, and sees nothing: `civicwatt.person` stays unset.
-- The address it is asked from goes along, for the audit log.
DROP FUNCTION resume_session(bytea);
CREATE FUNCTION resume_session(of_token_hash bytea, of_client text)
RETURNS TABLE (person_id bigint, login text, name text, lang text, csrf text, roles text[], must_change boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('civicwatt.client', of_client, true);
    UPDATE session s SET last_seen_at = now()
     WHERE s.token_hash = of_token_hash AND s.last_seen_at < now() - interval '1 minute'
       AND s.last_seen_at + s.idle_limit > now();
    RETURN QUERY
    SELECT p.person_id, p.login, p.name, p.lang, s.csrf,
           ARRAY(SELECT DISTINCT g.role FROM scope g
                  WHERE g.person_id = p.person_id AND (g.expires_at IS NULL OR g.expires_at > now())
                  ORDER BY 1),
           p.must_change OR coalesce(p.password_set_at < now() - make_interval(days => r.password_days), false)
      FROM session s JOIN person p USING (person_id) CROSS JOIN security_rule r
     WHERE s.token_hash = of_token_hash AND p.active
       AND s.ends_at > now() AND s.last_seen_at + s.idle_limit > now();
    PERFORM set_config('civicwatt.person', coalesce(
        (SELECT s.person_id::text FROM session s JOIN person p USING (person_id) CROSS JOIN security_rule r
          WHERE s.token_hash = of_token_hash AND p.active AND NOT p.must_change
            AND coalesce(p.password_set_at >= now() - make_interval(days => r.password_days), true)
            AND s.ends_at > now() AND s.last_seen_at + s.idle_limit > now()), ''), true);
END
$$;

-- Hashes of a session's owner, the one in force first: what they know, and what they may not choose again.
CREATE FUNCTION own_passwords(of_token_hash bytea) RETURNS TABLE (password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    (SELECT p.password_hash FROM session s JOIN person p USING (person_id)
      WHERE s.token_hash = of_token_hash AND p.active AND coalesce(p.locked_until < now(), true))
     UNION ALL
    (SELECT b.password_hash FROM session s JOIN password_before b USING (person_id)
      WHERE s.token_hash = of_token_hash ORDER BY b.password_before_id DESC
      LIMIT (SELECT greatest(r.password_history - 1, 0) FROM security_rule r))
$$;

-- Another password chosen by its owner ends every other session of theirs.
CREATE FUNCTION set_own_password(of_token_hash bytea, new_hash text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    own bigint;
BEGIN
    SELECT s.person_id INTO own FROM session s WHERE s.token_hash = of_token_hash;
    INSERT INTO password_before (person_id, password_hash)
    SELECT p.person_id, p.password_hash FROM person p WHERE p.person_id = own;
    UPDATE person SET password_hash = new_hash, password_set_at = now(), must_change = false,
                      failed_sign_ins = 0, locked_until = NULL
     WHERE person_id = own;
    DELETE FROM session WHERE person_id = own AND token_hash <> of_token_hash;
    PERFORM set_config('civicwatt.person', own::text, true);
    RETURN own;
END
$$;

GRANT EXECUTE ON FUNCTION keep_administrators_apart() TO civicwatt_owner, civicwatt_admin;
GRANT EXECUTE ON FUNCTION governs_all(), people(), scopes_of_people(), grantable(),
    add_governed_person(text, text, text, text), change_governed_person(bigint, text, text, boolean),
    set_governed_password(bigint, text), grant_governed(bigint, text, bigint, bigint, tstzrange, timestamptz),
    end_governed_scope(bigint, bigint),
    set_security_rule(integer, integer, integer, integer, integer, integer, integer, integer),
    resume_session(bytea, text), own_passwords(bytea), set_own_password(bytea, text) TO civicwatt_api;
SET ROLE civicwatt_owner;

CREATE TRIGGER keep_administrators_apart BEFORE INSERT OR UPDATE ON scope
    FOR EACH ROW EXECUTE FUNCTION keep_administrators_apart();
