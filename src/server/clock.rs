//! The real clock and the real dice: the only place that asks the system for the time or for ids.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::time::Clock;

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[expect(clippy::disallowed_methods, reason = "the one place where time and ids are made")]
impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        // Whole microseconds, as Postgres keeps them: what is sent and what is read back are equal.
        DateTime::from_timestamp_micros(Utc::now().timestamp_micros()).unwrap_or_default()
    }
    fn random_uuid(&self) -> Uuid {
        Uuid::new_v4()
    }
    fn ordered_uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}
