//! What a filter may cost (RFC 7644 §7.5.2 warns of what clients may send).

/// Bounds on a filter or a PATCH path, charged while it is read.
///
/// Input past a bound is refused before more memory or stack is spent on it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Limits {
    /// The longest text, in bytes.
    pub max_length: usize,
    /// The most brackets open at once, round and square; above [`DEPTH_CEILING`](Self::DEPTH_CEILING) that holds.
    pub max_depth: usize,
    /// The most attribute tests and value paths together.
    pub max_terms: usize,
}

impl Limits {
    /// The depth no setting raises, so that a wrong setting cannot overflow the stack.
    pub const DEPTH_CEILING: usize = 128;

    /// What text this crate printed is read back with.
    ///
    /// Printing can add a blank for each `not(` and around each `and` between brackets, so the text of a filter at
    /// the length limit may pass it; stored filters must still load.
    pub(crate) fn printed() -> Self {
        let limits = Self::default();
        Self { max_length: limits.max_length.saturating_mul(2), ..limits }
    }

    pub(crate) fn depth(&self) -> usize {
        self.max_depth.min(Self::DEPTH_CEILING)
    }
}

impl Default for Limits {
    /// 2,000 bytes, 32 levels, 256 terms.
    fn default() -> Self {
        Self { max_length: 2_000, max_depth: 32, max_terms: 256 }
    }
}
