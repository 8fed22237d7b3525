-- What figures are seen against: calendars, and dated facts of places. A fact is never moved or
-- rewritten where a later one begins; what a correction replaces goes to the audit log.

CREATE TABLE calendar (
    calendar text PRIMARY KEY CHECK (calendar ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name_zh  text NOT NULL,
    name_en  text NOT NULL
);
INSERT INTO calendar VALUES ('cn', '全国', 'China');

CREATE TABLE calendar_year (
    calendar    text NOT NULL REFERENCES calendar,
    year        integer NOT NULL CHECK (year BETWEEN 1949 AND 2199),
    provisional boolean NOT NULL,
    source      text NOT NULL,
    entered_at  timestamptz NOT NULL DEFAULT now(),
    entered_by  bigint REFERENCES person DEFAULT current_person(),
    PRIMARY KEY (calendar, year)
);
COMMENT ON COLUMN calendar_year.provisional IS 'made of statutory holidays and weekends; closing and signing refuse it';

CREATE TABLE calendar_day (
    calendar text NOT NULL,
    day      date NOT NULL,
    kind     text NOT NULL CHECK (kind IN ('workday', 'weekend', 'holiday', 'makeup_workday')),
    name     text NOT NULL DEFAULT '',
    source   text NOT NULL,
    year     integer NOT NULL GENERATED ALWAYS AS (extract(year FROM day)::integer) STORED,
    PRIMARY KEY (calendar, day),
    FOREIGN KEY (calendar, year) REFERENCES calendar_year
);
COMMENT ON TABLE calendar_day IS 'Every day of a year that is known: a day without a row is a year that is missing';

-- Dated facts, of one shape: a value that holds during a time. Those of a place hold below it too,
-- until a place further down has its own; floor areas and headcounts are added up instead.
ALTER TABLE floor_area ADD source text NOT NULL DEFAULT '';

CREATE TABLE headcount (
    organisation_id bigint NOT NULL REFERENCES organisation,
    persons         integer NOT NULL CHECK (persons > 0),
    during          tstzrange NOT NULL CHECK (NOT isempty(during)),
    source          text NOT NULL DEFAULT '',
    EXCLUDE USING gist (int8range(organisation_id, organisation_id, '[]') WITH &&, during WITH &&)
);
COMMENT ON TABLE headcount IS 'Energy-using headcount, the denominator of figures per person';

CREATE TABLE place_use (
    organisation_id bigint NOT NULL REFERENCES organisation,
    place_use       text NOT NULL CHECK (place_use IN ('office', 'education', 'health', 'culture', 'sport', 'lodging',
                        'canteen', 'data_centre', 'parking', 'storage', 'other')),
    during          tstzrange NOT NULL CHECK (NOT isempty(during)),
    source          text NOT NULL DEFAULT '',
    EXCLUDE USING gist (int8range(organisation_id, organisation_id, '[]') WITH &&, during WITH &&)
);

CREATE TABLE climate_zone (
    organisation_id bigint NOT NULL REFERENCES organisation,
    climate_zone    text NOT NULL CHECK (climate_zone IN ('severe_cold', 'cold', 'hot_summer_cold_winter',
                        'hot_summer_warm_winter', 'mild')),
    during          tstzrange NOT NULL CHECK (NOT isempty(during)),
    source          text NOT NULL DEFAULT '',
    EXCLUDE USING gist (int8range(organisation_id, organisation_id, '[]') WITH &&, during WITH &&)
);

CREATE TABLE place_region (
    organisation_id bigint NOT NULL REFERENCES organisation,
    region          text NOT NULL CHECK (region ~ '^[1-9][0-9]{5}$'),
    during          tstzrange NOT NULL CHECK (NOT isempty(during)),
    source          text NOT NULL DEFAULT '',
    EXCLUDE USING gist (int8range(organisation_id, organisation_id, '[]') WITH &&, during WITH &&)
);
COMMENT ON COLUMN place_region.region IS 'administrative code of six digits: 120000 Tianjin, 500108 Nan''an of Chongqing';

CREATE TABLE place_calendar (
    organisation_id bigint NOT NULL REFERENCES organisation,
    calendar        text NOT NULL REFERENCES calendar,
    during          tstzrange NOT NULL CHECK (NOT isempty(during)),
    source          text NOT NULL DEFAULT '',
    EXCLUDE USING gist (int8range(organisation_id, organisation_id, '[]') WITH &&, during WITH &&)
);
COMMENT ON TABLE place_calendar IS 'Which calendar a place works by; one without works by cn';

CREATE TABLE school_term (
    school_term_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    name            text NOT NULL,
    during          daterange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    source          text NOT NULL DEFAULT '',
    EXCLUDE USING gist (int8range(organisation_id, organisation_id, '[]') WITH &&, during WITH &&)
);
COMMENT ON TABLE school_term IS 'Local days on which a school is in term; between terms it is on holiday';

CREATE TABLE place_event (
    place_event_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    kind            text NOT NULL CHECK (kind IN ('reception', 'meeting', 'large_event', 'closure', 'works', 'other')),
    name            text NOT NULL,
    during          tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    source          text NOT NULL DEFAULT ''
);
CREATE INDEX ON place_event (organisation_id);
COMMENT ON TABLE place_event IS 'What happened at a place, and when, that explains its use';

CREATE TABLE heating_rule (
    region      text PRIMARY KEY CHECK (region ~ '^[1-9][0-9]{5}$'),
    first_month integer CHECK (first_month BETWEEN 1 AND 12),
    first_day   integer CHECK (first_day BETWEEN 1 AND 31),
    last_month  integer CHECK (last_month BETWEEN 1 AND 12),
    last_day    integer CHECK (last_day BETWEEN 1 AND 31),
    source      text NOT NULL,
    checked     boolean NOT NULL DEFAULT false,
    CHECK (num_nulls(first_month, first_day, last_month, last_day) IN (0, 4))
);
COMMENT ON TABLE heating_rule IS 'Statutory season of a region, by first and last day; without days there is no district heating';

CREATE TABLE heating_season (
    region    text NOT NULL REFERENCES heating_rule,
    year      integer NOT NULL,
    first_day date NOT NULL,
    end_day   date NOT NULL CHECK (end_day > first_day),
    source    text NOT NULL,
    checked   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (region, year),
    CHECK (extract(year FROM first_day) = year)
);
COMMENT ON TABLE heating_season IS 'What is recorded of one season [first_day, end_day), by the year in which it begins';

INSERT INTO heating_rule VALUES
    ('120000', 11, 15, 3, 15, 'Tianjin, statutory dates as quoted second-hand (2024); not checked against the document', false),
    ('500000', NULL, NULL, NULL, NULL, 'Chongqing has no district heating; background knowledge, not checked', false);
INSERT INTO heating_season VALUES
    ('120000', 2022, '2022-11-01', '2023-03-16', 'real start as reported; end statutory; not checked', false),
    ('120000', 2023, '2023-11-06', '2024-03-16', 'real start as reported; end statutory; not checked', false);

-- Who may change facts of a place: who administers it or something above it.
SET ROLE civicwatt_scope;
CREATE FUNCTION administered_organisations() RETURNS TABLE (organisation_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE below AS (
        SELECT s.organisation_id FROM usable_scope() s
         WHERE s.role IN ('system_administrator', 'institution_administrator')
           AND s.organisation_id IS NOT NULL AND s.during @> now()
         UNION
        SELECT p.organisation_id FROM below b JOIN organisation_position p
            ON p.parent_id = b.organisation_id AND p.during @> now()
    )
    SELECT organisation_id FROM below
$$;
GRANT EXECUTE ON FUNCTION administered_organisations() TO civicwatt_owner, civicwatt_api;
SET ROLE civicwatt_owner;

-- Calendars and heating seasons are nobody's secret: who is signed in reads them.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['calendar', 'calendar_year', 'calendar_day', 'heating_rule', 'heating_season'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING ((SELECT current_person()) IS NOT NULL)', name);
        EXECUTE format('CREATE POLICY administered ON %I TO civicwatt_api
                        USING ((SELECT is_system_administrator())) WITH CHECK ((SELECT is_system_administrator()))', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work USING (true)', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO civicwatt_api, civicwatt_admin', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_work', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['headcount', 'place_use', 'climate_zone', 'place_region', 'place_calendar',
                                'school_term', 'place_event', 'floor_area'] LOOP
        IF name <> 'floor_area' THEN
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
            EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v))', name);
            EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope
                            USING (true)', name);
        END IF;
        EXECUTE format('CREATE POLICY noted ON %I FOR INSERT TO civicwatt_api
            WITH CHECK (organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a))', name);
        EXECUTE format('CREATE POLICY withdrawn ON %I FOR DELETE TO civicwatt_api
            USING (organisation_id IN (SELECT a.organisation_id FROM administered_organisations() a))', name);
        EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO civicwatt_api, civicwatt_admin', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_work', name);
    END LOOP;
END
$$;

-- A new place is seen by nobody before it stands somewhere, so the API cannot make one row by row.
GRANT INSERT ON organisation, organisation_position TO civicwatt_scope;
GRANT UPDATE (name_zh, name_en) ON organisation TO civicwatt_scope;
SET ROLE civicwatt_scope;
CREATE FUNCTION put_organisation(new_code text, new_kind text, new_name_zh text, new_name_en text,
                                 new_zone text, parent_code text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT is_system_administrator() THEN
        RAISE insufficient_privilege USING MESSAGE = 'only a system administrator of the whole house may do this';
    END IF;
    UPDATE organisation SET name_zh = new_name_zh, name_en = new_name_en WHERE code = new_code;
    IF NOT FOUND THEN
        INSERT INTO organisation (code, kind, name_zh, name_en, zone)
        VALUES (new_code, new_kind, new_name_zh, new_name_en, new_zone);
        INSERT INTO organisation_position (organisation_id, parent_id, during)
        SELECT o.organisation_id, p.organisation_id, tstzrange(NULL, NULL)
          FROM organisation o, organisation p WHERE o.code = new_code AND p.code = parent_code;
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION put_organisation(text, text, text, text, text, text) TO civicwatt_api;
SET ROLE civicwatt_owner;
