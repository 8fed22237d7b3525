-- name: bills
-- Bills by falling id, of one meter or all the person may see, also those taken back; each with the numbers of others of
-- the same days.
SELECT b.bill_id AS id, b.meter_id, m.code AS meter_code, b.number, b.first_day, b.end_day, b.total, b.source,
       b.imported_at, person_name(b.withdrawn_by) AS withdrawn_by, b.withdrawn_at, b.withdrawn_because,
       ARRAY(SELECT o.number FROM bill o
              WHERE o.meter_id = b.meter_id AND o.bill_id <> b.bill_id AND b.withdrawn_at IS NULL AND o.withdrawn_at IS NULL
                AND o.first_day < b.end_day AND b.first_day < o.end_day ORDER BY o.number) AS same_days
  FROM bill b JOIN meter m USING (meter_id)
 WHERE (%(meter_id)s::bigint IS NULL OR b.meter_id = %(meter_id)s)
   AND (%(bill_id)s::bigint IS NULL OR b.bill_id = %(bill_id)s) AND b.bill_id < %(before)s
 ORDER BY b.bill_id DESC LIMIT %(at_most)s;

-- name: lines
SELECT item, period, quantity, price, amount FROM bill_line WHERE bill_id = %(bill_id)s ORDER BY line;

-- name: add
INSERT INTO bill (meter_id, number, first_day, end_day, start_at, end_at, total, source)
VALUES (%(meter_id)s, %(number)s, %(first_day)s, %(end_day)s, %(start_at)s, %(end_at)s, %(total)s, %(source)s)
ON CONFLICT (meter_id, number) WHERE withdrawn_at IS NULL DO NOTHING RETURNING bill_id;

-- name: add_line
INSERT INTO bill_line (bill_id, line, item, period, quantity, price, amount)
VALUES (%(bill_id)s, %(line)s, %(item)s, %(period)s, %(quantity)s, %(price)s, %(amount)s);

-- name: withdraw
UPDATE bill SET withdrawn_because = %(reason)s WHERE bill_id = %(bill_id)s;

-- name: to_compare
-- Bills that end after `since` and whose money is to be held against ours: never done, done a day ago, or what their days
-- cost, or what was entered of the account or the terms of the supply, has changed since.
SELECT b.bill_id AS id, b.meter_id, m.code AS meter_code, b.number, b.first_day, b.end_day, b.total, b.source, b.imported_at
  FROM bill b JOIN meter m USING (meter_id) LEFT JOIN bill_comparison c USING (bill_id)
 WHERE b.end_day > %(since)s AND b.withdrawn_at IS NULL
   AND (c.bill_id IS NULL OR c.compared_at < now() - interval '1 day'
     OR EXISTS (SELECT FROM consumption_cost k
                 WHERE k.meter_id = b.meter_id AND k.day >= b.first_day AND k.day < b.end_day AND k.known_at > c.compared_at)
     OR EXISTS (SELECT FROM supply_account a
                 WHERE a.meter_id = b.meter_id AND a.months && daterange(b.first_day, b.end_day)
                   AND greatest(a.entered_at, a.checked_at, a.withdrawn_at) > c.compared_at)
     OR EXISTS (SELECT FROM supply_terms s
                 WHERE s.meter_id = b.meter_id AND s.months && daterange(b.first_day, b.end_day)
                   AND greatest(s.entered_at, s.withdrawn_at) > c.compared_at))
 ORDER BY c.compared_at NULLS FIRST, b.bill_id LIMIT %(at_most)s;

-- name: keep_comparison
INSERT INTO bill_comparison (bill_id, our_total, lacks, causes, compared_at)
VALUES (%(bill_id)s, %(our_total)s, %(lacks)s, %(causes)s, clock_timestamp())
ON CONFLICT (bill_id) DO UPDATE SET our_total = excluded.our_total, lacks = excluded.lacks, causes = excluded.causes,
                                    compared_at = excluded.compared_at;
