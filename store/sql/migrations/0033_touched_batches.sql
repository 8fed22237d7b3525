-- Of each batch a collector appends one row to the work list, not one of every device and day in it: with many
-- devices those cost as much as all else that the database does with a batch. A worker spreads it.

CREATE TABLE touched_batch (
    batch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    devices  bigint[] NOT NULL,
    days     date[] NOT NULL,
    CHECK (cardinality(devices) = cardinality(days))
);
COMMENT ON TABLE touched_batch IS 'Local days of devices that have new readings, as a collector wrote them: devices[i] on days[i]; on their way to `touched`';
GRANT INSERT ON touched_batch TO civicwatt_collect;
GRANT SELECT, UPDATE, DELETE ON touched_batch TO civicwatt_work; -- to update is to lock

CREATE VIEW waiting_day AS
SELECT device_id, day FROM touched
 UNION ALL
SELECT t.device_id, t.day FROM touched_batch b CROSS JOIN LATERAL unnest(b.devices, b.days) AS t (device_id, day);
COMMENT ON VIEW waiting_day IS 'Local days of devices that wait for computation, some of them several times';
GRANT SELECT ON waiting_day TO civicwatt_collect, civicwatt_scope;

SET ROLE civicwatt_scope;
CREATE OR REPLACE FUNCTION waiting_days(of_meters bigint[], first_day date, end_day date)
RETURNS TABLE (meter_id bigint, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT DISTINCT m.meter_id, t.day
      FROM meter_device m JOIN waiting_day t USING (device_id)
     WHERE m.meter_id = ANY (of_meters) AND m.meter_id IN (SELECT v.meter_id FROM visible_meters() v)
       AND t.day >= waiting_days.first_day AND t.day < waiting_days.end_day
$$;
SET ROLE civicwatt_owner;
