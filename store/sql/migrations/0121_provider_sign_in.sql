-- Signing in by an OpenID provider. Who somebody is there is a row here, entered after they have shown their password of
-- Civicwatt once; roles and scopes stay with our administrators.

CREATE TABLE person_identity (
    person_identity_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES person,
    issuer    text NOT NULL,
    subject   text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    linked_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (issuer, subject),
    UNIQUE (person_id, issuer)
);
COMMENT ON TABLE person_identity IS 'As whom an OpenID provider knows a person';

CREATE TABLE provider_sign_in (
    state_hash   bytea PRIMARY KEY CHECK (octet_length(state_hash) = 32),
    browser_hash bytea NOT NULL CHECK (octet_length(browser_hash) = 32),
    nonce        text NOT NULL,
    verifier     text NOT NULL,
    next         text NOT NULL,
    ends_at      timestamptz NOT NULL
);
COMMENT ON TABLE provider_sign_in IS 'Browsers that were sent to the provider; each comes back once, and soon';
COMMENT ON COLUMN provider_sign_in.verifier IS 'of PKCE: who has the code alone cannot redeem it';

CREATE TABLE identity_proposal (
    browser_hash bytea PRIMARY KEY CHECK (octet_length(browser_hash) = 32),
    person_id    bigint NOT NULL REFERENCES person,
    issuer       text NOT NULL,
    subject      text NOT NULL,
    ends_at      timestamptz NOT NULL
);
COMMENT ON TABLE identity_proposal IS 'The provider has said who it is; the password of the person it names is still to be shown';

ALTER TABLE session ADD issuer text;
COMMENT ON COLUMN session.issuer IS 'provider that said who it is; null: by password';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['person_identity', 'provider_sign_in', 'identity_proposal'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_scope USING (true) WITH CHECK (true)', name);
        EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO civicwatt_scope', name);
    END LOOP;
END
$$;
GRANT SELECT ON person_identity TO civicwatt_admin;

SET ROLE civicwatt_scope;

CREATE FUNCTION begin_provider_sign_in(new_state_hash bytea, new_browser_hash bytea, new_nonce text, new_verifier text,
                                       new_next text, for_how_long interval) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    DELETE FROM provider_sign_in WHERE ends_at < now();
    INSERT INTO provider_sign_in (state_hash, browser_hash, nonce, verifier, next, ends_at)
    VALUES (new_state_hash, new_browser_hash, new_nonce, new_verifier, new_next, now() + for_how_long);
$$;

-- Once only, and for the browser that was sent.
CREATE FUNCTION take_provider_sign_in(of_state_hash bytea, of_browser_hash bytea)
RETURNS TABLE (nonce text, verifier text, next text)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    DELETE FROM provider_sign_in s
     WHERE s.state_hash = of_state_hash AND s.browser_hash = of_browser_hash AND s.ends_at > now()
    RETURNING s.nonce, s.verifier, s.next
$$;

CREATE FUNCTION person_of_identity(of_issuer text, of_subject text)
RETURNS TABLE (person_id bigint, locked_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT p.person_id, p.locked_until FROM person_identity i JOIN person p USING (person_id)
     WHERE i.issuer = of_issuer AND i.subject = of_subject AND p.active AND NOT p.machine
$$;

-- For the person whose login the provider names, unless somebody is linked there already.
CREATE FUNCTION propose_identity(of_browser_hash bytea, of_login text, of_issuer text, of_subject text,
                                 for_how_long interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    DELETE FROM identity_proposal WHERE ends_at < now();
    INSERT INTO identity_proposal (browser_hash, person_id, issuer, subject, ends_at)
    SELECT of_browser_hash, p.person_id, of_issuer, of_subject, now() + for_how_long FROM person p
     WHERE p.login = of_login AND p.active AND NOT p.machine
       AND NOT EXISTS (SELECT FROM person_identity i
                        WHERE i.issuer = of_issuer AND (i.person_id = p.person_id OR i.subject = of_subject));
    RETURN FOUND;
END
$$;

CREATE FUNCTION proposed_identity(of_browser_hash bytea)
RETURNS TABLE (person_id bigint, login text, password_hash text, locked_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT p.person_id, p.login, p.password_hash, p.locked_until FROM identity_proposal i JOIN person p USING (person_id)
     WHERE i.browser_hash = of_browser_hash AND i.ends_at > now() AND p.active
$$;

-- Gives the issuer; null where there is nothing (any more) to accept.
CREATE FUNCTION accept_identity(of_browser_hash bytea, of_client text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    taken identity_proposal;
BEGIN
    DELETE FROM identity_proposal WHERE browser_hash = of_browser_hash AND ends_at > now() RETURNING * INTO taken;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO person_identity (person_id, issuer, subject) VALUES (taken.person_id, taken.issuer, taken.subject)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit (person_id, action, object, client, detail)
    VALUES (taken.person_id, 'identity_linked', 'session', of_client,
            jsonb_build_object('issuer', taken.issuer, 'subject', taken.subject));
    RETURN taken.issuer;
END
$$;

CREATE FUNCTION note_refused_identity(why text, of_issuer text, of_subject text, of_login text, of_client text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    INSERT INTO audit (person_id, action, object, client, detail)
    VALUES ((SELECT i.person_id FROM person_identity i WHERE i.issuer = of_issuer AND i.subject = of_subject),
            'identity_refused', 'session', of_client,
            jsonb_strip_nulls(jsonb_build_object('why', why, 'issuer', of_issuer, 'subject', of_subject, 'login', of_login)));
$$;

CREATE FUNCTION identities_of_people()
RETURNS TABLE (person_id bigint, issuer text, subject text, linked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$ SELECT i.person_id, i.issuer, i.subject, i.linked_at FROM person_identity i JOIN people() p USING (person_id) $$;

-- With it go the sessions that it opened.
CREATE FUNCTION end_governed_identity(of_person_id bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM want_governed(of_person_id);
    DELETE FROM session WHERE person_id = of_person_id AND issuer IS NOT NULL;
    DELETE FROM identity_proposal WHERE person_id = of_person_id;
    DELETE FROM person_identity WHERE person_id = of_person_id;
    RETURN FOUND;
END
$$;

DROP FUNCTION begin_session(bigint, bytea, text, interval, interval, text);
CREATE FUNCTION begin_session(for_person_id bigint, new_token_hash bytea, new_csrf text,
                              idle interval, absolute interval, of_client text, of_issuer text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    UPDATE person SET failed_sign_ins = 0, locked_until = NULL WHERE person_id = for_person_id;
    DELETE FROM session WHERE ends_at < now() OR last_seen_at + idle_limit < now();
    INSERT INTO session (token_hash, person_id, csrf, created_at, last_seen_at, idle_limit, ends_at, issuer)
    VALUES (new_token_hash, for_person_id, new_csrf, now(), now(), idle, now() + absolute, of_issuer);
    INSERT INTO audit (person_id, action, object, client, detail)
    VALUES (for_person_id, 'sign_in', 'session', of_client,
            CASE WHEN of_issuer IS NULL THEN '{}' ELSE jsonb_build_object('issuer', of_issuer) END);
$$;

-- Whom the provider knows need not choose a password here: how theirs has to be is the provider's to say.
CREATE OR REPLACE FUNCTION resume_session(of_token_hash bytea, of_client text)
RETURNS TABLE (person_id bigint, login text, name text, lang text, csrf text, roles text[], must_change boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    whose bigint;
    due boolean;
BEGIN
    PERFORM set_config('civicwatt.client', of_client, true);
    UPDATE session s SET last_seen_at = now()
     WHERE s.token_hash = of_token_hash AND s.last_seen_at < now() - interval '1 minute'
       AND s.last_seen_at + s.idle_limit > now();
    SELECT p.person_id,
           s.issuer IS NULL
           AND (p.must_change OR coalesce(p.password_set_at < now() - make_interval(days => r.password_days), false))
      INTO whose, due
      FROM session s JOIN person p USING (person_id) CROSS JOIN security_rule r
     WHERE s.token_hash = of_token_hash AND p.active
       AND s.ends_at > now() AND s.last_seen_at + s.idle_limit > now();
    RETURN QUERY
    SELECT p.person_id, p.login, p.name, p.lang, s.csrf,
           ARRAY(SELECT DISTINCT g.role FROM scope g
                  WHERE g.person_id = p.person_id AND (g.expires_at IS NULL OR g.expires_at > now())
                  ORDER BY 1),
           due
      FROM session s JOIN person p USING (person_id)
     WHERE s.token_hash = of_token_hash AND p.person_id = whose;
    PERFORM set_config('civicwatt.person', CASE WHEN due THEN '' ELSE coalesce(whose::text, '') END, true);
END
$$;

GRANT EXECUTE ON FUNCTION begin_provider_sign_in(bytea, bytea, text, text, text, interval), take_provider_sign_in(bytea, bytea),
    person_of_identity(text, text), propose_identity(bytea, text, text, text, interval), proposed_identity(bytea),
    accept_identity(bytea, text), note_refused_identity(text, text, text, text, text), identities_of_people(),
    end_governed_identity(bigint), begin_session(bigint, bytea, text, interval, interval, text, text) TO civicwatt_api;
SET ROLE civicwatt_owner;
