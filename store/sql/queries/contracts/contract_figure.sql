-- name: figures
-- Figures of a contract that were entered by hand, the newest first; of a month, of an id, or all for null.
SELECT f.figure_id AS id, f.contract_id, f.month, f.meter, f.quantities, f.document, f.party,
       person_name(f.person_id) AS person, f.at AS entered_at, p.form AS proof_form, p.sha256 AS proof_sha256,
       v.verdict, person_name(v.person_id) AS verdict_by, v.at AS verdict_at, v.reason AS verdict_reason
  FROM contract_figure f LEFT JOIN contract_figure_proof p USING (figure_id) LEFT JOIN contract_figure_verdict v USING (figure_id)
 WHERE f.contract_id = %(contract_id)s AND (%(month)s::text IS NULL OR f.month = %(month)s)
   AND (%(figure_id)s::bigint IS NULL OR f.figure_id = %(figure_id)s)
 ORDER BY f.figure_id DESC;

-- name: add
INSERT INTO contract_figure (contract_id, month, meter, quantities, document, party)
VALUES (%(contract_id)s, %(month)s, %(meter)s, %(quantities)s, %(document)s, %(party)s) RETURNING figure_id;

-- name: add_proof
INSERT INTO contract_figure_proof (figure_id, form, file, sha256) VALUES (%(id)s, %(form)s, %(file)s, %(sha256)s)
ON CONFLICT DO NOTHING;

-- name: proof
SELECT p.form, p.file FROM contract_figure_proof p JOIN contract_figure f USING (figure_id)
 WHERE f.contract_id = %(contract_id)s AND f.figure_id = %(id)s;

-- name: judge
INSERT INTO contract_figure_verdict (figure_id, verdict, reason) VALUES (%(id)s, %(verdict)s, %(reason)s)
ON CONFLICT DO NOTHING;
