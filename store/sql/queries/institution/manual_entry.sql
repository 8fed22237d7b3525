-- name: approved
-- What counts of some institutions in [first, last) months: of each entry the version approved last.
SELECT entry_id, organisation_id, kind, month, start_at, end_at, amount, cost, source, version,
       person_name(submitter_id) AS submitted_by, person_name(approver_id) AS approved_by, approved_at
  FROM approved_amounts(%(institutions)s::bigint[], %(first)s, %(last)s)
 ORDER BY organisation_id, kind, month;

-- name: entries
-- How things stand with entries, the newest month first. Each filter may be null.
SELECT m.entry_id AS id, m.organisation_id, o.code AS organisation_code, o.name_zh, o.name_en, m.kind, m.month,
       t.revision, t.state, t.reason,
       t.at AS state_at, t.version, v.amount, v.cost, v.price, v.source, v.first_reading, v.last_reading, v.ratio,
       v.register_size, v.note, v.person_id, person_name(v.person_id) AS entered_by, v.at AS entered_at,
       (SELECT s.person_id FROM manual_entry_step s
         WHERE s.entry_id = m.entry_id AND s.version = t.version AND s.state = 'submitted') AS submitter_id,
       (SELECT w.amount FROM manual_entry_step a JOIN manual_entry_version w USING (entry_id, version)
         WHERE a.entry_id = m.entry_id AND a.state = 'approved'
         ORDER BY a.revision DESC LIMIT 1) AS approved_amount,
       (SELECT count(*)::integer FROM manual_entry_photo p WHERE p.entry_id = m.entry_id) AS photos
  FROM manual_entry m JOIN organisation o USING (organisation_id)
 CROSS JOIN LATERAL (SELECT x.* FROM manual_entry_step x WHERE x.entry_id = m.entry_id
                      ORDER BY x.revision DESC LIMIT 1) t
  JOIN manual_entry_version v ON v.entry_id = m.entry_id AND v.version = t.version
 WHERE (%(ids)s::bigint[] IS NULL OR m.entry_id = ANY (%(ids)s))
   AND (%(organisation_id)s::bigint IS NULL OR m.organisation_id = %(organisation_id)s)
   AND (%(kind)s::text IS NULL OR m.kind = %(kind)s)
   AND (%(first)s::date IS NULL OR m.month >= %(first)s) AND (%(last)s::date IS NULL OR m.month < %(last)s)
   AND (%(states)s::text[] IS NULL OR t.state = ANY (%(states)s))
   AND m.entry_id < %(before)s
 ORDER BY m.entry_id DESC LIMIT %(at_most)s;

-- name: versions
SELECT version, amount, cost, price, source, first_reading, last_reading, ratio, register_size, note,
       person_name(person_id) AS entered_by, at AS entered_at
  FROM manual_entry_version WHERE entry_id = %(entry_id)s ORDER BY version;

-- name: steps
SELECT revision, version, state, reason, person_name(person_id) AS person, at
  FROM manual_entry_step WHERE entry_id = %(entry_id)s ORDER BY revision;

-- name: contents
-- What was typed last of some institutions.
SELECT m.entry_id, m.organisation_id, m.kind, m.month, t.revision, t.state, v.amount, v.cost, v.price, v.source,
       v.first_reading, v.last_reading, v.ratio, v.register_size, v.note
  FROM manual_entry m
 CROSS JOIN LATERAL (SELECT x.revision, x.version, x.state FROM manual_entry_step x WHERE x.entry_id = m.entry_id
                      ORDER BY x.revision DESC LIMIT 1) t
  JOIN manual_entry_version v ON v.entry_id = m.entry_id AND v.version = t.version
 WHERE m.organisation_id = ANY (%(institutions)s::bigint[]);

-- name: add
-- Set by set: what row security asks is then asked once and not row by row.
INSERT INTO manual_entry (organisation_id, kind, month)
SELECT * FROM unnest(%(organisations)s::bigint[], %(kinds)s::text[], %(months)s::date[])
    ON CONFLICT (organisation_id, kind, month) DO NOTHING RETURNING organisation_id, kind, month, entry_id;

-- name: add_versions
INSERT INTO manual_entry_version (entry_id, version, amount, cost, price, source, first_reading, last_reading, ratio,
                                  register_size, note)
SELECT * FROM unnest(%(entries)s::bigint[], %(revisions)s::integer[], %(amount)s::numeric[], %(cost)s::numeric[],
                     %(price)s::numeric[], %(source)s::text[], %(first_reading)s::numeric[],
                     %(last_reading)s::numeric[], %(ratio)s::numeric[], %(register_size)s::numeric[], %(note)s::text[]);

-- name: add_drafts
INSERT INTO manual_entry_step (entry_id, revision, version, state)
SELECT e, r, r, 'draft' FROM unnest(%(entries)s::bigint[], %(revisions)s::integer[]) t (e, r);

-- name: add_steps
-- entries bigint[]; revisions, versions integer[], of one length.
INSERT INTO manual_entry_step (entry_id, revision, version, state, reason)
SELECT e, r, v, %(state)s, %(reason)s
  FROM unnest(%(entries)s::bigint[], %(revisions)s::integer[], %(versions)s::integer[]) t (e, r, v);

-- name: may_enter
SELECT o.code FROM enterable_organisations() e JOIN organisation o USING (organisation_id)
 WHERE o.kind = 'institution' ORDER BY o.organisation_id;

-- name: may_review
SELECT o.code FROM reviewable_organisations() r JOIN organisation o USING (organisation_id)
 ORDER BY o.organisation_id;

-- name: photos
SELECT photo_id AS id, form, sha256, width, height, octet_length(file) AS bytes, person_id,
       person_name(person_id) AS taken_by, at
  FROM manual_entry_photo WHERE entry_id = %(entry_id)s ORDER BY photo_id;

-- name: photo
SELECT form, file FROM manual_entry_photo WHERE entry_id = %(entry_id)s AND photo_id = %(photo_id)s;

-- name: add_photo
INSERT INTO manual_entry_photo (entry_id, form, file, sha256, width, height)
VALUES (%(entry_id)s, %(form)s, %(file)s, %(sha256)s, %(width)s, %(height)s) ON CONFLICT (entry_id, sha256) DO NOTHING;

-- name: remove_photo
DELETE FROM manual_entry_photo WHERE entry_id = %(entry_id)s AND photo_id = %(photo_id)s;

-- name: standings
-- How things stand with every entry of some institutions in [first, last) months, in short.
SELECT entry_id, organisation_id, kind, month, state, counts, submitted_at
  FROM entry_marks(%(institutions)s::bigint[], %(first)s, %(last)s);
