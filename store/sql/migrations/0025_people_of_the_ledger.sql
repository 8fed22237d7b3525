-- A bill may come as PDF; a verification may find an error of the reactive register too.

-- What proves an entry: a picture, written anew, or a PDF, kept as it came and never shown within a page.
ALTER TABLE manual_entry_photo RENAME COLUMN jpeg TO file;
ALTER TABLE manual_entry_photo
    ADD form text NOT NULL DEFAULT 'jpeg' CHECK (form IN ('jpeg', 'pdf')),
    ALTER width DROP NOT NULL,
    ALTER height DROP NOT NULL,
    DROP CONSTRAINT manual_entry_photo_jpeg_check,
    ADD CONSTRAINT manual_entry_photo_file CHECK (octet_length(file) BETWEEN 1 AND 8 * 1024 * 1024),
    ADD CONSTRAINT manual_entry_photo_size CHECK (num_nulls(width, height) = CASE form WHEN 'jpeg' THEN 0 ELSE 2 END);
COMMENT ON TABLE manual_entry_photo IS 'What proves an entry: photos of bills and dials, and bills as PDF';
COMMENT ON COLUMN manual_entry_photo.file IS 'jpeg: written anew, nothing but the picture is kept; pdf: as it was sent';
GRANT INSERT (form) ON manual_entry_photo TO civicwatt_api;

ALTER TABLE tolerance_finding ADD reactive_error_pct numeric
    CHECK (reactive_error_pct > -100 AND reactive_error_pct <= 100);
COMMENT ON COLUMN tolerance_finding.reactive_error_pct IS 'as error_pct, of the register of reactive energy; null: the report does not speak of it; 0: it was right';
GRANT INSERT (reactive_error_pct) ON tolerance_finding TO civicwatt_api;

-- How things stand with the entries of some institutions and months, as far as the person may see them. Who may is asked
-- once for each entry here, and not once for each of its steps as row security would.
SET ROLE civicwatt_scope;
CREATE FUNCTION entry_marks(of_institutions bigint[], first_month date, end_month date)
RETURNS TABLE (entry_id bigint, organisation_id bigint, kind text, month date, state text, counts boolean,
               submitted_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10000 SET search_path = public, pg_temp
AS $$
    WITH entry AS MATERIALIZED (
        SELECT m.entry_id, m.organisation_id, m.kind, m.month
          FROM manual_entry m
          JOIN visible_spans() v ON v.organisation_id = m.organisation_id AND tstzrange(m.start_at, m.end_at) <@ v.during
         WHERE m.organisation_id = ANY (of_institutions) AND m.month >= first_month AND m.month < end_month
    ), mark AS (
        SELECT s.entry_id, max(s.revision) AS revision, bool_or(s.state = 'approved') AS counts,
               min(s.at) FILTER (WHERE s.state = 'submitted') AS submitted_at
          FROM entry e JOIN manual_entry_step s USING (entry_id) GROUP BY s.entry_id
    )
    SELECT e.entry_id, e.organisation_id, e.kind, e.month, s.state, k.counts, k.submitted_at
      FROM entry e JOIN mark k USING (entry_id) JOIN manual_entry_step s USING (entry_id, revision)
$$;

-- As may_correct_meter of 0014, of all meters at once: a question for each would walk the tree for each.
CREATE FUNCTION correctable_meters(at timestamptz) RETURNS TABLE (meter_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
AS $$
    SELECT DISTINCT m.meter_id FROM correctable_places() r JOIN meter_position m
        ON m.place_id = r.organisation_id AND m.during && r.during
     WHERE at <@ (m.during * r.during)
$$;
GRANT EXECUTE ON FUNCTION entry_marks(bigint[], date, date), correctable_meters(timestamptz) TO civicwatt_api;
SET ROLE civicwatt_owner;
