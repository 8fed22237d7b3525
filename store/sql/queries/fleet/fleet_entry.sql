-- name: pile_fees
-- Fees of piles, by pile and the day from which they hold; entered later, counts.
SELECT f.pile_id, p.code AS pile, f.holds_from, f.session_cny, f.service_cny_kwh, f.document
  FROM pile_fee f JOIN pile p USING (pile_id) ORDER BY p.code, f.holds_from, f.pile_fee_id;

-- name: add_pile_fee
INSERT INTO pile_fee (pile_id, holds_from, session_cny, service_cny_kwh, document)
VALUES (%(pile_id)s, %(holds_from)s, %(session_cny)s, %(service_cny_kwh)s, %(document)s);

-- name: piles
-- Piles the person may see.
SELECT p.code, p.pile_id FROM pile p;

-- name: administered_piles
-- Piles whose fees the person may enter.
SELECT p.pile_id FROM pile p JOIN meter_position m ON m.meter_id = p.meter_id AND m.during @> now()
  JOIN administered_organisations() a ON a.organisation_id = m.place_id;

-- name: rental_terms
-- Terms of rentals, by vehicle and the day from which they hold; entered later, counts.
SELECT t.vehicle_id, t.holds_from, t.hour_cny, t.km_cny, t.day_cap_cny, t.step_min, t.free_km, t.document
  FROM rental_terms t ORDER BY t.vehicle_id, t.holds_from, t.rental_terms_id;

-- name: add_rental_terms
INSERT INTO rental_terms (vehicle_id, holds_from, hour_cny, km_cny, day_cap_cny, step_min, free_km, document)
VALUES (%(vehicle_id)s, %(holds_from)s, %(hour_cny)s, %(km_cny)s, %(day_cap_cny)s, %(step_min)s, %(free_km)s, %(document)s);

-- name: bookings
-- Newest of each booking that touches [first, until). vehicle_ids bigint[].
SELECT * FROM (SELECT DISTINCT ON (b.vehicle_id, b.number) b.vehicle_id, b.number, b.start_at, b.end_at, b.purpose, b.driver,
                      b.cancelled
                 FROM booking b WHERE b.vehicle_id = ANY (%(vehicle_ids)s)
                ORDER BY b.vehicle_id, b.number, b.booking_id DESC) newest
 WHERE end_at > %(first)s AND start_at < %(until)s
 ORDER BY start_at, vehicle_id, number;

-- name: add_booking
INSERT INTO booking (vehicle_id, number, start_at, end_at, purpose, driver, cancelled)
VALUES (%(vehicle_id)s, %(number)s, %(start_at)s, %(end_at)s, %(purpose)s, %(driver)s, %(cancelled)s);

-- name: quota_entries
-- Entries of the ledger of places that concern what the person may see.
SELECT e.organisation_id, e.kind, e.day, e.places, e.receiver_id, e.document
  FROM vehicle_quota_entry e ORDER BY e.day, e.entry_id;

-- name: add_quota_entry
INSERT INTO vehicle_quota_entry (organisation_id, kind, day, places, receiver_id, document)
VALUES (%(organisation_id)s, %(kind)s, %(day)s, %(places)s, %(receiver_id)s, %(document)s)
ON CONFLICT DO NOTHING;

-- name: maintenance_plans
-- Newest plan of each vehicle and item.
SELECT DISTINCT ON (p.vehicle_id, p.item) p.vehicle_id, p.item, p.every_km, p.every_days, p.done_on
  FROM maintenance_plan p ORDER BY p.vehicle_id, p.item, p.plan_id DESC;

-- name: add_maintenance_plan
INSERT INTO maintenance_plan (vehicle_id, item, every_km, every_days, done_on)
VALUES (%(vehicle_id)s, %(item)s, %(every_km)s, %(every_days)s, %(done_on)s);

-- name: km_since
-- Kilometres driven from the beginning of the local day of each plan. plans: JSON list.
SELECT p.vehicle_id, p.item, coalesce(sum(s.km), 0) AS km
  FROM json_to_recordset(%(plans)s) AS p (vehicle_id bigint, item text, since timestamptz)
  LEFT JOIN visible.vehicle_segment s ON s.vehicle_id = p.vehicle_id AND s.kind = 'trip' AND s.superseded_at IS NULL
                                     AND s.doubts & 32 = 0 AND s.start_at >= p.since
 GROUP BY p.vehicle_id, p.item;
