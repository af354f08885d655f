CREATE VIEW IF NOT EXISTS limit_event_latest
AS
SELECT *
FROM limit_event FINAL
COMMENT 'Each alert, block, clearing and change of an account once.'
