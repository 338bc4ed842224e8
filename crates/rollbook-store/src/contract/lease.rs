//! Leases: which node works on a target, so that several hubs on one database never do so at once.

use std::time::Duration;

use crate::ids::TargetId;

/// Who works on a target now, and for how much longer.
///
/// A lease is good for a time by the store's clock. Its fence rises with each change of hands: what a node writes under
/// it names the fence ([`crate::Batch::fences`]), and is refused once the target has changed hands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lease {
    /// The node that holds it.
    pub node: String,
    /// The number of its tenure: above that of every one before, and above 0.
    pub fence: u64,
    /// How long it is still good. A node counts from the moment at which it began to ask, so that its own idea of the
    /// end is never later than the store's.
    pub left: Duration,
}

/// A condition of a batch: the target is still in this tenure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fence {
    /// The target.
    pub target: TargetId,
    /// The fence of the lease that the batch was prepared under.
    pub fence: u64,
}
