-- Reports as they were given out: a document that never changes, and a new version where it would differ.

CREATE TABLE report (
    report_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('institution_month')),
    organisation_id bigint NOT NULL REFERENCES organisation,
    first_day       date NOT NULL,
    end_day         date NOT NULL CHECK (end_day > first_day),
    first_at        timestamptz NOT NULL,
    end_at          timestamptz NOT NULL CHECK (end_at > first_at),
    version         integer NOT NULL CHECK (version > 0),
    document        text NOT NULL,
    sha256          text NOT NULL CHECK (sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
    person_id       bigint NOT NULL REFERENCES person DEFAULT current_person(),
    made_at         timestamptz NOT NULL DEFAULT now(),
    UNIQUE (organisation_id, kind, first_day, end_day, version)
);
COMMENT ON TABLE report IS 'Append-only: no role has UPDATE or DELETE';
COMMENT ON COLUMN report.document IS 'one JSON document in its one form; what is on paper or in a workbook is laid out from it alone';

-- As for the ledger: whoever sees the whole institution in the time of the report, through a subtree.
ALTER TABLE report ENABLE ROW LEVEL SECURITY;
ALTER TABLE report FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON report FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (EXISTS (SELECT FROM visible_spans() v
                    WHERE v.organisation_id = report.organisation_id AND tstzrange(report.first_at, report.end_at) <@ v.during));
CREATE POLICY made ON report FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person()
                AND EXISTS (SELECT FROM visible_spans() v
                             WHERE v.organisation_id = report.organisation_id
                               AND tstzrange(report.first_at, report.end_at) <@ v.during));
CREATE POLICY unscoped ON report FOR SELECT TO civicwatt_work, civicwatt_admin, civicwatt_scope USING (true);

GRANT SELECT, INSERT (kind, organisation_id, first_day, end_day, first_at, end_at, version, document, sha256)
    ON report TO civicwatt_api;
GRANT SELECT ON report TO civicwatt_work, civicwatt_admin;
