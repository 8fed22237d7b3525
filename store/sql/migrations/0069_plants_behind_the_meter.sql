-- A plant of one's own behind the meter: pv counts what it makes, fed_in what left through the meter above. Neither is a use;
-- the use behind a meter is what came in, plus what PV made below it, less what was fed in through it.

ALTER TABLE meter_position DROP CONSTRAINT meter_position_role_check,
    ADD CONSTRAINT meter_position_role_check
        CHECK (role IN ('gateway', 'main', 'branch', 'sub', 'check', 'pv', 'fed_in', 'virtual'));

SET ROLE civicwatt_scope;

-- What an inverter makes may be told by either register; where its meter stands as a plant it is no longer what was fed in.
CREATE FUNCTION counts_generated(of_meter bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM meter_position p WHERE p.meter_id = of_meter AND p.role = 'pv') $$;

CREATE OR REPLACE FUNCTION counts_fed_in(of_meter bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM meter m WHERE m.meter_id = of_meter AND m.quantity = 'active_energy_export_kwh')
       AND NOT counts_generated(of_meter)
$$;

CREATE OR REPLACE FUNCTION check_register_role() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    counted text;
BEGIN
    SELECT m.quantity INTO counted FROM meter m
     WHERE m.meter_id = NEW.meter_id AND NEW.role NOT IN ('check', 'virtual')
       AND m.quantity IN ('active_energy_export_kwh', 'reactive_energy_import_kvarh', 'reactive_energy_export_kvarh')
       AND NOT (NEW.role IN ('pv', 'fed_in') AND m.quantity = 'active_energy_export_kwh');
    IF FOUND THEN
        PERFORM refuse_meter(format('%s counts %s, which is no use and in no sum: it is a check meter, not a %s meter',
                                    meter_code(NEW.meter_id), counted, NEW.role));
    END IF;
    SELECT m.quantity INTO counted FROM meter m
     WHERE m.meter_id = NEW.meter_id
       AND (NEW.role = 'fed_in' AND m.quantity <> 'active_energy_export_kwh' OR NEW.role = 'pv' AND m.medium <> 'electricity');
    IF FOUND THEN
        PERFORM refuse_meter(format('%s counts %s and cannot be a %s meter: of PV electricity is counted, of what is fed in the register of export',
                                    meter_code(NEW.meter_id), counted, NEW.role));
    END IF;
    IF NEW.role IN ('pv', 'fed_in') AND NEW.parent_id IS NULL THEN
        PERFORM refuse_meter(format('%s is a %s meter and wants the meter behind which the plant stands above it',
                                    meter_code(NEW.meter_id), NEW.role));
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION check_meter_position() RETURNS trigger
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
     WHERE p.meter_id = NEW.parent_id AND p.during && NEW.during AND p.role IN ('check', 'pv', 'fed_in', 'virtual') LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s cannot hang below %s, which is a %s meter %s',
                                    meter_code(NEW.meter_id), fault.above, fault.role, begin_of(fault.during)));
    END IF;
    SELECT meter_code(p.meter_id) AS below, p.during * NEW.during AS during INTO fault
      FROM meter_position p
     WHERE NEW.role IN ('check', 'pv', 'fed_in', 'virtual') AND p.parent_id = NEW.meter_id AND p.during && NEW.during LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s cannot be a %s meter: %s hangs below it %s', meter_code(NEW.meter_id),
                                    NEW.role, fault.below, begin_of(fault.during)));
    END IF;
    SELECT meter_code(f.meter_id) AS used_by INTO fault
      FROM meter_formula f LEFT JOIN meter_formula_term t ON t.formula_id = f.formula_id AND t.term_id = NEW.meter_id
     WHERE f.during && NEW.during
       AND (f.meter_id = NEW.meter_id AND NEW.role <> 'virtual'
            OR t.term_id IS NOT NULL AND NEW.role = 'check' AND NOT counts_fed_in(NEW.meter_id))
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

CREATE OR REPLACE FUNCTION check_meter_formula() RETURNS trigger
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
     WHERE t.formula_id = NEW.formula_id AND (m.medium, m.quantity) <> (owner.medium, owner.quantity)
       AND NOT counts_fed_in(m.meter_id) AND NOT counts_generated(m.meter_id) LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_meter(format('%s counts %s (%s): the formula of %s wants %s (%s)', fault.code, fault.medium,
                                    fault.quantity, owner.code, owner.medium, owner.quantity));
    END IF;
    SELECT meter_code(t.term_id) AS code INTO fault
      FROM meter_formula_term t JOIN meter_position p ON p.meter_id = t.term_id
     WHERE t.formula_id = NEW.formula_id AND p.during && owner.during AND p.role = 'check'
       AND NOT counts_fed_in(t.term_id) LIMIT 1;
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

SET ROLE civicwatt_owner;
