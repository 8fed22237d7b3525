-- Tariffs, the prices announced by the month, which tariff a meter is on, and the utility's bills.
-- Nothing is overwritten: a corrected announcement is a later row, and a check is a row of its own,
-- signed by the database. Tariffs are nobody's secret; bills are seen with their meter.

CREATE TABLE tariff (
    tariff_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code      text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
    medium    text NOT NULL CHECK (medium IN ('electricity', 'water', 'gas', 'heat', 'cooling')),
    name_zh   text NOT NULL,
    name_en   text NOT NULL
);

CREATE TABLE tariff_version (
    tariff_version_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tariff_id         bigint NOT NULL REFERENCES tariff,
    during            daterange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    terms             jsonb NOT NULL,
    source            text NOT NULL CHECK (source <> ''),
    evidence          text NOT NULL DEFAULT '',
    note              text NOT NULL DEFAULT '',
    EXCLUDE USING gist (int8range(tariff_id, tariff_id, '[]') WITH &&, during WITH &&)
);
COMMENT ON COLUMN tariff_version.during IS 'local days on which it is in force, half-open';
COMMENT ON COLUMN tariff_version.terms IS 'windows, components, charges and taxes, as in a tariff file; numbers as text';

CREATE TABLE tariff_version_check (
    tariff_version_id bigint PRIMARY KEY REFERENCES tariff_version,
    checked_by        text NOT NULL CHECK (checked_by <> ''),
    checked_on        date NOT NULL DEFAULT current_date,
    document          text NOT NULL CHECK (document !~ '^\s*$')
);
COMMENT ON TABLE tariff_version_check IS 'Somebody has compared the version with its document; official figures take no other';

CREATE TABLE price_month (
    price_month_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tariff_id      bigint NOT NULL REFERENCES tariff,
    month          date NOT NULL CHECK (month = date_trunc('month', month)::date),
    source         text NOT NULL CHECK (source !~ '^\s*$'),
    entered_by     bigint REFERENCES person DEFAULT current_person(),
    entered_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON price_month (tariff_id, month);
COMMENT ON TABLE price_month IS 'Prices announced for a month; of several announcements the newest counts';

CREATE TABLE price_month_line (
    price_month_id bigint NOT NULL REFERENCES price_month,
    component      text NOT NULL,
    period         text CHECK (period IN ('sharp', 'peak', 'deep_valley', 'valley', 'flat')),
    price          numeric NOT NULL CHECK (price > -1000 AND price < 1000),
    UNIQUE NULLS NOT DISTINCT (price_month_id, component, period)
);
COMMENT ON COLUMN price_month_line.period IS 'null where the price is the same in every period';

CREATE TABLE price_month_check (
    price_month_id bigint PRIMARY KEY REFERENCES price_month,
    person_id      bigint NOT NULL REFERENCES person DEFAULT current_person(),
    checked_on     date NOT NULL DEFAULT current_date,
    document       text NOT NULL CHECK (document !~ '^\s*$')
);

CREATE TABLE meter_tariff (
    meter_id     bigint NOT NULL REFERENCES meter,
    tariff_id    bigint NOT NULL REFERENCES tariff,
    during       daterange NOT NULL CHECK (NOT isempty(during)),
    capacity_kva numeric CHECK (capacity_kva > 0),
    declared_kw  numeric CHECK (declared_kw > 0),
    quota        numeric CHECK (quota > 0),
    EXCLUDE USING gist (int8range(meter_id, meter_id, '[]') WITH &&, during WITH &&)
);
COMMENT ON TABLE meter_tariff IS 'A tariff hangs on the meter, never on the institution';
COMMENT ON COLUMN meter_tariff.quota IS 'quota of the span that a tier counts, in the register''s unit';

CREATE TABLE bill (
    bill_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter_id    bigint NOT NULL REFERENCES meter,
    number      text NOT NULL CHECK (number <> ''),
    first_day   date NOT NULL,
    end_day     date NOT NULL CHECK (end_day > first_day),
    start_at    timestamptz NOT NULL,
    end_at      timestamptz NOT NULL CHECK (end_at > start_at),
    total       numeric NOT NULL,
    source      text NOT NULL,
    imported_by bigint REFERENCES person DEFAULT current_person(),
    imported_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (meter_id, number)
);
COMMENT ON TABLE bill IS 'The utility''s bill of local days [first_day, end_day) of a meter, as imported';

CREATE TABLE bill_line (
    bill_id  bigint NOT NULL REFERENCES bill,
    line     integer NOT NULL CHECK (line > 0),
    item     text NOT NULL CHECK (item ~ '^[a-z0-9_]{1,60}$'),
    period   text CHECK (period IN ('sharp', 'peak', 'deep_valley', 'valley', 'flat')),
    quantity numeric,
    price    numeric,
    amount   numeric NOT NULL,
    PRIMARY KEY (bill_id, line),
    UNIQUE NULLS NOT DISTINCT (bill_id, item, period)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tariff', 'tariff_version', 'tariff_version_check', 'price_month', 'price_month_line',
                                'price_month_check'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING ((SELECT current_person()) IS NOT NULL)', name);
        EXECUTE format('CREATE POLICY administered ON %I FOR INSERT TO civicwatt_api
                        WITH CHECK ((SELECT is_system_administrator()))', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_work', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO civicwatt_admin', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['meter_tariff', 'bill', 'bill_line'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_work', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO civicwatt_admin', name);
    END LOOP;
END
$$;
GRANT INSERT ON tariff, tariff_version, price_month_line TO civicwatt_api;
-- Who and when are the database's to say.
GRANT INSERT (tariff_id, month, source) ON price_month TO civicwatt_api;
GRANT INSERT (price_month_id, document) ON price_month_check TO civicwatt_api;
GRANT INSERT (tariff_version_id, checked_by, document) ON tariff_version_check TO civicwatt_api;
GRANT INSERT ON meter_tariff, bill_line TO civicwatt_api;
GRANT INSERT (meter_id, number, first_day, end_day, start_at, end_at, total, source) ON bill TO civicwatt_api;

CREATE POLICY seen ON meter_tariff FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (meter_id IN (SELECT v.meter_id FROM visible_meters() v));
CREATE POLICY put ON meter_tariff FOR INSERT TO civicwatt_api WITH CHECK (may_correct_meter(meter_id, now()));
CREATE POLICY seen ON bill FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (EXISTS (SELECT FROM visible_meters() v
                    WHERE v.meter_id = bill.meter_id AND tstzrange(start_at, end_at) <@ v.during));
CREATE POLICY imported ON bill FOR INSERT TO civicwatt_api WITH CHECK (may_correct_meter(meter_id, start_at));
CREATE POLICY seen ON bill_line FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (bill_id IN (SELECT b.bill_id FROM bill b));
CREATE POLICY imported ON bill_line FOR INSERT TO civicwatt_api
    WITH CHECK (bill_id IN (SELECT b.bill_id FROM bill b WHERE may_correct_meter(b.meter_id, b.start_at)));
