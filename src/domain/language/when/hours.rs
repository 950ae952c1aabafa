//! From an hour that was said to a time of the day.

use chrono::NaiveTime;

use super::{Clock, Part};

impl Clock {
    /// The time of day, and whether it belongs to the night that ends on the next day. `None` when there is no such time.
    pub(super) fn time(self, part: Option<Part>) -> Option<(NaiveTime, bool)> {
        let (hour, next) = match (self.hour, self.pm, part) {
            // "5pm in the morning"
            (_, Some(true), Some(Part::Morning)) | (13..=23, _, Some(Part::Morning)) => return None,
            (12, Some(false), _) => (0, false),
            (12, Some(true), _) => (12, false),
            (h, Some(true), _) => (h + 12, false),
            (h, Some(false), _) => (h, false),
            (24, ..) => (0, true),
            (h @ (0 | 13..), ..) => (h, false),
            (12, None, Some(Part::Night | Part::Evening)) => (0, true),
            (h @ 1..=4, None, Some(Part::Night)) => (h, true),
            (h, None, Some(Part::Night | Part::Evening | Part::Afternoon)) if h < 12 => (h + 12, false),
            (h @ 1..=6, None, Some(Part::Noon) | None) => (h + 12, false),
            (h, ..) => (h, false),
        };
        NaiveTime::from_hms_opt(hour, self.minute, 0).map(|time| (time, next))
    }

    /// Whether the other half of the day is as likely.
    pub(super) fn two_ways(self, part: Option<Part>) -> bool {
        self.pm.is_none() && part.is_none() && (7..=11).contains(&self.hour)
    }
}

impl Part {
    /// The usual hour for a thing that is to be done "in the evening".
    pub(super) fn hour(self) -> u32 {
        match self {
            Self::Morning => 9,
            Self::Noon => 12,
            Self::Afternoon => 15,
            Self::Evening => 18,
            Self::Night => 21,
        }
    }
}
