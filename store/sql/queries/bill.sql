-- name: bills
-- Bills by falling id, of one meter or all the person may see.
SELECT b.bill_id AS id, b.meter_id, m.code AS meter_code, b.number, b.first_day, b.end_day, b.total, b.source,
       b.imported_at
  FROM bill b JOIN meter m USING (meter_id)
 WHERE (%(meter_id)s::bigint IS NULL OR b.meter_id = %(meter_id)s)
   AND (%(bill_id)s::bigint IS NULL OR b.bill_id = %(bill_id)s) AND b.bill_id < %(before)s
 ORDER BY b.bill_id DESC LIMIT %(at_most)s;

-- name: lines
SELECT item, period, quantity, price, amount FROM bill_line WHERE bill_id = %(bill_id)s ORDER BY line;

-- name: add
INSERT INTO bill (meter_id, number, first_day, end_day, start_at, end_at, total, source)
VALUES (%(meter_id)s, %(number)s, %(first_day)s, %(end_day)s, %(start_at)s, %(end_at)s, %(total)s, %(source)s)
ON CONFLICT (meter_id, number) DO NOTHING RETURNING bill_id;

-- name: add_line
INSERT INTO bill_line (bill_id, line, item, period, quantity, price, amount)
VALUES (%(bill_id)s, %(line)s, %(item)s, %(period)s, %(quantity)s, %(price)s, %(amount)s);
