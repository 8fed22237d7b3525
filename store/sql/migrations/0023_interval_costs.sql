-- What a use costs, kept by local day and period, so that a year of it is not priced anew for every chart;
-- and spans of which no register tells the use, with the reason: missing is not zero, and says why.

CREATE TABLE consumption_cost (
    meter_id   bigint NOT NULL,
    day        date NOT NULL,
    period     text NOT NULL CHECK (period IN ('sharp', 'peak', 'deep_valley', 'valley', 'flat')),
    start_at   timestamptz NOT NULL,
    tariff_id  bigint NOT NULL REFERENCES tariff,
    value      numeric NOT NULL,
    unmeasured numeric NOT NULL,
    unshaped   numeric NOT NULL,
    covered_s  integer NOT NULL CHECK (covered_s > 0),
    price      numeric,
    amount     numeric,
    basis      text CHECK (basis IN ('fixed', 'published', 'forecast')),
    checked    boolean NOT NULL,
    known_at   timestamptz NOT NULL,
    PRIMARY KEY (meter_id, day, period),
    CHECK (num_nonnulls(price, amount, basis) IN (0, 3))
);
COMMENT ON TABLE consumption_cost IS
    'Use of a local day in one period of its tariff, and what it costs: of prices per unit only, not rounded; as known now';
COMMENT ON COLUMN consumption_cost.start_at IS 'local midnight at which the day begins';
COMMENT ON COLUMN consumption_cost.price IS 'sum of the prices per unit, so that an interval costs its value times this; null where one is missing';
COMMENT ON COLUMN consumption_cost.basis IS 'the weakest of the prices in it';

CREATE TABLE cost_work (
    meter_id  bigint NOT NULL,
    first_day date,
    end_day   date
);
CREATE INDEX ON cost_work (meter_id);
COMMENT ON TABLE cost_work IS 'Local days [first_day, end_day) of meters whose cost is to be computed; null stands for no bound';

CREATE TABLE consumption_hole (
    meter_id      bigint NOT NULL,
    quantity      text NOT NULL,
    start_at      timestamptz NOT NULL,
    end_at        timestamptz NOT NULL CHECK (end_at > start_at),
    flags         integer NOT NULL CHECK (flags <> 0),
    known_at      timestamptz NOT NULL,
    superseded_at timestamptz CHECK (superseded_at >= known_at),
    PRIMARY KEY (meter_id, quantity, start_at, known_at)
);
COMMENT ON TABLE consumption_hole IS
    'Spans [start_at, end_at) of a local day of which no register tells the use, and why; as of T: known_at <= T < superseded_at';

CREATE VIEW visible.consumption_cost WITH (security_barrier) AS
SELECT c.* FROM consumption_cost c JOIN meter m USING (meter_id) JOIN visible_meters() v USING (meter_id)
 WHERE c.start_at <@ v.during;

CREATE VIEW visible.consumption_hole WITH (security_barrier) AS
SELECT c.* FROM consumption_hole c JOIN meter m USING (meter_id) JOIN visible_meters() v USING (meter_id)
 WHERE c.start_at <@ v.during;

GRANT SELECT ON visible.consumption_cost, visible.consumption_hole TO civicwatt_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON consumption_cost TO civicwatt_work;
GRANT SELECT, INSERT, UPDATE ON consumption_hole TO civicwatt_work;
GRANT SELECT, DELETE ON cost_work TO civicwatt_work;
GRANT INSERT ON cost_work TO civicwatt_scope;
GRANT SELECT ON meter_tariff, tariff_version, price_month TO civicwatt_scope;
CREATE POLICY costs_touched ON meter_tariff TO civicwatt_scope USING (true);
CREATE POLICY costs_touched ON tariff_version TO civicwatt_scope USING (true);
CREATE POLICY costs_touched ON price_month TO civicwatt_scope USING (true);

-- Whatever a cost follows from puts its days on the list, in its own transaction. Calendars and weather
-- touch the days of consumption that lean on them, and arrive here as its announcements.
SET ROLE civicwatt_scope;

CREATE FUNCTION touch_costs(of_tariff_ids bigint[], first_day date, end_day date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    INSERT INTO cost_work (meter_id, first_day, end_day)
    SELECT m.meter_id, greatest(lower(m.during), touch_costs.first_day), least(upper(m.during), touch_costs.end_day)
      FROM meter_tariff m
     WHERE (of_tariff_ids IS NULL OR m.tariff_id = ANY (of_tariff_ids))
       AND m.during && daterange(touch_costs.first_day, touch_costs.end_day)
$$;

CREATE FUNCTION touch_costs_of_consumption() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO cost_work (meter_id, first_day, end_day)
    SELECT m.meter_id, min(NEW.first_day), min(NEW.end_day) FROM meter_tariff m
     WHERE m.meter_id = NEW.meter_id AND m.during && daterange(NEW.first_day, NEW.end_day)
     GROUP BY m.meter_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION touch_costs_of_meter_tariff() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO cost_work (meter_id, first_day, end_day)
    VALUES (NEW.meter_id, lower(NEW.during), upper(NEW.during));
    RETURN NULL;
END
$$;

CREATE FUNCTION touch_costs_of_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM touch_costs(ARRAY[v.tariff_id], lower(v.during), upper(v.during))
       FROM tariff_version v WHERE v.tariff_version_id = NEW.tariff_version_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION touch_costs_of_prices() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM touch_costs(ARRAY[p.tariff_id], p.month, (p.month + interval '1 month')::date)
       FROM price_month p WHERE p.price_month_id IN (SELECT n.price_month_id FROM changed n);
    RETURN NULL;
END
$$;

GRANT EXECUTE ON FUNCTION touch_costs_of_consumption(), touch_costs_of_meter_tariff(), touch_costs_of_version(),
    touch_costs_of_prices() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER touch_costs AFTER INSERT ON outbox
    FOR EACH ROW WHEN (NEW.topic = 'consumption') EXECUTE FUNCTION touch_costs_of_consumption();
CREATE TRIGGER touch_costs AFTER INSERT ON meter_tariff FOR EACH ROW EXECUTE FUNCTION touch_costs_of_meter_tariff();
CREATE TRIGGER touch_costs AFTER INSERT ON tariff_version FOR EACH ROW EXECUTE FUNCTION touch_costs_of_version();
CREATE TRIGGER touch_costs AFTER INSERT ON tariff_version_check FOR EACH ROW EXECUTE FUNCTION touch_costs_of_version();
CREATE TRIGGER touch_costs AFTER INSERT ON price_month_line REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION touch_costs_of_prices();
CREATE TRIGGER touch_costs AFTER INSERT ON price_month_check REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION touch_costs_of_prices();

-- What is known already was never announced to this list.
INSERT INTO cost_work (meter_id, first_day, end_day)
SELECT m.meter_id, lower(m.during), upper(m.during) FROM meter_tariff m;
