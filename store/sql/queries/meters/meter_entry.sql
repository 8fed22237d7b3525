-- name: enter
-- parent_id bigint or null; since timestamptz or null for always.
SELECT enter_meter(%(code)s, %(medium)s, %(quantity)s, %(item)s, %(name_zh)s, %(name_en)s, %(place_id)s, %(parent_id)s,
                   %(role)s, tstzrange(%(since)s, NULL));

-- name: rename
UPDATE meter SET item = %(item)s, name_zh = %(name_zh)s, name_en = %(name_en)s WHERE meter_id = %(meter_id)s;
