//! How a room without a screen tells how far its work is.

/// Hears how far long work is; whoever implements it decides whether anybody sees it.
///
/// Steps follow each other; they do not nest. Any thread may report.
pub trait Progress: Send + Sync {
    /// A step of `total` things begins; `what` names it, such as `reading files`.
    fn started(&self, total: usize, what: &'static str);

    /// `n` more things of the step are done.
    fn advanced(&self, n: usize);

    /// The step is over, whether or not all its things were done.
    fn finished(&self);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _total: usize, _what: &'static str) {}

    fn advanced(&self, _n: usize) {}

    fn finished(&self) {}
}
