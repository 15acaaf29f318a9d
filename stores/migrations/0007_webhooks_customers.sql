-- Message webhooks: how far each is, and its deliveries, which are the outbox and the log in one.
CREATE TABLE hook (
    id TEXT PRIMARY KEY,
    cursor INTEGER NOT NULL,
    node TEXT,
    until INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    body BLOB NOT NULL          -- failures, pause, agents' statuses
) WITHOUT ROWID;
CREATE TABLE hook_delivery (
    id TEXT PRIMARY KEY,
    hook TEXT NOT NULL,
    ord INTEGER NOT NULL,
    lane TEXT NOT NULL,
    conversation TEXT,
    state TEXT NOT NULL,
    ready INTEGER,              -- when it may be tried: null behind an older one of its lane, or when it is done with
    made INTEGER NOT NULL,
    done_at INTEGER,
    meta BLOB NOT NULL,
    body BLOB                   -- null once it was erased
);
CREATE INDEX hook_delivery_ready ON hook_delivery (hook, ready) WHERE ready IS NOT NULL;
CREATE INDEX hook_delivery_lane ON hook_delivery (hook, lane, ord, id) WHERE state = 'waiting';
CREATE INDEX hook_delivery_log ON hook_delivery (hook, ord, id);
CREATE INDEX hook_delivery_state ON hook_delivery (hook, state, ord, id);
CREATE INDEX hook_delivery_conversation ON hook_delivery (conversation) WHERE body IS NOT NULL;
CREATE INDEX hook_delivery_done ON hook_delivery (done_at) WHERE done_at IS NOT NULL;
