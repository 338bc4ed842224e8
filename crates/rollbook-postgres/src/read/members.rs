//! Members of groups, and groups of members.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollbook_store::{DirectoryId, GroupRef, MemberChange, MemberRow, ResourceId, Seq};
use tokio_postgres::Row;

use crate::columns::{count, number};
use crate::db::Db;
use crate::error::Fault;
use crate::text::{key, original, plain};

pub(crate) async fn page(
    db: Db<'_>,
    directory: &DirectoryId,
    group: &ResourceId,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<MemberRow>, Fault> {
    // No member value is empty, so that the empty one comes before all.
    db.all(
        "SELECT e.member, m.type, m.display, e.seq FROM edges e
         LEFT JOIN resources m ON m.directory = e.directory AND m.id = e.member_key AND m.deleted IS NULL
         WHERE e.directory = $1 AND e.grp = $2 AND e.member_key > $3 AND e.present
         ORDER BY e.member_key LIMIT $4",
        &[
            &plain(directory.as_str()),
            &plain(group.as_str()),
            &key(after.unwrap_or_default()),
            &number(limit),
        ],
        member,
    )
    .await
}

pub(crate) async fn among(
    db: Db<'_>,
    directory: &DirectoryId,
    group: &ResourceId,
    values: &[String],
) -> Result<Vec<MemberRow>, Fault> {
    let keys: Vec<_> = values.iter().map(|value| key(value)).collect();
    db.all(
        "SELECT e.member, m.type, m.display, e.seq FROM edges e
         LEFT JOIN resources m ON m.directory = e.directory AND m.id = e.member_key AND m.deleted IS NULL
         WHERE e.directory = $1 AND e.grp = $2 AND e.member_key = ANY ($3) AND e.present
         ORDER BY e.member_key",
        &[&plain(directory.as_str()), &plain(group.as_str()), &keys],
        member,
    )
    .await
}

pub(crate) async fn groups_of(
    db: Db<'_>,
    directory: &DirectoryId,
    id: &ResourceId,
) -> Result<Vec<GroupRef>, Fault> {
    db.all(
        "SELECT g.id, g.display FROM edges e JOIN resources g ON g.directory = e.directory AND g.id = e.grp
         WHERE e.directory = $1 AND e.member_key = $2 AND e.present ORDER BY g.id",
        &[&plain(directory.as_str()), &key(id.as_str())],
        |row| group(row, 0),
    )
    .await
}

/// The groups of several resources, by one statement.
pub(crate) async fn groups_of_each(
    db: Db<'_>,
    directory: &DirectoryId,
    ids: &[ResourceId],
) -> Result<Vec<Arc<[GroupRef]>>, Fault> {
    let keys: Vec<_> = ids.iter().map(|id| key(id.as_str())).collect();
    let rows = db
        .all(
            "SELECT e.member_key, g.id, g.display
             FROM edges e JOIN resources g ON g.directory = e.directory AND g.id = e.grp
             WHERE e.directory = $1 AND e.member_key = ANY ($2) AND e.present ORDER BY g.id",
            &[&plain(directory.as_str()), &keys],
            |row| Ok((row.try_get::<_, String>(0)?, group(row, 1)?)),
        )
        .await?;
    let mut found: BTreeMap<String, Vec<GroupRef>> = BTreeMap::new();
    for (member, group) in rows {
        found.entry(member).or_default().push(group);
    }
    Ok(keys.iter().map(|key| found.get(&**key).cloned().unwrap_or_default().into()).collect())
}

pub(crate) async fn changes(
    db: Db<'_>,
    directory: &DirectoryId,
    group: &ResourceId,
    after: Seq,
    limit: usize,
) -> Result<Vec<MemberChange>, Fault> {
    db.all(
        "SELECT member, present, seq FROM edges WHERE directory = $1 AND grp = $2 AND seq > $3
         ORDER BY seq, member_key LIMIT $4",
        &[&plain(directory.as_str()), &plain(group.as_str()), &number(after), &number(limit)],
        |row| {
            Ok(MemberChange {
                value: original(row.try_get(0)?),
                present: row.try_get(1)?,
                seq: count(row.try_get(2)?)?,
            })
        },
    )
    .await
}

fn group(row: &Row, first: usize) -> Result<GroupRef, Fault> {
    Ok(GroupRef {
        id: ResourceId::new(original(row.try_get(first)?)),
        display: row.try_get::<_, Option<String>>(first + 1)?.map(original),
    })
}

fn member(row: &Row) -> Result<MemberRow, Fault> {
    Ok(MemberRow {
        value: original(row.try_get(0)?),
        resource_type: row.try_get::<_, Option<String>>(1)?.map(original),
        display: row.try_get::<_, Option<String>>(2)?.map(original),
        seq: count(row.try_get(3)?)?,
    })
}
