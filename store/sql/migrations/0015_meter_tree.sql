-- The meter tree is held by the database: one medium, no circles, nothing below a check or a virtual
-- meter. Virtual meters are computed from others by a formula, which is read before it comes here
-- and stored as terms; the worker computes them like any other meter, from the list `virtual_work`.

CREATE TABLE meter_formula (
    formula_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    meter_id   bigint NOT NULL REFERENCES meter,
    formula    text NOT NULL,
    during     tstzrange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (int8range(meter_id, meter_id, '[]') WITH &&, during WITH &&)
);
COMMENT ON TABLE meter_formula IS 'What a virtual meter is computed from, as a person wrote it, from when to when';

CREATE TABLE meter_formula_term (
    formula_id  bigint NOT NULL REFERENCES meter_formula,
    term_id     bigint NOT NULL REFERENCES meter,
    coefficient double precision NOT NULL CHECK (abs(coefficient) BETWEEN 1e-6 AND 1e6),
    PRIMARY KEY (formula_id, term_id)
);
CREATE INDEX ON meter_formula_term (term_id);
COMMENT ON TABLE meter_formula_term IS 'The formula, read: its amount is the sum of coefficient times meter';

CREATE TABLE virtual_leaf (
    meter_id    bigint NOT NULL REFERENCES meter,
    leaf_id     bigint NOT NULL REFERENCES meter,
    coefficient double precision NOT NULL,
    during      tstzrange NOT NULL
);
CREATE INDEX ON virtual_leaf (meter_id);
CREATE INDEX ON virtual_leaf (leaf_id);
COMMENT ON TABLE virtual_leaf IS
    'Formulas with the virtual meters inside them resolved; kept by a trigger. A virtual term without a formula stays itself, and has no figures';

CREATE TABLE virtual_work (
    meter_id  bigint NOT NULL,
    first_day date,
    end_day   date
);
COMMENT ON TABLE virtual_work IS 'Local days of virtual meters to compute; without days: all of them';

SET ROLE civicwatt_scope;

-- When two people build a circle together, each with half of it, the second waits for the first.
CREATE FUNCTION lock_meter_tree() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$ BEGIN PERFORM pg_advisory_xact_lock(hashtext('civicwatt meter tree')); RETURN NULL; END $$;

CREATE FUNCTION refuse_meter(reason text) RETURNS void LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'meter_tree', MESSAGE = reason; END $$;

CREATE FUNCTION meter_code(of_meter_id bigint) RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$ SELECT code FROM meter WHERE meter_id = of_meter_id $$;

CREATE FUNCTION begin_of(during tstzrange) RETURNS text LANGUAGE sql STABLE
AS $$ SELECT coalesce('from ' || to_char(lower(during) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'), 'from the beginning') $$;

CREATE FUNCTION check_meter_position() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    fault record;
BEGIN
    SELECT meter_code(p.meter_id) AS above, p.medium AS medium, m.medium AS own INTO fault
      FROM meter m, meter p
     WHERE m.meter_id = NEW.meter_id AND p.meter_id = NEW.parent_id AND p.medium <> m.medium;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s counts %s and cannot hang below %s, which counts %s',
                                    meter_code(NEW.meter_id), fault.own, fault.above, fault.medium));
    END IF;
    SELECT meter_code(p.meter_id) AS above, p.role, p.during * NEW.during AS during INTO fault
      FROM meter_position p
     WHERE p.meter_id = NEW.parent_id AND p.during && NEW.during AND p.role IN ('check', 'virtual') LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s cannot hang below %s, which is a %s meter %s',
                                    meter_code(NEW.meter_id), fault.above, fault.role, begin_of(fault.during)));
    END IF;
    SELECT meter_code(p.meter_id) AS below, p.during * NEW.during AS during INTO fault
      FROM meter_position p
     WHERE NEW.role IN ('check', 'virtual') AND p.parent_id = NEW.meter_id AND p.during && NEW.during LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s cannot be a %s meter: %s hangs below it %s', meter_code(NEW.meter_id),
                                    NEW.role, fault.below, begin_of(fault.during)));
    END IF;
    SELECT meter_code(f.meter_id) AS used_by INTO fault
      FROM meter_formula f LEFT JOIN meter_formula_term t ON t.formula_id = f.formula_id AND t.term_id = NEW.meter_id
     WHERE f.during && NEW.during
       AND (f.meter_id = NEW.meter_id AND NEW.role <> 'virtual' OR t.term_id IS NOT NULL AND NEW.role = 'check')
     LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s cannot be a %s meter: the formula of %s stands against it',
                                    meter_code(NEW.meter_id), NEW.role, fault.used_by));
    END IF;
    WITH RECURSIVE up AS (
        SELECT NEW.parent_id AS meter_id, NEW.during, ARRAY[NEW.meter_id, NEW.parent_id] AS path, false AS closed
         WHERE NEW.parent_id IS NOT NULL
         UNION ALL
        SELECT p.parent_id, p.during * up.during, path || p.parent_id, p.parent_id = ANY (path)
          FROM up JOIN meter_position p ON p.meter_id = up.meter_id AND p.during && up.during
         WHERE p.parent_id IS NOT NULL AND NOT closed
    )
    SELECT (SELECT string_agg(meter_code(id), ' > ' ORDER BY place)
              FROM unnest(path) WITH ORDINALITY AS step (id, place)) AS circle, up.during INTO fault
      FROM up WHERE closed LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s would hang below itself %s: %s', meter_code(NEW.meter_id),
                                    begin_of(fault.during), fault.circle));
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION check_meter_formula() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    owner record;
    fault record;
BEGIN
    SELECT m.*, f.during INTO owner FROM meter_formula f JOIN meter m USING (meter_id) WHERE f.formula_id = NEW.formula_id;
    SELECT p.role INTO fault FROM meter_position p
     WHERE p.meter_id = owner.meter_id AND p.during && owner.during AND p.role <> 'virtual' LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s is a %s meter: only a virtual one has a formula', owner.code, fault.role));
    END IF;
    SELECT m.code, m.medium, m.quantity INTO fault
      FROM meter_formula_term t JOIN meter m ON m.meter_id = t.term_id
     WHERE t.formula_id = NEW.formula_id AND (m.medium, m.quantity) <> (owner.medium, owner.quantity) LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s counts %s (%s): the formula of %s wants %s (%s)', fault.code, fault.medium,
                                    fault.quantity, owner.code, owner.medium, owner.quantity));
    END IF;
    SELECT meter_code(t.term_id) AS code INTO fault
      FROM meter_formula_term t JOIN meter_position p ON p.meter_id = t.term_id
     WHERE t.formula_id = NEW.formula_id AND p.during && owner.during AND p.role = 'check' LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s is a check meter, which is never summed', fault.code));
    END IF;
    WITH RECURSIVE down AS (
        SELECT t.term_id, owner.during AS during, ARRAY[owner.meter_id, t.term_id] AS path,
               t.term_id = owner.meter_id AS closed
          FROM meter_formula_term t WHERE t.formula_id = NEW.formula_id
         UNION ALL
        SELECT t.term_id, f.during * down.during, path || t.term_id, t.term_id = ANY (path)
          FROM down JOIN meter_formula f ON f.meter_id = down.term_id AND f.during && down.during
          JOIN meter_formula_term t USING (formula_id)
         WHERE NOT closed
    )
    SELECT (SELECT string_agg(meter_code(id), ' > ' ORDER BY place)
              FROM unnest(path) WITH ORDINALITY AS step (id, place)) AS circle, down.during INTO fault
      FROM down WHERE closed LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s would be computed from itself %s: %s', owner.code,
                                    begin_of(fault.during), fault.circle));
    END IF;
    RETURN NULL;
END
$$;

-- Formulas are few: all of them are resolved anew, and only what differs is written, and is work.
CREATE FUNCTION resolve_formulas() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    WITH RECURSIVE spread AS (
        SELECT f.meter_id, t.term_id AS leaf_id, t.coefficient, f.during
          FROM meter_formula f JOIN meter_formula_term t USING (formula_id)
         UNION ALL
        SELECT s.meter_id, t.term_id, s.coefficient * t.coefficient, s.during * f.during
          FROM spread s JOIN meter_formula f ON f.meter_id = s.leaf_id AND f.during && s.during
          JOIN meter_formula_term t USING (formula_id)
    ), wanted AS MATERIALIZED (
        SELECT s.meter_id, s.leaf_id, sum(s.coefficient) AS coefficient, part AS during
          FROM spread s
         CROSS JOIN LATERAL unnest(tstzmultirange(s.during) - coalesce(
               (SELECT range_agg(f.during) FROM meter_formula f WHERE f.meter_id = s.leaf_id), '{}')) AS part
         GROUP BY s.meter_id, s.leaf_id, part
    ), gone AS (
        DELETE FROM virtual_leaf v
         WHERE NOT EXISTS (SELECT FROM wanted w WHERE (w.meter_id, w.leaf_id, w.coefficient, w.during)
                                                    = (v.meter_id, v.leaf_id, v.coefficient, v.during))
        RETURNING v.meter_id
    ), added AS (
        INSERT INTO virtual_leaf
        SELECT w.* FROM wanted w
         WHERE NOT EXISTS (SELECT FROM virtual_leaf v WHERE (w.meter_id, w.leaf_id, w.coefficient, w.during)
                                                          = (v.meter_id, v.leaf_id, v.coefficient, v.during))
        RETURNING meter_id
    )
    INSERT INTO virtual_work (meter_id) SELECT meter_id FROM gone UNION SELECT meter_id FROM added;
    RETURN NULL;
END
$$;

-- New figures of a meter are work for the virtual meters computed from it, in the same transaction.
CREATE FUNCTION touch_virtual_meters() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO virtual_work (meter_id, first_day, end_day)
    SELECT DISTINCT l.meter_id, NEW.first_day, NEW.end_day FROM virtual_leaf l WHERE l.leaf_id = NEW.meter_id;
    RETURN NULL;
END
$$;

-- A meter that stands nowhere yet is seen by nobody, so its first position comes with it.
CREATE FUNCTION enter_virtual_meter(new_code text, new_medium text, new_quantity text, new_item text, new_zh text,
                                    new_en text, at_place bigint, new_during tstzrange)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    new_id bigint;
BEGIN
    IF NOT is_system_administrator()
       OR NOT EXISTS (SELECT FROM visible_organisations() v WHERE v.organisation_id = at_place) THEN
        RAISE insufficient_privilege;
    END IF;
    INSERT INTO meter (code, medium, quantity, item, name_zh, name_en)
    VALUES (new_code, new_medium, new_quantity, new_item, new_zh, new_en) RETURNING meter_id INTO new_id;
    INSERT INTO meter_position (meter_id, place_id, role, during) VALUES (new_id, at_place, 'virtual', new_during);
    RETURN new_id;
END
$$;

-- Positions of meters and of all above them, whoever may see those: what hangs below what must not
-- depend on who asks, or a meter would be summed with one above it. Ids only leave this way.
CREATE FUNCTION meter_ancestry(of_meters bigint[], within tstzrange)
RETURNS TABLE (meter_id bigint, parent_id bigint, role text, during tstzrange)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE up AS (
        SELECT unnest(of_meters) AS meter_id
         UNION
        SELECT p.parent_id FROM up JOIN meter_position p ON p.meter_id = up.meter_id AND p.during && within
         WHERE p.parent_id IS NOT NULL
    )
    SELECT p.meter_id, p.parent_id, p.role, p.during
      FROM up JOIN meter_position p ON p.meter_id = up.meter_id AND p.during && within
     ORDER BY 1, 4
$$;

GRANT EXECUTE ON FUNCTION lock_meter_tree(), check_meter_position(), check_meter_formula(), resolve_formulas(),
    touch_virtual_meters() TO civicwatt_owner;
GRANT EXECUTE ON FUNCTION lock_meter_tree() TO civicwatt_api, civicwatt_admin;
GRANT EXECUTE ON FUNCTION enter_virtual_meter(text, text, text, text, text, text, bigint, tstzrange) TO civicwatt_api;
GRANT EXECUTE ON FUNCTION meter_ancestry(bigint[], tstzrange) TO civicwatt_api, civicwatt_work;
SET ROLE civicwatt_owner;
GRANT SELECT, INSERT ON meter TO civicwatt_scope;
GRANT INSERT ON meter_position TO civicwatt_scope;
GRANT SELECT ON meter_formula, meter_formula_term TO civicwatt_scope;
GRANT SELECT, INSERT, DELETE ON virtual_leaf TO civicwatt_scope;
GRANT INSERT ON virtual_work TO civicwatt_scope;

CREATE TRIGGER lock_meter_tree BEFORE INSERT OR UPDATE ON meter_position
    FOR EACH STATEMENT EXECUTE FUNCTION lock_meter_tree();
CREATE TRIGGER lock_meter_tree BEFORE INSERT OR UPDATE OR DELETE ON meter_formula
    FOR EACH STATEMENT EXECUTE FUNCTION lock_meter_tree();
CREATE TRIGGER lock_meter_tree BEFORE INSERT OR UPDATE OR DELETE ON meter_formula_term
    FOR EACH STATEMENT EXECUTE FUNCTION lock_meter_tree();
CREATE TRIGGER check_meter_position AFTER INSERT OR UPDATE ON meter_position
    FOR EACH ROW EXECUTE FUNCTION check_meter_position();
CREATE TRIGGER check_meter_formula AFTER UPDATE ON meter_formula
    FOR EACH ROW EXECUTE FUNCTION check_meter_formula();
CREATE TRIGGER check_meter_formula AFTER INSERT OR UPDATE ON meter_formula_term
    FOR EACH ROW EXECUTE FUNCTION check_meter_formula();
CREATE TRIGGER resolve_formulas AFTER INSERT OR UPDATE OR DELETE ON meter_formula
    FOR EACH STATEMENT EXECUTE FUNCTION resolve_formulas();
CREATE TRIGGER resolve_formulas AFTER INSERT OR UPDATE OR DELETE ON meter_formula_term
    FOR EACH STATEMENT EXECUTE FUNCTION resolve_formulas();
CREATE TRIGGER touch_virtual_meters AFTER INSERT ON outbox
    FOR EACH ROW WHEN (NEW.topic = 'consumption') EXECUTE FUNCTION touch_virtual_meters();

ALTER TABLE meter_formula ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON meter_formula FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (meter_id IN (SELECT v.meter_id FROM visible_meters() v));
CREATE POLICY administered ON meter_formula TO civicwatt_api
    USING ((SELECT is_system_administrator()) AND meter_id IN (SELECT v.meter_id FROM visible_meters() v));
CREATE POLICY unscoped ON meter_formula TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);

ALTER TABLE meter_formula_term ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON meter_formula_term FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (formula_id IN (SELECT f.formula_id FROM meter_formula f));
CREATE POLICY administered ON meter_formula_term TO civicwatt_api
    USING ((SELECT is_system_administrator()) AND formula_id IN (SELECT f.formula_id FROM meter_formula f))
    WITH CHECK ((SELECT is_system_administrator()) AND formula_id IN (SELECT f.formula_id FROM meter_formula f)
                AND term_id IN (SELECT v.meter_id FROM visible_meters() v));
CREATE POLICY unscoped ON meter_formula_term TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true);

CREATE POLICY administered ON meter_position FOR INSERT TO civicwatt_api
    WITH CHECK ((SELECT is_system_administrator())
                AND meter_id IN (SELECT v.meter_id FROM visible_meters() v)
                AND place_id IN (SELECT v.organisation_id FROM visible_organisations() v));
CREATE POLICY moved ON meter_position FOR UPDATE TO civicwatt_api
    USING ((SELECT is_system_administrator()) AND meter_id IN (SELECT v.meter_id FROM visible_meters() v))
    WITH CHECK (place_id IN (SELECT v.organisation_id FROM visible_organisations() v));

GRANT SELECT, INSERT (meter_id, formula, during), UPDATE (formula, during) ON meter_formula TO civicwatt_api;
GRANT SELECT, INSERT, DELETE ON meter_formula_term TO civicwatt_api;
GRANT INSERT, UPDATE (place_id, parent_id, role, during) ON meter_position TO civicwatt_api;
GRANT SELECT ON meter_formula, meter_formula_term, virtual_leaf TO civicwatt_work;
GRANT SELECT, DELETE ON virtual_work TO civicwatt_work;
