-- The worker draws statements of contracts whose measure of quality is the temperature of rooms.

GRANT SELECT ON climate_reading_hour TO civicwatt_work;
