-- Green certificates by the month: entered, checked and approved like any other amount, and proved by a file. Nothing else tells
-- them: they have no bill of a supplier and no dial.

ALTER TABLE manual_entry DROP CONSTRAINT manual_entry_kind_check,
    ADD CONSTRAINT manual_entry_kind_check CHECK (kind IN (
        'electricity_kwh', 'water_m3', 'natural_gas_m3', 'heat_gj', 'cooling_gj', 'gasoline_l', 'diesel_l', 'lpg_kg', 'raw_coal_kg',
        'pv_self_used_kwh', 'pv_generated_kwh', 'green_retired_kwh', 'green_held_kwh', 'other_tce'));

SET ROLE civicwatt_scope;

CREATE FUNCTION check_certificate_proved() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM manual_entry e WHERE e.entry_id = NEW.entry_id AND e.kind IN ('green_retired_kwh', 'green_held_kwh'))
       AND NOT EXISTS (SELECT FROM manual_entry_photo f WHERE f.entry_id = NEW.entry_id) THEN
        RAISE check_violation USING CONSTRAINT = 'certificate_unproved',
            MESSAGE = 'green certificates are submitted with a file that proves them';
    END IF;
    RETURN NEW;
END
$$;

GRANT EXECUTE ON FUNCTION check_certificate_proved() TO civicwatt_owner, civicwatt_api, civicwatt_admin;
SET ROLE civicwatt_owner;

CREATE TRIGGER check_certificate_proved BEFORE INSERT ON manual_entry_step
    FOR EACH ROW WHEN (NEW.state = 'submitted') EXECUTE FUNCTION check_certificate_proved();
