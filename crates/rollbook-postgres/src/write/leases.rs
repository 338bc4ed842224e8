//! Leases, by the database's clock; each step is one statement.

use std::time::Duration;

use rollbook_store::{Fence, Lease, StoreError, TargetId};

use crate::columns::{count, number};
use crate::db::Db;
use crate::error::Fault;
use crate::text::{original, plain};

/// How often a free lease may slip away to another node before its holder is answered.
const TRIES: usize = 5;

/// Renews the node's own lease, takes a free one, or tells whose it is.
pub(crate) async fn lease(
    db: Db<'_>,
    target: &TargetId,
    node: &str,
    lasts: Duration,
) -> Result<Lease, Fault> {
    let (name, millis) = (plain(target.as_str()), number(lasts.as_millis()));
    let stored = plain(node);
    let own = |fence| Lease { node: node.to_owned(), fence, left: lasts };
    let renew = "UPDATE leases SET until = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + $3
                 WHERE target = $1 AND node = $2
                     AND until > CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)
                 RETURNING fence";
    if let Some(fence) = db.one(renew, &[&name, &stored, &millis], |row| count(row.try_get(0)?)).await? {
        return Ok(own(fence));
    }
    for _ in 0..TRIES {
        match holder(db, target).await? {
            Some(lease) if !lease.left.is_zero() => return Ok(lease),
            Some(_) => {
                // Waits for commits of the last holder that are being made: they come before the change of hands.
                let take = "UPDATE leases SET node = $2, fence = fence + 1,
                                until = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + $3
                            WHERE target = $1
                                AND until <= CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)
                            RETURNING fence";
                let taken = db.one(take, &[&name, &stored, &millis], |row| count(row.try_get(0)?)).await?;
                if let Some(fence) = taken {
                    return Ok(own(fence));
                }
            }
            None => {
                let make = "INSERT INTO leases (target, node, fence, until)
                            SELECT $1, $2, 1, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + $3
                            WHERE NOT EXISTS (SELECT 1 FROM purged WHERE id = $1)
                            ON CONFLICT (target) DO NOTHING";
                if db.run(make, &[&name, &stored, &millis]).await? == 1 {
                    return Ok(own(1));
                }
            }
        }
    }
    let gone = StoreError::NotFound { what: "target", id: target.to_string() };
    holder(db, target).await?.ok_or_else(|| gone.into())
}

/// Ends a tenure.
pub(crate) async fn release(db: Db<'_>, target: &TargetId, fence: u64) -> Result<(), Fault> {
    let release =
        "UPDATE leases SET node = '', fence = fence + 1, until = 0 WHERE target = $1 AND fence = $2";
    db.run(release, &[&plain(target.as_str()), &number(fence)]).await.map(drop)
}

/// Refuses a batch whose tenure is over, and keeps the target from changing hands until the transaction ends.
pub(super) async fn check(db: Db<'_>, fences: &[Fence]) -> Result<(), Fault> {
    for Fence { target, fence } in fences {
        let check = "SELECT 1 FROM leases WHERE target = $1 AND fence = $2 FOR KEY SHARE";
        let held = db.one(check, &[&plain(target.as_str()), &number(*fence)], |_| Ok(())).await?;
        if held.is_none() {
            return Err(StoreError::Fenced { target: target.clone() }.into());
        }
    }
    Ok(())
}

async fn holder(db: Db<'_>, target: &TargetId) -> Result<Option<Lease>, Fault> {
    let holder = "SELECT node, fence, greatest(
                      until - CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT), 0)
                  FROM leases WHERE target = $1";
    db.one(holder, &[&plain(target.as_str())], |row| {
        let left = Duration::from_millis(count(row.try_get(2)?)?);
        Ok(Lease { node: original(row.try_get(0)?), fence: count(row.try_get(1)?)?, left })
    })
    .await
}
