-- What people say a public charging order is for: a plug-in, none that the vehicle told of, or nothing any more (undone).
-- Only added to; of an order the newest row counts.
SET ROLE civicwatt_owner;

CREATE TABLE order_charge (
    order_charge_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id        bigint NOT NULL REFERENCES vehicle_order,
    said            text NOT NULL CHECK (said IN ('charge', 'none', 'undone')),
    charge          text CHECK (charge !~ '^\s*$'),
    reason          text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now(),
    CHECK ((said = 'charge') = (charge IS NOT NULL))
);
CREATE INDEX ON order_charge (order_id, order_charge_id DESC);
COMMENT ON TABLE order_charge IS 'To which plug-in a public charging order belongs, as people say; of an order the newest row counts';
COMMENT ON COLUMN order_charge.said IS 'charge: to the one named; none: to none that the vehicle told of; undone: what was said before no longer counts';
COMMENT ON COLUMN order_charge.charge IS 'name of the plug-in among segments of the order''s vehicle';

ALTER TABLE order_charge ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY unscoped ON order_charge TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);
CREATE POLICY seen ON order_charge FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (order_id IN (SELECT o.order_id FROM vehicle_order o));
CREATE POLICY entered ON order_charge FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND order_id IN (SELECT o.order_id FROM vehicle_order o JOIN administered_vehicles() a USING (vehicle_id)
                                  WHERE o.kind = 'charging' AND o.refunds IS NULL));
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON order_charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_fleet_change();
GRANT SELECT ON order_charge TO civicwatt_api, civicwatt_admin, civicwatt_work;
GRANT INSERT (order_id, said, charge, reason) ON order_charge TO civicwatt_api;
