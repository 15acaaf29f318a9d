-- What moves the counts of a day: events that begin {"type":"queued, assigned, transferred, closed or submission_….
CREATE INDEX IF NOT EXISTS event_pulse ON event (at) WHERE seq IS NULL AND substr(body, 10, 6) IN (
    CAST('queued' AS BLOB), CAST('assign' AS BLOB), CAST('transf' AS BLOB), CAST('closed' AS BLOB), CAST('submis' AS BLOB)
);
-- Who changed what, newest first; what may be asked for is all in it.
CREATE INDEX IF NOT EXISTS revision_changes ON revision (collection, at, id, version, who);
