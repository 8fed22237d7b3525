-- A bill's sum beside our cost of its days, as the worker reckoned it last: it takes prices, tiers and registers of all of
-- them, too much to be done whenever somebody asks what is wrong.

CREATE TABLE bill_comparison (
    bill_id     bigint PRIMARY KEY REFERENCES bill,
    our_total   numeric,
    lacks       text NOT NULL,
    causes      jsonb NOT NULL,
    compared_at timestamptz NOT NULL,
    CHECK ((our_total IS NULL) = (lacks <> ''))
);
COMMENT ON COLUMN bill_comparison.our_total IS 'CNY; null: something of our cost is missing, and lacks says what';
COMMENT ON COLUMN bill_comparison.causes IS 'bill - ours by cause, in CNY: what the difference consists of, to the cent';

ALTER TABLE bill_comparison ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON bill_comparison FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (EXISTS (SELECT FROM bill b WHERE b.bill_id = bill_comparison.bill_id));
CREATE POLICY unscoped ON bill_comparison TO civicwatt_work, civicwatt_admin, civicwatt_scope USING (true);
GRANT SELECT ON bill_comparison TO civicwatt_api, civicwatt_admin, civicwatt_scope;
GRANT SELECT, INSERT, UPDATE ON bill_comparison TO civicwatt_work;
