-- What devices tell again, the message each was last seen to speak in, and where registers were odd.

CREATE TABLE reading_repeat (
    day       date NOT NULL,
    device_id bigint NOT NULL,
    times     bigint NOT NULL CHECK (times > 0),
    first_at  timestamptz NOT NULL,
    last_at   timestamptz NOT NULL CHECK (last_at >= first_at),
    oldest    timestamptz NOT NULL,
    newest    timestamptz NOT NULL CHECK (newest >= oldest),
    PRIMARY KEY (day, device_id)
);
COMMENT ON TABLE reading_repeat IS
    'Samples that said nothing new, by device and UTC day of their arrival: as many as collectors count as duplicate';
COMMENT ON COLUMN reading_repeat.first_at IS 'arrival of the first and of the last one; oldest and newest are the instants they are about';
CREATE INDEX ON reading_repeat (device_id);

CREATE TABLE heard_message (
    device_id   bigint PRIMARY KEY,
    received_at timestamptz NOT NULL,
    topic       text NOT NULL,
    profile     text NOT NULL,
    payload     bytea NOT NULL CHECK (octet_length(payload) <= 16384)
);
COMMENT ON TABLE heard_message IS
    'A message in which a device told its values, so that people see what its profile reads of it and what not; not the newest one';

-- Days of which the register is to be looked into; the number is that of store/register_finding.py.
CREATE INDEX consumption_day_finding ON consumption_day (day) WHERE flags & 133086 <> 0;

ALTER TABLE reading_repeat ENABLE ROW LEVEL SECURITY;
ALTER TABLE reading_repeat FORCE ROW LEVEL SECURITY;
ALTER TABLE heard_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE heard_message FORCE ROW LEVEL SECURITY;
CREATE POLICY unscoped ON reading_repeat TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope USING (true);
CREATE POLICY unscoped ON heard_message TO civicwatt_admin, civicwatt_collect, civicwatt_work, civicwatt_scope USING (true);
CREATE POLICY seen ON reading_repeat FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (device_id IN (SELECT d.device_id FROM device d));
-- As of messages in quarantine: they may hold anything.
CREATE POLICY seen ON heard_message FOR SELECT TO civicwatt_api, civicwatt_owner
    USING ((SELECT is_system_administrator()));

GRANT SELECT ON reading_repeat, heard_message TO civicwatt_api, civicwatt_admin, civicwatt_work;
GRANT SELECT, INSERT, UPDATE ON reading_repeat, heard_message TO civicwatt_collect;
GRANT DELETE ON reading_repeat TO civicwatt_work;
