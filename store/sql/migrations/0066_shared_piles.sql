-- When else a pile charged, for the share of its meter's intervals that a plug-in has: spans alone, neither vehicle nor
-- place, of piles whose meter the current person may see.

SET ROLE civicwatt_scope;

CREATE FUNCTION pile_taken(of_pile bigint, first_at timestamptz, until_at timestamptz, but_vehicles bigint[], but_segments text[])
RETURNS TABLE (start_at timestamptz, end_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp
AS $$
    SELECT s.start_at, s.end_at
      FROM charge_match m JOIN vehicle_segment s USING (vehicle_id, segment_id)
     WHERE m.pile_id = of_pile AND m.superseded_at IS NULL AND m.start_at < until_at
       AND s.kind = 'charge' AND s.superseded_at IS NULL AND s.doubts & 32 = 0
       AND s.start_at < until_at AND s.end_at > first_at
       AND (s.vehicle_id, s.segment_id) NOT IN (SELECT b.v, b.s FROM unnest(but_vehicles, but_segments) AS b (v, s))
       AND of_pile IN (SELECT p.pile_id FROM pile p JOIN visible_meters() v USING (meter_id))
     ORDER BY s.start_at, s.end_at
$$;
REVOKE ALL ON FUNCTION pile_taken(bigint, timestamptz, timestamptz, bigint[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pile_taken(bigint, timestamptz, timestamptz, bigint[], text[]) TO civicwatt_api;
SET ROLE civicwatt_owner;
