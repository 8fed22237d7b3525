-- name: disputes
-- Disputes with the outcome that was proposed last, the latest first. Null: any.
SELECT d.dispute_id AS id, s.contract_id, d.statement_id, s.period, s.sha256 AS statement_sha256, d.line, d.side, d.claimed,
       d.party AS "by", d.reason, d.opened_on, d.deadline, d.evidence, person_name(d.person_id) AS person, d.at,
       o.outcome_id, o.kind, o.amount, o.decided_on, o.document, o.person_id AS proposer_id,
       person_name(o.person_id) AS proposed_by, o.party AS proposed_for,
       g.person_id AS signer_id, person_name(g.person_id) AS signed_by, g.at AS signed_at,
       is_reversed(s.statement_id) AS reversed
  FROM dispute d JOIN statement s USING (statement_id)
  LEFT JOIN LATERAL (SELECT x.* FROM dispute_outcome x WHERE x.dispute_id = d.dispute_id
                      ORDER BY x.outcome_id DESC LIMIT 1) o ON true
  LEFT JOIN dispute_signature g ON g.outcome_id = o.outcome_id
 WHERE (%(contract_id)s::bigint IS NULL OR s.contract_id = %(contract_id)s)
   AND (%(statement_id)s::bigint IS NULL OR d.statement_id = %(statement_id)s)
   AND (%(dispute_id)s::bigint IS NULL OR d.dispute_id = %(dispute_id)s)
   AND (%(open)s::boolean IS NULL OR %(open)s = (g.outcome_id IS NULL)) AND d.dispute_id < %(before)s
 ORDER BY d.dispute_id DESC LIMIT %(at_most)s;

-- name: add
INSERT INTO dispute (statement_id, line, side, claimed, party, reason, opened_on, deadline, evidence)
VALUES (%(statement_id)s, %(line)s, %(side)s, %(claimed)s, %(party)s, %(reason)s, %(opened_on)s, %(deadline)s, %(evidence)s)
RETURNING dispute_id;

-- name: propose
INSERT INTO dispute_outcome (dispute_id, kind, amount, decided_on, document, party)
VALUES (%(dispute_id)s, %(kind)s, %(amount)s, %(decided_on)s, %(document)s, %(party)s);

-- name: sign
INSERT INTO dispute_signature (outcome_id, party) VALUES (%(outcome_id)s, %(party)s);
