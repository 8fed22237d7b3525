-- Whom an alert is assigned to, or whom an order sends, is told: over their own channels at the desk, or those of the desk that
-- everybody hears first.

ALTER TABLE notice DROP CONSTRAINT notice_occasion_check;
ALTER TABLE notice ADD CONSTRAINT notice_occasion_check CHECK (occasion IN
    ('alert', 'escalated', 'digest', 'test', 'entries_overdue', 'entries_asked', 'assigned', 'ordered'));
ALTER TABLE notice ADD person_id bigint REFERENCES person;
COMMENT ON COLUMN notice.person_id IS 'whom it is for; null: who is on duty';

SET ROLE civicwatt_scope;

-- At the end of the transaction, when the alert says who it is and an order, if it came of one, is there.
CREATE FUNCTION note_assignment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO notice (desk_id, occasion, identity, alert_id, person_id, urgent, facts)
    SELECT a.desk_id, CASE WHEN w.order_id IS NULL THEN 'assigned' ELSE 'ordered' END, 'assigned:' || NEW.alert_event_id, a.alert_id,
           a.assigned_to, a.priority = 'urgent',
           jsonb_strip_nulls(jsonb_build_object('assignee', coalesce(nullif(p.name, ''), p.login), 'task', w.task, 'due', w.due_day::text))
      FROM alert a JOIN person p ON p.person_id = a.assigned_to
      LEFT JOIN LATERAL (SELECT o.* FROM work_order o
                          WHERE o.alert_id = a.alert_id AND o.assignee_id = a.assigned_to AND o.at = now()
                          ORDER BY o.order_id DESC LIMIT 1) w ON true
     WHERE a.alert_id = NEW.alert_id AND a.desk_id IS NOT NULL AND a.assigned_to IS DISTINCT FROM NEW.person_id;
    RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION note_assignment() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE CONSTRAINT TRIGGER note_assignment AFTER INSERT ON alert_event DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.act = 'assign') EXECUTE FUNCTION note_assignment();
