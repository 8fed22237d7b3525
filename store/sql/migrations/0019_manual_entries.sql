-- Amounts of a month that people enter by hand, and the way of each to approval. Nothing is overwritten:
-- what was typed is a version, what was done with it is a step, and the newest step says how things stand.
-- The database holds the order of steps and the second pair of eyes; the API says it in words.

CREATE TABLE manual_entry (
    entry_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    kind            text NOT NULL CHECK (kind IN ('electricity_kwh', 'water_m3', 'natural_gas_m3', 'heat_gj',
                        'cooling_gj', 'gasoline_l', 'diesel_l', 'lpg_kg', 'raw_coal_kg', 'pv_self_used_kwh',
                        'pv_generated_kwh', 'other_tce')),
    month           date NOT NULL CHECK (extract(day FROM month) = 1 AND month BETWEEN '2000-01-01' AND '2199-12-01'),
    start_at        timestamptz NOT NULL,
    end_at          timestamptz NOT NULL CHECK (end_at > start_at),
    UNIQUE (organisation_id, kind, month)
);
COMMENT ON TABLE manual_entry IS 'What one institution used of one kind in one local month [start_at, end_at)';

CREATE TABLE manual_entry_version (
    entry_id      bigint NOT NULL REFERENCES manual_entry,
    version       integer NOT NULL CHECK (version > 0),
    amount        numeric NOT NULL CHECK (amount >= 0 AND amount < 1e12),
    cost          numeric CHECK (cost >= 0 AND cost < 1e12),
    price         numeric CHECK (price >= 0 AND price < 1e6),
    source        text NOT NULL CHECK (source IN ('bill', 'dial')),
    first_reading numeric CHECK (first_reading >= 0),
    last_reading  numeric CHECK (last_reading >= 0),
    ratio         numeric CHECK (ratio > 0),
    register_size numeric CHECK (register_size IS NULL OR (register_size > first_reading AND last_reading < first_reading)),
    note          text NOT NULL DEFAULT '',
    person_id     bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (entry_id, version),
    CHECK (num_nulls(first_reading, last_reading, ratio) IN (0, 3)),
    CHECK (register_size IS NULL OR first_reading IS NOT NULL),
    CHECK (first_reading IS NULL OR source = 'dial'),
    CHECK (amount = (last_reading - first_reading + coalesce(register_size, 0)) * ratio)
);
COMMENT ON TABLE manual_entry_version IS 'What was typed; its number is the revision of the entry at which it was saved';
COMMENT ON COLUMN manual_entry_version.price IS 'as the bill says it, in CNY a unit; amount times price is held against the cost';
COMMENT ON COLUMN manual_entry_version.register_size IS 'where the dial starts again at zero; given only when it did';

CREATE TABLE manual_entry_step (
    entry_id  bigint NOT NULL,
    revision  integer NOT NULL CHECK (revision > 0),
    version   integer NOT NULL,
    state     text NOT NULL CHECK (state IN ('draft', 'submitted', 'checked', 'returned', 'approved')),
    reason    text NOT NULL DEFAULT '' CHECK (state <> 'returned' OR reason !~ '^\s*$'),
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (entry_id, revision),
    FOREIGN KEY (entry_id, version) REFERENCES manual_entry_version,
    CHECK ((state = 'draft') = (version = revision))
);
COMMENT ON TABLE manual_entry_step IS 'Who brought a version into a state, when and why; two people at once collide in the key';

CREATE TABLE manual_entry_photo (
    photo_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id  bigint NOT NULL REFERENCES manual_entry,
    jpeg      bytea NOT NULL CHECK (octet_length(jpeg) BETWEEN 1 AND 8 * 1024 * 1024),
    sha256    text NOT NULL CHECK (length(sha256) = 64),
    width     integer NOT NULL CHECK (width > 0),
    height    integer NOT NULL CHECK (height > 0),
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now(),
    UNIQUE (entry_id, sha256)
);
COMMENT ON COLUMN manual_entry_photo.jpeg IS 'written anew from what was sent: nothing but the picture is kept';

CREATE TABLE entry_rule (
    rule_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    first_month     date NOT NULL CHECK (extract(day FROM first_month) = 1),
    kinds           text[] NOT NULL,
    due_day         integer NOT NULL CHECK (due_day BETWEEN 1 AND 28),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON entry_rule (organisation_id);
COMMENT ON TABLE entry_rule IS 'What has to be entered from a month on, and until which day of the next; holds below a place too, the nearest counts, of several the newest';

CREATE TABLE entry_reminder (
    reminder_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisation,
    month           date NOT NULL CHECK (extract(day FROM month) = 1),
    kinds           text[] NOT NULL CHECK (cardinality(kinds) > 0),
    person_id       bigint REFERENCES person DEFAULT current_person(),
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON entry_reminder (organisation_id, month);
CREATE UNIQUE INDEX ON entry_reminder (organisation_id, month) WHERE person_id IS NULL;
COMMENT ON TABLE entry_reminder IS 'An institution was asked for what it had not submitted; without a person: found overdue by the worker, once a month of entries';

CREATE VIEW manual_entry_state WITH (security_invoker) AS
SELECT DISTINCT ON (s.entry_id) s.* FROM manual_entry_step s ORDER BY s.entry_id, s.revision DESC;

CREATE VIEW manual_entry_approval WITH (security_invoker) AS
SELECT DISTINCT ON (s.entry_id) s.* FROM manual_entry_step s WHERE s.state = 'approved'
 ORDER BY s.entry_id, s.revision DESC;
COMMENT ON VIEW manual_entry_approval IS 'What counts: of each entry the version that was approved last';

-- Everything below is read by the functions that say who may do what.
GRANT SELECT ON manual_entry, manual_entry_version, manual_entry_step, entry_rule TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- Organisations a person may see, each with the time of which; through a contract nobody sees entries.
CREATE FUNCTION visible_spans() RETURNS TABLE (organisation_id bigint, during tstzmultirange)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$ SELECT r.organisation_id, range_agg(r.during) FROM scope_reach() r GROUP BY 1 $$;

CREATE FUNCTION entry_places(of_roles text[]) RETURNS TABLE (organisation_id bigint)
LANGUAGE sql STABLE ROWS 1000
AS $$
    WITH RECURSIVE below AS (
        SELECT s.organisation_id FROM usable_scope() s
         WHERE s.role = ANY (of_roles) AND s.organisation_id IS NOT NULL AND s.during @> now()
         UNION
        SELECT p.organisation_id FROM below b JOIN organisation_position p
            ON p.parent_id = b.organisation_id AND p.during @> now()
    )
    SELECT organisation_id FROM below
$$;

CREATE FUNCTION enterable_organisations() RETURNS TABLE (organisation_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$ SELECT * FROM entry_places('{institution_administrator,operator,bureau,system_administrator}') $$;

CREATE FUNCTION reviewable_organisations() RETURNS TABLE (organisation_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$ SELECT * FROM entry_places('{bureau,system_administrator}') $$;

-- Rules of some organisations, their own (step 0) and those of the places above.
CREATE FUNCTION entry_rules_above(of_organisations bigint[])
RETURNS TABLE (organisation_id bigint, step integer, rule_id bigint, first_month date, kinds text[], due_day integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT o AS organisation_id, o AS place_id, 0 AS step FROM unnest(of_organisations) o
         UNION ALL
        SELECT up.organisation_id, p.parent_id, up.step + 1
          FROM up JOIN organisation_position p ON p.organisation_id = up.place_id AND p.during @> now()
    )
    SELECT up.organisation_id, up.step, r.rule_id, r.first_month, r.kinds, r.due_day
      FROM up JOIN entry_rule r ON r.organisation_id = up.place_id
$$;

-- Rules stand above institutions, out of their people's sight: of what stands there only these leave this way.
CREATE FUNCTION entry_rules(of_organisations bigint[])
RETURNS TABLE (organisation_id bigint, step integer, rule_id bigint, first_month date, kinds text[], due_day integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT * FROM entry_rules_above(ARRAY(SELECT v.organisation_id FROM visible_organisations() v
                                           WHERE v.organisation_id = ANY (of_organisations)))
$$;

CREATE FUNCTION place_manual_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    zone text := coalesce(zone_of(NEW.organisation_id), 'UTC');
BEGIN
    IF NOT EXISTS (SELECT FROM organisation o WHERE o.organisation_id = NEW.organisation_id AND o.kind = 'institution') THEN
        RAISE check_violation USING CONSTRAINT = 'entry_of_institution', MESSAGE = 'amounts are entered of institutions only';
    END IF;
    NEW.start_at := NEW.month::timestamp AT TIME ZONE zone;
    NEW.end_at := (NEW.month + interval '1 month')::timestamp AT TIME ZONE zone;
    IF NEW.end_at > now() THEN
        RAISE check_violation USING CONSTRAINT = 'entry_of_past_month', MESSAGE = format('%s is not over', to_char(NEW.month, 'YYYY-MM'));
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION check_entry_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    last manual_entry_step;
BEGIN
    SELECT * INTO last FROM manual_entry_step s WHERE s.entry_id = NEW.entry_id ORDER BY s.revision DESC LIMIT 1;
    IF NEW.revision <> coalesce(last.revision, 0) + 1 THEN
        RAISE unique_violation USING CONSTRAINT = 'entry_revision',
            MESSAGE = format('revision %s, want %s', NEW.revision, coalesce(last.revision, 0) + 1);
    END IF;
    IF NOT (coalesce(last.state, ''), NEW.state) IN (
            ('', 'draft'), ('draft', 'draft'), ('submitted', 'draft'), ('returned', 'draft'), ('approved', 'draft'),
            ('draft', 'submitted'), ('submitted', 'checked'), ('submitted', 'returned'), ('checked', 'returned'),
            ('checked', 'approved')) THEN
        RAISE check_violation USING CONSTRAINT = 'entry_order',
            MESSAGE = format('%s cannot become %s', coalesce(last.state, 'nothing'), NEW.state);
    END IF;
    IF NEW.state <> 'draft' AND NEW.version <> last.version THEN
        RAISE check_violation USING CONSTRAINT = 'entry_order', MESSAGE = 'only the newest version goes on';
    END IF;
    IF NEW.state IN ('checked', 'approved') AND NEW.person_id IN (
            SELECT s.person_id FROM manual_entry_step s
             WHERE s.entry_id = NEW.entry_id AND s.version = NEW.version AND s.state IN ('draft', 'submitted')) THEN
        RAISE check_violation USING CONSTRAINT = 'entry_second_person',
            MESSAGE = 'who entered or submitted an amount neither checks nor approves it';
    END IF;
    RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION visible_spans(), enterable_organisations(), reviewable_organisations(), entry_rules(bigint[])
    TO civicwatt_owner, civicwatt_api;
GRANT EXECUTE ON FUNCTION entry_rules_above(bigint[]) TO civicwatt_work, civicwatt_admin;
GRANT EXECUTE ON FUNCTION place_manual_entry(), check_entry_step() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER place_manual_entry BEFORE INSERT ON manual_entry FOR EACH ROW EXECUTE FUNCTION place_manual_entry();
CREATE TRIGGER check_entry_step BEFORE INSERT ON manual_entry_step FOR EACH ROW EXECUTE FUNCTION check_entry_step();

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['manual_entry', 'manual_entry_version', 'manual_entry_step', 'manual_entry_photo',
                                'entry_rule', 'entry_reminder'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api', name);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO civicwatt_admin', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['manual_entry_version', 'manual_entry_step', 'manual_entry_photo'] LOOP
        -- EXISTS and not IN: the planner may look one entry up, or all of them at once.
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING (EXISTS (SELECT FROM manual_entry e WHERE e.entry_id = %I.entry_id))', name, name);
    END LOOP;
END
$$;
-- Whoever may see all of an organisation's time is found first, without looking at each entry's.
CREATE POLICY seen ON manual_entry FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_spans() v WHERE v.during = '{(,)}')
           OR EXISTS (SELECT FROM visible_spans() v WHERE v.organisation_id = manual_entry.organisation_id
                         AND tstzrange(start_at, end_at) <@ v.during));
CREATE POLICY entered ON manual_entry FOR INSERT TO civicwatt_api
    WITH CHECK (organisation_id IN (SELECT e.organisation_id FROM enterable_organisations() e));
CREATE POLICY entered ON manual_entry_version FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND entry_id IN (
        SELECT m.entry_id FROM manual_entry m
         WHERE m.organisation_id IN (SELECT e.organisation_id FROM enterable_organisations() e)));
-- Two questions that do not depend on the row, so that they are asked once for a whole table of entries.
CREATE POLICY signed ON manual_entry_step FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND CASE WHEN state IN ('draft', 'submitted')
        THEN entry_id IN (
            SELECT m.entry_id FROM manual_entry m
             WHERE m.organisation_id IN (SELECT e.organisation_id FROM enterable_organisations() e))
        ELSE entry_id IN (
            SELECT m.entry_id FROM manual_entry m
             WHERE m.organisation_id IN (SELECT r.organisation_id FROM reviewable_organisations() r)) END);
-- A photo comes and goes while nobody has been asked to look at it.
CREATE POLICY taken ON manual_entry_photo FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND entry_id IN (
        SELECT m.entry_id FROM manual_entry m JOIN manual_entry_state s USING (entry_id)
         WHERE s.state IN ('draft', 'returned')
           AND m.organisation_id IN (SELECT e.organisation_id FROM enterable_organisations() e)));
CREATE POLICY taken_back ON manual_entry_photo FOR DELETE TO civicwatt_api
    USING (person_id = current_person() AND NOT EXISTS (
        SELECT FROM manual_entry_step s
         WHERE s.entry_id = manual_entry_photo.entry_id AND s.state = 'submitted' AND s.at >= manual_entry_photo.at));
CREATE POLICY seen ON entry_rule FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v));
CREATE POLICY set ON entry_rule FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND organisation_id IN (SELECT r.organisation_id FROM reviewable_organisations() r));
CREATE POLICY seen ON entry_reminder FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (organisation_id IN (SELECT v.organisation_id FROM visible_organisations() v));
CREATE POLICY asked ON entry_reminder FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND organisation_id IN (SELECT r.organisation_id FROM reviewable_organisations() r));

-- Who and when are the database's to say; nothing is ever changed, and only unseen photos go away.
GRANT INSERT (organisation_id, kind, month) ON manual_entry TO civicwatt_api;
GRANT INSERT (entry_id, version, amount, cost, price, source, first_reading, last_reading, ratio, register_size, note)
    ON manual_entry_version TO civicwatt_api;
GRANT INSERT (entry_id, revision, version, state, reason) ON manual_entry_step TO civicwatt_api;
GRANT INSERT (entry_id, jpeg, sha256, width, height), DELETE ON manual_entry_photo TO civicwatt_api;
GRANT INSERT (organisation_id, first_month, kinds, due_day) ON entry_rule TO civicwatt_api;
GRANT INSERT (organisation_id, month, kinds) ON entry_reminder TO civicwatt_api;
GRANT SELECT ON manual_entry_state, manual_entry_approval TO civicwatt_api, civicwatt_work, civicwatt_admin;
GRANT SELECT ON manual_entry, manual_entry_version, manual_entry_step, entry_rule, entry_reminder TO civicwatt_work;
GRANT INSERT (organisation_id, month, kinds, person_id) ON entry_reminder TO civicwatt_work;
