-- Work orders: an alert handed to somebody who goes there, with what was promised, photos, a result, and a second person
-- who closes it. What was done is a step, added to only; the newest step says how things stand.

CREATE TABLE work_order (
    order_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id    bigint NOT NULL REFERENCES alert,
    assignee_id bigint NOT NULL REFERENCES person,
    task        text NOT NULL CHECK (task !~ '^\s*$'),
    place       text NOT NULL DEFAULT '',
    rule        text NOT NULL DEFAULT '',
    due_day     date,
    month       double precision,
    unit        text,
    month_cny   numeric,
    person_id   bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON work_order (alert_id);
CREATE INDEX ON work_order (assignee_id);
COMMENT ON COLUMN work_order.place IS 'as it was called when the order was given: whoever goes there may see nothing else of it';
COMMENT ON COLUMN work_order.month IS 'promised: what the alert said thirty more days would lose, when the order was given; month_cny in CNY';

CREATE TABLE work_order_step (
    order_id  bigint NOT NULL REFERENCES work_order,
    revision  integer NOT NULL CHECK (revision > 0),
    state     text NOT NULL CHECK (state IN ('issued', 'accepted', 'done', 'returned', 'closed', 'cancelled')),
    note      text NOT NULL DEFAULT '',
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_id, revision),
    CHECK (state NOT IN ('done', 'returned', 'cancelled') OR note !~ '^\s*$')
);
COMMENT ON TABLE work_order_step IS 'What was done with an order; done says what was found and mended';

CREATE TABLE work_order_photo (
    photo_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id  bigint NOT NULL REFERENCES work_order,
    jpeg      bytea NOT NULL CHECK (octet_length(jpeg) BETWEEN 1 AND 8 * 1024 * 1024),
    sha256    text NOT NULL,
    person_id bigint NOT NULL REFERENCES person DEFAULT current_person(),
    at        timestamptz NOT NULL DEFAULT now(),
    UNIQUE (order_id, sha256)
);
COMMENT ON COLUMN work_order_photo.jpeg IS 'written anew from what was sent: nothing but the picture is kept';

GRANT SELECT ON work_order, work_order_step TO civicwatt_scope;
SET ROLE civicwatt_scope;

-- Who may be sent: people of the desk, and those of a contract that covers the alert's meter.
CREATE FUNCTION order_people(of_alert bigint) RETURNS TABLE (person_id bigint, name text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp
AS $$
    SELECT d.person_id, d.name FROM alert a CROSS JOIN LATERAL duty_people(a.desk_id) d WHERE a.alert_id = of_alert
     UNION
    SELECT p.person_id, p.name
      FROM alert a JOIN contract_meter c ON c.meter_id = a.meter_id AND c.during @> now()
      JOIN scope s ON s.contract_id = c.contract_id AND s.during @> now() AND (s.expires_at IS NULL OR s.expires_at > now())
      JOIN person p ON p.person_id = s.person_id AND p.active
     WHERE a.alert_id = of_alert AND s.role = 'contractor'
       AND a.organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o)
$$;

CREATE FUNCTION check_order_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    last work_order_step;
BEGIN
    SELECT * INTO last FROM work_order_step s WHERE s.order_id = NEW.order_id ORDER BY s.revision DESC LIMIT 1;
    IF NEW.revision <> coalesce(last.revision, 0) + 1 THEN
        RAISE unique_violation USING CONSTRAINT = 'order_revision',
            MESSAGE = format('revision %s, want %s', NEW.revision, coalesce(last.revision, 0) + 1);
    END IF;
    IF NOT (coalesce(last.state, ''), NEW.state) IN (
            ('', 'issued'), ('issued', 'accepted'), ('accepted', 'done'), ('done', 'closed'), ('done', 'returned'),
            ('returned', 'done'), ('issued', 'cancelled'), ('accepted', 'cancelled'), ('returned', 'cancelled')) THEN
        RAISE check_violation USING CONSTRAINT = 'order_course',
            MESSAGE = format('%s cannot become %s', coalesce(last.state, 'nothing'), NEW.state);
    END IF;
    IF NEW.state = 'closed' AND NEW.person_id = last.person_id THEN
        RAISE check_violation USING CONSTRAINT = 'order_second_person', MESSAGE = 'who did the work does not close the order';
    END IF;
    RETURN NEW;
END
$$;
GRANT EXECUTE ON FUNCTION order_people(bigint) TO civicwatt_api, civicwatt_owner;
GRANT EXECUTE ON FUNCTION check_order_step() TO civicwatt_owner;
SET ROLE civicwatt_owner;

CREATE TRIGGER check_order_step BEFORE INSERT ON work_order_step FOR EACH ROW EXECUTE FUNCTION check_order_step();

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['work_order', 'work_order_step', 'work_order_photo'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY unscoped ON %I TO civicwatt_admin, civicwatt_work, civicwatt_scope USING (true)', name);
        EXECUTE format('CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_alert_change()', name);
        EXECUTE format('GRANT SELECT ON %I TO civicwatt_api, civicwatt_admin, civicwatt_work', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['work_order_step', 'work_order_photo'] LOOP
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO civicwatt_api, civicwatt_owner
                        USING (order_id IN (SELECT w.order_id FROM work_order w))', name);
    END LOOP;
END
$$;
CREATE POLICY seen ON work_order FOR SELECT TO civicwatt_api, civicwatt_owner
    USING (assignee_id = current_person() OR alert_id IN (
        SELECT a.alert_id FROM alert a WHERE a.organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o)));
CREATE POLICY given ON work_order FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND assignee_id IN (SELECT p.person_id FROM order_people(alert_id) p)
                AND alert_id IN (SELECT a.alert_id FROM alert a
                                  WHERE a.organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o)));
-- What is done there says who was sent; everything else who sent them.
CREATE POLICY done ON work_order_step FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND order_id IN (
        SELECT w.order_id FROM work_order w WHERE CASE WHEN state IN ('accepted', 'done') THEN w.assignee_id = current_person()
            ELSE w.alert_id IN (SELECT a.alert_id FROM alert a
                                 WHERE a.organisation_id IN (SELECT o.organisation_id FROM operated_organisations() o)) END));
CREATE POLICY taken ON work_order_photo FOR INSERT TO civicwatt_api
    WITH CHECK (person_id = current_person() AND order_id IN (SELECT w.order_id FROM work_order w)
                AND (SELECT s.state FROM work_order_step s WHERE s.order_id = work_order_photo.order_id
                      ORDER BY s.revision DESC LIMIT 1) IN ('accepted', 'returned'));

GRANT INSERT (alert_id, assignee_id, task, place, rule, due_day, month, unit, month_cny) ON work_order TO civicwatt_api;
GRANT INSERT (order_id, revision, state, note) ON work_order_step TO civicwatt_api;
GRANT INSERT (order_id, jpeg, sha256) ON work_order_photo TO civicwatt_api;
