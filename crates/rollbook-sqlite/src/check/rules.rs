//! What the tables promise each other, each as a query for what breaks it.

/// Each answers one sentence a row, eleven at most; none where all is well. A directory that is being deleted (`closed`)
/// goes bit by bit, so that some of them do not hold for it.
pub(super) const RULES: &[&str] = &[
    // Kept counts are real counts.
    "SELECT 'totals: ' || t.live || ' resources of type ' || t.type || ' are counted, there are ' || t.counted
     FROM (SELECT *, (SELECT count(*) FROM resources r WHERE r.directory = t.directory AND r.type = t.type
             AND r.deleted IS NULL) AS counted FROM totals t) t
     WHERE t.live <> t.counted LIMIT 11",
    "SELECT 'totals: resources of type ' || r.type || ' are not counted'
     FROM (SELECT DISTINCT directory, type FROM resources WHERE deleted IS NULL) r
     WHERE NOT EXISTS (SELECT 1 FROM totals t WHERE t.directory = r.directory AND t.type = r.type) LIMIT 11",
    "SELECT 'blocks: ' || b.live || ' resources of type ' || b.type || ' from ' || b.id || ' on are counted, there are '
         || b.counted
     FROM (SELECT b.*, (SELECT count(*) FROM resources r
             WHERE r.directory = b.directory AND r.type = b.type AND r.deleted IS NULL
                 AND (r.created, r.id) >= (b.created, b.id)
                 AND (b.to_created IS NULL OR (r.created, r.id) < (b.to_created, b.to_id))) AS counted
         FROM (SELECT *, lead(created) OVER w AS to_created, lead(id) OVER w AS to_id FROM blocks
             WINDOW w AS (PARTITION BY directory, type ORDER BY created, id)) b) b
     WHERE b.live <> b.counted LIMIT 11",
    "SELECT 'blocks: they count another number of resources of type ' || t.type || ' than totals'
     FROM totals t WHERE t.live <> (SELECT coalesce(sum(live), 0) FROM blocks b
         WHERE b.directory = t.directory AND b.type = t.type) LIMIT 11",
    "SELECT 'group ' || g.id || ': ' || g.members || ' members are counted, ' || g.unresolved
         || ' of them without a resource; there are ' || coalesce(e.members, 0) || ' and ' || coalesce(e.unresolved, 0)
     FROM resources g JOIN counters c ON c.n = g.directory AND c.closed = 0
     LEFT JOIN (
         SELECT e.grp, count(*) AS members, sum(m.n IS NULL) AS unresolved
         FROM edges e LEFT JOIN resources m ON m.directory = e.directory AND m.id = e.member AND m.deleted IS NULL
         WHERE e.present = 1 GROUP BY e.grp) e ON e.grp = g.n
     WHERE g.members <> coalesce(e.members, 0) OR g.unresolved <> coalesce(e.unresolved, 0) LIMIT 11",
    // What refers to something refers to what is there.
    "SELECT 'edges: the group of member ' || e.member || ' is not there, was deleted, or is in another directory'
     FROM edges e LEFT JOIN resources g ON g.n = e.grp
     WHERE g.n IS NULL OR g.directory <> e.directory OR (e.present = 1 AND g.deleted IS NOT NULL) LIMIT 11",
    "SELECT 'keys: a key `' || k.attribute || '` belongs to no resource that lives, or to one of another type'
     FROM keys k LEFT JOIN resources r ON r.n = k.resource
     WHERE r.n IS NULL OR r.deleted IS NOT NULL OR r.directory <> k.directory OR r.type <> k.type LIMIT 11",
    "SELECT 'resource ' || r.id || ': its directory is not there'
     FROM resources r WHERE NOT EXISTS (SELECT 1 FROM counters c WHERE c.n = r.directory) LIMIT 11",
    "SELECT 'counters: the directory ' || c.directory || ' is not there, but open'
     FROM counters c WHERE c.closed = 0 AND c.seq > 0
         AND NOT EXISTS (SELECT 1 FROM directories d WHERE d.id = c.directory) LIMIT 11",
    "SELECT 'target ' || t.id || ': its directory is not there'
     FROM targets t WHERE NOT EXISTS (SELECT 1 FROM directories d WHERE d.id = t.directory) LIMIT 11",
    "SELECT 'token ' || t.id || ': its directory is not there'
     FROM tokens t WHERE NOT EXISTS (SELECT 1 FROM directories d WHERE d.id = t.directory) LIMIT 11",
    "SELECT 'OAuth client ' || c.id || ': its directory is not there'
     FROM clients c WHERE NOT EXISTS (SELECT 1 FROM directories d WHERE d.id = c.directory) LIMIT 11",
    "SELECT 'link of ' || l.resource || ': its target ' || l.target || ' is not there'
     FROM links l WHERE NOT EXISTS (SELECT 1 FROM targets t WHERE t.id = l.target) LIMIT 11",
    "SELECT 'link of ' || l.resource || ' at ' || t.name || ': the resource was never there'
     FROM links l JOIN targets t ON t.id = l.target
     JOIN counters c ON c.directory = t.directory AND c.closed = 0
     WHERE NOT EXISTS (SELECT 1 FROM resources r WHERE r.directory = c.n AND r.id = l.resource) LIMIT 11",
    "SELECT 'waiting: ' || w.resource || ' waits at the target ' || w.target || ', which is not there'
     FROM waiting w WHERE NOT EXISTS (SELECT 1 FROM targets t WHERE t.id = w.target) LIMIT 11",
    "SELECT 'cursors: the target ' || c.target || ' is not there'
     FROM cursors c WHERE NOT EXISTS (SELECT 1 FROM targets t WHERE t.id = c.target) LIMIT 11",
    // Sequence numbers go up without gaps, and nothing is ahead of its directory.
    "SELECT 'changes: the log of directory ' || c.directory || ' has ' || l.rows || ' rows from ' || l.first || ' to '
         || l.last || ', the directory is at ' || c.seq
     FROM (SELECT directory, count(*) AS rows, min(seq) AS first, max(seq) AS last FROM changes GROUP BY directory) l
     LEFT JOIN counters c ON c.n = l.directory
     WHERE c.n IS NULL OR (c.closed = 0 AND (l.last <> c.seq OR l.rows <> l.last - l.first + 1 OR l.first < 1)) LIMIT 11",
    "SELECT 'resource ' || r.id || ': its version ' || r.version || ' is not one that its directory gave it'
     FROM resources r JOIN counters c ON c.n = r.directory
     LEFT JOIN changes l ON l.directory = r.directory AND l.seq = r.version
     WHERE c.closed = 0 AND (r.version > c.seq OR r.version < 1 OR (l.resource IS NOT r.id
         AND r.version >= (SELECT min(seq) FROM changes WHERE directory = r.directory))) LIMIT 11",
    "SELECT 'group ' || g.id || ': member ' || e.member || ' changed at ' || e.seq || ', after its group at ' || g.version
     FROM edges e JOIN resources g ON g.n = e.grp WHERE e.seq > g.version LIMIT 11",
    "SELECT 'target ' || t.name || ': it has read up to ' || u.seq || ', its directory is at ' || coalesce(c.seq, 0)
     FROM cursors u JOIN targets t ON t.id = u.target LEFT JOIN counters c ON c.directory = t.directory
     WHERE u.seq > coalesce(c.seq, 0) LIMIT 11",
    "SELECT 'link of ' || l.resource || ' at ' || t.name || ': confirmed up to ' || l.confirmed_seq
         || ', its directory is at ' || coalesce(c.seq, 0)
     FROM links l JOIN targets t ON t.id = l.target LEFT JOIN counters c ON c.directory = t.directory
     WHERE l.confirmed_seq > coalesce(c.seq, 0) LIMIT 11",
    // What is JSON can be read.
    "SELECT 'directory ' || id || ': its settings cannot be read' FROM directories
     WHERE NOT json_valid(settings) LIMIT 11",
    "SELECT 'target ' || name || ': its profile or its health cannot be read' FROM targets
     WHERE NOT json_valid(health) OR NOT json_valid(CAST(profile AS TEXT)) LIMIT 11",
    "SELECT 'link of ' || resource || ': its failure or its confirmed state cannot be read' FROM links
     WHERE NOT coalesce(json_valid(failure), 1) OR NOT coalesce(json_valid(CAST(confirmed AS TEXT)), 1)
         OR (class IS NULL) <> (failure IS NULL) LIMIT 11",
    "SELECT 'attempt ' || id || ': its steps or its failure cannot be read' FROM attempts
     WHERE NOT json_valid(steps) OR NOT coalesce(json_valid(failure), 1) LIMIT 11",
    "SELECT 'request ' || n || ': its record cannot be read' FROM requests WHERE NOT json_valid(record) LIMIT 11",
];
