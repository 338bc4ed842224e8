//! Removing what belongs to a directory, a bounded number of rows at a time.

use rollbook_store::{DirectoryId, ResourceId, StoreError};
use rusqlite::{Params, params};

use super::settings::drop_tokens;
use super::{Effects, Touched, counter, keys};
use crate::columns::{Millis, number};
use crate::db::Db;
use crate::read::resources::number_of;

/// How many rows may still be removed.
#[derive(Clone, Copy, Debug)]
struct Budget<'d> {
    db: Db<'d>,
    left: usize,
}

/// Removes up to about `limit` rows; the directory itself with the last of them.
pub(super) fn step(
    db: Db<'_>,
    directory: &DirectoryId,
    limit: usize,
    effects: &mut Effects,
) -> Result<(), StoreError> {
    let deleting = "SELECT deleting IS NOT NULL FROM directories WHERE id = ?1";
    if db.one(deleting, params![directory.as_str()], |row| row.get(0))? == Some(false) {
        return Err(StoreError::Backend("a directory is purged only while it is being deleted".into()));
    }
    let mut budget = Budget { db, left: limit.max(1) };
    if budget.resources(directory, effects)?
        && budget.targets(directory)?
        && budget.access(directory, &mut effects.touched)?
        && budget.log(directory)?
        && budget.marks(directory.as_str())?
    {
        finish(db, directory, &mut effects.touched)?;
    }
    Ok(())
}

impl Budget<'_> {
    /// Tokens, OAuth clients and the request log. Answers, as the others, whether nothing is left of them.
    fn access(&mut self, directory: &DirectoryId, touched: &mut Touched) -> Result<bool, StoreError> {
        let id = directory.as_str();
        let tokens = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE directory = ?1 LIMIT ?2)
             RETURNING hash";
        let gone = drop_tokens(self.db, tokens, params![id, number(self.left)], touched)?;
        Ok(self.spend(gone)
            && self.remove(
                "DELETE FROM clients WHERE id IN (SELECT id FROM clients WHERE directory = ?1 LIMIT ?2)",
                params![id, number(self.left)],
            )?
            && self.remove(
                "DELETE FROM requests WHERE n IN (SELECT n FROM requests WHERE directory = ?1 LIMIT ?2)",
                params![id, number(self.left)],
            )?)
    }

    fn targets(&mut self, directory: &DirectoryId) -> Result<bool, StoreError> {
        loop {
            let next = "SELECT id FROM targets WHERE directory = ?1 LIMIT 1";
            let target = self.db.one(next, params![directory.as_str()], |row| row.get::<_, String>(0))?;
            let Some(target) = target else { return Ok(true) };
            if !self.target(&target)? {
                return Ok(false);
            }
        }
    }

    /// A target with its links, what waits, its log, its cursor and its marks.
    fn target(&mut self, target: &str) -> Result<bool, StoreError> {
        Ok(self.remove(
            "DELETE FROM links WHERE n IN (SELECT n FROM links WHERE target = ?1 LIMIT ?2)",
            params![target, number(self.left)],
        )? && self.remove(
            "DELETE FROM waiting WHERE (target, resource, awaited) IN (
                 SELECT target, resource, awaited FROM waiting WHERE target = ?1 LIMIT ?2)",
            params![target, number(self.left)],
        )? && self.remove(
            "DELETE FROM attempts WHERE n IN (SELECT n FROM attempts WHERE target = ?1 LIMIT ?2)",
            params![target, number(self.left)],
        )? && self.marks(target)?
            && self.remove("DELETE FROM cursors WHERE target = ?1", params![target])?
            && {
                let gone = "INSERT INTO purged_targets (id) VALUES (?1) ON CONFLICT DO NOTHING";
                self.db.run(gone, params![target])?;
                self.remove("DELETE FROM targets WHERE id = ?1", params![target])?
            })
    }

    /// The marks named `{word}/{id}` and `{word}/{id}/…`; goes from word to word, since there are few.
    fn marks(&mut self, id: &str) -> Result<bool, StoreError> {
        let mut after = String::new();
        loop {
            let next = "SELECT name FROM marks WHERE name > ?1 ORDER BY name LIMIT 1";
            let name = self.db.one(next, params![after], |row| row.get::<_, String>(0))?;
            let Some(name) = name else { return Ok(true) };
            let Some((word, _)) = name.split_once('/') else {
                after = name;
                continue;
            };
            // `0` is the character after `/`.
            let whole = format!("{word}/{id}");
            let (first, last) = (format!("{whole}/"), format!("{whole}0"));
            let done = self.remove("DELETE FROM marks WHERE name = ?1", params![whole])?
                && self.remove(
                    "DELETE FROM marks WHERE name IN (
                         SELECT name FROM marks WHERE name >= ?1 AND name < ?2 LIMIT ?3)",
                    params![first, last, number(self.left)],
                )?;
            if !done {
                return Ok(false);
            }
            after = format!("{word}0");
        }
    }

    fn resources(&mut self, directory: &DirectoryId, effects: &mut Effects) -> Result<bool, StoreError> {
        let Some(n) = number_of(self.db, directory)? else { return Ok(true) };
        effects.touched.all_groups(directory);
        loop {
            let next =
                "SELECT n, id, type, created, deleted IS NULL FROM resources WHERE directory = ?1 LIMIT 1";
            let resource = self.db.one(next, params![n], |row| {
                Ok((
                    row.get(0)?,
                    ResourceId::new(row.get::<_, String>(1)?),
                    row.get::<_, String>(2)?,
                    row.get::<_, Millis>(3)?.0,
                    row.get(4)?,
                ))
            })?;
            let Some((resource, id, resource_type, created, live)) = resource else { return Ok(true) };
            effects.touched.resource(directory, &id);
            effects.touched.total(directory, &resource_type);
            let touched = &mut effects.touched;
            let touch =
                |attribute: &str, value: &str| touched.value(directory, &resource_type, attribute, value);
            if self.resource(resource, touch)? && live {
                effects.order.removed(n, &resource_type, created, &id);
            }
            if self.left == 0 {
                return Ok(false);
            }
        }
    }

    /// Removes a resource with its edges and keys; answers whether it is gone. Shows its keys to `touched`.
    fn resource(&mut self, resource: i64, touched: impl FnMut(&str, &str)) -> Result<bool, StoreError> {
        let edges = self.remove(
            "DELETE FROM edges WHERE (grp, member) IN (SELECT grp, member FROM edges WHERE grp = ?1 LIMIT ?2)",
            params![resource, number(self.left)],
        )?;
        if !edges {
            return Ok(false);
        }
        let keys = keys::remove(self.db, resource, touched)?;
        self.spend(keys);
        self.remove("DELETE FROM resources WHERE n = ?1", params![resource])?;
        Ok(true)
    }

    fn log(&mut self, directory: &DirectoryId) -> Result<bool, StoreError> {
        let Some(directory) = number_of(self.db, directory)? else { return Ok(true) };
        self.remove(
            "DELETE FROM changes WHERE (directory, seq) IN (
                 SELECT directory, seq FROM changes WHERE directory = ?1 LIMIT ?2)",
            params![directory, number(self.left)],
        )
    }

    /// Runs a statement that removes rows; answers whether there may be rows to remove elsewhere.
    fn remove(&mut self, sql: &'static str, params: impl Params) -> Result<bool, StoreError> {
        let gone = self.db.run(sql, params)?;
        Ok(self.spend(gone))
    }

    const fn spend(&mut self, rows: usize) -> bool {
        self.left = self.left.saturating_sub(rows);
        self.left > 0
    }
}

/// The directory's row goes, and its numbers begin anew.
fn finish(db: Db<'_>, directory: &DirectoryId, touched: &mut Touched) -> Result<(), StoreError> {
    touched.any_directory();
    counter::reset(db, directory)?;
    db.run("DELETE FROM directories WHERE id = ?1", params![directory.as_str()]).map(drop)
}
