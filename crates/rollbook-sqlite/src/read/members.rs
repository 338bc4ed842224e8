//! Members of groups, and groups of members.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollbook_store::{GroupRef, MemberChange, MemberRow, ResourceId, Seq, StoreError};
use rusqlite::{Row, params};

use super::resources;
use crate::columns::number;
use crate::db::Db;

pub(crate) fn page(
    db: Db<'_>,
    directory: i64,
    group: &ResourceId,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<MemberRow>, StoreError> {
    // No member value is empty, so that the empty one comes before all.
    db.all(
        "SELECT e.member, m.type, m.display, e.seq
         FROM resources g JOIN edges e ON e.grp = g.n
         LEFT JOIN resources m ON m.directory = e.directory AND m.id = e.member AND m.deleted IS NULL
         WHERE g.directory = ?1 AND g.id = ?2
             AND e.member > ?3 AND e.present = 1
         ORDER BY e.member LIMIT ?4",
        params![directory, group.as_str(), after.unwrap_or_default(), number(limit)],
        member,
    )
}

pub(crate) fn among(
    db: Db<'_>,
    directory: i64,
    group: &ResourceId,
    values: &[String],
) -> Result<Vec<MemberRow>, StoreError> {
    let mut found = Vec::new();
    for value in values.iter().collect::<BTreeSet<_>>() {
        found.extend(db.one(
            "SELECT e.member, m.type, m.display, e.seq
             FROM resources g JOIN edges e ON e.grp = g.n
             LEFT JOIN resources m ON m.directory = e.directory AND m.id = e.member AND m.deleted IS NULL
             WHERE g.directory = ?1 AND g.id = ?2
                 AND e.member = ?3 AND e.present = 1",
            params![directory, group.as_str(), value],
            member,
        )?);
    }
    Ok(found)
}

pub(crate) fn groups_of(db: Db<'_>, directory: i64, id: &ResourceId) -> Result<Arc<[GroupRef]>, StoreError> {
    let groups = db.all(
        "SELECT g.id, g.display FROM edges e JOIN resources g ON g.n = e.grp
         WHERE e.directory = ?1 AND e.member = ?2 AND e.present = 1",
        params![directory, id.as_str()],
        group,
    )?;
    Ok(in_order(groups))
}

/// The groups of each of several resources, in one view of the database.
///
/// Resources of one page are in the same groups more often than not, so that each group is read once.
pub(crate) fn groups_of_each(
    db: Db<'_>,
    directory: i64,
    ids: &[ResourceId],
) -> Result<Vec<Arc<[GroupRef]>>, StoreError> {
    let mut known = BTreeMap::new();
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let numbers = db.all(
            "SELECT grp FROM edges WHERE directory = ?1 AND member = ?2 AND present = 1",
            params![directory, id.as_str()],
            |row| row.get::<_, i64>(0),
        )?;
        let mut groups = Vec::with_capacity(numbers.len());
        for n in numbers {
            let group = match known.entry(n) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => {
                    let read = "SELECT id, display FROM resources WHERE n = ?1";
                    entry.insert(db.one(read, params![n], group)?)
                }
            };
            groups.extend(group.clone());
        }
        all.push(in_order(groups));
    }
    Ok(all)
}

pub(crate) fn changes(
    db: Db<'_>,
    directory: i64,
    group: &ResourceId,
    after: Seq,
    limit: usize,
) -> Result<Vec<MemberChange>, StoreError> {
    db.all(
        "SELECT e.member, e.present, e.seq FROM resources g JOIN edges e ON e.grp = g.n
         WHERE g.directory = ?1 AND g.id = ?2 AND e.seq > ?3
         ORDER BY e.seq, e.member LIMIT ?4",
        params![directory, group.as_str(), number(after), number(limit)],
        |row| Ok(MemberChange { value: row.get(0)?, present: row.get(1)?, seq: row.get(2)? }),
    )
}

/// Reads `id, display`.
fn group(row: &Row<'_>) -> rusqlite::Result<GroupRef> {
    Ok(GroupRef { id: resources::id(row, 0)?, display: row.get(1)? })
}

fn in_order(mut groups: Vec<GroupRef>) -> Arc<[GroupRef]> {
    groups.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    groups.into()
}

fn member(row: &Row<'_>) -> rusqlite::Result<MemberRow> {
    Ok(MemberRow { value: row.get(0)?, resource_type: row.get(1)?, display: row.get(2)?, seq: row.get(3)? })
}
