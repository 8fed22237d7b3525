-- A rule of use more: a plug-in hybrid that drove a month without being plugged in once.

ALTER TABLE fleet_rule DROP CONSTRAINT fleet_rule_rule_check;
ALTER TABLE fleet_rule ADD CONSTRAINT fleet_rule_rule_check CHECK (rule IN ('out_of_hours', 'locked_up', 'not_returned',
    'out_of_area', 'forbidden_parking', 'odometer_against_track', 'terminal_offline', 'charge_elsewhere', 'uncharged'));
