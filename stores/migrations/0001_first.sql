-- One row is one event; the row of an event that carries a message is the message's row too (seq not null).
-- Numbers `rid` stand for the long ids inside the database.

CREATE TABLE conversation (
    rid INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    customer TEXT NOT NULL,
    version INTEGER NOT NULL,
    open INTEGER,               -- the open session
    active_n INTEGER NOT NULL,  -- the feed number of its last event
    body BLOB NOT NULL,
    UNIQUE (channel, address)
);
CREATE INDEX conversation_active ON conversation (active_n) WHERE open IS NOT NULL;
CREATE INDEX conversation_customer ON conversation (customer);

CREATE TABLE alias (
    channel TEXT NOT NULL,
    alias TEXT NOT NULL,
    conversation TEXT NOT NULL,
    PRIMARY KEY (channel, alias)
) WITHOUT ROWID;

CREATE TABLE customer (
    id TEXT PRIMARY KEY,
    partner_id TEXT,
    partner_key TEXT NOT NULL,  -- casefolded, for search
    name TEXT NOT NULL,         -- casefolded
    folded TEXT NOT NULL,  -- name, partner id, phone and mail, casefolded, one a line
    body BLOB NOT NULL
);
CREATE INDEX customer_partner ON customer (partner_id);

-- An open session is in its conversation (body, activity), so that a message in it changes nothing here.
CREATE TABLE session (
    rid INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation INTEGER NOT NULL,
    channel TEXT NOT NULL,
    number INTEGER NOT NULL,
    phase TEXT NOT NULL,
    agent TEXT,
    grp TEXT,
    active_n INTEGER,  -- null while it is open
    body BLOB          -- null while it is open
);
CREATE INDEX session_conversation ON session (conversation);
CREATE INDEX session_number ON session (number);
-- Open sessions are few; the order of their activity is an index of their conversations.
CREATE INDEX session_open_phase ON session (phase, grp) WHERE phase <> 'closed';
CREATE INDEX session_open_agent ON session (agent) WHERE phase <> 'closed';
-- Closed ones are history and rarely move: every list of them is one walk along an index.
CREATE INDEX session_closed ON session (active_n) WHERE phase = 'closed';
CREATE INDEX session_closed_agent ON session (agent, active_n) WHERE phase = 'closed';
CREATE INDEX session_closed_group ON session (grp, active_n) WHERE phase = 'closed';
CREATE INDEX session_closed_channel ON session (channel, active_n) WHERE phase = 'closed';
CREATE INDEX session_closed_channel_group ON session (channel, grp, active_n) WHERE phase = 'closed';

CREATE TABLE event (
    n INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    session INTEGER,
    seq INTEGER,            -- of the message that this row is; null for every other event
    fact INTEGER NOT NULL,  -- 1: what became of a message, 0: an event of the conversation
    at INTEGER NOT NULL,
    policy INTEGER NOT NULL,
    causes BLOB,            -- digests, 16 bytes each: what `forget` takes away with time
    state TEXT,
    code TEXT,
    reason TEXT,
    maybe_twice INTEGER NOT NULL DEFAULT 0,
    edited_at INTEGER,
    recalled_at INTEGER,
    retracted_at INTEGER,
    provider_id TEXT,
    body BLOB NOT NULL
);
CREATE INDEX event_session ON event (session, seq) WHERE fact = 0;

-- Why something was committed: blake2b-128 of scope and id.
CREATE TABLE cause (
    digest BLOB PRIMARY KEY,
    session INTEGER,
    seq INTEGER
) WITHOUT ROWID;
-- Causes of commits that had no event to keep them.
CREATE TABLE loose_cause (at INTEGER NOT NULL, digest BLOB NOT NULL);
CREATE INDEX loose_cause_at ON loose_cause (at);

-- Which messages a provider's id, or one of our deliveries, names.
CREATE TABLE name (
    digest BLOB NOT NULL,
    session INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (digest, session, seq)
) WITHOUT ROWID;

CREATE TABLE errand (
    ord INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    conversation INTEGER NOT NULL,
    kind TEXT NOT NULL,
    due INTEGER NOT NULL,
    ready INTEGER,          -- when it may be claimed: due, or the end of its lease; null: behind an older delivery
    node TEXT,
    until INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    uncertain INTEGER NOT NULL DEFAULT 0,
    began INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL
);
CREATE INDEX errand_ready ON errand (ready) WHERE ready IS NOT NULL;
CREATE INDEX errand_deliver ON errand (conversation, ord) WHERE kind = 'deliver';

-- Statuses that came before the message they are about was known by its provider's id.
CREATE TABLE early (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    message_id TEXT,
    delivery TEXT,
    at INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX early_at ON early (at);
CREATE INDEX early_message ON early (channel, message_id);
CREATE INDEX early_delivery ON early (channel, delivery);

CREATE TABLE seat (
    agent TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    reason TEXT,
    capacity INTEGER NOT NULL,
    load INTEGER NOT NULL,
    assigned_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE revision (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    body BLOB,              -- null: removed
    UNIQUE (collection, id, version)
);
CREATE TABLE document (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    body BLOB,
    UNIQUE (collection, id)
);

CREATE TABLE sign_in (digest BLOB PRIMARY KEY, agent TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX sign_in_agent ON sign_in (agent);
CREATE INDEX sign_in_expires ON sign_in (expires);

CREATE TABLE raw (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    at INTEGER NOT NULL,
    why TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX raw_channel ON raw (channel, id);

CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

-- Terms come from core.terms, which parts them by spaces; nothing of the text itself is kept here.
CREATE VIRTUAL TABLE search USING fts5 (terms, content = '', tokenize = 'ascii');
