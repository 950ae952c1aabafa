//! What the assistant says, in the three scripts. Brief, friendly, and always with the date in full.

mod repeats;
mod sentences;
mod telling;

pub use repeats::repeats;
pub use sentences::*;
pub use telling::*;
