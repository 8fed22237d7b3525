-- What an order really stopped, as the baseline measured it and as the right of its rule to interrupt rests on it. Measured anew
-- while the days after a repair grow; the ledger of alerts works it out itself whenever it is asked.

CREATE TABLE alert_outcome (
    order_id    bigint PRIMARY KEY REFERENCES work_order,
    alert_id    bigint NOT NULL REFERENCES alert,
    stopped     double precision,
    low         double precision,
    high        double precision,
    reason      text,
    measured_at timestamptz NOT NULL,
    CHECK (num_nonnulls(stopped, low, high) IN (0, 3)),
    CHECK ((stopped IS NULL) = (reason IS NOT NULL))
);
CREATE INDEX ON alert_outcome (alert_id);
COMMENT ON TABLE alert_outcome IS 'What stopped by a closed order, of thirty days in the unit of the meter with its band of 90 %, or why nobody can say';

ALTER TABLE alert_outcome ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unscoped ON alert_outcome TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
CREATE POLICY seen ON alert_outcome FOR SELECT TO civicwatt_api, civicwatt_owner USING (alert_id IN (SELECT a.alert_id FROM alert a));
GRANT SELECT ON alert_outcome TO civicwatt_api, civicwatt_admin, civicwatt_work;
GRANT INSERT, UPDATE ON alert_outcome TO civicwatt_work;
