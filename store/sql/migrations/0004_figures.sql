-- Figures computed from readings. A superseded version stays: last month's statement can be
-- reproduced after this month's correction.

CREATE TYPE grade AS ENUM (
    'measured',             -- read from a good register
    'derived',              -- computed from measured figures of other meters
    'manual',               -- read by two persons
    'allocated',            -- shape only: the total is measured, its split over time follows a rule
    'contract_substituted', -- by the contract's own substitution rule
    'estimated'             -- never for settlement
);
COMMENT ON TYPE grade IS 'Ordered from best to worst, so that max() of several is the worst';

CREATE TABLE consumption (
    meter_id       bigint NOT NULL,
    quantity       text NOT NULL,
    start_at       timestamptz NOT NULL,
    end_at         timestamptz NOT NULL CHECK (end_at > start_at),
    value          double precision NOT NULL,
    quantity_grade grade NOT NULL,
    shape_grade    grade NOT NULL,
    method         text NOT NULL,
    flags          integer NOT NULL,
    known_at       timestamptz NOT NULL,
    superseded_at  timestamptz CHECK (superseded_at >= known_at),
    PRIMARY KEY (meter_id, quantity, start_at, known_at)
);
COMMENT ON TABLE consumption IS
    'Interval data [start_at, end_at) in the unit of the quantity; as of T: known_at <= T < superseded_at';

CREATE TABLE consumption_day (
    meter_id       bigint NOT NULL,
    quantity       text NOT NULL,
    day            date NOT NULL,
    start_at       timestamptz NOT NULL,
    value          double precision NOT NULL,
    quantity_grade grade NOT NULL,
    shape_grade    grade NOT NULL,
    flags          integer NOT NULL,
    covered_s      integer NOT NULL CHECK (covered_s > 0),
    day_s          integer NOT NULL CHECK (day_s >= covered_s),
    unmeasured     double precision NOT NULL,
    known_at       timestamptz NOT NULL,
    PRIMARY KEY (meter_id, quantity, day)
);
COMMENT ON COLUMN consumption_day.start_at IS 'local midnight at which the day begins';
COMMENT ON COLUMN consumption_day.day_s IS 'length of the local day: 82,800, 86,400 or 90,000 s';
COMMENT ON COLUMN consumption_day.unmeasured IS 'part of the value whose quantity is not measured';

CREATE TABLE outbox (
    event_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT now(),
    topic     text NOT NULL,
    device_id bigint,
    meter_id  bigint,
    first_day date,
    end_day   date,
    CHECK (num_nonnulls(device_id, meter_id) = 1)
);
COMMENT ON TABLE outbox IS 'What changed, as ids; read under the recipient''s scope. Inserts hold an advisory lock, so that ids commit in order';

CREATE TABLE alert (
    alert_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule            text NOT NULL,
    organisation_id bigint NOT NULL REFERENCES organisation,
    device_id       bigint REFERENCES device,
    meter_id        bigint REFERENCES meter,
    parent_id       bigint REFERENCES alert,
    priority        text NOT NULL CHECK (priority IN ('urgent', 'high', 'low')),
    state           text NOT NULL CHECK (state IN
                        ('pending', 'open', 'acknowledged', 'assigned', 'snoozed', 'resolved')),
    verdict         text CHECK (verdict IN ('true', 'false', 'known')),
    began_at        timestamptz NOT NULL,
    ended_at        timestamptz,
    opened_at       timestamptz,
    snoozed_until   timestamptz,
    assigned_to     bigint REFERENCES person,
    evidence        jsonb NOT NULL DEFAULT '{}',
    CHECK ((state = 'snoozed') = (snoozed_until IS NOT NULL)),
    CHECK (state <> 'assigned' OR assigned_to IS NOT NULL)
);
CREATE INDEX ON alert (organisation_id, state);

CREATE TABLE alert_event (
    alert_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id       bigint NOT NULL REFERENCES alert,
    at             timestamptz NOT NULL DEFAULT now(),
    person_id      bigint REFERENCES person,
    from_state     text,
    to_state       text NOT NULL,
    reason         text NOT NULL DEFAULT '',
    detail         jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX ON alert_event (alert_id);
