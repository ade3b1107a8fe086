-- Values at the ends of their types.
CREATE EXTENSION vector;
CREATE TABLE ends (id int PRIMARY KEY, n numeric, nn numeric(20, 5), f4 real, f8 float8, m money, ts timestamp, tz timestamptz, d date, t time, ttz timetz, i interval,
    o oid, x xid8, l pg_lsn, b bit(7), vb bit varying, u uuid, ip inet, c cidr, mac macaddr, mac8 macaddr8, p point, box box, poly polygon, path path, circle circle);
INSERT INTO ends VALUES
    (1, 'NaN', 'NaN', 'NaN', 'NaN', '92233720368547758.07', 'infinity', 'infinity', 'infinity', '24:00', '24:00+15:59', '178000000 years', 4294967295, '18446744073709551615',
     'FFFFFFFF/FFFFFFFF', B'1010101', B'', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '::1/128', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '(1e300,-1e-300)', '(1,2),(3,4)', '((0,0),(1,1),(1,0))', '[(0,0),(1,1)]', '<(0,0),5>'),
    (2, 'infinity', -99999.12345, '-0', '-0', '-92233720368547758.08', '-infinity', '-infinity', '-infinity', '00:00', '00:00-15:59', '-1 month 1 day -00:00:00.000001', 0, '0', '0/0', B'0000000', B'1', '00000000-0000-0000-0000-000000000000', '10.1.2.3/8', '::/0', NULL, NULL, NULL, NULL, NULL, '((0,0))', NULL),
    (3, '-infinity', 0, '1e-45', '5e-324', 0, '4713-01-01 BC', '294276-12-31 23:59:59.999999+00', '4713-01-01 BC', '23:59:59.999999', NULL, '0', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, (repeat('9', 1000) || '.' || repeat('1', 1000))::numeric, NULL, '3.4028235e38', '1.7976931348623157e308', NULL, NULL, NULL, '5874897-12-31', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO ends SELECT i FROM generate_series(5, 50) i;
