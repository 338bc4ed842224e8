//! Single resources and the change log.

use bytes::Bytes;
use rollbook_store::{Change, DirectoryId, ResourceId, Seq, Stored};
use tokio_postgres::Row;

use crate::columns::{count, from_json, from_word, number, time};
use crate::db::Db;
use crate::error::Fault;
use crate::text::{key, original, plain};

pub(crate) async fn get(
    db: Db<'_>,
    directory: &DirectoryId,
    id: &ResourceId,
) -> Result<Option<Stored>, Fault> {
    db.one(
        "SELECT id, type, version, created, modified, body FROM resources
         WHERE directory = $1 AND id = $2 AND deleted IS NULL",
        &[&plain(directory.as_str()), &plain(id.as_str())],
        stored,
    )
    .await
}

pub(crate) async fn ids_by_key(
    db: Db<'_>,
    directory: &DirectoryId,
    resource_type: &str,
    attribute: &str,
    values: &[String],
) -> Result<Vec<(String, ResourceId)>, Fault> {
    let mut values: Vec<_> = values.iter().collect();
    values.sort_unstable();
    values.dedup();
    let mut pairs = Vec::with_capacity(values.len());
    for value in values {
        let ids = db
            .all(
                "SELECT resource FROM keys WHERE directory = $1 AND type = $2 AND attribute = $3 AND value = $4
                 ORDER BY resource",
                &[&plain(directory.as_str()), &plain(resource_type), &plain(attribute), &key(value)],
                |row| Ok(ResourceId::new(original(row.try_get(0)?))),
            )
            .await?;
        pairs.extend(ids.into_iter().map(|id| (value.clone(), id)));
    }
    Ok(pairs)
}

pub(crate) async fn changes(
    db: Db<'_>,
    directory: &DirectoryId,
    after: Seq,
    limit: usize,
) -> Result<Vec<Change>, Fault> {
    db.all(
        "SELECT seq, resource, type, kind, attributes, at FROM changes
         WHERE directory = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        &[&plain(directory.as_str()), &number(after), &number(limit)],
        |row| {
            Ok(Change {
                seq: count(row.try_get(0)?)?,
                resource: ResourceId::new(original(row.try_get(1)?)),
                resource_type: original(row.try_get(2)?),
                kind: from_word(row.try_get(3)?)?,
                attributes: from_json(row.try_get(4)?)?,
                at: time(row.try_get(5)?)?,
            })
        },
    )
    .await
}

pub(crate) async fn last_seq(db: Db<'_>, directory: &DirectoryId) -> Result<Seq, Fault> {
    let seq = "SELECT seq FROM counters WHERE directory = $1";
    let seq = db.one(seq, &[&plain(directory.as_str())], |row| count(row.try_get(0)?)).await?;
    Ok(seq.unwrap_or(0))
}

/// Reads `id, type, version, created, modified, body`.
pub(super) fn stored(row: &Row) -> Result<Stored, Fault> {
    Ok(Stored {
        id: ResourceId::new(original(row.try_get(0)?)),
        resource_type: original(row.try_get(1)?),
        version: count(row.try_get(2)?)?,
        created: time(row.try_get(3)?)?,
        modified: time(row.try_get(4)?)?,
        body: Bytes::from(row.try_get::<_, Vec<u8>>(5)?),
    })
}
