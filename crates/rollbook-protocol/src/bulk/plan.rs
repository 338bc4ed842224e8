//! In which order the operations of a bulk request are carried out (RFC 7644 §3.7, §3.7.1).

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use super::references::collect;
use super::{BulkMethod, BulkOperation, BulkPath, BulkRefusal, BulkTarget};

/// What is done next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    /// The operation of this place.
    Run(usize),
    /// Its second step: what it left out is added to the resource that it created.
    Complete(usize),
}

/// What an operation needs of others.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    /// The `bulkId`s that must have an id before it is carried out.
    pub(super) before: BTreeSet<String>,
    /// The `bulkId`s that are left out at first, since they need this one in turn.
    pub(super) later: BTreeSet<String>,
}

/// The order of the steps, and the needs of each operation.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    pub(super) needs: Vec<Needs>,
}

/// Plans the operations.
///
/// The order of the request is kept but where an operation names a resource that a later one creates: it then waits for
/// that one, and whatever addresses the same resource waits with it. POSTs that need each other in a circle run in the
/// order of the request; each leaves out what is not there yet and gets it in a second step. Takes
/// `O((n + references) log n)`.
pub(super) fn plan(operations: &[Result<BulkOperation, Box<BulkRefusal>>]) -> Plan {
    let creators = creators(operations);
    let mut needs: Vec<Needs> = operations.iter().map(needs).collect();
    let created =
        |needs: &Needs| needs.before.iter().filter_map(|id| creators.get(id.as_str()).copied()).collect();
    let edges: Vec<Vec<usize>> = needs.iter().map(created).collect();
    let circular = circular(&edges);
    for (place, needs) in needs.iter_mut().enumerate() {
        if circular.contains(&place) {
            let waits = |id: &String| {
                creators
                    .get(id.as_str())
                    .is_some_and(|creator| *creator >= place && circular.contains(creator))
            };
            needs.later = needs.before.iter().filter(|id| waits(id)).cloned().collect();
            needs.before.retain(|id| !waits(id));
        }
    }
    let steps = order(operations, &needs, &creators);
    Plan { steps, needs }
}

/// Returns the place of the POST that creates each `bulkId`.
fn creators(operations: &[Result<BulkOperation, Box<BulkRefusal>>]) -> HashMap<&str, usize> {
    let mut creators = HashMap::new();
    for (place, operation) in operations.iter().enumerate() {
        if let Ok(BulkOperation { method: BulkMethod::Post, bulk_id: Some(id), .. }) = operation {
            creators.entry(id.as_str()).or_insert(place);
        }
    }
    creators
}

fn needs(operation: &Result<BulkOperation, Box<BulkRefusal>>) -> Needs {
    let mut before = BTreeSet::new();
    if let Ok(operation) = operation {
        if let Some(data) = &operation.data {
            collect(data, &mut before);
        }
        if let Some(BulkTarget::BulkId(id)) = &operation.path.target {
            before.insert(id.clone());
        }
    }
    Needs { before, later: BTreeSet::new() }
}

/// Returns the operations that are part of a circle, or lie between two: what is left once everything is taken away
/// that needs nothing of the rest, and then everything that nothing of the rest needs.
fn circular(edges: &[Vec<usize>]) -> BTreeSet<usize> {
    let mut reverse = vec![Vec::new(); edges.len()];
    for (place, targets) in edges.iter().enumerate() {
        for target in targets {
            if let Some(sources) = reverse.get_mut(*target) {
                sources.push(place);
            }
        }
    }
    let mut left = vec![true; edges.len()];
    peel(edges, &reverse, &mut left);
    peel(&reverse, edges, &mut left);
    left.into_iter().enumerate().filter(|(_, left)| *left).map(|(place, _)| place).collect()
}

/// Takes away, again and again, what has no edge to what is left.
fn peel(edges: &[Vec<usize>], reverse: &[Vec<usize>], left: &mut [bool]) {
    let is_left = |left: &[bool], place: usize| left.get(place).copied().unwrap_or(false);
    let mut counts: Vec<usize> =
        edges.iter().map(|targets| targets.iter().filter(|target| is_left(left, **target)).count()).collect();
    let free = counts.iter().enumerate().filter(|(place, count)| **count == 0 && is_left(left, *place));
    let mut free: Vec<usize> = free.map(|(place, _)| place).collect();
    while let Some(place) = free.pop() {
        if let Some(left) = left.get_mut(place) {
            *left = false;
        }
        for source in reverse.get(place).into_iter().flatten() {
            let Some(count) = counts.get_mut(*source).filter(|_| is_left(left, *source)) else { continue };
            *count -= 1;
            if *count == 0 {
                free.push(*source);
            }
        }
    }
}

/// Puts the steps in order: of those that need nothing more, always the first of the request.
fn order(
    operations: &[Result<BulkOperation, Box<BulkRefusal>>],
    needs: &[Needs],
    creators: &HashMap<&str, usize>,
) -> Vec<Step> {
    // An even node carries an operation out, the odd one behind it completes it.
    let nodes = operations.len() * 2;
    let completes = |place: usize| needs.get(place).is_some_and(|needs| !needs.later.is_empty());
    let mut waiting = vec![0_usize; nodes];
    let mut releases = vec![Vec::new(); nodes];
    let mut edge = |from: usize, to: usize| {
        if let (Some(releases), Some(waiting)) = (releases.get_mut(from), waiting.get_mut(to)) {
            releases.push(to);
            *waiting += 1;
        }
    };
    let mut last: HashMap<&BulkPath, usize> = HashMap::new();
    for (place, (operation, needs)) in operations.iter().zip(needs).enumerate() {
        let creator = |id: &String| creators.get(id.as_str()).copied();
        needs.before.iter().filter_map(creator).for_each(|creator| edge(creator * 2, place * 2));
        if completes(place) {
            edge(place * 2, place * 2 + 1);
            needs.later.iter().filter_map(creator).for_each(|creator| edge(creator * 2, place * 2 + 1));
        }
        let Ok(BulkOperation { path, .. }) = operation else { continue };
        match &path.target {
            None => continue,
            Some(BulkTarget::BulkId(id)) => {
                if let Some(creator) = creator(id).filter(|creator| completes(*creator)) {
                    edge(creator * 2 + 1, place * 2);
                }
            }
            Some(BulkTarget::Id(_)) => {}
        }
        if let Some(before) = last.insert(path, place) {
            edge(before * 2, place * 2);
        }
    }
    let exists = |node: usize| node.is_multiple_of(2) || completes(node / 2);
    let ready = waiting.iter().enumerate().filter(|(node, count)| **count == 0 && exists(*node));
    let mut ready: BinaryHeap<Reverse<usize>> = ready.map(|(node, _)| Reverse(node)).collect();
    let mut steps = Vec::with_capacity(operations.len());
    while let Some(Reverse(node)) = ready.pop() {
        steps.push(if node.is_multiple_of(2) { Step::Run(node / 2) } else { Step::Complete(node / 2) });
        for next in releases.get(node).into_iter().flatten() {
            let Some(count) = waiting.get_mut(*next) else { continue };
            *count -= 1;
            if *count == 0 {
                ready.push(Reverse(*next));
            }
        }
    }
    steps
}
