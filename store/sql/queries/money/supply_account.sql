-- name: of_meter
-- What was entered of a meter's account and stood at an instant, the newest last.
SELECT lower(a.months) AS first_month, upper(a.months) AS end_month, nullif(a.standard, 'none') AS standard,
       a.reverse_reactive AS reverse, a.source, a.account_id AS id, person_name(a.checked_by) AS checked_by,
       coalesce(a.document, '') AS document, (a.checked_at AT TIME ZONE 'UTC')::date AS checked_on
  FROM supply_account a
 WHERE a.meter_id = %(meter_id)s AND a.entered_at <= %(as_of)s::timestamptz
   AND (a.withdrawn_at IS NULL OR a.withdrawn_at > %(as_of)s::timestamptz)
 ORDER BY a.entered_at, a.account_id;

-- name: accounts
-- Everything that was entered of one meter, or of all the person may see, the newest first. counts: some month of it is
-- that of no newer row that stands.
SELECT a.account_id AS id, a.meter_id, m.code AS meter, m.name_zh, m.name_en, lower(a.months) AS first_month,
       upper(a.months) AS end_month, a.standard, a.reverse_reactive AS reverse, a.source, a.reason,
       person_name(a.entered_by) AS entered_by, a.entered_at, coalesce(a.entered_by = current_person(), false) AS own,
       a.document, person_name(a.checked_by) AS checked_by, a.checked_at, person_name(a.withdrawn_by) AS withdrawn_by,
       a.withdrawn_at, a.withdrawn_because,
       a.withdrawn_at IS NULL AND NOT isempty(coalesce(datemultirange(a.months) - n.months, datemultirange(a.months))) AS counts
  FROM supply_account a JOIN meter m USING (meter_id)
  LEFT JOIN LATERAL (SELECT range_agg(x.months) AS months FROM supply_account x
                      WHERE x.meter_id = a.meter_id AND x.withdrawn_at IS NULL
                        AND (x.entered_at, x.account_id) > (a.entered_at, a.account_id)) n ON true
 WHERE (%(meter_id)s::bigint IS NULL OR a.meter_id = %(meter_id)s)
   AND (%(account_id)s::bigint IS NULL OR a.account_id = %(account_id)s)
 ORDER BY a.entered_at DESC, a.account_id DESC;

-- name: enter
INSERT INTO supply_account (meter_id, months, standard, reverse_reactive, source, reason)
VALUES (%(meter_id)s, daterange(%(first_month)s, %(end_month)s), %(standard)s, %(reverse)s, %(source)s, %(reason)s)
RETURNING account_id;

-- name: check
UPDATE supply_account SET document = %(document)s WHERE account_id = %(account_id)s;

-- name: withdraw
UPDATE supply_account SET withdrawn_because = %(reason)s WHERE account_id = %(account_id)s;
