-- Since when an agent has their status: what they had by then is kept, moved or closed when they are gone.
ALTER TABLE seat ADD COLUMN status_at INTEGER NOT NULL DEFAULT 0;
