//! What the assistant says, in the three scripts. Brief, friendly, and always with the date in full.

mod dates;
mod repeats;
mod sentences;

pub use dates::{URDU_DAYS, URDU_MONTHS, day, due};
pub use repeats::repeats;
pub use sentences::*;
