-- Each alarm that a vehicle's terminal tells is a matter of its own, with a priority of its own: it stands, is told and ends by itself.

ALTER TABLE alert ADD code text COLLATE "C" NOT NULL DEFAULT '' CHECK (code ~ '^[a-z0-9_]*$');
COMMENT ON COLUMN alert.code IS 'which of the matters of its rule, such as battery_hot; empty where the rule has but one';

DROP INDEX alert_stands;
-- One matter stands once: its rule and which of its matters, where it was seen, and what saw it.
CREATE UNIQUE INDEX alert_stands ON alert (rule, code, organisation_id, coalesce(device_id, 0), coalesce(meter_id, 0))
    WHERE state <> 'resolved';

-- What stands since before told of no flag: it ends when those that are told stand by themselves.
UPDATE alert SET code = 'alarm_unnamed' WHERE rule = 'vehicle_alarm' AND state <> 'resolved';

-- Vehicles whose terminals told levels flag by flag are cut anew: their alarms were given the highest level of all.
INSERT INTO vehicle_touched (vehicle_id)
SELECT DISTINCT d.vehicle_id FROM vehicle_device d
 WHERE EXISTS (SELECT FROM other_reading r WHERE r.device_id = d.device_id AND r.name = 'alarm_flag_levels');

CREATE OR REPLACE VIEW dashboard.alert WITH (security_barrier) AS
SELECT a.opened_at AS "time", a.alert_id, a.rule, a.priority, a.state, a.verdict, a.began_at, a.resolved_at,
       a.organisation_id AS place_id, a.meter_id, a.device_id, a.lost_cny, a.month_cny, a.code
  FROM alert a WHERE a.opened_at IS NOT NULL AND NOT a.shadow AND NOT a.inhibited;
