-- An institution that was founded within a year hands in tables of its part of the year, and none of years before.

ALTER TABLE statistics_record ADD COLUMN founded_on date CHECK (extract(year FROM founded_on) = year);
COMMENT ON COLUMN statistics_record.founded_on IS
    'Day of the record''s year on which the institution was founded; null where it stood before';
GRANT INSERT (founded_on) ON statistics_record TO civicwatt_api;
