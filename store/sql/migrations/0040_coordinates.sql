-- What the positions of a device refer to. Licensed maps and many terminals in China shift them (GCJ-02); stored are
-- positions of WGS-84, with what was sent beside them.
ALTER TABLE device ADD coordinate_system text CHECK (coordinate_system IN ('wgs84', 'gcj02'));
COMMENT ON COLUMN device.coordinate_system IS
    'of the positions it sends from now on; null: as its gateway''s, or wgs84. A message that names its system is right';
GRANT UPDATE (coordinate_system) ON device TO civicwatt_api;
