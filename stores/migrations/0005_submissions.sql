-- What customers left when nobody could take the chat. The id and the number are its session's.
CREATE TABLE submission (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation INTEGER NOT NULL,
    session INTEGER NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    agent TEXT,
    grp TEXT,
    body BLOB NOT NULL
);
CREATE INDEX submission_session ON submission (session);
CREATE INDEX submission_conversation ON submission (conversation);
CREATE INDEX submission_open ON submission (state, number) WHERE state <> 'solved';
CREATE INDEX submission_agent ON submission (agent, number);
CREATE INDEX submission_group ON submission (grp, number);
-- Which later messages are about one.
CREATE TABLE submission_message (
    submission TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (submission, n)
) WITHOUT ROWID;
