-- name: current
SELECT password_length, password_kinds, password_history, password_days, sign_in_attempts, lock_minutes, idle_minutes,
       session_minutes
  FROM security_rule;

-- name: change
-- All integers; password_days null: passwords do not age.
SELECT set_security_rule(%(password_length)s, %(password_kinds)s, %(password_history)s, %(password_days)s,
                         %(sign_in_attempts)s, %(lock_minutes)s, %(idle_minutes)s, %(session_minutes)s);
