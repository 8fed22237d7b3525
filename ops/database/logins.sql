-- One login per service, member of that service's role and of nothing else, with the password of
-- its secret. For psql, as superuser, after `civicwatt migrate`; may run again, to change passwords.
-- NOINHERIT: a login can do nothing until its process has become the role.
\set ON_ERROR_STOP on
\set admin `cat /run/secrets/admin_password`
\set collect `cat /run/secrets/collect_password`
\set work `cat /run/secrets/work_password`
\set api `cat /run/secrets/api_password`

SELECT format('CREATE ROLE %I LOGIN NOINHERIT', name)
  FROM unnest(ARRAY['civicwatt_admin_login', 'civicwatt_collect_login', 'civicwatt_work_login',
                    'civicwatt_api_login']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE civicwatt_admin_login PASSWORD :'admin';
ALTER ROLE civicwatt_collect_login PASSWORD :'collect';
ALTER ROLE civicwatt_work_login PASSWORD :'work';
ALTER ROLE civicwatt_api_login PASSWORD :'api';

GRANT civicwatt_admin TO civicwatt_admin_login;
GRANT civicwatt_collect TO civicwatt_collect_login;
GRANT civicwatt_work TO civicwatt_work_login;
GRANT civicwatt_api TO civicwatt_api_login;
