-- name: entered
-- Of each standard the newest table that was entered, as it was known at an instant.
SELECT DISTINCT ON (standard) standard, reduction, surcharge, applies_to, applies_to_zh, source, evidence, note, note_zh
  FROM power_factor_table WHERE entered_at <= %(as_of)s::timestamptz
 ORDER BY standard, entered_at DESC, power_factor_table_id DESC;

-- name: enter
INSERT INTO power_factor_table (standard, reduction, surcharge, applies_to, applies_to_zh, source, evidence, note, note_zh, sha256)
VALUES (%(standard)s, %(reduction)s, %(surcharge)s, %(applies_to)s, %(applies_to_zh)s, %(source)s, %(evidence)s,
        %(note)s, %(note_zh)s, %(sha256)s);

-- name: checks
SELECT standard, sha256, checked_by, checked_on, document FROM power_factor_check WHERE withdrawn_at IS NULL;

-- name: check
-- sha256: digest of the numbers that were compared.
INSERT INTO power_factor_check (standard, sha256, checked_by, document)
VALUES (%(standard)s, %(sha256)s, %(checked_by)s, %(document)s) ON CONFLICT DO NOTHING;

-- name: withdraw_check
UPDATE power_factor_check SET withdrawn_because = %(reason)s
 WHERE standard = %(standard)s AND sha256 = %(sha256)s AND withdrawn_at IS NULL;

-- name: withdrawals
-- Checks that were taken back, the newest of the same numbers last.
SELECT standard, sha256, person_name(withdrawn_by) AS withdrawn_by, withdrawn_at, withdrawn_because
  FROM power_factor_check WHERE withdrawn_at IS NOT NULL ORDER BY withdrawn_at;

-- name: entered_by
-- Who has entered numbers of a standard, and whether it was the person; sha256 null for old ones.
SELECT standard, sha256, person_name(entered_by) AS entered_by, coalesce(entered_by = current_person(), false) AS own
  FROM power_factor_table ORDER BY power_factor_table_id;
