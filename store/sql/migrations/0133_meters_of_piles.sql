-- Meters of charging piles are judged by thresholds of their own class: they have no rhythm.

ALTER TABLE alert_threshold DROP CONSTRAINT alert_threshold_meter_class_check,
    ADD CONSTRAINT alert_threshold_meter_class_check
        CHECK (meter_class IN ('electricity', 'water', 'gas', 'heat', 'cooling', 'pv', 'charging'));
COMMENT ON COLUMN alert_threshold.meter_class IS 'medium of the meters; pv: of what plants make; charging: of what goes into vehicles';
