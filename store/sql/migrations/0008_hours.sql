-- Hourly series of gauges, for long charts: mean, least and greatest per device and UTC hour. Here
-- they are plain views over the readings; timescale.sql puts continuous aggregates behind them where
-- the licence allows, under the same names and columns.

CREATE TABLE hourly (
    table_name text PRIMARY KEY,
    gauges     text[] NOT NULL
);
COMMENT ON TABLE hourly IS
    'Gauges with an hourly series: all of domain/quantities.csv but angles, which have no mean';
INSERT INTO hourly VALUES
    ('electricity_reading', '{active_power_kw, reactive_power_kvar, apparent_power_kva, power_factor, frequency_hz,
        active_power_a_kw, active_power_b_kw, active_power_c_kw, voltage_a_v, voltage_b_v, voltage_c_v,
        current_a_a, current_b_a, current_c_a, demand_max_kw, leakage_current_ma, cable_temperature_c}'),
    ('flow_reading', '{flow_m3h, pressure_kpa, medium_temperature_c}'),
    ('heat_reading', '{heat_power_kw, heat_flow_m3h, supply_temperature_c, return_temperature_c}'),
    ('climate_reading', '{air_temperature_c, relative_humidity_pct, irradiance_wm2, co2_ppm, illuminance_lx,
        occupancy}'),
    ('vehicle_reading', '{speed_kmh, soc_pct, soh_pct, pack_voltage_v, pack_current_a, fuel_level_l, accelerator_pct,
        brake_pct, insulation_kohm, cell_voltage_max_v, cell_voltage_min_v, cell_temperature_max_c,
        cell_temperature_min_c, aux_battery_v}');

-- The query of one hourly series; `hour` is the expression that gives a reading's hour.
CREATE FUNCTION hourly_query(of_table text, hour text) RETURNS text LANGUAGE sql STABLE
AS $$
    SELECT format('SELECT device_id, %s AS hour, %s FROM public.%I GROUP BY 1, 2', hour, string_agg(format(
               'avg(%1$I) AS %2$I, min(%1$I) AS %3$I, max(%1$I) AS %4$I',
               gauge, 'mean_' || gauge, 'least_' || gauge, 'greatest_' || gauge), ', ' ORDER BY place), of_table)
      FROM hourly, unnest(gauges) WITH ORDINALITY AS g (gauge, place) WHERE table_name = of_table
$$;

-- An hour is seen when all of it is: its extremes may lie anywhere inside.
DO $$
DECLARE
    of_table text;
BEGIN
    FOR of_table IN SELECT table_name FROM hourly LOOP
        EXECUTE format('CREATE VIEW %I AS %s', of_table || '_hour', hourly_query(
            of_table, $hour$date_bin('1 hour', ts, '2000-01-01T00:00Z')$hour$));
        EXECUTE format('CREATE VIEW visible.%1$I WITH (security_barrier) AS
            SELECT r.* FROM %1$I r JOIN device d USING (device_id) JOIN visible_devices() v USING (device_id)
             WHERE tstzrange(r.hour, r.hour + interval ''1 hour'') <@ v.during', of_table || '_hour');
        EXECUTE format('GRANT SELECT ON visible.%I TO civicwatt_api', of_table || '_hour');
    END LOOP;
END
$$;

GRANT SELECT ON hourly TO civicwatt_work, civicwatt_hour;
GRANT EXECUTE ON FUNCTION hourly_query(text, text) TO civicwatt_hour;
GRANT SELECT ON electricity_reading, flow_reading, heat_reading, climate_reading, vehicle_reading TO civicwatt_hour;
