-- Positions are also looked up by the thing that stands there; the exclusion constraints' indexes are
-- over ranges of ids and do not serve that.
CREATE INDEX ON organisation_position (organisation_id);
CREATE INDEX ON floor_area (organisation_id);
CREATE INDEX ON meter_position (meter_id);
CREATE INDEX ON meter_device (meter_id);
CREATE INDEX ON device_place (device_id);
