-- An alert that stands while its place moves is handed over: what the old desk saw ends with it there, and it stands on with
-- the new one from the day of the move.
ALTER TABLE alert_event DROP CONSTRAINT alert_event_act_check, ADD CONSTRAINT alert_event_act_check CHECK (act IN (
    'pend', 'open', 'reopen', 'acknowledge', 'assign', 'snooze', 'wake', 'resolve', 'fade', 'inhibit', 'release', 'blind',
    'sight', 'flap', 'raise', 'suppress', 'comment', 'verdict', 'hand_over'));
