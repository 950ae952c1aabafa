//! Whether a place in Markdown, while it is written, is in code: what stands there is talked about.

/// The code that is open: none, a span on this line, or a fence.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// How many backticks opened it.
    open: usize,
}

/// As many backticks make a fence, which goes on over lines.
const FENCE: usize = 3;

impl Code {
    /// Whether this place is in code.
    pub(super) fn is_open(&self) -> bool {
        self.open > 0
    }

    /// A run of backticks, whole.
    pub(super) fn backticks(&mut self, count: usize) {
        self.open = match self.open {
            0 => count,
            fence if fence >= FENCE && count >= fence => 0,
            span if span == count => 0,
            open => open,
        };
    }

    /// The line ends. A span that is still open was none.
    pub(super) fn line_ends(&mut self) {
        if self.open < FENCE {
            self.open = 0;
        }
    }
}
