-- Who may see a vehicle asks for each whether it is hidden, and a list of vehicles what each is: both by the vehicle, in place of reading
-- all descriptions once for each.

CREATE INDEX vehicle_description_vehicle_id_idx ON vehicle_description (vehicle_id);
CREATE INDEX vehicle_position_vehicle_id_idx ON vehicle_position (vehicle_id);
