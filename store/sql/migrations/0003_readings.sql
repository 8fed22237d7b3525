-- Readings: wide tables, one per class of device, one row per device and instant. Columns are the
-- quantities of domain/quantities.csv (a test holds the two together); null means not measured.
-- No foreign key leaves them: on a hypertable it deadlocks with chunk creation (timescaledb 902).
-- Text is COLLATE "C" so that GREATEST, which merges two messages of one instant, orders by bytes
-- on every server.

CREATE TABLE electricity_reading (
    device_id                    bigint NOT NULL,
    ts                           timestamptz NOT NULL,
    received_at                  timestamptz NOT NULL,
    quality                      integer NOT NULL DEFAULT 0,
    active_energy_import_kwh     double precision,
    active_energy_export_kwh     double precision,
    reactive_energy_import_kvarh double precision,
    reactive_energy_export_kvarh double precision,
    active_power_kw              double precision,
    reactive_power_kvar          double precision,
    apparent_power_kva           double precision,
    power_factor                 double precision,
    frequency_hz                 double precision,
    active_power_a_kw            double precision,
    active_power_b_kw            double precision,
    active_power_c_kw            double precision,
    voltage_a_v                  double precision,
    voltage_b_v                  double precision,
    voltage_c_v                  double precision,
    current_a_a                  double precision,
    current_b_a                  double precision,
    current_c_a                  double precision,
    demand_max_kw                double precision,
    leakage_current_ma           double precision,
    cable_temperature_c          double precision,
    PRIMARY KEY (device_id, ts)
);

CREATE TABLE flow_reading (
    device_id            bigint NOT NULL,
    ts                   timestamptz NOT NULL,
    received_at          timestamptz NOT NULL,
    quality              integer NOT NULL DEFAULT 0,
    volume_m3            double precision,
    volume_reverse_m3    double precision,
    flow_m3h             double precision,
    pressure_kpa         double precision,
    medium_temperature_c double precision,
    PRIMARY KEY (device_id, ts)
);

CREATE TABLE heat_reading (
    device_id            bigint NOT NULL,
    ts                   timestamptz NOT NULL,
    received_at          timestamptz NOT NULL,
    quality              integer NOT NULL DEFAULT 0,
    heat_energy_gj       double precision,
    cold_energy_gj       double precision,
    heat_power_kw        double precision,
    heat_volume_m3       double precision,
    heat_flow_m3h        double precision,
    supply_temperature_c double precision,
    return_temperature_c double precision,
    PRIMARY KEY (device_id, ts)
);

CREATE TABLE climate_reading (
    device_id             bigint NOT NULL,
    ts                    timestamptz NOT NULL,
    received_at           timestamptz NOT NULL,
    quality               integer NOT NULL DEFAULT 0,
    air_temperature_c     double precision,
    relative_humidity_pct double precision,
    irradiance_wm2        double precision,
    co2_ppm               double precision,
    illuminance_lx        double precision,
    occupancy             double precision,
    PRIMARY KEY (device_id, ts)
);

CREATE TABLE vehicle_reading (
    device_id              bigint NOT NULL,
    ts                     timestamptz NOT NULL,
    received_at            timestamptz NOT NULL,
    quality                integer NOT NULL DEFAULT 0,
    odometer_km            double precision,
    speed_kmh              double precision,
    soc_pct                double precision,
    soh_pct                double precision,
    pack_voltage_v         double precision,
    pack_current_a         double precision,
    energy_used_kwh        double precision,
    energy_recovered_kwh   double precision,
    energy_charged_kwh     double precision,
    fuel_used_l            double precision,
    fuel_level_l           double precision,
    latitude_deg           double precision,
    longitude_deg          double precision,
    heading_deg            double precision,
    vehicle_state          text COLLATE "C",
    charge_state           text COLLATE "C",
    run_mode               text COLLATE "C",
    gear                   text COLLATE "C",
    accelerator_pct        double precision,
    brake_pct              double precision,
    insulation_kohm        double precision,
    cell_voltage_max_v     double precision,
    cell_voltage_min_v     double precision,
    cell_temperature_max_c double precision,
    cell_temperature_min_c double precision,
    aux_battery_v          double precision,
    alarm_level            smallint,
    alarm_flags            bigint,
    PRIMARY KEY (device_id, ts)
);

CREATE TABLE other_reading (
    device_id   bigint NOT NULL,
    ts          timestamptz NOT NULL,
    name        text COLLATE "C" NOT NULL,
    received_at timestamptz NOT NULL,
    quality     integer NOT NULL DEFAULT 0,
    value       double precision,
    text_value  text COLLATE "C",
    PRIMARY KEY (device_id, ts, name)
);
COMMENT ON TABLE other_reading IS 'Values whose name is not in the list of quantities, kept under the name the device gave';

CREATE TABLE reading_conflict (
    device_id   bigint NOT NULL,
    ts          timestamptz NOT NULL,
    quantity    text COLLATE "C" NOT NULL,
    value       text COLLATE "C" NOT NULL,
    noticed_at  timestamptz NOT NULL,
    PRIMARY KEY (device_id, ts, quantity, value)
);
COMMENT ON TABLE reading_conflict IS
    'Every value seen where two messages disagree on one column and instant; the reading keeps the greatest';

CREATE TABLE reading_edit (
    edit_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id  bigint NOT NULL,
    ts         timestamptz NOT NULL,
    quantity   text NOT NULL,
    value      double precision,
    person_id  bigint NOT NULL REFERENCES person,
    at         timestamptz NOT NULL DEFAULT now(),
    reason     text NOT NULL CHECK (reason <> ''),
    undone_by  bigint REFERENCES person,
    undone_at  timestamptz
);
COMMENT ON COLUMN reading_edit.value IS 'value to be used instead; null takes the reading out';

CREATE TABLE quarantine (
    quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at   timestamptz NOT NULL,
    collector     text NOT NULL,
    topic         text NOT NULL,
    payload       bytea NOT NULL,
    size_bytes    integer NOT NULL,
    device_id     bigint,
    reason_code   text NOT NULL,
    reason        text NOT NULL,
    samples       integer NOT NULL
);
COMMENT ON TABLE quarantine IS 'What could not be read, kept whole';
COMMENT ON COLUMN quarantine.samples IS 'samples of the message that are here and not in a reading table';
CREATE INDEX ON quarantine (received_at);

CREATE TABLE retention (
    table_name text PRIMARY KEY CHECK (table_name IN ('electricity_reading', 'flow_reading', 'heat_reading',
                   'climate_reading', 'vehicle_reading', 'other_reading')),
    keep       interval NOT NULL CHECK (keep >= '180 days')
);
COMMENT ON TABLE retention IS 'How long raw readings are kept; a table without a row is kept for ever, as consumption always is';

-- On plain PostgreSQL; TimescaleDB replaces it by one that drops chunks.
CREATE FUNCTION drop_expired() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    expired retention;
    deleted bigint;
    total   bigint := 0;
BEGIN
    FOR expired IN TABLE retention LOOP
        EXECUTE format('DELETE FROM %I WHERE ts < now() - $1', expired.table_name) USING expired.keep;
        GET DIAGNOSTICS deleted = ROW_COUNT;
        total := total + deleted;
    END LOOP;
    RETURN total;
END
$$;
REVOKE EXECUTE ON FUNCTION drop_expired() FROM PUBLIC;

-- Work list: local days whose readings changed. Appended in the transaction that changes them and
-- never updated: a worker deletes the rows it saw before it reads the readings, so that a row
-- which commits meanwhile is left for the next run.
CREATE TABLE touched (
    touched_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id  bigint NOT NULL,
    day        date NOT NULL
);
CREATE INDEX ON touched (device_id);

CREATE TABLE collector_count (
    collector       text PRIMARY KEY,
    as_of           timestamptz NOT NULL,
    received        bigint NOT NULL,
    stored          bigint NOT NULL,
    merged          bigint NOT NULL,
    duplicate       bigint NOT NULL,
    conflicting     bigint NOT NULL,
    quarantined     bigint NOT NULL,
    without_reading bigint NOT NULL,
    CHECK (received = stored + merged + duplicate + conflicting + quarantined + without_reading)
);
COMMENT ON TABLE collector_count IS
    'Samples committed by each collector since it was first started; written in the transaction of the samples';
