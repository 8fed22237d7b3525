-- What vehicles cost and what they are for: orders of suppliers, fees of piles, terms of rentals, bookings, places (编制),
-- maintenance, the parameters by which displaced fuel is worked out, and statements of it. All of it is only added to: of
-- what is entered anew the newest row counts. Matches, prices and accounts are worked out whenever they are asked for.

CREATE TABLE vehicle_order (
    order_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id  bigint NOT NULL REFERENCES vehicle,
    kind        text NOT NULL CHECK (kind IN ('fuel', 'charging', 'toll', 'parking', 'repair', 'insurance', 'rent', 'purchase')),
    supplier    text NOT NULL CHECK (supplier !~ '^\s*$'),
    number      text NOT NULL CHECK (number !~ '^\s*$'),
    refunds     text CHECK (refunds !~ '^\s*$'),
    at          timestamptz NOT NULL,
    until       timestamptz CHECK (until >= at),
    quantity    numeric,
    km          numeric CHECK (km >= 0),
    amount      numeric NOT NULL CHECK (CASE WHEN refunds IS NULL THEN amount >= 0 ELSE amount <= 0 END),
    place       text NOT NULL DEFAULT '',
    person_id   bigint REFERENCES person DEFAULT current_person(),
    imported_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX one_order ON vehicle_order (vehicle_id, supplier, number, (refunds IS NOT NULL));
CREATE INDEX ON vehicle_order (vehicle_id, at);
COMMENT ON TABLE vehicle_order IS 'Orders of fuel cards, public piles, tolls, garages, insurers and landlords as imported; refunds are orders of their own';
COMMENT ON COLUMN vehicle_order.refunds IS 'number of the order that is taken back, which may come later; null: no refund';
COMMENT ON COLUMN vehicle_order.quantity IS 'L of fuel, kWh of charging';
COMMENT ON COLUMN vehicle_order.amount IS 'with tax. CNY';

CREATE TABLE pile_fee (
    pile_fee_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pile_id        bigint NOT NULL REFERENCES pile,
    holds_from     date NOT NULL,
    session_cny    numeric NOT NULL CHECK (session_cny >= 0),
    service_cny_kwh numeric NOT NULL CHECK (service_cny_kwh >= 0),
    document       text NOT NULL DEFAULT '',
    person_id      bigint REFERENCES person DEFAULT current_person(),
    at             timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON pile_fee (pile_id);
COMMENT ON TABLE pile_fee IS 'What a plug-in costs beside its energy: once per session, and per kWh';

CREATE TABLE rental_terms (
    rental_terms_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id      bigint NOT NULL REFERENCES vehicle,
    holds_from      date NOT NULL,
    hour_cny        numeric NOT NULL CHECK (hour_cny >= 0),
    km_cny          numeric NOT NULL CHECK (km_cny >= 0),
    day_cap_cny     numeric CHECK (day_cap_cny >= 0),
    step_min        integer NOT NULL CHECK (step_min BETWEEN 1 AND 1440),
    free_km         numeric NOT NULL CHECK (free_km >= 0),
    document        text NOT NULL DEFAULT '',
    person_id       bigint REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON rental_terms (vehicle_id);
COMMENT ON COLUMN rental_terms.day_cap_cny IS 'the most that 24 hours cost, kilometres apart; null: no cap. CNY';

CREATE TABLE booking (
    booking_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id      bigint NOT NULL REFERENCES vehicle,
    number          text NOT NULL CHECK (number !~ '^\s*$'),
    start_at        timestamptz NOT NULL,
    end_at          timestamptz NOT NULL CHECK (end_at > start_at),
    purpose         text NOT NULL DEFAULT '',
    driver          text NOT NULL DEFAULT '',
    cancelled       boolean NOT NULL DEFAULT false,
    person_id       bigint REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON booking (vehicle_id, start_at);
COMMENT ON TABLE booking IS 'Bookings and dispatch orders (派车单); of a vehicle''s number the newest row counts';

CREATE TABLE vehicle_quota_entry (
    entry_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    kind            text NOT NULL CHECK (kind IN ('grant', 'adjustment', 'transfer', 'disposal')),
    day             date NOT NULL,
    places          integer NOT NULL CHECK (places <> 0 AND (kind = 'adjustment' OR places > 0)),
    receiver_id     bigint REFERENCES organisation,
    document        text NOT NULL CHECK (document !~ '^\s*$'),
    person_id       bigint REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'transfer') = (receiver_id IS NOT NULL)),
    CHECK (receiver_id IS DISTINCT FROM organisation_id),
    UNIQUE NULLS NOT DISTINCT (organisation_id, document, kind, receiver_id)
);
CREATE INDEX ON vehicle_quota_entry (receiver_id);
COMMENT ON TABLE vehicle_quota_entry IS 'Ledger of places for official vehicles (编制): granted, changed, handed over, vehicles disposed of';

CREATE TABLE maintenance_plan (
    plan_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vehicle_id bigint NOT NULL REFERENCES vehicle,
    item       text NOT NULL CHECK (item !~ '^\s*$'),
    every_km   numeric CHECK (every_km > 0),
    every_days integer CHECK (every_days > 0),
    done_on    date NOT NULL,
    person_id  bigint REFERENCES person DEFAULT current_person(),
    at         timestamptz NOT NULL DEFAULT now(),
    CHECK (every_km IS NOT NULL OR every_days IS NOT NULL)
);
CREATE INDEX ON maintenance_plan (vehicle_id);
COMMENT ON TABLE maintenance_plan IS 'What is to be done how often, and when it was done; of a vehicle''s item the newest row counts';

CREATE TABLE displacement_terms (
    terms_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    holds_from      date NOT NULL,
    name            text NOT NULL CHECK (name !~ '^\s*$'),
    terms           jsonb NOT NULL,
    person_id       bigint REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON displacement_terms (organisation_id);
COMMENT ON TABLE displacement_terms IS 'Baselines of fuel and prices by which displaced fuel is worked out, of a place and all below it that has none of its own';
COMMENT ON COLUMN displacement_terms.terms IS 'as in the file they came in; numbers as text';

CREATE TABLE displacement_statement (
    statement_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    first_day       date NOT NULL,
    end_day         date NOT NULL CHECK (end_day > first_day),
    version         integer NOT NULL CHECK (version > 0),
    terms_id        bigint NOT NULL REFERENCES displacement_terms,
    content         text NOT NULL,
    digest          text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, first_day, end_day, version)
);
COMMENT ON TABLE displacement_statement IS 'Displaced fuel, cost and CO2 of a place as stated, in versions: nothing that comes later changes one';
COMMENT ON COLUMN displacement_statement.content IS 'canonical JSON, of which digest is the SHA-256';

GRANT SELECT ON displacement_terms TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- The newest terms in force on a day of the nearest place that has any; they may hang above what the reader sees.
CREATE FUNCTION displacement_terms_of(of_organisation bigint, on_day date)
RETURNS TABLE (terms_id bigint, organisation_id bigint, holds_from date, name text, terms jsonb, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT of_organisation AS place_id, 0 AS step WHERE may_be_told_of(of_organisation)
         UNION ALL
        SELECT p.parent_id, up.step + 1
          FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
    )
    SELECT t.terms_id, t.organisation_id, t.holds_from, t.name, t.terms, t.at
      FROM up JOIN displacement_terms t ON t.organisation_id = up.place_id AND t.holds_from <= on_day
     ORDER BY up.step, t.holds_from DESC, t.terms_id DESC LIMIT 1
$$;

GRANT EXECUTE ON FUNCTION displacement_terms_of(bigint, date) TO civicwatt_api, civicwatt_work;
SET ROLE civicwatt_owner;

DO $$
DECLARE
    name text;
    seen text;
    entered text;
BEGIN
    FOR name, seen, entered IN VALUES
        ('vehicle_order', 'EXISTS (SELECT FROM visible_vehicles() v WHERE v.vehicle_id = vehicle_order.vehicle_id AND at <@ v.during)',
                          'vehicle_id IN (SELECT a.vehicle_id FROM administered_vehicles() a)'),
        ('pile_fee', 'pile_id IN (SELECT p.pile_id FROM pile p)',
                     'pile_id IN (SELECT p.pile_id FROM pile p JOIN meter_position m ON m.meter_id = p.meter_id AND m.during @> now()
                                    JOIN administered_organisations() a ON a.organisation_id = m.place_id)'),
        ('rental_terms', 'vehicle_id IN (SELECT v.vehicle_id FROM visible_vehicles() v)',
                         'vehicle_id IN (SELECT a.vehicle_id FROM administered_vehicles() a)'),
        ('booking', 'EXISTS (SELECT FROM visible_vehicles() v WHERE v.vehicle_id = booking.vehicle_id AND start_at <@ v.during)',
                    'vehicle_id IN (SELECT a.vehicle_id FROM administered_vehicles() a)'),
        ('vehicle_quota_entry', 'organisation_id IN (SELECT o.organisation_id FROM visible_organisations() o)
                                 OR receiver_id IN (SELECT o.organisation_id FROM visible_organisations() o)',
                                'organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a)'),
        ('maintenance_plan', 'vehicle_id IN (SELECT v.vehicle_id FROM visible_vehicles() v)',
                             'vehicle_id IN (SELECT a.vehicle_id FROM administered_vehicles() a)'),
        ('displacement_terms', 'organisation_id IN (SELECT o.organisation_id FROM visible_organisations() o)',
                               'organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a)'),
        ('displacement_statement', 'organisation_id IN (SELECT o.organisation_id FROM visible_organisations() o)',
                                   'organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a)')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner USING (%s)', name, seen);
        EXECUTE format('CREATE POLICY entered ON %I FOR INSERT TO civicwatt_api
                        WITH CHECK (person_id = current_person() AND %s)', name, entered);
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_fleet_change()', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
    END LOOP;
END
$$;
-- Who and when are the database's to say.
GRANT INSERT (vehicle_id, kind, supplier, number, refunds, at, until, quantity, km, amount, place) ON vehicle_order TO civicwatt_api;
GRANT INSERT (pile_id, holds_from, session_cny, service_cny_kwh, document) ON pile_fee TO civicwatt_api;
GRANT INSERT (vehicle_id, holds_from, hour_cny, km_cny, day_cap_cny, step_min, free_km, document) ON rental_terms TO civicwatt_api;
GRANT INSERT (vehicle_id, number, start_at, end_at, purpose, driver, cancelled) ON booking TO civicwatt_api;
GRANT INSERT (organisation_id, kind, day, places, receiver_id, document) ON vehicle_quota_entry TO civicwatt_api;
GRANT INSERT (vehicle_id, item, every_km, every_days, done_on) ON maintenance_plan TO civicwatt_api;
GRANT INSERT (organisation_id, holds_from, name, terms) ON displacement_terms TO civicwatt_api;
GRANT INSERT (organisation_id, first_day, end_day, version, terms_id, content, digest) ON displacement_statement TO civicwatt_api;
