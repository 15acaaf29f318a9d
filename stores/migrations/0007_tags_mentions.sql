-- Which sessions have a tag. Open ones by themselves (their phase and activity are elsewhere); closed ones as every list
-- of closed sessions walks them.
CREATE TABLE session_tag (
    tag TEXT NOT NULL,
    rid INTEGER NOT NULL,
    phase TEXT NOT NULL,    -- 'open' or 'closed'
    channel TEXT NOT NULL,
    agent TEXT,
    grp TEXT,
    active_n INTEGER,
    PRIMARY KEY (tag, rid)
) WITHOUT ROWID;
CREATE INDEX session_tag_rid ON session_tag (rid);
CREATE INDEX session_tag_open ON session_tag (tag) WHERE phase = 'open';
CREATE INDEX session_tag_closed ON session_tag (tag, active_n) WHERE phase = 'closed';
CREATE INDEX session_tag_closed_agent ON session_tag (tag, agent, active_n) WHERE phase = 'closed';
CREATE INDEX session_tag_closed_group ON session_tag (tag, grp, active_n) WHERE phase = 'closed';
CREATE INDEX session_tag_closed_channel ON session_tag (tag, channel, active_n) WHERE phase = 'closed';
CREATE INDEX session_tag_closed_channel_group ON session_tag (tag, channel, grp, active_n) WHERE phase = 'closed';
INSERT OR IGNORE INTO session_tag
    SELECT t.value, s.rid, 'closed', s.channel, s.agent, s.grp, s.active_n
    FROM session s, json_each(CAST(s.body AS TEXT), '$.tags') t WHERE s.body IS NOT NULL;
INSERT OR IGNORE INTO session_tag
    SELECT t.value, c.open, 'open', c.channel, NULL, NULL, NULL
    FROM conversation c, json_each(CAST(c.body AS TEXT), '$.session.tags') t WHERE c.open IS NOT NULL;

-- Notes in which an agent is mentioned. What was written before there was a list counts as read.
CREATE TABLE mention (
    agent TEXT NOT NULL,
    n INTEGER NOT NULL,
    session INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    PRIMARY KEY (agent, n)
) WITHOUT ROWID;
CREATE INDEX mention_unread ON mention (agent, n) WHERE unread = 1;
INSERT OR IGNORE INTO mention
    SELECT m.value, e.n, e.session, 0
    FROM event e, json_each(CAST(e.body AS TEXT), '$.message.content.mentions') m
    WHERE substr(e.body, 1, 15) = CAST('{"type":"noted"' AS BLOB) AND e.session IS NOT NULL;
