//! The keys of a resource: what lookups find it by, and what only one resource may hold.

use rollbook_protocol::Key;
use rollbook_store::StoreError;
use rollbook_store::edits::{key_changes, wire_path};

use super::row::Row;
use crate::db::Db;
use crate::error::Fault;
use crate::text::{key, original, plain};

/// Makes `keys` the keys of a resource; leaves alone those that it has already.
///
/// `body` is where the error finds the client's spelling of an attribute.
pub(super) async fn replace(
    db: Db<'_>,
    directory: &str,
    row: &Row,
    keys: &[Key],
    body: &[u8],
) -> Result<(), Fault> {
    let (id, resource_type) = (plain(row.id.as_str()), plain(&row.resource_type));
    let stored = db
        .all(
            "SELECT attribute, value, only_one FROM keys WHERE directory = $1 AND resource = $2",
            &[&directory, &id],
            |row| Ok((original(row.try_get(0)?), row.try_get(1)?, row.try_get(2)?)),
        )
        .await?;
    let changes = key_changes(&stored, keys, key);
    for (attribute, value) in changes.removed {
        db.run(
            "DELETE FROM keys
             WHERE directory = $1 AND type = $2 AND attribute = $3 AND value = $4 AND resource = $5",
            &[&directory, &resource_type, &plain(attribute), &value, &id],
        )
        .await?;
    }
    for (wish, value, unique) in changes.added {
        let written = db
            .run(
                "INSERT INTO keys (directory, type, attribute, value, resource, only_one)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                &[&directory, &resource_type, &plain(&wish.attribute), &value, &id, &unique],
            )
            .await?;
        if written == 0 {
            let (what, attribute) = (row.resource_type.clone(), wire_path(body, &wish.attribute));
            return Err(StoreError::Uniqueness { what, attribute }.into());
        }
    }
    Ok(())
}

/// Removes all keys of a resource.
pub(super) async fn remove(db: Db<'_>, directory: &str, row: &Row) -> Result<(), Fault> {
    let remove = "DELETE FROM keys WHERE directory = $1 AND resource = $2";
    db.run(remove, &[&directory, &plain(row.id.as_str())]).await.map(drop)
}
