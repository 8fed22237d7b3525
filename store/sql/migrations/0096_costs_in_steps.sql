-- Where a price goes by steps no day has a cost of its own; what was kept for such days was that of the other parts alone, or 0.
-- They are computed once more, and then told as days without one.

INSERT INTO cost_work (meter_id, first_day, end_day)
SELECT DISTINCT m.meter_id, NULL::date, NULL::date
  FROM meter_tariff m JOIN tariff_version v USING (tariff_id)
 WHERE jsonb_path_exists(v.terms, '$.component[*].tiers');
