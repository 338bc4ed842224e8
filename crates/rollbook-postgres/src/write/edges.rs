//! The edges from groups to their members.

use std::collections::BTreeSet;

use rollbook_protocol::MemberEdit;
pub(super) use rollbook_store::edits::EdgeChanges;
use rollbook_store::edits::{self, Touched};
use rollbook_store::{ResourceId, Seq};

use super::row::Row;
use crate::columns::number;
use crate::db::Db;
use crate::error::Fault;
use crate::text::{key, original, plain};

/// How many members one statement takes.
const CHUNK: usize = 1_000;

/// What the edits change of a stored group; reads no more edges than the edits name, unless they replace all.
pub(super) async fn plan(
    db: Db<'_>,
    directory: &str,
    group: &ResourceId,
    edits: &[MemberEdit],
) -> Result<EdgeChanges, Fault> {
    if edits.is_empty() {
        return Ok(EdgeChanges::default());
    }
    let present = match edits::touched(edits)? {
        Touched::All => {
            let all = "SELECT member FROM edges WHERE directory = $1 AND grp = $2 AND present";
            let group = plain(group.as_str());
            db.all(all, &[&directory, &group], |row| Ok(original(row.try_get(0)?)))
                .await?
                .into_iter()
                .collect()
        }
        Touched::Named(named) => {
            let named: Vec<String> = named.into_iter().map(str::to_owned).collect();
            present(db, directory, group, &named).await?
        }
    };
    Ok(edits::apply(edits, &present)?)
}

/// Those of the values that the group holds now.
pub(super) async fn present(
    db: Db<'_>,
    directory: &str,
    group: &ResourceId,
    values: &[String],
) -> Result<BTreeSet<String>, Fault> {
    let mut found = BTreeSet::new();
    for chunk in values.chunks(CHUNK) {
        let keys: Vec<_> = chunk.iter().map(|value| key(value)).collect();
        let rows = db
            .all(
                "SELECT member FROM edges
                 WHERE directory = $1 AND grp = $2 AND member_key = ANY ($3) AND present",
                &[&directory, &plain(group.as_str()), &keys],
                |row| Ok(original(row.try_get(0)?)),
            )
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Those of the values that name a resource.
pub(super) async fn live(db: Db<'_>, directory: &str, values: &[String]) -> Result<BTreeSet<String>, Fault> {
    let mut found = BTreeSet::new();
    for chunk in values.chunks(CHUNK) {
        let ids: Vec<_> = chunk.iter().map(|value| key(value)).collect();
        let rows = db
            .all(
                "SELECT id FROM resources WHERE directory = $1 AND id = ANY ($2) AND deleted IS NULL",
                &[&directory, &ids],
                |row| Ok(original(row.try_get(0)?)),
            )
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Writes what [`plan`] has found, counts it in the group's row, and answers the added members that name nothing yet,
/// in order.
pub(super) async fn write(
    db: Db<'_>,
    directory: &str,
    group: &mut Row,
    changes: &EdgeChanges,
    seq: Seq,
) -> Result<Vec<String>, Fault> {
    let id = plain(group.id.as_str()).into_owned();
    for chunk in changes.removed.chunks(CHUNK) {
        let keys: Vec<_> = chunk.iter().map(|value| key(value)).collect();
        db.run(
            "UPDATE edges SET present = FALSE, seq = $4
             WHERE directory = $1 AND grp = $2 AND member_key = ANY ($3)",
            &[&directory, &id, &keys, &number(seq)],
        )
        .await?;
    }
    let removed = u64::try_from(changes.removed.len()).unwrap_or(u64::MAX);
    group.members = group.members.saturating_sub(removed);
    if group.unresolved > 0 && !changes.removed.is_empty() {
        let live = u64::try_from(live(db, directory, &changes.removed).await?.len()).unwrap_or(u64::MAX);
        group.unresolved = group.unresolved.saturating_sub(removed.saturating_sub(live));
    }
    if changes.added.is_empty() {
        return Ok(Vec::new());
    }
    for chunk in changes.added.chunks(CHUNK) {
        let keys: Vec<_> = chunk.iter().map(|value| key(value)).collect();
        let members: Vec<_> = chunk.iter().map(|value| plain(value)).collect();
        db.run(
            "INSERT INTO edges (directory, grp, member_key, member, seq, present)
             SELECT $1, $2, added.member_key, added.member, $5, TRUE
             FROM unnest($3::text[], $4::text[]) AS added (member_key, member)
             ON CONFLICT (directory, grp, member_key) DO UPDATE SET seq = excluded.seq, present = TRUE",
            &[&directory, &id, &keys, &members, &number(seq)],
        )
        .await?;
    }
    let live = live(db, directory, &changes.added).await?;
    let unresolved: Vec<_> = changes.added.iter().filter(|value| !live.contains(*value)).cloned().collect();
    group.members += u64::try_from(changes.added.len()).unwrap_or(u64::MAX);
    group.unresolved += u64::try_from(unresolved.len()).unwrap_or(u64::MAX);
    Ok(unresolved)
}

/// Notes in the groups that hold this id that it names a resource from now on.
pub(super) async fn resolve(db: Db<'_>, directory: &str, id: &ResourceId) -> Result<(), Fault> {
    db.run(
        "UPDATE resources SET unresolved = unresolved - 1
         WHERE directory = $1 AND id IN (
             SELECT grp FROM edges WHERE directory = $1 AND member_key = $2 AND present)",
        &[&directory, &key(id.as_str())],
    )
    .await
    .map(drop)
}

/// Removes all edges of a group.
pub(super) async fn remove_all(
    db: Db<'_>,
    directory: &str,
    group: &ResourceId,
    seq: Seq,
) -> Result<(), Fault> {
    let remove = "UPDATE edges SET present = FALSE, seq = $3 WHERE directory = $1 AND grp = $2 AND present";
    db.run(remove, &[&directory, &plain(group.as_str()), &number(seq)]).await.map(drop)
}

/// Removes one edge; it stays as a tombstone.
pub(super) async fn remove(
    db: Db<'_>,
    directory: &str,
    group: &ResourceId,
    member: &str,
    seq: Seq,
) -> Result<(), Fault> {
    let remove = "UPDATE edges SET present = FALSE, seq = $4
                  WHERE directory = $1 AND grp = $2 AND member_key = $3";
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&directory, &plain(group.as_str()), &key(member), &number(seq)];
    db.run(remove, &params).await.map(drop)
}

/// The ids of the groups that hold a resource, in order.
pub(super) async fn holders(db: Db<'_>, directory: &str, id: &ResourceId) -> Result<Vec<ResourceId>, Fault> {
    db.all(
        "SELECT grp FROM edges WHERE directory = $1 AND member_key = $2 AND present ORDER BY grp",
        &[&directory, &key(id.as_str())],
        |row| Ok(ResourceId::new(original(row.try_get(0)?))),
    )
    .await
}
