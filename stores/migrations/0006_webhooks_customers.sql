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
    facts BLOB NOT NULL,
    body BLOB                   -- null once it was erased
);
CREATE INDEX hook_delivery_ready ON hook_delivery (hook, ready) WHERE ready IS NOT NULL;
CREATE INDEX hook_delivery_lane ON hook_delivery (hook, lane, ord, id) WHERE state = 'waiting';
CREATE INDEX hook_delivery_log ON hook_delivery (hook, ord, id);
CREATE INDEX hook_delivery_state ON hook_delivery (hook, state, ord, id);
CREATE INDEX hook_delivery_conversation ON hook_delivery (conversation) WHERE body IS NOT NULL;
CREATE INDEX hook_delivery_done ON hook_delivery (done_at) WHERE done_at IS NOT NULL;

-- What customers are found by: words, numbers, addresses, each by its beginning.
CREATE TABLE customer_term (term TEXT NOT NULL, customer TEXT NOT NULL, PRIMARY KEY (term, customer)) WITHOUT ROWID;
CREATE INDEX customer_term_customer ON customer_term (customer);
-- Customers of earlier versions get their terms behind, from the newest row down.
INSERT INTO counter SELECT 'customers_untermed', newest FROM (SELECT max(rowid) AS newest FROM customer)
    WHERE newest IS NOT NULL;

-- Whose record a company's own id is.
CREATE TABLE partner (partner_id TEXT PRIMARY KEY, customer TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO partner SELECT partner_id, max(id) FROM customer WHERE partner_id IS NOT NULL GROUP BY partner_id;

-- Erasing: all of a conversation's names and events; files that nothing names any more.
CREATE INDEX alias_conversation ON alias (conversation);
CREATE INDEX event_loose ON event (conversation) WHERE session IS NULL;
CREATE TABLE dropped_file (url TEXT PRIMARY KEY) WITHOUT ROWID;
