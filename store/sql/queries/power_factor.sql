-- name: entered
-- Of each standard the newest table that was entered, as it was known at an instant.
SELECT DISTINCT ON (standard) standard, reduction, surcharge, applies_to, applies_to_zh, source, evidence, note, note_zh
  FROM power_factor_table WHERE entered_at <= %(as_of)s::timestamptz
 ORDER BY standard, entered_at DESC, power_factor_table_id DESC;

-- name: enter
INSERT INTO power_factor_table (standard, reduction, surcharge, applies_to, applies_to_zh, source, evidence, note, note_zh)
VALUES (%(standard)s, %(reduction)s, %(surcharge)s, %(applies_to)s, %(applies_to_zh)s, %(source)s, %(evidence)s,
        %(note)s, %(note_zh)s);

-- name: checks
SELECT standard, sha256, checked_by, checked_on, document FROM power_factor_check;

-- name: check
-- sha256: digest of the numbers that were compared.
INSERT INTO power_factor_check (standard, sha256, checked_by, document)
VALUES (%(standard)s, %(sha256)s, %(checked_by)s, %(document)s) ON CONFLICT DO NOTHING;
