-- Live rules judge every reading, in the order of its own time: how far each device is judged, and a way to what came late.
-- A row a device, written every few seconds: between two writes an evaluator that is killed judges some readings again,
-- which changes nothing.

CREATE TABLE alert_judged (
    device_id   bigint PRIMARY KEY,
    judged_to   timestamptz NOT NULL,
    received_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE alert_judged IS 'How far the readings of a device are judged by live rules; what arrived after received_at with an earlier time came late';
GRANT SELECT, INSERT, UPDATE ON alert_judged TO civicwatt_work;

-- Rows lie in the order of their arrival, so that a block range is enough to find what came since an instant.
CREATE INDEX ON electricity_reading USING brin (received_at) WITH (autosummarize = on);
CREATE INDEX ON vehicle_reading USING brin (received_at) WITH (autosummarize = on);
