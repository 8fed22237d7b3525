-- What a caller asked under a key of their own choosing (Idempotency-Key), so that asking again does nothing again.

CREATE TABLE once_asked (
    person_id    bigint NOT NULL REFERENCES person,
    key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    asked_sha256 bytea NOT NULL CHECK (octet_length(asked_sha256) = 32),
    asked_at     timestamptz NOT NULL DEFAULT now(),
    status       smallint,
    content_type text,
    answer       bytea,
    PRIMARY KEY (person_id, key)
);
COMMENT ON TABLE once_asked IS 'Writes by their Idempotency-Key, for a day; entered in the transaction of what was asked';
COMMENT ON COLUMN once_asked.asked_sha256 IS 'of method, address and body';
COMMENT ON COLUMN once_asked.status IS 'null: it was done, and its answer is not kept (yet)';

ALTER TABLE once_asked ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON once_asked TO civicwatt_api
    USING (person_id = current_person()) WITH CHECK (person_id = current_person());
CREATE POLICY unscoped ON once_asked TO civicwatt_admin, civicwatt_scope USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON once_asked TO civicwatt_api;
GRANT SELECT, UPDATE ON once_asked TO civicwatt_scope;

SET ROLE civicwatt_scope;

-- The answer is known after the transaction that did it; the first one stays.
CREATE FUNCTION keep_answer(of_person_id bigint, of_key text, new_status smallint, new_type text, new_answer bytea)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    UPDATE once_asked SET status = new_status, content_type = new_type, answer = new_answer
     WHERE person_id = of_person_id AND key = of_key AND status IS NULL
$$;
GRANT EXECUTE ON FUNCTION keep_answer(bigint, text, smallint, text, bytea) TO civicwatt_api;
SET ROLE civicwatt_owner;
