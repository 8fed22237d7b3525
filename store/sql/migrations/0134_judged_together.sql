-- Whoever judges the days of a meter puts those on the list that are judged together with it: the main meter above it.

GRANT INSERT ON alert_work TO civicwatt_work;
