//! Large data directories, kept below `target/load` from run to run.
//!
//! The hub makes the directory and the token; the users and groups go straight to the store in batches, since a
//! million requests would take too long. They are prepared as the hub prepares them, so the rows are the same.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use chrono::DateTime;
use rollbook_protocol::{ClientKind, Member, MemberEdit, Quirks, TypeRef, display_of, keys, prepare_create};
use rollbook_schema::{JsonLimits, Registry, Resource};
use rollbook_sqlite::{Options, SqliteStore};
use rollbook_store::{Batch, DirectoryId, Precondition, ResourceId, ResourceWrite, Resources};
use rollbook_testing::workspace_dir;
use serde_json::Value;

use crate::hub::{self, Seeded};
use crate::people;

/// Writes of one batch.
const BATCH: usize = 1_000;

/// Members of an ordinary group.
const SMALL: usize = 1_000;

/// Users that are in ordinary groups only: they are added to the others and taken out again.
pub(crate) const SPARE: usize = 2_000;

/// Sizes of the groups that members are added to.
pub(crate) const GROUPS: [usize; 3] = [10, 10_000, 100_000];

/// Kinds of ids.
const USER: u64 = 1;
const GROUP: u64 = 2;

/// The data directory of this many users and [`SPARE`] more; made when it is not there yet.
///
/// Each user is in three groups. With `special`, the first groups are those of [`GROUPS`], cut to `users`.
pub(crate) fn large(binary: &Path, users: usize, special: bool) -> Seeded {
    let kind = if special { "groups" } else { "plain" };
    let place = workspace_dir().join("target/load").join(format!("{users}-{kind}-{}", version()));
    let (data, token) = (place.join("data"), place.join("token"));
    if !token.exists() {
        println!("making {} (once)", place.display());
        let begun = std::time::Instant::now();
        // What an interrupted run left is of no use.
        let _ = fs::remove_dir_all(&place);
        fs::create_dir_all(&place).expect("target/load can be written");
        let (directory, secret) = hub::empty(binary, &data);
        fill(&data, &directory.as_str().into(), users, special);
        fs::write(&token, secret).expect("target/load can be written");
        println!("made in {:.0} s", begun.elapsed().as_secs_f64());
    }
    let all = users + SPARE;
    Seeded {
        data,
        token: fs::read_to_string(&token).expect("it was just written"),
        users: (0..all).map(|number| people::id(USER, number)).collect(),
        groups: (0..GROUPS.len()).map(|number| people::id(GROUP, number)).collect(),
    }
}

fn fill(data: &Path, directory: &DirectoryId, users: usize, special: bool) {
    let store = SqliteStore::open(&data.join("rollbook.db"), Options::default()).expect("the database opens");
    let store: Arc<dyn Resources> = Arc::new(store);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut clock = DateTime::from_timestamp(1_780_000_000, 0).expect("a time");
    let mut commit = |writes: Vec<ResourceWrite>| {
        clock += chrono::TimeDelta::milliseconds(20);
        let mut batch = Batch::new(directory.clone(), clock);
        batch.resources = writes;
        runtime.block_on(store.commit(batch)).expect("the batch is good");
    };
    let maker = Maker::new();
    let all = users + SPARE;
    for start in (0..all).step_by(BATCH) {
        let numbers = start..(start + BATCH).min(all);
        commit(
            numbers
                .map(|number| maker.create("User", &people::id(USER, number), &people::user(number)))
                .collect(),
        );
    }
    for (number, members) in memberships(users, special).iter().enumerate() {
        let id = people::id(GROUP, number);
        commit(vec![maker.create("Group", &id, &people::group(number, &[]))]);
        for part in members.chunks(10 * BATCH) {
            let part = part.iter().map(|user| Member::new(people::id(USER, *user))).collect();
            let (edits, expected) = (vec![MemberEdit::Add(part)], Precondition::Any);
            commit(vec![ResourceWrite::EditMembers { id: ResourceId::new(id.clone()), edits, expected }]);
        }
    }
}

/// The members of each group: each user is in exactly three of them.
fn memberships(users: usize, special: bool) -> Vec<Vec<usize>> {
    let all = users + SPARE;
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut held = vec![0; all];
    if special {
        for (at, size) in GROUPS.iter().enumerate() {
            // The first ten are in all three, so that no user is in more than three.
            let members: Vec<usize> = (0..users.min(*size)).collect();
            members.iter().for_each(|member| held[*member] += 1);
            debug_assert_eq!(at, groups.len());
            groups.push(members);
        }
    }
    for round in 0..people::GROUPS_OF_USER {
        for start in (0..all).step_by(SMALL) {
            let wanted = |member: &usize| held[*member] + round < people::GROUPS_OF_USER;
            let members: Vec<usize> = (start..(start + SMALL).min(all)).filter(wanted).collect();
            if !members.is_empty() {
                groups.push(members);
            }
        }
    }
    groups
}

/// Makes writes as the hub makes them of requests.
struct Maker {
    registry: Arc<Registry>,
    quirks: Quirks,
}

impl Maker {
    fn new() -> Self {
        Self { registry: Arc::new(Registry::standard()), quirks: Quirks::of(ClientKind::Generic) }
    }

    fn create(&self, name: &str, id: &str, body: &Value) -> ResourceWrite {
        let limits = JsonLimits::default();
        let sent =
            Resource::from_slice(body.to_string().as_bytes(), &limits, &self.registry).expect("it is JSON");
        let resource_type = self.registry.resource_type(name).expect("a standard type");
        let ty = TypeRef { registry: &self.registry, resource_type };
        let draft = prepare_create(sent, ty, &self.quirks).expect("the body is good");
        let names = draft.resource.as_complex().iter().map(|(name, _)| name.as_str().to_owned());
        ResourceWrite::Create {
            id: ResourceId::new(id),
            resource_type: name.to_owned(),
            body: Bytes::from(draft.resource.to_vec()),
            keys: keys(&draft.resource, ty),
            display: display_of(&draft.resource),
            members: Vec::new(),
            attributes: names.collect(),
        }
    }
}

/// Stands for the tables: a directory of other tables is made anew.
fn version() -> String {
    let migrations = workspace_dir().join("crates/rollbook-sqlite/migrations");
    let mut files: Vec<_> =
        fs::read_dir(migrations).expect("the migrations").map(|it| it.expect("a file").path()).collect();
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in files.iter().flat_map(|file| fs::read(file).expect("a file")) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}
