-- The organisation tree, meters, devices, and where each stood when. Positions are effective-dated
-- rows: nothing is overwritten, so a reading belongs to where its device stood at the time.
-- `int8range(id, id, '[]')` in an exclusion constraint stands for equality of ids without btree_gist.

CREATE TABLE organisation (
    organisation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code            text NOT NULL UNIQUE,
    kind            text NOT NULL CHECK (kind IN ('bureau', 'institution', 'site', 'building', 'space')),
    name_zh         text NOT NULL,
    name_en         text NOT NULL,
    zone            text
);
COMMENT ON COLUMN organisation.zone IS 'IANA zone in which its days begin; null takes the parent''s';

CREATE TABLE organisation_position (
    organisation_id bigint NOT NULL REFERENCES organisation,
    parent_id       bigint NOT NULL REFERENCES organisation CHECK (parent_id <> organisation_id),
    during          tstzrange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (int8range(organisation_id, organisation_id, '[]') WITH &&, during WITH &&)
);
CREATE INDEX ON organisation_position (parent_id);

CREATE TABLE floor_area (
    organisation_id bigint NOT NULL REFERENCES organisation,
    area_m2         double precision NOT NULL CHECK (area_m2 > 0),
    during          tstzrange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (int8range(organisation_id, organisation_id, '[]') WITH &&, during WITH &&)
);

CREATE TABLE meter (
    meter_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code     text NOT NULL UNIQUE,
    medium   text NOT NULL CHECK (medium IN ('electricity', 'water', 'gas', 'heat', 'cooling')),
    quantity text NOT NULL,
    item     text NOT NULL DEFAULT '',
    name_zh  text NOT NULL,
    name_en  text NOT NULL
);
COMMENT ON TABLE meter IS 'A metering point: the place where an amount is counted, whichever device hangs there';
COMMENT ON COLUMN meter.quantity IS 'the register that counts it, a name of domain/quantities.csv';

CREATE TABLE meter_position (
    meter_id  bigint NOT NULL REFERENCES meter,
    place_id  bigint NOT NULL REFERENCES organisation,
    parent_id bigint REFERENCES meter CHECK (parent_id <> meter_id),
    role      text NOT NULL CHECK (role IN ('gateway', 'main', 'branch', 'sub', 'check', 'virtual')),
    during    tstzrange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (int8range(meter_id, meter_id, '[]') WITH &&, during WITH &&)
);
CREATE INDEX ON meter_position (place_id);

CREATE TABLE device (
    device_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    kind          text NOT NULL CHECK (kind IN ('electricity_meter', 'water_meter', 'gas_meter',
                      'heat_meter', 'climate_sensor', 'vehicle', 'gateway', 'other')),
    status        text NOT NULL CHECK (status IN ('pending', 'accepted', 'refused')),
    name_zh       text NOT NULL,
    name_en       text NOT NULL,
    accept_back   interval NOT NULL DEFAULT '30 days',
    accept_ahead  interval NOT NULL DEFAULT '5 minutes',
    registered_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN device.accept_back IS 'how old a sample may be when it arrives; an older one goes to quarantine';

CREATE TABLE device_place (
    device_id bigint NOT NULL REFERENCES device,
    place_id  bigint NOT NULL REFERENCES organisation,
    during    tstzrange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (int8range(device_id, device_id, '[]') WITH &&, during WITH &&)
);
CREATE INDEX ON device_place (place_id);

CREATE TABLE meter_device (
    meter_id  bigint NOT NULL REFERENCES meter,
    device_id bigint NOT NULL REFERENCES device,
    during    tstzrange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (int8range(meter_id, meter_id, '[]') WITH &&, during WITH &&)
);
COMMENT ON TABLE meter_device IS 'Which device''s register counted for a meter, and when: a swap is two rows';
CREATE INDEX ON meter_device (device_id);

-- No foreign key: the collector upserts it in the batch that writes the readings.
CREATE TABLE device_latest (
    device_id   bigint PRIMARY KEY,
    ts          timestamptz NOT NULL,
    received_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE device_latest IS 'Newest instant measured and newest arrival, per device';

CREATE TABLE contract (
    contract_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code        text NOT NULL UNIQUE,
    name        text NOT NULL
);
CREATE TABLE contract_meter (
    contract_id bigint NOT NULL REFERENCES contract,
    meter_id    bigint NOT NULL REFERENCES meter,
    during      tstzrange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (int8range(contract_id, contract_id, '[]') WITH &&,
                        int8range(meter_id, meter_id, '[]') WITH &&, during WITH &&)
);
COMMENT ON TABLE contract_meter IS 'The boundary of a contract: certain meters of any institutions, each from when to when';
