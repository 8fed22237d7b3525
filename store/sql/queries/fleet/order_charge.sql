-- name: say
-- Say what a public charging order is for; none where there is no such order.
INSERT INTO order_charge (order_id, said, charge, reason)
SELECT o.order_id, %(said)s, %(charge)s, %(reason)s FROM vehicle_order o
 WHERE o.vehicle_id = %(vehicle_id)s AND o.supplier = %(supplier)s AND o.number = %(number)s
   AND o.refunds IS NULL AND o.kind = 'charging';

-- name: in_force
-- What counts of what was said about orders of vehicles that touch [first, until). vehicle_ids bigint[].
SELECT o.vehicle_id, o.supplier, o.number, s.charge, s.reason, p.name AS by, s.at
  FROM vehicle_order o
  JOIN LATERAL (SELECT c.* FROM order_charge c WHERE c.order_id = o.order_id ORDER BY c.order_charge_id DESC LIMIT 1) s ON s.said <> 'undone'
  LEFT JOIN person p ON p.person_id = s.person_id
 WHERE o.vehicle_id = ANY (%(vehicle_ids)s) AND o.kind = 'charging' AND o.at < %(until)s
   AND (o.at >= %(first)s OR o.until > %(first)s);
