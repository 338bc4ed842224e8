//! A group's members: only edges that changed are looked at, whatever the group's size.

use std::collections::{BTreeMap, BTreeSet};

use rollbook_store::{FailureClass, MemberChange, ResourceId, Seq, StepName, StepStatus, StoreError};

use super::work::Work;
use super::{Context, GROUP, Trouble, USER, references};
use crate::connector::CallError;
use crate::ownership;

/// How many changed edges, and how many present ones, are read at once.
const EDGES: usize = 5_000;
const AMONG: usize = 500;
/// How many waiting members a log line names.
const NAMED: usize = 5;

/// The members of a group that is being adopted; `None` when the service cannot tell, or it is no group.
pub(super) async fn observe(
    context: &Context,
    work: &Work,
    remote_id: &str,
) -> Result<Option<Vec<String>>, Trouble> {
    if work.link.resource_type != GROUP {
        return Ok(None);
    }
    Ok(context.connector.read_members(remote_id).await?)
}

/// Brings the members up to `version`, the group's version read before its edges; answers whether any call was made.
///
/// `observed` is what the service holds, where that is known: a group that was created or adopted just now. Members
/// that the hub knows nothing of stay (promise P7). Members without an account there wait, and so does, when a call
/// fails, everything that was not confirmed: the next delivery looks at those again.
pub(super) async fn deliver(
    context: &Context,
    work: &mut Work,
    remote_id: &str,
    version: Seq,
    observed: Option<Vec<String>>,
) -> Result<bool, Trouble> {
    references::load(context, work).await?;
    let edges = changed_edges(context, work).await?;
    let (present, absent): (BTreeMap<_, _>, BTreeMap<_, _>) =
        edges.into_iter().partition(|(_, present)| *present);
    let present: BTreeSet<ResourceId> = present.into_keys().collect();
    let found = references::resolve(context, work, &present).await?;
    let (mut add, mut waits) = (Vec::new(), BTreeSet::new());
    for member in &present {
        match found.get(member).and_then(references::present_id) {
            Some(remote) => add.push(Edge { member: member.clone(), remote: remote.to_owned() }),
            None => drop(waits.insert(member.clone())),
        }
    }
    let remove = match observed {
        None => leaving(context, absent.into_keys().collect()).await?,
        Some(observed) => {
            let wanted: BTreeSet<&str> = add.iter().map(|edge| edge.remote.as_str()).collect();
            let remove = strays(context, &observed, &wanted).await?;
            let observed: BTreeSet<String> = observed.into_iter().collect();
            add.retain(|edge| !observed.contains(&edge.remote));
            remove
        }
    };
    note(work, &add, &remove, &waits);
    let result = edit(context, work, remote_id, add, remove, &mut waits).await;
    work.link.confirmed_seq = version;
    work.waits = Some(waits);
    result
}

/// A member and its account at the service.
#[derive(Clone, Debug)]
struct Edge {
    member: ResourceId,
    remote: String,
}

/// One call's worth of edges.
#[derive(Clone, Debug, Default)]
struct Chunk {
    add: Vec<Edge>,
    remove: Vec<Edge>,
}

impl Chunk {
    const fn len(&self) -> usize {
        self.add.len() + self.remove.len()
    }

    fn halves(mut self) -> [Self; 2] {
        let half = self.len() / 2;
        let remove = self.remove.split_off(half.min(self.remove.len()));
        let add = self.add.split_off((half - self.remove.len()).min(self.add.len()));
        [self, Self { add, remove }]
    }

    fn members(self) -> impl Iterator<Item = ResourceId> {
        self.remove.into_iter().chain(self.add).map(|edge| edge.member)
    }
}

/// Sends the edits in chunks, removals first. A chunk that is refused for what is in it is halved until the members
/// at fault stand alone, so that they do not keep the others out.
async fn edit(
    context: &Context,
    work: &mut Work,
    remote_id: &str,
    add: Vec<Edge>,
    remove: Vec<Edge>,
    waits: &mut BTreeSet<ResourceId>,
) -> Result<bool, Trouble> {
    let (adds, removes) = (add.len(), remove.len());
    let mut stack = chunks(add, remove, context.capabilities.member_chunk.max(1));
    stack.reverse();
    let mut refused: Option<CallError> = None;
    while let Some(chunk) = stack.pop() {
        let ids = |edges: &[Edge]| edges.iter().map(|edge| edge.remote.clone()).collect::<Vec<_>>();
        match context.connector.edit_members(remote_id, &ids(&chunk.add), &ids(&chunk.remove)).await {
            Ok(()) => work.called = true,
            Err(error) if !error.missing && is_of_the_data(&error) => {
                if chunk.len() > 1 {
                    stack.extend(chunk.halves().into_iter().rev());
                } else {
                    for member in chunk.members() {
                        let detail = format!("the member {member} was refused: {}", error.failure.sentence);
                        work.step(StepName::Act, StepStatus::Failure, detail);
                        waits.insert(member);
                    }
                    refused = Some(error);
                }
            }
            Err(error) => {
                waits.extend(chunk.members());
                waits.extend(stack.into_iter().flat_map(Chunk::members));
                return Err(error.into());
            }
        }
    }
    match refused {
        Some(error) => Err(error.into()),
        None if adds + removes == 0 => Ok(false),
        None => {
            work.success(StepName::Act, format!("{adds} members added, {removes} removed"));
            Ok(true)
        }
    }
}

fn is_of_the_data(error: &CallError) -> bool {
    matches!(error.failure.class, FailureClass::Data | FailureClass::Reference | FailureClass::Conflict)
}

fn chunks(add: Vec<Edge>, remove: Vec<Edge>, size: usize) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut chunk = Chunk::default();
    let edges = remove.into_iter().map(|edge| (edge, false)).chain(add.into_iter().map(|edge| (edge, true)));
    for (edge, adds) in edges {
        if adds { &mut chunk.add } else { &mut chunk.remove }.push(edge);
        if chunk.len() == size {
            chunks.push(std::mem::take(&mut chunk));
        }
    }
    if chunk.len() > 0 {
        chunks.push(chunk);
    }
    chunks
}

/// The edges to look at, and whether each is there now: those that wait, and those that changed since the link was
/// last confirmed.
async fn changed_edges(context: &Context, work: &Work) -> Result<BTreeMap<ResourceId, bool>, StoreError> {
    let (directory, group) = (&context.target.directory, &work.link.resource);
    let mut edges = BTreeMap::new();
    let waiting: Vec<String> = work.waited.iter().map(|member| member.as_str().to_owned()).collect();
    for page in waiting.chunks(AMONG) {
        let present = context.store().members_among(directory, group, page).await?;
        let present: BTreeSet<&str> = present.iter().map(|row| row.value.as_str()).collect();
        edges.extend(
            page.iter().map(|value| (ResourceId::new(value.as_str()), present.contains(value.as_str()))),
        );
    }
    let mut after = work.link.confirmed_seq;
    let mut limit = EDGES;
    loop {
        let mut changes = context.store().member_changes(directory, group, after, limit).await?;
        let full = changes.len() >= limit;
        if full && !whole_changes(&mut changes) {
            // One change holds more edges than a page.
            limit = limit.saturating_mul(4);
            continue;
        }
        after = changes.last().map_or(after, |change| change.seq);
        edges.extend(changes.into_iter().map(|change| (ResourceId::new(change.value), change.present)));
        if !full {
            return Ok(edges);
        }
    }
}

/// Drops the last change of a full page, which may go on in the next one; `false` when nothing would be left.
fn whole_changes(changes: &mut Vec<MemberChange>) -> bool {
    let last = changes.last().map(|change| change.seq);
    changes.retain(|change| Some(change.seq) != last);
    !changes.is_empty()
}

/// The accounts of members that left; those that never had one are done.
async fn leaving(context: &Context, members: Vec<ResourceId>) -> Result<Vec<Edge>, StoreError> {
    let links = references::links(context, members).await?;
    Ok(links
        .into_values()
        .filter_map(|link| link.remote_id.map(|remote| Edge { member: link.resource, remote }))
        .collect())
}

/// Members at the service that are the hub's, but not in this group.
async fn strays(
    context: &Context,
    observed: &[String],
    wanted: &BTreeSet<&str>,
) -> Result<Vec<Edge>, StoreError> {
    let mut strays = Vec::new();
    for remote in observed.iter().filter(|remote| !wanted.contains(remote.as_str())) {
        for resource_type in [USER, GROUP] {
            let owner = ownership::owner(context.store(), &context.target.id, resource_type, remote).await?;
            if let Some(owner) = owner {
                strays.push(Edge { member: owner.resource, remote: remote.clone() });
                break;
            }
        }
    }
    Ok(strays)
}

fn note(work: &mut Work, add: &[Edge], remove: &[Edge], waits: &BTreeSet<ResourceId>) {
    if !add.is_empty() || !remove.is_empty() {
        work.success(StepName::Plan, format!("add {} members, remove {}", add.len(), remove.len()));
    }
    if !waits.is_empty() {
        let mut names: Vec<&str> = waits.iter().take(NAMED).map(ResourceId::as_str).collect();
        if waits.len() > NAMED {
            names.push("…");
        }
        let detail = format!(
            "{} members have no account there yet and are added when they have: {}",
            waits.len(),
            names.join(", ")
        );
        work.warn(StepName::Plan, detail);
    }
}
