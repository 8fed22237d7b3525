-- The fleet: vehicles and what they are from when to when, what they did (trips, stops, charges), which pile a charge came
-- from, alarms their terminals told, what looks wrong with their use, and who may read a track and did. What is worked out
-- from samples is versioned: late samples supersede, nothing is overwritten.

CREATE TABLE vehicle_class (
    vehicle_class text PRIMARY KEY CHECK (vehicle_class ~ '^[a-z][a-z_]*$'),
    name_zh       text NOT NULL,
    name_en       text NOT NULL,
    parking_s     double precision NOT NULL DEFAULT 180 CHECK (parking_s > 0),
    least_km      double precision NOT NULL DEFAULT 0.2 CHECK (least_km > 0)
);
COMMENT ON TABLE vehicle_class IS 'Classes of vehicles, of which a baseline of fuel is told; nobody''s secret';
COMMENT ON COLUMN vehicle_class.parking_s IS 'a pause at least as long ends a trip. s';
COMMENT ON COLUMN vehicle_class.least_km IS 'less is manoeuvring. km';
INSERT INTO vehicle_class (vehicle_class, name_zh, name_en) VALUES
    ('sedan', '轿车', 'saloon car'), ('suv', '越野车', 'off-road car'), ('mpv', '商务车', 'people carrier'),
    ('minibus', '小型客车', 'minibus'), ('bus', '大中型客车', 'bus'), ('van', '厢式货车', 'van'), ('truck', '货车', 'lorry'),
    ('special', '特种专业技术车', 'special vehicle');

CREATE TABLE vehicle (
    vehicle_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       text NOT NULL UNIQUE CHECK (code !~ '^\s*$'),
    vin        text UNIQUE CHECK (vin ~ '^[A-HJ-NPR-Z0-9]{17}$'),
    maker      text NOT NULL DEFAULT '',
    model      text NOT NULL DEFAULT '',
    person_id  bigint REFERENCES person DEFAULT current_person(),
    entered_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE vehicle IS 'A vehicle, whichever plate it carries, whoever has it, whichever terminal tells of it';
COMMENT ON COLUMN vehicle.code IS 'its name here, which never changes; also goes into the names of its segments';

CREATE TABLE vehicle_description (
    vehicle_id    bigint NOT NULL REFERENCES vehicle,
    plate         text NOT NULL CHECK (plate !~ '^\s*$'),
    vehicle_class text NOT NULL REFERENCES vehicle_class,
    powertrain    text NOT NULL CHECK (powertrain IN ('electric', 'plug_in_hybrid', 'fuel')),
    category      text NOT NULL CHECK (category IN ('confidential', 'emergency', 'law_enforcement', 'special', 'general')),
    acquisition   text NOT NULL CHECK (acquisition IN ('quota', 'rent_in_lieu_of_quota', 'time_share_rental')),
    battery_kwh   double precision CHECK (battery_kwh > 0 AND battery_kwh < 2000),
    livery        boolean NOT NULL DEFAULT false,
    hidden        boolean NOT NULL DEFAULT false,
    during        tstzrange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (int8range(vehicle_id, vehicle_id, '[]') WITH &&, during WITH &&)
);
COMMENT ON TABLE vehicle_description IS 'What a vehicle is from when to when: plate, class, drive, category (公务用车类别), how it was acquired';
COMMENT ON COLUMN vehicle_description.battery_kwh IS 'usable capacity; null: the state of charge tells no energy. kWh';
COMMENT ON COLUMN vehicle_description.hidden IS 'shown to administrators only, as confidential vehicles on fixed routes';

CREATE TABLE vehicle_position (
    vehicle_id bigint NOT NULL REFERENCES vehicle,
    place_id   bigint NOT NULL REFERENCES organisation,
    department text NOT NULL DEFAULT '',
    during     tstzrange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (int8range(vehicle_id, vehicle_id, '[]') WITH &&, during WITH &&)
);
CREATE INDEX ON vehicle_position (place_id);
COMMENT ON TABLE vehicle_position IS 'Institution (or site) and department that have a vehicle, from when to when';

CREATE TABLE vehicle_device (
    vehicle_id bigint NOT NULL REFERENCES vehicle,
    device_id  bigint NOT NULL REFERENCES device,
    during     tstzrange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (int8range(device_id, device_id, '[]') WITH &&, during WITH &&)
);
CREATE INDEX ON vehicle_device (vehicle_id);
COMMENT ON TABLE vehicle_device IS 'Which terminal tells of a vehicle, and when; two at once are read as one';

-- Work list, as `touched` of meters: appended when readings come, taken off before they are read.
CREATE TABLE vehicle_touched (
    vehicle_touched_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id         bigint NOT NULL,
    day                date
);
CREATE INDEX ON vehicle_touched (vehicle_id);
COMMENT ON TABLE vehicle_touched IS 'Local days of vehicles whose samples changed; null: all of them, as what the vehicle is changed';

CREATE TABLE vehicle_segment (
    vehicle_id          bigint NOT NULL REFERENCES vehicle,
    segment_id          text COLLATE "C" NOT NULL,
    kind                text NOT NULL CHECK (kind IN ('trip', 'stop', 'charge')),
    start_at            timestamptz NOT NULL,
    end_at              timestamptz NOT NULL CHECK (end_at >= start_at),
    start_after         timestamptz,
    end_before          timestamptz,
    km                  double precision,
    km_by               text,
    km_ways             jsonb NOT NULL,
    kwh                 double precision,
    kwh_by              text,
    kwh_ways            jsonb NOT NULL,
    kwh_spread          double precision,
    recovered_kwh       double precision,
    grid_kwh            double precision,
    electric_km         double precision,
    soc_start           double precision,
    soc_end             double precision,
    evidence            text[] NOT NULL,
    estimated           boolean NOT NULL,
    doubts              integer NOT NULL,
    start_latitude_deg  double precision,
    start_longitude_deg double precision,
    end_latitude_deg    double precision,
    end_longitude_deg   double precision,
    known_at            timestamptz NOT NULL,
    superseded_at       timestamptz CHECK (superseded_at >= known_at),
    PRIMARY KEY (vehicle_id, segment_id, known_at)
);
CREATE INDEX ON vehicle_segment (vehicle_id, start_at) WHERE superseded_at IS NULL;
CREATE UNIQUE INDEX one_current_segment ON vehicle_segment (vehicle_id, segment_id) WHERE superseded_at IS NULL;
COMMENT ON TABLE vehicle_segment IS 'Trips, stops and charges; as of T: known_at <= T and (superseded_at is null or T < superseded_at)';
COMMENT ON COLUMN vehicle_segment.segment_id IS 'stays when late samples move an edge; its versions are the rows of this name';
COMMENT ON COLUMN vehicle_segment.start_after IS 'the true start lies between this and start_at; end_before likewise; null where the samples begin or end';
COMMENT ON COLUMN vehicle_segment.kwh IS 'of a trip net out of the battery, of a charge into it';
COMMENT ON COLUMN vehicle_segment.grid_kwh IS 'of a charge, as the vehicle or the pile told it along; what the pile''s own meter counted is charge_match';
COMMENT ON COLUMN vehicle_segment.electric_km IS 'only these displace fuel; null where a hybrid does not say';
COMMENT ON COLUMN vehicle_segment.doubts IS 'bits of analytics.fleet.distance.Doubt; 32 = implausible: shown, and in no total';
COMMENT ON COLUMN vehicle_segment.start_latitude_deg IS 'WGS-84; emptied with the raw tracks. Not shown but through read_track()';

CREATE TABLE pile (
    pile_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE CHECK (code !~ '^\s*$'),
    name_zh       text NOT NULL,
    name_en       text NOT NULL,
    meter_id      bigint NOT NULL UNIQUE REFERENCES meter,
    latitude_deg  double precision CHECK (latitude_deg BETWEEN -90 AND 90),
    longitude_deg double precision CHECK (longitude_deg BETWEEN -180 AND 180),
    person_id     bigint REFERENCES person DEFAULT current_person(),
    entered_at    timestamptz NOT NULL DEFAULT now(),
    CHECK ((latitude_deg IS NULL) = (longitude_deg IS NULL))
);
COMMENT ON TABLE pile IS 'A charging pile of our own; its meter hangs in the tree of meters below that of its building';
COMMENT ON COLUMN pile.latitude_deg IS 'WGS-84';

CREATE TABLE charge_match (
    vehicle_id    bigint NOT NULL REFERENCES vehicle,
    segment_id    text COLLATE "C" NOT NULL,
    pile_id       bigint NOT NULL REFERENCES pile,
    start_at      timestamptz NOT NULL,
    grid_kwh      double precision NOT NULL CHECK (grid_kwh > 0),
    loss          double precision,
    away_m        double precision,
    how           text[] NOT NULL,
    known_at      timestamptz NOT NULL,
    superseded_at timestamptz CHECK (superseded_at >= known_at),
    PRIMARY KEY (vehicle_id, segment_id, known_at)
);
CREATE TABLE charge_match_run (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    at       timestamptz NOT NULL
);
COMMENT ON TABLE charge_match_run IS 'When charges were last held against piles; what is known since is looked at next';
CREATE UNIQUE INDEX one_current_match ON charge_match (vehicle_id, segment_id) WHERE superseded_at IS NULL;
CREATE INDEX ON charge_match (pile_id, start_at) WHERE superseded_at IS NULL;
COMMENT ON TABLE charge_match IS 'Which pile a charge came from, by time, place and energy; a charge without a row was elsewhere or is not told apart';
COMMENT ON COLUMN charge_match.grid_kwh IS 'what the pile''s meter counted over the plug-in. kWh';
COMMENT ON COLUMN charge_match.loss IS '1 - into the battery / from the pile; null where the vehicle tells no energy';
COMMENT ON COLUMN charge_match.how IS 'what speaks for it: time, place, energy, only_one';

-- Alarms as terminals tell them (GB/T 32960.3 section 7), each from the first sample that shows it to the first that does not.
CREATE TABLE vehicle_alarm (
    device_id    bigint NOT NULL REFERENCES device,
    code         text COLLATE "C" NOT NULL,
    start_at     timestamptz NOT NULL,
    level        smallint NOT NULL CHECK (level BETWEEN 0 AND 4),
    last_at      timestamptz NOT NULL CHECK (last_at >= start_at),
    end_at       timestamptz CHECK (end_at > last_at),
    known_at     timestamptz NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (device_id, code, start_at)
);
CREATE INDEX ON vehicle_alarm (known_at);
COMMENT ON TABLE vehicle_alarm IS 'Alarms of vehicles for the alert desk. Priority by level: 3 and 4 urgent, 2 high, 1 and 0 low; invalid codes never come here';
COMMENT ON COLUMN vehicle_alarm.code IS 'name of the bit, such as battery_hot; alarm_unnamed where a level came without a bit';
COMMENT ON COLUMN vehicle_alarm.level IS 'highest level told while it lasted';
COMMENT ON COLUMN vehicle_alarm.last_at IS 'last sample that shows it';
COMMENT ON COLUMN vehicle_alarm.end_at IS 'first sample that shows it no longer; null: none has yet';
COMMENT ON COLUMN vehicle_alarm.known_at IS 'when this row last changed';
COMMENT ON COLUMN vehicle_alarm.withdrawn_at IS 'since when late samples say that it was not so, or began earlier; null: it stands';

-- Rules of use, of a place and all below it that has none of its own.
CREATE TABLE fleet_rule (
    fleet_rule_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    rule            text NOT NULL CHECK (rule IN ('out_of_hours', 'locked_up', 'not_returned', 'out_of_area',
                        'forbidden_parking', 'odometer_against_track', 'terminal_offline', 'charge_elsewhere')),
    holds_from      date NOT NULL,
    in_use          boolean NOT NULL,
    terms           jsonb NOT NULL DEFAULT '{}',
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON fleet_rule (organisation_id, rule);
COMMENT ON TABLE fleet_rule IS 'Rules of the use of vehicles, only added to; the newest row in force of the nearest place counts';

CREATE TABLE fence (
    fence_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    kind            text NOT NULL CHECK (kind IN ('home', 'area', 'forbidden')),
    name            text NOT NULL CHECK (name !~ '^\s*$'),
    ring            double precision[] NOT NULL CHECK (cardinality(ring) >= 6 AND cardinality(ring) % 2 = 0),
    during          daterange NOT NULL DEFAULT daterange(NULL, NULL) CHECK (NOT isempty(during)),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON fence (organisation_id);
COMMENT ON TABLE fence IS 'Areas: where vehicles are kept, where they may go, where they may not stand';
COMMENT ON COLUMN fence.ring IS 'corners as latitude, longitude, latitude, longitude ..; WGS-84. deg';

CREATE TABLE lock_up_exemption (
    exemption_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id   bigint NOT NULL REFERENCES vehicle,
    kind         text NOT NULL CHECK (kind IN ('duty', 'emergency', 'law_enforcement', 'other')),
    days         daterange NOT NULL CHECK (NOT isempty(days)),
    reason       text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id    bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON lock_up_exemption (vehicle_id);
COMMENT ON TABLE lock_up_exemption IS 'Local days on which a vehicle may be used although it is locked up (节假日封存)';

CREATE TABLE suspicion (
    suspicion_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id    bigint NOT NULL REFERENCES vehicle,
    rule          text NOT NULL,
    subject       text COLLATE "C" NOT NULL,
    start_at      timestamptz NOT NULL,
    end_at        timestamptz NOT NULL CHECK (end_at >= start_at),
    evidence      jsonb NOT NULL,
    known_at      timestamptz NOT NULL,
    withdrawn_at  timestamptz,
    UNIQUE (vehicle_id, rule, subject)
);
CREATE INDEX ON suspicion (vehicle_id, start_at);
COMMENT ON TABLE suspicion IS 'Use that looks wrong by a rule, with what shows it; what is wrong only a person says (suspicion_verdict)';
COMMENT ON COLUMN suspicion.subject IS 'the segment it is about, or what else tells it from others of the rule; so it stays when samples come late';
COMMENT ON COLUMN suspicion.withdrawn_at IS 'since when the samples no longer show it; null: they do';

CREATE TABLE suspicion_verdict (
    verdict_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    suspicion_id bigint NOT NULL REFERENCES suspicion,
    verdict      text NOT NULL CHECK (verdict IN ('true', 'false', 'known')),
    reason       text NOT NULL CHECK (reason !~ '^\s*$'),
    evidence     jsonb NOT NULL,
    person_id    bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON suspicion_verdict (suspicion_id);
COMMENT ON TABLE suspicion_verdict IS 'What people found; the newest counts. true: misuse, false: the suspicion was wrong, known: there was leave for it';
COMMENT ON COLUMN suspicion_verdict.evidence IS 'what was shown when it was given';

-- Tracks are personal: who may read them is said apart from who may see the vehicle, each reading is noted, raw ones expire.
CREATE TABLE track_access (
    track_access_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id       bigint NOT NULL REFERENCES person,
    organisation_id bigint NOT NULL REFERENCES organisation,
    days            daterange NOT NULL CHECK (NOT isempty(days) AND NOT upper_inf(days)),
    reason          text NOT NULL CHECK (reason !~ '^\s*$'),
    granted_by      bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now(),
    withdrawn_at    timestamptz
);
CREATE INDEX ON track_access (person_id);
COMMENT ON COLUMN track_access.days IS 'on which tracks may be read; always with an end';

CREATE TABLE track_read (
    track_read_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id    bigint NOT NULL REFERENCES vehicle,
    first_at      timestamptz NOT NULL,
    end_at        timestamptz NOT NULL,
    reason        text NOT NULL CHECK (reason !~ '^\s*$'),
    person_id     bigint NOT NULL REFERENCES person,
    at            timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON track_read (vehicle_id);
COMMENT ON TABLE track_read IS 'Each reading of a track: who, which, why. Only added to';

CREATE TABLE track_retention (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    keep     interval NOT NULL CHECK (keep BETWEEN '40 days' AND '3660 days'),
    emptied_until timestamptz
);
COMMENT ON COLUMN track_retention.emptied_until IS 'positions before it are gone; segments there are not made anew';
COMMENT ON TABLE track_retention IS 'How long raw positions are kept; longer than terminals may re-issue, or late samples would be cut without them';
INSERT INTO track_retention (keep) VALUES ('45 days');
