-- A storm comes in many batches and is one interruption: the digest that tells of it takes in what follows.

CREATE TABLE alert_digest_part (
    part_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    interruption_id bigint NOT NULL REFERENCES alert_interruption,
    alerts          integer NOT NULL CHECK (alerts >= 0),
    at              timestamptz NOT NULL
);
CREATE INDEX ON alert_digest_part (interruption_id, at);
COMMENT ON TABLE alert_digest_part IS 'What a digest took in after it was told: nobody is interrupted again';
COMMENT ON COLUMN alert_digest_part.alerts IS 'that it did not tell of before';
CREATE INDEX ON alert (digest_id) WHERE priority = 'urgent' AND digest_id IS NOT NULL;

ALTER TABLE alert_digest_part ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unscoped ON alert_digest_part TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
CREATE POLICY seen ON alert_digest_part FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (interruption_id IN (SELECT i.interruption_id FROM alert_interruption i));
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON alert_digest_part
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_alert_change();
GRANT SELECT ON alert_digest_part TO civicwatt_api, civicwatt_admin, civicwatt_work;
GRANT INSERT ON alert_digest_part TO civicwatt_work;
