#include "tests/integration/rewriting_cases.h"

namespace lantern_migrate::test {
namespace {

constexpr RewritingCase neighbours[] = {
    {"l2", "SELECT id FROM items WHERE v IS NOT NULL AND id < 300 AND id % 30 <> 0 ORDER BY v <-> '[1,2,3]' LIMIT 10"},
    {"l2 with its distance", "SELECT id, v <-> '[1,2,3]' AS d FROM items WHERE v IS NOT NULL ORDER BY d, id LIMIT 10"},
    {"l2 by ordinal", "SELECT id, v <-> '[3,1,-2]' FROM items WHERE v IS NOT NULL ORDER BY 2, 1 LIMIT 10"},
    {"l2 descending", "SELECT id, v <-> '[3,1,-2]' AS d FROM items WHERE v IS NOT NULL ORDER BY d DESC, id LIMIT 10"},
    {"l2 nulls first", "SELECT id FROM items ORDER BY v <-> '[1,2,3]' NULLS FIRST, id LIMIT 30"},
    {"l2 literal first", "SELECT id FROM items WHERE v IS NOT NULL ORDER BY '[9,9,9]' <-> v, id LIMIT 10"},
    {"l2 threshold", "SELECT id FROM items WHERE v <-> '[1,2,3]' < 7.5 ORDER BY id"},
    {"l2 threshold with BETWEEN", "SELECT id FROM items WHERE v <-> '[1,2,3]'::vector BETWEEN 3 AND 9.25 ORDER BY v <-> '[1,2,3]', id"},
    {"l2 in an expression that orders", "SELECT id FROM items WHERE v IS NOT NULL ORDER BY (v <-> '[1,2,3]') + price LIMIT 10"},
    {"l2 times a factor", "SELECT id FROM items WHERE v IS NOT NULL ORDER BY -(v <-> '[1,2,3]') * price, id LIMIT 10"},
    {"similarity orders descending", "SELECT id, 1 - (u <=> '[1,2,3,4]') AS sim FROM items WHERE u IS NOT NULL ORDER BY sim DESC LIMIT 10"},
    {"similarity of l2", "SELECT id, 1 / (1 + (v <-> '[4,4,4]')) AS sim FROM items WHERE v IS NOT NULL ORDER BY sim DESC, id LIMIT 10"},
    {"cosine", "SELECT id FROM items WHERE u IS NOT NULL ORDER BY u <=> '[1,0,2,0]' LIMIT 10"},
    {"cosine with distance", "SELECT id, u <=> '[1,0,2,0]' FROM items WHERE u IS NOT NULL ORDER BY u <=> '[1,0,2,0]' LIMIT 10"},
    {"cosine threshold", "SELECT id FROM items WHERE u <=> '[1,0,2,0]' < 0.3 ORDER BY id"},
    {"inner product", "SELECT id, u <#> '[1,0,2,0]' AS d FROM items WHERE u IS NOT NULL ORDER BY u <#> '[1,0,2,0]' LIMIT 10"},
    {"inner product negated", "SELECT id, (u <#> '[1,0,2,0]') * -1 AS ip FROM items WHERE u IS NOT NULL ORDER BY ip DESC LIMIT 10"},
    {"l1", "SELECT id, v <+> '[1,2,3]' AS d FROM items WHERE v IS NOT NULL ORDER BY d, id LIMIT 10"},
    {"hamming", "SELECT id, b <~> B'10101010' AS d FROM items WHERE b IS NOT NULL ORDER BY d, id LIMIT 20"},
    {"jaccard", "SELECT id, b <%> '10101010' AS d FROM items WHERE b IS NOT NULL ORDER BY d, id LIMIT 20"},
    {"halfvec", "SELECT id, h <-> '[1,2,3]' AS d FROM items WHERE h IS NOT NULL ORDER BY d, id LIMIT 10"},
    {"halfvec cosine", "SELECT id FROM items WHERE id <= 300 ORDER BY h <=> '[1,2,3]'::halfvec, id LIMIT 10"},
    {"sparsevec", "SELECT id, s <-> '{1:1,3:2}/6' AS d FROM items WHERE s IS NOT NULL ORDER BY d, id LIMIT 10"},
    {"sparsevec inner product", "SELECT id, s <#> '{1:1,3:2}/6'::sparsevec FROM items WHERE s IS NOT NULL ORDER BY 2, 1 LIMIT 10"},
    {"vector cast to halfvec",
     "SELECT id, v::halfvec(3) <-> '[1,2,3]' AS d FROM items WHERE v IS NOT NULL AND id < 303 ORDER BY d, id LIMIT 10"},
    {"halfvec cast to vector", "SELECT id, h::vector <-> v AS d FROM items WHERE v IS NOT NULL AND id < 303 ORDER BY d, id LIMIT 10"},
    {"a neighbour of a row",
     "SELECT id FROM items WHERE id <> 7 AND v IS NOT NULL ORDER BY v <-> (SELECT v FROM items WHERE id = 7), id LIMIT 10"},
    {"neighbours of a subquery's average",
     "SELECT id FROM items WHERE v IS NOT NULL ORDER BY v <-> (SELECT avg(v) FROM items WHERE category = 'a'), id LIMIT 10"},
    {"join",
     "SELECT c.id, i.id, c.loose <-> i.v AS d FROM chunks c JOIN items i ON i.id = c.item_id WHERE c.loose IS NOT NULL AND i.v IS NOT NULL "
     "ORDER BY c.loose <-> i.v, c.id LIMIT 10"},
    {"re-ranking",
     "SELECT id FROM (SELECT id, v FROM items WHERE v IS NOT NULL ORDER BY v <-> '[1,2,3]', id LIMIT 20) x "
     "ORDER BY v <+> '[1,2,3]', id LIMIT 5"},
    {"quantized",
     "SELECT id FROM items WHERE u IS NOT NULL ORDER BY binary_quantize(u)::bit(4) <~> binary_quantize('[1,-1,1,1]'::vector)::bit(4), id "
     "LIMIT 10"},
    {"part of a vector", "SELECT id, subvector(u, 1, 2)::vector(2) <=> '[1,1]' AS d FROM items WHERE u IS NOT NULL ORDER BY d LIMIT 10"},
    {"untyped column", "SELECT id FROM chunks WHERE loose IS NOT NULL ORDER BY loose::vector(3) <-> '[50,3,3]', id LIMIT 10"},
    {"two keys",
     "SELECT id FROM items WHERE v IS NOT NULL AND u IS NOT NULL ORDER BY category, v <-> '[1,2,3]', u <=> '[1,1,1,1]', id LIMIT 20"},
    {"OPERATOR()", "SELECT id FROM items WHERE v IS NOT NULL ORDER BY v OPERATOR(public.<->) '[1,2,3]'::public.vector, id LIMIT 10"},
    {"a point's own <->", "SELECT id, place <-> '(3,4)' AS d FROM items WHERE place IS NOT NULL ORDER BY place <-> '(3,4)', id LIMIT 10"},
    {"two points' <->", "SELECT id, place <-> point(3,4) FROM items WHERE id <= 300 ORDER BY place <-> point(3,4), id LIMIT 10"},
    {"array literal ARRAY[]", "SELECT id FROM items WHERE v IS NOT NULL ORDER BY v <-> ARRAY[1,2,3]::vector, id LIMIT 10"},
    {"FETCH FIRST WITH TIES", "SELECT id % 30 FROM items WHERE id IN (29, 30, 31) ORDER BY v <-> '[1,2,3]' FETCH FIRST 1 ROWS WITH TIES"},
    {"distance as parameter of a function",
     "SELECT round((v <-> '[1,2,3]')::numeric, 3) FROM items WHERE v IS NOT NULL AND id < 303 ORDER BY id LIMIT 10"},
    {"sum of distances",
     "SELECT id FROM items WHERE id < 300 AND v IS NOT NULL ORDER BY (v <-> '[1,2,3]') + (u <=> '[1,2,3,4]'), id LIMIT 10"},
    {"hybrid with CASE",
     "SELECT id FROM items WHERE v IS NOT NULL ORDER BY CASE WHEN category = 'a' THEN v <-> '[1,2,3]' ELSE 100 + (v <-> '[1,2,3]') END, id "
     "LIMIT 10"},
    {"CASE mixes distances",
     "SELECT id FROM items WHERE v IS NOT NULL ORDER BY CASE WHEN id % 2 = 0 THEN v <-> '[1,2,3]' ELSE v <+> '[1,2,3]' END, id LIMIT 10"},
    {"LEAST of distances", "SELECT id FROM items WHERE v IS NOT NULL ORDER BY LEAST(v <-> '[1,2,3]', v <-> '[9,9,9]', 4), id LIMIT 20"},
    {"COALESCE of a distance", "SELECT id FROM items WHERE id < 300 ORDER BY COALESCE(v <-> '[1,2,3]', 5), id LIMIT 20"},
    {"parentheses", "SELECT id FROM items WHERE v IS NOT NULL ORDER BY ((v) <-> ('[1,2,3]')), id LIMIT 10"},
    {"cast of the distance", "SELECT id FROM items WHERE v IS NOT NULL AND id < 303 ORDER BY (v <-> '[1,2,3]')::integer, id LIMIT 10"},
    {"cast of the distance to real", "SELECT id, (v <-> '[1,2,3]')::real AS d FROM items WHERE v IS NOT NULL ORDER BY d, id LIMIT 10"},
    {"alias that is a column", "SELECT id AS name, v <-> '[1,2,3]' AS price FROM items WHERE v IS NOT NULL ORDER BY price, id LIMIT 10"},
    {"alias hidden in an expression", "SELECT id, v <-> '[1,2,3]' AS price FROM items WHERE v IS NOT NULL ORDER BY price + 0, id LIMIT 10"},
};

constexpr RewritingCase queries[] = {
    {"CTE",
     "WITH q AS (SELECT '[1,2,3]'::vector AS e) SELECT id, v <-> q.e FROM items, q WHERE v IS NOT NULL ORDER BY v <-> q.e, id LIMIT 10"},
    {"CTE with a distance",
     "WITH near AS (SELECT id, v <-> '[1,2,3]' AS d FROM items WHERE v IS NOT NULL ORDER BY d, id LIMIT 20)"
     " SELECT id, d FROM near WHERE d < 6 ORDER BY d DESC, id"},
    {"CTE used by a CTE",
     "WITH a AS (SELECT avg(v) AS m FROM items WHERE id < 300), b AS (SELECT i.id, i.v <-> a.m AS d FROM items i, a WHERE i.id < 50)"
     " SELECT * FROM b ORDER BY d, id"},
    {"CTE with column names",
     "WITH q(e, f) AS (VALUES ('[1,2,3]'::vector, 1), ('[3,2,1]', 2)) SELECT f, (SELECT id FROM items WHERE v IS NOT NULL ORDER BY v <-> "
     "e, id LIMIT 1)"
     " FROM q ORDER BY f"},
    {"recursive CTE",
     "WITH RECURSIVE walk(id, v, depth) AS (SELECT id, v, 1 FROM items WHERE id = 5 UNION ALL SELECT n.id, n.v, depth + 1 FROM walk w, "
     "LATERAL"
     " (SELECT i.id, i.v FROM items i WHERE i.id > w.id AND i.id < 300 AND i.v IS NOT NULL ORDER BY i.v <-> w.v, i.id LIMIT 1) n WHERE "
     "depth < 5)"
     " SELECT id, depth, v FROM walk ORDER BY depth"},
    {"hybrid search of ranks",
     "WITH semantic AS (SELECT id, RANK() OVER (ORDER BY u <=> '[1,2,3,4]') AS rank FROM items WHERE u IS NOT NULL ORDER BY u <=> "
     "'[1,2,3,4]' LIMIT 20),"
     " keyword AS (SELECT id, RANK() OVER (ORDER BY name) AS rank FROM items WHERE name LIKE 'item 1%' ORDER BY rank LIMIT 20)"
     " SELECT COALESCE(s.id, k.id) AS id, COALESCE(1.0 / (60 + s.rank), 0.0) + COALESCE(1.0 / (60 + k.rank), 0.0) AS score"
     " FROM semantic s FULL OUTER JOIN keyword k ON s.id = k.id ORDER BY score DESC, id LIMIT 10"},
    {"lateral",
     "SELECT u.id, n.id, n.d FROM app.users u, LATERAL (SELECT i.id, i.v <-> u.taste AS d FROM items i WHERE i.v IS NOT NULL ORDER BY i.v "
     "<-> u.taste, i.id LIMIT 3) n"
     " ORDER BY u.id, n.d, n.id"},
    {"left lateral",
     "SELECT u.id, n.d FROM app.users u LEFT JOIN LATERAL (SELECT u.taste <=> i.v AS d FROM items i WHERE i.id = u.id * 17) n ON true "
     "ORDER BY u.id"},
    {"cross join of two tables", "SELECT a.id, b.id FROM items a JOIN items b ON a.id < b.id AND a.v <-> b.v < 1.5 ORDER BY 1, 2"},
    {"join USING", "SELECT id, items.v <-> users.taste AS d FROM items JOIN app.users USING (id) WHERE items.v IS NOT NULL ORDER BY d, id"},
    {"window",
     "SELECT id, row_number() OVER (PARTITION BY category ORDER BY v <-> '[1,2,3]', id) AS r FROM items WHERE v IS NOT NULL ORDER BY id"},
    {"named window",
     "SELECT id, rank() OVER w, (v <-> '[1,2,3]') - first_value(v <-> '[1,2,3]') OVER w AS gap FROM items WHERE v IS NOT NULL AND id < 100 "
     "WINDOW w AS (PARTITION BY category ORDER BY v <-> '[1,2,3]', id) ORDER BY id"},
    {"window of lag", "SELECT id, v <-> lag(v) OVER (ORDER BY id) AS step FROM items WHERE v IS NOT NULL AND id < 100 ORDER BY id"},
    {"running average", "SELECT id, avg(v) OVER (ORDER BY id ROWS 2 PRECEDING) FROM items WHERE id < 60 ORDER BY id"},
    {"DISTINCT", "SELECT DISTINCT v FROM items WHERE id BETWEEN 25 AND 40 ORDER BY v"},
    {"DISTINCT with distance", "SELECT DISTINCT v <-> '[1,2,3]' AS d FROM items WHERE v IS NOT NULL AND id < 50 ORDER BY d"},
    {"DISTINCT by the expression", "SELECT DISTINCT v <-> '[1,2,3]' FROM items WHERE v IS NOT NULL AND id < 50 ORDER BY v <-> '[1,2,3]'"},
    {"DISTINCT ON",
     "SELECT DISTINCT ON (category) category, id, v <-> '[1,2,3]' AS d FROM items WHERE v IS NOT NULL ORDER BY category, v <-> '[1,2,3]', "
     "id"},
    {"DISTINCT ON the distance",
     "SELECT DISTINCT ON (v <-> '[1,2,3]') id FROM items WHERE v IS NOT NULL AND id < 60 ORDER BY v <-> '[1,2,3]', id"},
    {"GROUP BY",
     "SELECT category, min(v <-> '[1,2,3]'), max(u <=> '[1,1,1,1]'), count(v) FROM items WHERE id < 303 GROUP BY category ORDER BY "
     "category"},
    {"GROUP BY a vector", "SELECT v, count(*) FROM items WHERE id BETWEEN 1 AND 70 GROUP BY v HAVING count(*) > 1 ORDER BY v NULLS LAST"},
    {"GROUP BY a distance",
     "SELECT v <-> '[0,0,0]' AS d, count(*) FROM items WHERE id < 70 GROUP BY v <-> '[0,0,0]' ORDER BY v <-> '[0,0,0]'"},
    {"GROUP BY alias", "SELECT round((v <-> '[0,0,0]')::numeric, 0) AS d, count(*) FROM items WHERE id < 300 GROUP BY d ORDER BY d"},
    {"order by an aggregate of distances", "SELECT category FROM items WHERE id < 300 GROUP BY category ORDER BY avg(v <-> '[1,2,3]')"},
    {"order by a distance of an aggregate",
     "SELECT category, avg(v) <-> '[1,2,3]' AS d FROM items WHERE id < 300 GROUP BY category ORDER BY d"},
    {"HAVING", "SELECT category FROM items WHERE id < 300 GROUP BY category HAVING avg(v) <-> '[0,0,5]' < 1.5 ORDER BY category"},
    {"average", "SELECT avg(v) FROM items WHERE id < 300"},
    {"average of halves", "SELECT avg(h), sum(h) FROM items WHERE id < 100"},
    {"sum", "SELECT category, sum(v) FROM items WHERE id < 300 GROUP BY category ORDER BY category"},
    {"sum with FILTER", "SELECT sum(v) FILTER (WHERE category = 'a'), avg(DISTINCT v) FROM items WHERE id < 300"},
    {"sum of numbers", "SELECT sum(price), avg(id), sum(v <-> '[1,2,3]') FROM items WHERE id < 300"},
    {"UNION", "SELECT id, v FROM items WHERE id < 5 UNION SELECT id, taste FROM app.users WHERE id > 17 ORDER BY 1, 2"},
    {"UNION ALL of neighbours",
     "(SELECT id, v <-> '[1,2,3]' AS d FROM items WHERE v IS NOT NULL ORDER BY v <-> '[1,2,3]', id LIMIT 3) UNION ALL"
     " (SELECT id, v <=> '[1,2,3]' FROM items WHERE id < 300 AND v IS NOT NULL ORDER BY v <=> '[1,2,3]', id LIMIT 3) ORDER BY d, id"},
    {"UNION with a literal", "SELECT v FROM items WHERE id = 2 UNION ALL SELECT '[1,2,3]' ORDER BY 1"},
    {"UNION with a literal first", "SELECT '[1,2,3]' AS e UNION ALL SELECT v FROM items WHERE id = 2 ORDER BY 1"},
    {"EXCEPT", "SELECT v FROM items WHERE id < 10 EXCEPT SELECT v FROM items WHERE id < 5 ORDER BY 1"},
    {"INTERSECT", "SELECT v FROM items WHERE id = 30 INTERSECT SELECT v FROM items WHERE id = 29"},
    {"EXISTS", "SELECT id FROM app.users u WHERE EXISTS (SELECT FROM items i WHERE i.v <-> u.taste < 3) ORDER BY id"},
    {"IN of a subquery", "SELECT id FROM items WHERE v IN (SELECT v FROM items WHERE id IN (29, 59)) ORDER BY id"},
    {"IN of literals", "SELECT id FROM items WHERE v IN ('[1,2,3]', '[0,0,0]') ORDER BY id"},
    {"= a literal", "SELECT id FROM items WHERE v = '[1,2,3]'"},
    {"<> a cast literal", "SELECT count(*) FROM items WHERE v <> '[1, 2.0, 3]'::vector(3)"},
    {"< a literal", "SELECT count(*) FROM items WHERE v < '[1,2,3]' AND '[-5,0,0]' <= v"},
    {"IS DISTINCT FROM", "SELECT count(*) FROM items WHERE v IS DISTINCT FROM '[1,2,3]'"},
    {"scalar subquery", "SELECT id, (SELECT v FROM items i WHERE i.id = u.id) <-> u.taste AS d FROM app.users u ORDER BY id"},
    {"ARRAY of a subquery", "SELECT ARRAY(SELECT id FROM items WHERE v IS NOT NULL ORDER BY v <-> '[1,2,3]', id LIMIT 5)"},
    {"aggregate with ORDER BY", "SELECT array_agg(id ORDER BY v <-> '[1,2,3]', id) FROM items WHERE v IS NOT NULL AND id < 30"},
    {"string_agg with ORDER BY", "SELECT string_agg(name, ',' ORDER BY v <=> '[1,2,3]', id) FROM items WHERE v IS NOT NULL AND id < 30"},
    {"percentile of distances", "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY v <-> '[1,2,3]') FROM items"},
    {"VALUES", "SELECT n, e <-> '[1,1]' FROM (VALUES (1, '[1,2]'::vector), (2, '[3,4]')) AS q(n, e) ORDER BY n"},
    {"VALUES alone", "VALUES ('[1,2]'::vector, 1), ('[3,4]', 2)"},
    {"ordinal behind a star", "SELECT *, taste <-> '[1,2,3]' FROM app.users ORDER BY 2"},
    {"VALUES with the literal first", "SELECT n, e <-> '[1,1]' FROM (VALUES (1, '[1,2]'), (2, '[3,4]'::vector)) AS q(n, e) ORDER BY n"},
    {"CTE named as a table", "WITH chunks AS (SELECT '[1,2,3]' AS loose) SELECT loose, loose = '[1,2,3]' FROM chunks"},
    {"view", "SELECT id, distance FROM item_distances WHERE distance < 6 ORDER BY distance, id"},
    {"view's vector", "SELECT id, v <=> '[1,2,3]' FROM item_distances WHERE id < 30 ORDER BY v <-> '[3,3,3]', id"},
    {"view's average", "SELECT category, centre <-> '[1,1,1]', n FROM averages ORDER BY category"},
    {"user's function", "SELECT id, similarity(v, '[1,2,3]') FROM items WHERE id < 20 ORDER BY 2 DESC, 1"},
    {"user's function of two columns", "SELECT similarity(i.v, u.taste) FROM items i JOIN app.users u USING (id) ORDER BY i.id"},
    {"user's function that gives a vector", "SELECT centre_of('a'), centre_of('b') <-> '[1,2,3]', centre_of('c') + '[1,1,1]'"},
    {"user's function of rows", "SELECT id, v FROM nearest('[1,2,3]')"},
    {"user's function, cast and count", "SELECT n.id, n.v <-> '[1,2,3]' AS d FROM nearest('[1,2,3]'::vector(3), 7) n ORDER BY d DESC, id"},
    {"user's function, named",
     "SELECT id, similarity FROM match_items(query_embedding => '[1,2,3]', match_threshold => 0.5, match_count => 5)"},
    {"user's function, old names",
     "SELECT id FROM match_items(query_embedding := '[1,2,3]', match_threshold := 0.9, match_count := 100) ORDER BY 1"},
    {"user's function's columns", "SELECT m.id, m.embedding <-> '[1,2,3]' FROM match_items('[1,2,3]', 0.8, 4) AS m ORDER BY 2"},
    {"whole rows", "SELECT i.* FROM (SELECT id, v, h FROM items) i WHERE i.id IN (1, 2, 302) ORDER BY i.id"},
    {"star", "SELECT * FROM (SELECT *, embedding <-> '[1,2,3,4,5]' AS d FROM chunks) q WHERE d < 7 ORDER BY d, id LIMIT 5"},
    {"TABLESAMPLE", "SELECT count(v <-> '[1,2,3]') FROM items TABLESAMPLE BERNOULLI (100)"},
    {"FOR UPDATE", "SELECT id FROM items WHERE v IS NOT NULL ORDER BY v <-> '[1,2,3]', id LIMIT 3 FOR UPDATE"},
    {"subquery as a key", "SELECT id FROM app.users u ORDER BY (SELECT min(i.v <-> u.taste) FROM items i), id"},
    {"subquery's distance as a key", "SELECT id FROM app.users u ORDER BY (SELECT i.v <-> u.taste FROM items i WHERE i.id = 1), id"},
    {"outer distance of an inner order",
     "SELECT d FROM (SELECT v <-> '[1,2,3]' AS d FROM items WHERE v IS NOT NULL ORDER BY v <-> '[1,2,3]' LIMIT 5) q ORDER BY d DESC"},
    {"MATERIALIZED",
     "WITH near AS MATERIALIZED (SELECT id, v <-> '[1,2,3]' AS distance FROM items WHERE v IS NOT NULL ORDER BY distance, id LIMIT 30)"
     " SELECT * FROM near WHERE distance < 5 ORDER BY distance, id"},
};

}  // namespace

std::span<const RewritingCase> neighbour_cases() { return neighbours; }
std::span<const RewritingCase> query_cases() { return queries; }

}  // namespace lantern_migrate::test
