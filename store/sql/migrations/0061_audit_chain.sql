-- The audit log tells from where and what was changed, and is chained: who alters, removes or slips in a line breaks every
-- later digest. Lines are linked when their transaction commits, so that nobody waits for another while working.

ALTER TABLE audit
    ADD client text NOT NULL DEFAULT coalesce(current_setting('civicwatt.client', true), ''),
    ADD act bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    ADD changed_rows bigint,
    ADD before_sha256 bytea CHECK (octet_length(before_sha256) = 32),
    ADD after_sha256 bytea CHECK (octet_length(after_sha256) = 32);
COMMENT ON COLUMN audit.client IS 'address it was asked from; empty: the command line or a process of the house';
COMMENT ON COLUMN audit.act IS 'transaction: lines of one request have the same';
COMMENT ON COLUMN audit.before_sha256 IS 'SHA-256 of the rows as they were before, as JSON in the order of their text';
CREATE INDEX ON audit (person_id, audit_id);
CREATE INDEX ON audit (at);

CREATE TABLE audit_link (
    seq      bigint PRIMARY KEY CHECK (seq > 0),
    audit_id bigint NOT NULL UNIQUE,
    hash     bytea NOT NULL CHECK (octet_length(hash) = 32)
);
COMMENT ON TABLE audit_link IS 'hash = SHA-256 of the hash before and of audit_text of the line; that before the first is 32 zero bytes';

-- Lines older than the log is kept go from its beginning; where it begins now is here.
CREATE TABLE audit_rule (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    audit_days integer CONSTRAINT audit_days CHECK (audit_days BETWEEN 180 AND 36500),
    cut_seq    bigint NOT NULL DEFAULT 0,
    cut_hash   bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
);
COMMENT ON COLUMN audit_rule.audit_days IS 'how long lines are kept, never less than six months (Cybersecurity Law); null: for ever';
INSERT INTO audit_rule DEFAULT VALUES;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['audit_link', 'audit_rule'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_scope USING (true)', name);
    END LOOP;
END
$$;
GRANT SELECT ON audit, audit_link, audit_rule TO civicwatt_scope;
GRANT UPDATE (changed_rows, before_sha256, after_sha256), DELETE ON audit TO civicwatt_scope;
GRANT INSERT, DELETE ON audit_link TO civicwatt_scope;
GRANT UPDATE ON audit_rule TO civicwatt_scope;
GRANT SELECT ON audit_link, audit_rule TO civicwatt_admin;

SET ROLE civicwatt_scope;

-- What is digested of a line: unambiguous, the same on every server, and given out with an export.
CREATE FUNCTION audit_text(line audit) RETURNS text LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_array(
        line.audit_id, to_char(line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), line.person_id, line.client,
        line.action, line.object, line.detail, line.changed_rows, encode(line.before_sha256, 'hex'),
        encode(line.after_sha256, 'hex'), line.act)::text
$$;

CREATE FUNCTION add_audit_link(of_audit_id bigint) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    seq_before bigint;
    hash_before bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('civicwatt audit'));
    SELECT l.seq, l.hash INTO seq_before, hash_before FROM audit_link l ORDER BY l.seq DESC LIMIT 1;
    IF NOT FOUND THEN
        SELECT r.cut_seq, r.cut_hash INTO seq_before, hash_before FROM audit_rule r;
    END IF;
    INSERT INTO audit_link (seq, audit_id, hash)
    SELECT seq_before + 1, a.audit_id, sha256(hash_before || convert_to(audit_text(a), 'UTF8'))
      FROM audit a WHERE a.audit_id = of_audit_id;
END
$$;

-- At commit: the digests gathered by note_change are entered, and the line is linked.
CREATE FUNCTION link_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    gathered jsonb := nullif(current_setting('civicwatt.changes', true), '')::jsonb
        -> (NEW.action || ' ' || NEW.object);
BEGIN
    IF (gathered ->> 'audit_id')::bigint = NEW.audit_id THEN
        UPDATE audit SET changed_rows = (gathered ->> 'rows')::bigint,
               before_sha256 = decode(gathered ->> 'before', 'hex'), after_sha256 = decode(gathered ->> 'after', 'hex')
         WHERE audit_id = NEW.audit_id;
    END IF;
    PERFORM add_audit_link(NEW.audit_id);
    RETURN NULL;
END
$$;

-- What a person changed, whichever route did it: one line for each table and kind of change of a transaction. Digests of
-- many statements are digested again, in their order. Without a person it is a process of the house, which keeps its own.
CREATE FUNCTION note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    what CONSTANT text := CASE TG_OP WHEN 'INSERT' THEN 'rows_added' WHEN 'UPDATE' THEN 'rows_changed' ELSE 'rows_removed' END;
    key CONSTANT text := what || ' ' || TG_TABLE_NAME;
    gathered jsonb;
    mine jsonb;
    line_id bigint;
    was bytea;
    is_now bytea;
    n bigint := 0;
BEGIN
    IF current_person() IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        SELECT count(*), sha256(convert_to(string_agg(to_jsonb(o)::text, E'\n' ORDER BY to_jsonb(o)::text COLLATE "C"), 'UTF8'))
          INTO n, was FROM old_rows o;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT count(*), sha256(convert_to(string_agg(to_jsonb(o)::text, E'\n' ORDER BY to_jsonb(o)::text COLLATE "C"), 'UTF8'))
          INTO n, is_now FROM new_rows o;
    END IF;
    IF n = 0 THEN
        RETURN NULL;
    END IF;
    gathered := coalesce(nullif(current_setting('civicwatt.changes', true), '')::jsonb, '{}');
    mine := gathered -> key;
    IF mine IS NULL THEN
        INSERT INTO audit (person_id, action, object) VALUES (current_person(), what, TG_TABLE_NAME)
        RETURNING audit_id INTO line_id;
        mine := jsonb_build_object('rows', n, 'before', encode(was, 'hex'), 'after', encode(is_now, 'hex'), 'audit_id', line_id);
    ELSE
        mine := mine || jsonb_build_object('rows', (mine ->> 'rows')::bigint + n,
            'before', encode(sha256(decode(mine ->> 'before', 'hex') || was), 'hex'),
            'after', encode(sha256(decode(mine ->> 'after', 'hex') || is_now), 'hex'));
    END IF;
    PERFORM set_config('civicwatt.changes', (gathered || jsonb_build_object(key, mine))::text, true);
    RETURN NULL;
END
$$;

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    IF current_user = 'civicwatt_scope' AND TG_OP <> 'TRUNCATE' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'the audit log is only added to';
END
$$;

-- Times of the whole log that the current person may read.
CREATE FUNCTION audited_times() RETURNS tstzmultirange
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT coalesce(range_agg(s.during), '{}') FROM usable_scope() s
     WHERE s.role IN ('audit_administrator', 'auditor') AND s.organisation_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM organisation_position p WHERE p.organisation_id = s.organisation_id AND p.during @> now())
       AND (s.role = 'auditor' OR NOT EXISTS (SELECT FROM usable_scope() o WHERE o.role IN ('system_administrator', 'security_administrator')))
$$;

-- People whose acts the current person may read, and of which time: themselves, and those who have no scope but below the
-- places the current person audits.
CREATE FUNCTION times_of_acts() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE audits AS (
        SELECT s.scope_id, s.during, s.organisation_id FROM usable_scope() s
         WHERE s.role IN ('audit_administrator', 'auditor') AND s.organisation_id IS NOT NULL
         UNION
        SELECT a.scope_id, a.during, p.organisation_id FROM audits a
          JOIN organisation_position p ON p.parent_id = a.organisation_id AND p.during @> now()
    ), seen AS (
        SELECT p.person_id, a.during FROM person p CROSS JOIN (SELECT DISTINCT scope_id, during FROM audits) a
         WHERE EXISTS (SELECT FROM scope s WHERE s.person_id = p.person_id)
           AND NOT EXISTS (SELECT FROM scope s
                            WHERE s.person_id = p.person_id
                              AND (s.organisation_id IS NULL OR s.organisation_id NOT IN
                                   (SELECT b.organisation_id FROM audits b WHERE b.scope_id = a.scope_id)))
         UNION ALL
        SELECT current_person(), tstzrange(NULL, NULL) WHERE current_person() IS NOT NULL
    )
    SELECT coalesce(jsonb_object_agg(person_id, during), '{}')
      FROM (SELECT person_id, range_agg(during) AS during FROM seen GROUP BY person_id) merged
$$;

CREATE FUNCTION audits() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM usable_scope() s WHERE s.role IN ('audit_administrator', 'auditor')) $$;

-- One stretch of the chain: how far it holds. `broken` is the first number whose digest is not what follows from the one
-- before, or that is missing; null: all hold.
CREATE FUNCTION check_audit(after_seq bigint, at_most bigint)
RETURNS TABLE (checked bigint, last_seq bigint, last_hash bytea, broken bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT audits() THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'only auditors and audit administrators check the log';
    END IF;
    RETURN QUERY
    WITH start AS (
        SELECT greatest(after_seq, r.cut_seq) AS seq,
               CASE WHEN after_seq <= r.cut_seq THEN r.cut_hash ELSE (SELECT l.hash FROM audit_link l WHERE l.seq = after_seq) END AS hash
          FROM audit_rule r
    ), stretch AS (
        SELECT l.seq, l.hash, a, s.seq + row_number() OVER w AS seq_wanted,
               coalesce(lag(l.hash) OVER w, s.hash) AS hash_before
          FROM start s JOIN audit_link l ON l.seq > s.seq AND l.seq <= s.seq + at_most
          LEFT JOIN audit a USING (audit_id)
        WINDOW w AS (ORDER BY l.seq)
    )
    SELECT count(*), max(x.seq), (SELECT y.hash FROM stretch y ORDER BY y.seq DESC LIMIT 1),
           min(x.seq_wanted) FILTER (WHERE x.seq <> x.seq_wanted OR (x.a).audit_id IS NULL OR x.hash_before IS NULL
                                        OR x.hash <> sha256(x.hash_before || convert_to(audit_text(x.a), 'UTF8')))
      FROM stretch x;
END
$$;

-- Lines that are not in the chain at all: somebody wrote past it. Those of transactions that still run are not seen here.
CREATE FUNCTION unlinked_audit() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT count(*) FROM audit a WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.audit_id = a.audit_id) $$;

CREATE FUNCTION audit_beginning() RETURNS TABLE (cut_seq bigint, audit_days integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT r.cut_seq, r.audit_days FROM audit_rule r WHERE audits() $$;

-- Digests beside the lines the current person sees anyway.
CREATE FUNCTION link_of_audit(of_audit_id bigint) RETURNS TABLE (seq bigint, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp
AS $$ SELECT l.seq, l.hash FROM audit_link l WHERE l.audit_id = of_audit_id $$;

CREATE FUNCTION keep_audit(days integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM usable_scope() s WHERE s.role = 'audit_administrator') OR audited_times() = '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'only an audit administrator of the whole house says how long the log is kept';
    END IF;
    UPDATE audit_rule SET audit_days = days;
END
$$;

CREATE FUNCTION forget_audit() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    last audit_link;
    gone bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('civicwatt audit'));
    -- From the beginning up to the first line that is still to be kept.
    SELECT l.* INTO last FROM audit_link l
     WHERE l.seq < (SELECT coalesce(min(k.seq), 0) FROM audit_link k JOIN audit a USING (audit_id) CROSS JOIN audit_rule r
                     WHERE a.at >= now() - make_interval(days => r.audit_days))
     ORDER BY l.seq DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    DELETE FROM audit a USING audit_link l WHERE l.audit_id = a.audit_id AND l.seq <= last.seq;
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM audit_link WHERE seq <= last.seq;
    UPDATE audit_rule SET cut_seq = last.seq, cut_hash = last.hash;
    RETURN gone;
END
$$;

-- Signing in and failing to, with the address; where a lock-out begins it is said.
DROP FUNCTION note_failed_sign_in(bigint, integer, interval);
CREATE FUNCTION note_failed_sign_in(failed_person_id bigint, attempts integer, lock_for interval, of_client text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    locked timestamptz;
BEGIN
    UPDATE person
       SET failed_sign_ins = CASE WHEN failed_sign_ins + 1 >= attempts THEN 0 ELSE failed_sign_ins + 1 END,
           locked_until = CASE WHEN failed_sign_ins + 1 >= attempts THEN now() + lock_for ELSE locked_until END
     WHERE person_id = failed_person_id RETURNING locked_until INTO locked;
    INSERT INTO audit (person_id, action, object, client)
    VALUES (failed_person_id, CASE WHEN locked > now() THEN 'locked_out' ELSE 'sign_in_failed' END, 'session', of_client);
END
$$;

DROP FUNCTION begin_session(bigint, bytea, text, interval, interval);
CREATE FUNCTION begin_session(for_person_id bigint, new_token_hash bytea, new_csrf text,
                              idle interval, absolute interval, of_client text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    UPDATE person SET failed_sign_ins = 0, locked_until = NULL WHERE person_id = for_person_id;
    DELETE FROM session WHERE ends_at < now() OR last_seen_at + idle_limit < now();
    INSERT INTO session VALUES (new_token_hash, for_person_id, new_csrf, now(), now(), idle, now() + absolute);
    INSERT INTO audit (person_id, action, object, client) VALUES (for_person_id, 'sign_in', 'session', of_client);
$$;

CREATE OR REPLACE FUNCTION end_session(of_token_hash bytea)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    INSERT INTO audit (person_id, action, object)
    SELECT person_id, 'sign_out', 'session' FROM session WHERE token_hash = of_token_hash;
    DELETE FROM session WHERE token_hash = of_token_hash
$$;

GRANT EXECUTE ON FUNCTION link_audit(), note_change(), refuse_audit_change() TO civicwatt_owner;
GRANT EXECUTE ON FUNCTION audited_times(), times_of_acts(), audit_text(audit) TO civicwatt_owner, civicwatt_api;
GRANT EXECUTE ON FUNCTION audits(), check_audit(bigint, bigint), unlinked_audit(), audit_beginning(), link_of_audit(bigint),
    keep_audit(integer), note_failed_sign_in(bigint, integer, interval, text),
    begin_session(bigint, bytea, text, interval, interval, text) TO civicwatt_api;
GRANT EXECUTE ON FUNCTION forget_audit() TO civicwatt_work;

-- Lines of earlier versions, in their order.
DO $$
DECLARE
    id bigint;
BEGIN
    FOR id IN SELECT a.audit_id FROM audit a ORDER BY a.audit_id LOOP
        PERFORM add_audit_link(id);
    END LOOP;
END
$$;
SET ROLE civicwatt_owner;

CREATE CONSTRAINT TRIGGER link_audit AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION link_audit();
CREATE TRIGGER refuse_audit_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER refuse_audit_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_link
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

DROP POLICY seen ON audit;
CREATE POLICY seen ON audit FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (at <@ (SELECT audited_times())
           OR at <@ ((SELECT times_of_acts()) ->> person_id::text)::tstzmultirange);
GRANT SELECT ON audit TO civicwatt_api;
