-- The log of sensitive words found: events that begin {"type":"words_found".
CREATE INDEX event_words ON event (at) WHERE substr(body, 1, 21) = CAST('{"type":"words_found"' AS BLOB);
