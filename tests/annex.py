"""A building of which nobody noted the floor area, beside others that have one."""


def annex_below(parent: str) -> str:
    """SQL that lets it stand below a place, always."""
    return f"""WITH made AS (INSERT INTO organisation (code, kind, name_zh, name_en)
                      VALUES ('annex', 'building', 'annex', 'annex') RETURNING organisation_id)
               INSERT INTO organisation_position (organisation_id, parent_id, during)
               SELECT made.organisation_id, o.organisation_id, '(,)'
                 FROM made, organisation o WHERE o.code = '{parent}'"""
