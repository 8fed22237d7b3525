-- Plants are judged by the sun, with thresholds of their own class.

ALTER TABLE alert_threshold DROP CONSTRAINT alert_threshold_meter_class_check,
    ADD CONSTRAINT alert_threshold_meter_class_check
        CHECK (meter_class IN ('electricity', 'water', 'gas', 'heat', 'cooling', 'pv'));
COMMENT ON COLUMN alert_threshold.meter_class IS 'medium of the meters; pv: meters of what is fed in';
