-- What arrives beside the readings themselves: through whom a device speaks, its clock, its status,
-- the numbers of its messages, doubts, parts nobody has described, and what codecs must remember.
-- All written by the collector in the transaction of the readings. As with the readings, no foreign
-- key leaves them.

ALTER TABLE device ADD via_id bigint REFERENCES device CHECK (via_id <> device_id);
COMMENT ON COLUMN device.via_id IS 'the gateway that speaks for it; only that gateway may';
CREATE INDEX ON device (via_id);
ALTER TABLE device ADD profile text NOT NULL DEFAULT 'native';
COMMENT ON COLUMN device.profile IS 'the profile or codec whose messages may be its; a name of one vendor''s topics is not the same name of another''s';

ALTER TABLE device_latest ADD said jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN device_latest.said IS 'newest value of each quantity, with its instant: {name: [value, epoch milliseconds]}';
ALTER TABLE device_latest ADD said_from timestamptz NOT NULL DEFAULT '-infinity';
COMMENT ON COLUMN device_latest.said_from IS 'oldest instant in what was added to `said` last: if that is not before `ts`, all of it is newer';

-- Adds what a batch says to what is known: of each quantity the newer, of two of one instant the
-- greater, so that the order of batches does not matter.
CREATE FUNCTION newest_said(known jsonb, said jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(jsonb_object_agg(key, value), '{}')
      FROM (SELECT DISTINCT ON (key) key, value
              FROM (SELECT * FROM jsonb_each(known) UNION ALL SELECT * FROM jsonb_each(said)) e
             ORDER BY key, (value -> 1)::bigint DESC, value -> 0 DESC) newest
$$;

CREATE TABLE device_clock (
    device_id   bigint PRIMARY KEY,
    offset_s    double precision NOT NULL,
    estimated_at timestamptz NOT NULL
);
COMMENT ON TABLE device_clock IS 'How far a device''s clock is ahead of ours (behind: negative), from its live messages; never used to shift a reading';

CREATE TABLE device_status (
    device_id bigint PRIMARY KEY,
    online    boolean NOT NULL,
    since     timestamptz NOT NULL,
    said_at   timestamptz NOT NULL
);
COMMENT ON TABLE device_status IS 'What a device, or the broker in its name, said last about its being connected, and since when it says so';

CREATE TABLE device_fact (
    device_id bigint NOT NULL,
    name      text NOT NULL,
    value     text NOT NULL,
    said_at   timestamptz NOT NULL,
    PRIMARY KEY (device_id, name)
);
COMMENT ON TABLE device_fact IS 'What a device tells of itself: serial, firmware, interval';

CREATE TABLE device_sequence (
    device_id bigint NOT NULL,
    boot      text NOT NULL,
    heard     int8multirange NOT NULL,
    PRIMARY KEY (device_id, boot)
) WITH (fillfactor = 50);
COMMENT ON TABLE device_sequence IS 'Numbers of the messages heard of each run of a device''s program; what lies between is missing';

CREATE TABLE heard_numbers (
    heard_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    heard_at timestamptz NOT NULL,
    boots    text[] NOT NULL,
    runs     bytea NOT NULL
);
ALTER TABLE heard_numbers ALTER runs SET STORAGE external;
COMMENT ON TABLE heard_numbers IS 'Numbers of messages as the collectors hear them, a row a batch, until a worker has united them in device_sequence. Runs are int64 of device, index in boots, first and the one after the last';

CREATE TABLE sequence_gap (
    gap_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id  bigint NOT NULL,
    boot       text NOT NULL,
    missing    int8range NOT NULL,
    noticed_at timestamptz NOT NULL,
    closed_at  timestamptz
);
CREATE INDEX ON sequence_gap (device_id, boot) WHERE closed_at IS NULL;
COMMENT ON TABLE sequence_gap IS 'Messages a device has numbered and nobody has heard; closed when they arrive. One that is partly filled shrinks; filled in the middle, it becomes two';

CREATE TABLE reading_suspect (
    device_id bigint NOT NULL,
    ts        timestamptz NOT NULL,
    quantity  text COLLATE "C" NOT NULL,
    reason    text COLLATE "C" NOT NULL,
    PRIMARY KEY (device_id, ts, quantity, reason)
);
COMMENT ON TABLE reading_suspect IS 'Values that their sender or a rule of their profile doubts, and why; the readings keep them';

CREATE TABLE raw_section (
    device_id bigint NOT NULL,
    ts        timestamptz NOT NULL,
    name      text NOT NULL,
    content   bytea NOT NULL,
    digest    bytea NOT NULL GENERATED ALWAYS AS (sha256(content)) STORED,
    PRIMARY KEY (device_id, ts, name, digest)
);
COMMENT ON TABLE raw_section IS 'Parts of messages that nobody has described, as they came';

CREATE TABLE codec_memory (
    codec   text NOT NULL,
    key     text NOT NULL,
    content bytea NOT NULL,
    said_at timestamptz NOT NULL,
    PRIMARY KEY (codec, key)
);
COMMENT ON TABLE codec_memory IS 'What later messages can only be read with, such as a Sparkplug birth certificate';

ALTER TABLE quarantine ADD profile text,
    ADD replay_asked_at timestamptz,
    ADD replay_asked_by bigint REFERENCES person,
    ADD replay_any_age boolean NOT NULL DEFAULT false,
    ADD settled_at timestamptz,
    ADD outcome text CHECK (outcome IN ('replayed', 'discarded'));
COMMENT ON COLUMN quarantine.replay_any_age IS 'whoever asked wants samples stored that are older than their device accepts';
COMMENT ON COLUMN quarantine.settled_at IS 'when its samples were stored after all, or somebody gave them up; the message stays';
CREATE INDEX ON quarantine (replay_asked_at) WHERE replay_asked_at IS NOT NULL AND settled_at IS NULL;

-- What came into quarantine, hour by hour, and how much of it was kept: a broken device must not fill
-- the disk, and what is left out must not be forgotten.
CREATE TABLE quarantine_count (
    hour         timestamptz NOT NULL,
    device_id    bigint NOT NULL,
    profile      text NOT NULL,
    reason_code  text NOT NULL,
    messages     bigint NOT NULL,
    samples      bigint NOT NULL,
    kept         bigint NOT NULL DEFAULT 0 CHECK (kept BETWEEN 0 AND messages),
    kept_samples bigint NOT NULL DEFAULT 0 CHECK (kept_samples BETWEEN 0 AND samples),
    kept_bytes   bigint NOT NULL DEFAULT 0 CHECK (kept_bytes >= 0),
    last_at      timestamptz NOT NULL,
    PRIMARY KEY (hour, device_id, profile, reason_code)
);
COMMENT ON TABLE quarantine_count IS 'Messages set aside by hour, device, profile and reason; those that were not kept are only here';
COMMENT ON COLUMN quarantine_count.device_id IS '0 where nobody knows which';
COMMENT ON COLUMN quarantine_count.profile IS 'empty where none claims the topic';
COMMENT ON COLUMN quarantine_count.kept IS 'messages that are in quarantine, or were until they were settled';

CREATE TABLE conflict_left_out (
    device_id  bigint NOT NULL,
    noticed_in text NOT NULL,
    times      bigint NOT NULL,
    since      timestamptz NOT NULL,
    until      timestamptz NOT NULL,
    PRIMARY KEY (device_id, noticed_in)
);
COMMENT ON COLUMN conflict_left_out.noticed_in IS 'reading table, or maintenance: each row is written under one lock only, so that nobody waits in a ring';
COMMENT ON TABLE conflict_left_out IS 'How often a value in conflict was not kept in reading_conflict, because of its device there were too many; the readings are flagged all the same';

-- Row security, as of the tables of 0006.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['device_clock', 'device_status', 'device_fact', 'device_sequence', 'heard_numbers', 'sequence_gap',
                                'reading_suspect', 'raw_section', 'quarantine_count', 'conflict_left_out'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_collect, civicwatt_work,
                        civicwatt_scope USING (true)', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['device_clock', 'device_status', 'device_fact', 'sequence_gap', 'conflict_left_out'] LOOP
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING (device_id IN (SELECT d.device_id FROM device d))', name);
    END LOOP;
END
$$;
CREATE POLICY seen ON reading_suspect FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (EXISTS (SELECT FROM visible_devices() v WHERE v.device_id = reading_suspect.device_id
                      AND reading_suspect.ts <@ v.during));
CREATE POLICY seen ON quarantine_count FOR SELECT TO civicwatt_api, civicwatt_owner
    USING ((SELECT is_system_administrator()));
CREATE POLICY administered ON quarantine FOR UPDATE TO civicwatt_api
    USING ((SELECT is_system_administrator())) WITH CHECK (true);

GRANT SELECT ON device_clock, device_status, device_fact, sequence_gap, reading_suspect TO civicwatt_api;
GRANT UPDATE (replay_asked_at, replay_asked_by, replay_any_age, settled_at, outcome) ON quarantine TO civicwatt_api;
GRANT UPDATE (replay_asked_at, replay_any_age, settled_at, outcome, reason_code, reason) ON quarantine
    TO civicwatt_admin, civicwatt_collect;
GRANT SELECT, INSERT, UPDATE ON device_clock, device_status, device_fact, codec_memory TO civicwatt_collect;
GRANT INSERT ON heard_numbers TO civicwatt_collect;
GRANT SELECT, DELETE ON heard_numbers TO civicwatt_work;
GRANT INSERT, UPDATE ON device_sequence, sequence_gap TO civicwatt_work;
GRANT SELECT, INSERT ON reading_suspect, raw_section TO civicwatt_collect;
GRANT INSERT ON device_place TO civicwatt_collect;
GRANT EXECUTE ON FUNCTION newest_said(jsonb, jsonb) TO civicwatt_collect;
GRANT SELECT ON device_clock, device_status, device_fact, sequence_gap, reading_suspect TO civicwatt_admin;
GRANT SELECT ON device_clock, device_status, device_fact, device_sequence, sequence_gap, reading_suspect,
    raw_section TO civicwatt_work;
GRANT SELECT ON conflict_left_out TO civicwatt_api, civicwatt_admin;
GRANT SELECT, INSERT, UPDATE ON conflict_left_out TO civicwatt_collect, civicwatt_work;
GRANT DELETE ON reading_conflict TO civicwatt_collect, civicwatt_work;
GRANT SELECT ON quarantine_count TO civicwatt_api, civicwatt_admin;
GRANT SELECT, INSERT, UPDATE ON quarantine_count TO civicwatt_collect, civicwatt_work;
GRANT DELETE ON quarantine, quarantine_count TO civicwatt_work;
