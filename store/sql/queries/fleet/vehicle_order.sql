-- name: add
-- Orders of vehicles; one that is there already stays as it is. orders: JSON list.
INSERT INTO vehicle_order (vehicle_id, kind, supplier, number, refunds, at, until, quantity, km, amount, place)
SELECT o.* FROM json_to_recordset(%(orders)s) AS o (vehicle_id bigint, kind text, supplier text, number text, refunds text,
    at timestamptz, until timestamptz, quantity numeric, km numeric, amount numeric, place text)
ON CONFLICT DO NOTHING;

-- name: of_period
-- Orders of vehicles that touch [first, until), with the refunds of those and the orders of such refunds, so that no
-- refund stands alone because its order is older. vehicle_ids bigint[].
WITH touching AS MATERIALIZED (
    SELECT o.* FROM vehicle_order o
     WHERE o.vehicle_id = ANY (%(vehicle_ids)s) AND o.at < %(until)s
       AND (o.at >= %(first)s OR o.until > %(first)s)
)
SELECT o.vehicle_id, o.kind, o.supplier, o.number, o.refunds, o.at, o.until, o.quantity, o.km, o.amount, o.place
  FROM vehicle_order o
 WHERE o.vehicle_id = ANY (%(vehicle_ids)s)
   AND (o.order_id IN (SELECT t.order_id FROM touching t)
        OR EXISTS (SELECT FROM touching t
                    WHERE t.vehicle_id = o.vehicle_id AND t.supplier = o.supplier
                      AND ((o.refunds IS NULL AND t.refunds = o.number) OR (t.refunds IS NULL AND o.refunds = t.number))))
 ORDER BY o.at, o.order_id;

-- name: named
-- Orders of these suppliers and numbers. names: JSON list of {supplier, number}.
SELECT o.vehicle_id, o.kind, o.supplier, o.number, o.refunds, o.at, o.until, o.quantity, o.km, o.amount, o.place
  FROM vehicle_order o
 WHERE (o.supplier, o.number) IN (SELECT n.supplier, n.number FROM json_to_recordset(%(names)s) AS n (supplier text, number text));

-- name: all
-- Every order of a kind that the person may see, for a table.
SELECT o.vehicle_id, o.kind, o.supplier, o.number, o.refunds, o.at, o.until, o.quantity, o.km, o.amount, o.place
  FROM vehicle_order o WHERE o.kind = %(kind)s ORDER BY o.at, o.order_id LIMIT %(at_most)s;
