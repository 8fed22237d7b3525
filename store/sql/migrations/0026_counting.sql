-- How a device tells what its meter counts: by its register, by amounts of intervals, or by power or flow alone.
-- Said with the device, dated like it; changing it puts all its days on the work list (`touch_all_days`, 0005).

ALTER TABLE meter_device ADD counts_by text NOT NULL DEFAULT 'register'
    CHECK (counts_by IN ('register', 'amount', 'rate'));
COMMENT ON COLUMN meter_device.counts_by IS
    'register; amount: used in an interval, stamped with its start; rate: only power or flow is told';

-- Name under which a device tells a meter's quantity; null where no gauge comes to it. A test holds it and
-- domain/counting.py together.
CREATE FUNCTION told_as(quantity text, counts_by text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN counts_by <> 'rate' THEN quantity ELSE CASE quantity
               WHEN 'active_energy_import_kwh' THEN 'active_power_kw'
               WHEN 'active_energy_export_kwh' THEN 'active_power_kw'
               WHEN 'reactive_energy_import_kvarh' THEN 'reactive_power_kvar'
               WHEN 'reactive_energy_export_kvarh' THEN 'reactive_power_kvar'
               WHEN 'volume_m3' THEN 'flow_m3h'
               WHEN 'heat_energy_gj' THEN 'heat_power_kw'
               WHEN 'heat_volume_m3' THEN 'heat_flow_m3h' END END
$$;

GRANT EXECUTE ON FUNCTION told_as(text, text) TO civicwatt_api, civicwatt_admin, civicwatt_work;
