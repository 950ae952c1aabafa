//! A person's calendar: where they are, and the day on which their week begins.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::domain::{language::Moment, locale::WeekStart};

/// What turns a moment into the date and time that a person means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Their zone.
    pub zone: Tz,
    /// The first day of their week.
    pub week_start: WeekStart,
}

impl Calendar {
    /// Of a zone's IANA name (UTC where it is none) and of what is stored of the week.
    pub fn new(zone: &str, week_start: Option<&str>) -> Self {
        Self {
            zone: zone.parse().unwrap_or(Tz::UTC),
            week_start: week_start.map(WeekStart::from_name).unwrap_or_default(),
        }
    }

    /// A moment on their clock.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.zone).naive_local()
    }

    /// When a day begins there. Where clocks are put forward over midnight, it begins later.
    pub fn begins(&self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        let begins = (0..4).find_map(|hours| {
            let local = midnight.checked_add_signed(TimeDelta::hours(hours))?;
            self.zone.from_local_datetime(&local).earliest()
        });
        begins.map_or(midnight.and_utc(), |begins| begins.with_timezone(&Utc))
    }

    /// A moment as words for dates are read in it.
    pub fn moment(&self, at: DateTime<Utc>) -> Moment {
        Moment {
            local: self.local(at),
            utc: at.naive_utc(),
            zone: self.zone,
            week_start: self.week_start.weekday(),
        }
    }
}

impl From<Tz> for Calendar {
    /// With a week that begins on Monday.
    fn from(zone: Tz) -> Self {
        Self {
            zone,
            week_start: WeekStart::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::*;

    #[test]
    fn what_is_stored_is_read_and_nonsense_is_the_usual() {
        let at = DateTime::from_timestamp(1_795_475_000, 0).unwrap();
        let here = Calendar::new("Asia/Karachi", Some("sunday"));
        assert_eq!(here.moment(at).week_start, Weekday::Sun);
        assert_eq!(here.local(at) - at.naive_utc(), chrono::TimeDelta::hours(5));
        let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        assert_eq!(here.begins(day).to_rfc3339(), "2026-11-23T19:00:00+00:00");
        assert_eq!(Calendar::new("Nowhere", Some("never")), Calendar::from(Tz::UTC));
        assert_eq!(Calendar::new("Nowhere", None), Calendar::from(Tz::UTC));
    }
}
