-- A webhook that is not understood is kept once, however often its provider sends it. Older rows have no digest.
ALTER TABLE raw ADD COLUMN digest BLOB;
CREATE UNIQUE INDEX raw_once ON raw (channel, digest);
