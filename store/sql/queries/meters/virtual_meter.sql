-- name: enter
-- code, medium, quantity, item, name_zh, name_en text; place_id bigint; since timestamptz or null for always.
SELECT enter_virtual_meter(%(code)s, %(medium)s, %(quantity)s, %(item)s, %(name_zh)s, %(name_en)s,
                           %(place_id)s, tstzrange(%(since)s, NULL));

-- name: formulas
-- Every formula of a meter, oldest first.
SELECT formula_id, formula, lower(during) AS first, upper(during) AS end FROM meter_formula
 WHERE meter_id = %(meter_id)s ORDER BY 3 NULLS FIRST;

-- name: meters_by_code
SELECT code, meter_id FROM meter WHERE code = ANY (%(codes)s);

-- name: correct_formula
-- When the formula in force at `at` begins then, it is that one which was meant.
UPDATE meter_formula SET formula = %(formula)s
 WHERE meter_id = %(meter_id)s AND during @> %(at)s::timestamptz AND lower(during) = %(at)s
RETURNING formula_id;

-- name: drop_terms
DELETE FROM meter_formula_term WHERE formula_id = %(formula_id)s;

-- name: end_formula
UPDATE meter_formula f SET during = tstzrange(lower(f.during), %(at)s)
  FROM (SELECT formula_id, during FROM meter_formula
         WHERE meter_id = %(meter_id)s AND during @> %(at)s::timestamptz) was
 WHERE f.formula_id = was.formula_id
RETURNING upper(was.during);

-- name: next_formula
SELECT min(lower(during)) FROM meter_formula WHERE meter_id = %(meter_id)s AND lower(during) > %(since)s;

-- name: add_formula
-- since, until timestamptz or null.
INSERT INTO meter_formula (meter_id, formula, during)
VALUES (%(meter_id)s, %(formula)s, tstzrange(%(since)s, %(until)s)) RETURNING formula_id;

-- name: add_terms
-- term_ids bigint[]; coefficients double precision[].
INSERT INTO meter_formula_term (formula_id, term_id, coefficient)
SELECT %(formula_id)s, t.term_id, t.coefficient
  FROM unnest(%(term_ids)s::bigint[], %(coefficients)s::double precision[]) AS t (term_id, coefficient);

-- name: waiting
-- Virtual meters with work to do.
SELECT DISTINCT meter_id FROM virtual_work ORDER BY 1;

-- name: take_work
-- Takes the days off the list before they are computed: what commits later stays on it.
DELETE FROM virtual_work WHERE meter_id = %(meter_id)s RETURNING first_day, end_day;

-- name: register
-- The meter, with the zone in which its days begin.
SELECT m.meter_id, m.quantity, zone_of(p.place_id) AS zone
  FROM meter m
 CROSS JOIN LATERAL (SELECT q.place_id FROM meter_position q WHERE q.meter_id = m.meter_id
                      ORDER BY upper(q.during) DESC NULLS FIRST LIMIT 1) p
 WHERE m.meter_id = %(meter_id)s AND zone_of(p.place_id) IS NOT NULL;

-- name: days_known
-- First and last local day of which the meter, or one it is computed from, has figures.
SELECT min(day), max(day) FROM consumption_day
 WHERE meter_id = %(meter_id)s
    OR meter_id IN (SELECT leaf_id FROM virtual_leaf l WHERE l.meter_id = %(meter_id)s);

-- name: leaves
SELECT leaf_id, coefficient, lower(during) AS first, upper(during) AS end FROM virtual_leaf
 WHERE meter_id = %(meter_id)s AND during && tstzrange(%(first)s, %(last)s);

-- name: leaf_intervals
-- Current interval data of some meters, each by its own register, that begin in [first, last).
SELECT c.meter_id, c.start_at, c.end_at, c.value, c.quantity_grade::text, c.shape_grade::text, c.flags
  FROM meter m JOIN consumption c ON c.meter_id = m.meter_id AND c.quantity = m.quantity
 WHERE m.meter_id = ANY (%(meter_ids)s) AND c.superseded_at IS NULL
   AND c.start_at >= %(first)s AND c.start_at < %(last)s;

-- name: used_by
-- A virtual meter whose formula needs this one at or after `at`.
SELECT m.code FROM meter_formula_term t JOIN meter_formula f USING (formula_id) JOIN meter m ON m.meter_id = f.meter_id
 WHERE t.term_id = %(meter_id)s AND f.during && tstzrange(%(at)s, NULL) LIMIT 1;

-- name: begin
-- When the meter's present position begins; null for always.
SELECT lower(during) FROM meter_position WHERE meter_id = %(meter_id)s AND during @> now();
