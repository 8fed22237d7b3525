-- What a vehicle did is held against the rules, areas and calendar of where its place stood then. A place that moves, or
-- whose move is taken back, asks for the days on which it stands elsewhere now (decision 0068).

SET ROLE civicwatt_scope;

-- Until the next move of the place, if there is one; a move that is taken back has none after it.
CREATE FUNCTION touch_use_of_move(of_move bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT touch_use_of_place(m.organisation_id, daterange(m.first_day,
               (SELECT (min(lower(p.during)) AT TIME ZONE coalesce(zone_of(m.organisation_id), 'UTC'))::date
                  FROM organisation_position p WHERE p.organisation_id = m.organisation_id AND lower(p.during) > m.first_at)))
      FROM organisation_move m WHERE m.move_id = of_move
$$;

CREATE FUNCTION touch_use_by_move() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM touch_use_of_move(NEW.move_id);
    RETURN NULL;
END
$$;

GRANT EXECUTE ON FUNCTION touch_use_by_move() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER touch_use AFTER INSERT ON organisation_move FOR EACH ROW EXECUTE FUNCTION touch_use_by_move();
CREATE TRIGGER touch_use AFTER INSERT ON organisation_move_undo FOR EACH ROW EXECUTE FUNCTION touch_use_by_move();

-- Moves that were entered before are judged once.
SET ROLE civicwatt_scope;
DO $$ BEGIN PERFORM touch_use_of_move(m.move_id) FROM organisation_move m; END $$;
SET ROLE civicwatt_owner;
