-- Meters are entered where people work: with their first position, since a meter that stands nowhere is seen by nobody.
-- A register that does not count the use, such as that of energy fed in, is a check meter and in no sum.

SET ROLE civicwatt_scope;

CREATE FUNCTION enter_meter(new_code text, new_medium text, new_quantity text, new_item text, new_zh text, new_en text,
                            at_place bigint, below_meter bigint, new_role text, new_during tstzrange)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    new_id bigint;
BEGIN
    IF NOT is_system_administrator() OR new_role = 'virtual'
       OR NOT EXISTS (SELECT FROM visible_organisations() v WHERE v.organisation_id = at_place)
       OR below_meter IS NOT NULL AND NOT EXISTS (SELECT FROM visible_meters() v WHERE v.meter_id = below_meter) THEN
        RAISE insufficient_privilege;
    END IF;
    INSERT INTO meter (code, medium, quantity, item, name_zh, name_en)
    VALUES (new_code, new_medium, new_quantity, new_item, new_zh, new_en) RETURNING meter_id INTO new_id;
    INSERT INTO meter_position (meter_id, place_id, parent_id, role, during)
    VALUES (new_id, at_place, below_meter, new_role, new_during);
    RETURN new_id;
END
$$;

CREATE FUNCTION check_register_role() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    counted text;
BEGIN
    SELECT m.quantity INTO counted FROM meter m
     WHERE m.meter_id = NEW.meter_id AND NEW.role NOT IN ('check', 'virtual')
       AND m.quantity IN ('active_energy_export_kwh', 'reactive_energy_import_kvarh', 'reactive_energy_export_kvarh');
    IF FOUND THEN
        PERFORM refuse_meter(format('%s counts %s, which is no use and in no sum: it is a check meter, not a %s meter',
                                    meter_code(NEW.meter_id), counted, NEW.role));
    END IF;
    RETURN NULL;
END
$$;

GRANT EXECUTE ON FUNCTION enter_meter(text, text, text, text, text, text, bigint, bigint, text, tstzrange) TO civicwatt_api;
GRANT EXECUTE ON FUNCTION check_register_role() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER check_register_role AFTER INSERT OR UPDATE ON meter_position
    FOR EACH ROW EXECUTE FUNCTION check_register_role();

CREATE POLICY renamed ON meter FOR UPDATE TO civicwatt_api
    USING ((SELECT is_system_administrator()) AND meter_id IN (SELECT v.meter_id FROM visible_meters() v))
    WITH CHECK (true);
GRANT UPDATE (item, name_zh, name_en) ON meter TO civicwatt_api;
