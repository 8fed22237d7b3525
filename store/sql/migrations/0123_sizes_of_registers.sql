-- The size of a register holds from when it was hung, however late it is declared: its turns of before are
-- computed again too.

SET ROLE civicwatt_scope;

-- As in 0022, but for sizes.
CREATE OR REPLACE FUNCTION touch_event_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    event register_event;
    day_zone text;
    since timestamptz;
    until timestamptz;
BEGIN
    SELECT * INTO event FROM register_event e WHERE e.event_id = NEW.event_id;
    SELECT zone_of(p.place_id) INTO day_zone FROM meter_position p
     WHERE p.meter_id = event.meter_id ORDER BY upper(p.during) DESC NULLS FIRST LIMIT 1;
    since := event.at;
    IF event.kind = 'error' THEN
        until := event.until;
    ELSIF event.kind IN ('swap', 'reset') THEN
        until := event.at;
    ELSIF event.kind = 'register_size' THEN
        until := 'infinity';
        -- From the last swap or reset before, else from the first reading.
        SELECT coalesce(max(e.at), '-infinity') INTO since FROM register_event e
         WHERE e.meter_id = event.meter_id AND e.kind IN ('swap', 'reset') AND e.at < event.at
           AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = e.event_id);
        SELECT least(event.at, greatest(since, coalesce(min(r.ts), event.at))) INTO since
          FROM meter_device d CROSS JOIN LATERAL (
                   SELECT min(ts) AS ts FROM electricity_reading WHERE device_id = d.device_id
                    UNION ALL SELECT min(ts) FROM flow_reading WHERE device_id = d.device_id
                    UNION ALL SELECT min(ts) FROM heat_reading WHERE device_id = d.device_id) r
         WHERE d.meter_id = event.meter_id;
    ELSE
        SELECT coalesce(min(e.at), 'infinity') INTO until FROM register_event e
         WHERE e.meter_id = event.meter_id AND e.kind = event.kind AND e.at > event.at
           AND NOT EXISTS (SELECT FROM register_event_withdrawal w WHERE w.event_id = e.event_id);
    END IF;
    PERFORM touch_days(d.device_id, greatest(since, lower(d.during)), least(until, upper(d.during)),
                       coalesce(day_zone, 'UTC'))
       FROM meter_device d
      WHERE d.meter_id = event.meter_id AND (d.during && tstzrange(since, until, '[]')
            OR upper(d.during) = event.at);
    RETURN NULL;
END
$$;

SET ROLE civicwatt_owner;
