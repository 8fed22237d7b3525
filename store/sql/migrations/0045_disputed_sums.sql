-- What a year or the whole term comes to can be disputed too: its sums, and its lines by month (``2026-03/electricity``).

ALTER TABLE dispute DROP CONSTRAINT dispute_side_check;
ALTER TABLE dispute ADD CONSTRAINT dispute_side_check
    CHECK (side IN ('fee', 'bills', 'deduction', 'baseline', 'total'));
COMMENT ON COLUMN dispute.line IS 'line of a month; of a year 2026-03/line where it differs from what was signed, or the symbol of a sum';
