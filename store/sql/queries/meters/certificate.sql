-- name: certificates
-- Certificates the person may see, with the days on which they really held; what ends first stands first.
-- meter_ids bigint[], certificate_id bigint or null.
SELECT c.certificate_id AS id, c.meter_id, m.code AS meter_code, c.number, c.issuer, c.accuracy_class, c.instrument,
       c.verified_on, lower(c.valid) AS first_day, upper(c.valid) AS end_day, c.ct_primary_a, c.ct_secondary_a,
       c.pt_primary_v, c.pt_secondary_v, c.counts_primary, c.note, person_name(c.person_id) AS person, c.entered_at,
       e.on_day AS ended_on, e.reason AS ended_because, person_name(e.person_id) AS ended_by, e.entered_at AS ended_at
  FROM certificate c JOIN meter m USING (meter_id) LEFT JOIN certificate_end e USING (certificate_id)
 WHERE (%(meter_ids)s::bigint[] IS NULL OR c.meter_id = ANY (%(meter_ids)s))
   AND (%(certificate_id)s::bigint IS NULL OR c.certificate_id = %(certificate_id)s)
 ORDER BY m.code, lower(c.valid), c.certificate_id;

-- name: add
INSERT INTO certificate (meter_id, number, issuer, accuracy_class, instrument, verified_on, valid, ct_primary_a,
                         ct_secondary_a, pt_primary_v, pt_secondary_v, counts_primary, note)
VALUES (%(meter_id)s, %(number)s, %(issuer)s, %(accuracy_class)s, %(instrument)s, %(verified_on)s,
        daterange(%(first_day)s, %(end_day)s), %(ct_primary_a)s, %(ct_secondary_a)s, %(pt_primary_v)s,
        %(pt_secondary_v)s, %(counts_primary)s, %(note)s)
RETURNING certificate_id;

-- name: end
INSERT INTO certificate_end (certificate_id, on_day, reason) VALUES (%(certificate_id)s, %(on_day)s, %(reason)s);

-- name: administered
-- Codes of meters of which the person may enter certificates.
SELECT m.code FROM correctable_meters(now()) c JOIN meter m USING (meter_id);

-- name: pictures
SELECT p.picture_id AS id, p.certificate_id, p.shows, p.form, p.sha256, p.width, p.height, octet_length(p.file) AS bytes,
       person_name(p.person_id) AS person, p.entered_at
  FROM certificate_picture p JOIN certificate c USING (certificate_id)
 WHERE %(meter_id)s::bigint IS NULL OR c.meter_id = %(meter_id)s
 ORDER BY p.picture_id;

-- name: picture
SELECT form, file FROM certificate_picture WHERE certificate_id = %(certificate_id)s AND picture_id = %(picture_id)s;

-- name: add_picture
INSERT INTO certificate_picture (certificate_id, shows, form, file, sha256, width, height)
VALUES (%(certificate_id)s, %(shows)s, %(form)s, %(file)s, %(sha256)s, %(width)s, %(height)s)
ON CONFLICT (certificate_id, sha256) DO NOTHING;
