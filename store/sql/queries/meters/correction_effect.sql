-- name: statements
-- Months of contracts drawn from a meter that overlap [first_at, end_at): the statement that stood at `before` and the one that
-- stood at `after` (null: stands now), with the newest correction proposed between the two of a statement that was signed.
SELECT s.contract_id, c.code AS contract_code, s.period, b.statement_id AS before_id, b.amount AS before,
       a.statement_id AS after_id, a.amount AS after, k.statement_id AS proposed_of, k.difference
  FROM (SELECT DISTINCT x.contract_id, x.period FROM statement x
         WHERE x.kind = 'month' AND x.first_at < %(end_at)s AND x.end_at > %(first_at)s
           AND x.contract_id IN (SELECT o.contract_id FROM contract_source o WHERE o.meter_id = %(meter_id)s)) s
  JOIN contract c USING (contract_id)
  LEFT JOIN LATERAL (SELECT x.statement_id, x.amount FROM statement x
                      WHERE x.contract_id = s.contract_id AND x.period = s.period AND x.kind = 'month' AND x.at <= %(before)s
                      ORDER BY x.revision DESC LIMIT 1) b ON true
  LEFT JOIN LATERAL (SELECT x.statement_id, x.amount FROM statement x
                      WHERE x.contract_id = s.contract_id AND x.period = s.period AND x.kind = 'month'
                        AND x.at <= coalesce(%(after)s::timestamptz, 'infinity') ORDER BY x.revision DESC LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT p.statement_id, p.difference FROM statement_correction p JOIN statement x USING (statement_id)
                      WHERE x.contract_id = s.contract_id AND x.period = s.period AND p.at > %(before)s
                        AND p.at <= coalesce(%(after)s::timestamptz, 'infinity') ORDER BY p.correction_id DESC LIMIT 1) k ON true
 ORDER BY c.code, s.period LIMIT %(at_most)s;
