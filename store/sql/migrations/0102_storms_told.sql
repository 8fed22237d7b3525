-- A storm is told as what it is, with what it is about, and climbs the ladder as a single alert does. It wakes somebody only where
-- something in it is urgent: that is what over_budget says of a digest too.

ALTER TABLE notice DROP CONSTRAINT notice_occasion_check;
ALTER TABLE notice ADD CONSTRAINT notice_occasion_check CHECK (occasion IN
    ('alert', 'escalated', 'digest', 'test', 'entries_overdue', 'entries_asked', 'assigned', 'ordered', 'storm', 'storm_escalated'));
ALTER TABLE notice ADD interruption_id bigint REFERENCES alert_interruption;
COMMENT ON COLUMN notice.interruption_id IS 'the interruption it tells of; null: of none, or older than this column';
COMMENT ON COLUMN alert_interruption.over_budget IS 'urgent, or a digest with something urgent: told although the budget of the shift was spent';

SET ROLE civicwatt_scope;

CREATE OR REPLACE FUNCTION note_interruption() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO notice (desk_id, occasion, identity, alert_id, interruption_id, urgent, facts)
    SELECT NEW.desk_id, CASE NEW.kind WHEN 'alert' THEN 'alert' ELSE 'storm' END, 'interruption:' || NEW.interruption_id,
           NEW.alert_id, NEW.interruption_id, coalesce(a.priority = 'urgent', NEW.over_budget),
           jsonb_build_object('alerts', NEW.alerts::text)
      FROM (SELECT 1) one LEFT JOIN alert a ON a.alert_id = NEW.alert_id;
    RETURN NULL;
END
$$;

SET ROLE civicwatt_owner;
