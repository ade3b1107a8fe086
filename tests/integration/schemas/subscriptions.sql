-- A subscription stays where it is, and the plan says so.
-- differs: comment on subscription feed is missing: from elsewhere
-- finding: warning: subscription feed: it stays on the source: two of them would take each other's changes
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, v vector(2));
INSERT INTO items SELECT i, ARRAY[i, 1]::real[]::vector FROM generate_series(1, 20) i;
CREATE SUBSCRIPTION feed CONNECTION 'host=nowhere.example password=secret-word' PUBLICATION all_items WITH (connect = false, enabled = false, slot_name = 'feed');
COMMENT ON SUBSCRIPTION feed IS 'from elsewhere';
