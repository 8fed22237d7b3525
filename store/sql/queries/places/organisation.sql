-- name: put
SELECT put_organisation(%(code)s, %(kind)s, %(name_zh)s, %(name_en)s, %(zone)s, %(parent)s);

-- name: may_put
SELECT is_system_administrator();
