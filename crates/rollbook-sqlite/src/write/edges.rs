//! The edges from groups to their members.

use std::collections::BTreeSet;

use rollbook_protocol::MemberEdit;
pub(super) use rollbook_store::edits::EdgeChanges;
use rollbook_store::edits::{self, Touched};
use rollbook_store::{ResourceId, Seq, StoreError};
use rusqlite::params;

use super::row::Row;
use crate::db::Db;

/// What the edits change of a stored group; reads no more edges than the edits name, unless they replace all.
pub(super) fn plan(db: Db<'_>, group: i64, edits: &[MemberEdit]) -> Result<EdgeChanges, StoreError> {
    let present = match edits::touched(edits)? {
        Touched::All => {
            let all = "SELECT member FROM edges WHERE grp = ?1 AND present = 1";
            db.all(all, params![group], |row| row.get(0))?.into_iter().collect()
        }
        Touched::Named(named) => {
            let mut present = BTreeSet::new();
            for member in named {
                if is_present(db, group, member)? {
                    present.insert(member.to_owned());
                }
            }
            present
        }
    };
    edits::apply(edits, &present)
}

/// Writes what [`plan`] has found, counts it in the group's row, and answers the added members that name nothing yet,
/// in order.
pub(super) fn write(
    db: Db<'_>,
    directory: i64,
    group: &mut Row,
    changes: &EdgeChanges,
    seq: Seq,
) -> Result<Vec<String>, StoreError> {
    for member in &changes.removed {
        remove(db, group.n, member, seq)?;
        group.members = group.members.saturating_sub(1);
        if group.unresolved > 0 && !lives(db, directory, member)? {
            group.unresolved -= 1;
        }
    }
    let mut unresolved = Vec::new();
    for member in &changes.added {
        db.run(
            "INSERT INTO edges (grp, member, directory, seq, present) VALUES (?1, ?2, ?3, ?4, 1)
             ON CONFLICT (grp, member) DO UPDATE SET seq = excluded.seq, present = 1",
            params![group.n, member, directory, seq],
        )?;
        group.members += 1;
        if !lives(db, directory, member)? {
            group.unresolved += 1;
            unresolved.push(member.clone());
        }
    }
    Ok(unresolved)
}

/// Notes in the groups that hold this id that it names a resource from now on.
pub(super) fn resolve(db: Db<'_>, directory: i64, id: &ResourceId) -> Result<(), StoreError> {
    db.run(
        "UPDATE resources SET unresolved = unresolved - 1
         WHERE n IN (SELECT grp FROM edges WHERE directory = ?1 AND member = ?2 AND present = 1)",
        params![directory, id.as_str()],
    )?;
    Ok(())
}

/// Removes all edges of a group.
pub(super) fn remove_all(db: Db<'_>, group: i64, seq: Seq) -> Result<(), StoreError> {
    db.run("UPDATE edges SET present = 0, seq = ?2 WHERE grp = ?1 AND present = 1", params![group, seq])?;
    Ok(())
}

/// Removes one edge; it stays as a tombstone.
pub(super) fn remove(db: Db<'_>, group: i64, member: &str, seq: Seq) -> Result<(), StoreError> {
    db.run(
        "UPDATE edges SET present = 0, seq = ?3 WHERE grp = ?1 AND member = ?2",
        params![group, member, seq],
    )?;
    Ok(())
}

/// The ids of the groups that hold a resource, in order.
pub(super) fn holders(db: Db<'_>, directory: i64, id: &ResourceId) -> Result<Vec<ResourceId>, StoreError> {
    db.all(
        "SELECT r.id FROM edges e JOIN resources r ON r.n = e.grp
         WHERE e.directory = ?1 AND e.member = ?2 AND e.present = 1 ORDER BY r.id",
        params![directory, id.as_str()],
        |row| row.get::<_, String>(0).map(ResourceId::new),
    )
}

/// Whether the group holds the member now.
pub(super) fn is_present(db: Db<'_>, group: i64, member: &str) -> Result<bool, StoreError> {
    let edge = "SELECT 1 FROM edges WHERE grp = ?1 AND member = ?2 AND present = 1";
    Ok(db.one(edge, params![group, member], |_| Ok(()))?.is_some())
}

/// Whether a member value names a resource.
pub(super) fn lives(db: Db<'_>, directory: i64, member: &str) -> Result<bool, StoreError> {
    let live = "SELECT 1 FROM resources WHERE directory = ?1 AND id = ?2 AND deleted IS NULL";
    Ok(db.one(live, params![directory, member], |_| Ok(()))?.is_some())
}
