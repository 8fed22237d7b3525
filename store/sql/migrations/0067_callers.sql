-- Credentials count over TCP as they do at the broker: the listener reads the same table, and hears of its changes.

ALTER TABLE credential ADD fingerprint bytea
    CHECK (fingerprint IS NULL OR (length(fingerprint) = 32 AND kind = 'certificate'));
CREATE UNIQUE INDEX ON credential (fingerprint);
COMMENT ON COLUMN credential.fingerprint IS
    'SHA-256 of the certificate; null: signed before fingerprints were noted, known by its name alone';

CREATE POLICY called ON credential FOR SELECT TO civicwatt_collect USING (true);
GRANT SELECT ON credential TO civicwatt_collect;
