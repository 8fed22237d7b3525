-- When charges were last held against piles is told to those who see a place; to nobody else.

CREATE OR REPLACE VIEW visible.charge_match_run WITH (security_barrier) AS
    SELECT r.at FROM charge_match_run r WHERE EXISTS (SELECT FROM visible_organisations());
