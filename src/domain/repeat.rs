//! How often a task comes back: the part of the recurrence rules of RFC 5545 that people say in words.
//!
//! A task keeps its rule as text ([`Display`](fmt::Display) here writes it). Rules that say more than this are kept and followed too, by the
//! server; only saying them in words needs this type.

use std::{fmt, str::FromStr};

/// The days of the week in RFC 5545, from Monday.
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The unit of a recurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// Days.
    Daily,
    /// Weeks.
    Weekly,
    /// Months.
    Monthly,
    /// Years.
    Yearly,
}

const FREQUENCIES: [(Frequency, &str); 4] = [
    (Frequency::Daily, "DAILY"),
    (Frequency::Weekly, "WEEKLY"),
    (Frequency::Monthly, "MONTHLY"),
    (Frequency::Yearly, "YEARLY"),
];

/// A set of days of the week, counted from Monday as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Weekdays(u8);

impl Weekdays {
    /// Monday to Friday.
    pub const WORKING: Self = Self(0b1_1111);

    /// The set with this day in it too.
    #[must_use]
    pub fn with(self, day: u8) -> Self {
        Self(self.0 | 1 << (day % 7))
    }

    /// The days, from Monday.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..7).filter(move |day| self.0 & (1 << day) != 0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.iter().count()
    }
}

/// A recurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Repeat {
    /// Its unit.
    pub frequency: Frequency,
    /// Every how many of them; at least 1.
    pub interval: u16,
    /// On which days of the week.
    pub days: Weekdays,
    /// In a month: on which of these days, counted from 1, or from the end with -1; 0 says nothing.
    pub nth: i8,
    /// On which day of the month; -1 is the last, 0 says nothing.
    pub month_day: i8,
}

impl Repeat {
    /// Every day, week, month or year.
    pub const fn every(frequency: Frequency) -> Self {
        Self {
            frequency,
            interval: 1,
            days: Weekdays(0),
            nth: 0,
            month_day: 0,
        }
    }
}

impl Repeat {
    /// Whether the day on which a week begins makes a difference (RFC 5545, section 3.3.10, WKST).
    pub fn counts_weeks(&self) -> bool {
        self.frequency == Frequency::Weekly && self.interval > 1 && self.days.len() > 1
    }
}

impl fmt::Display for Repeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = FREQUENCIES
            .iter()
            .find(|(frequency, _)| *frequency == self.frequency)
            .map_or("", |(_, name)| name);
        write!(f, "FREQ={name}")?;
        if self.interval > 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        for (place, day) in self.days.iter().enumerate() {
            f.write_str(if place == 0 { ";BYDAY=" } else { "," })?;
            if self.nth != 0 {
                write!(f, "{}", self.nth)?;
            }
            f.write_str(DAYS[usize::from(day)])?;
        }
        if self.month_day != 0 {
            write!(f, ";BYMONTHDAY={}", self.month_day)?;
        }
        Ok(())
    }
}

/// A rule that says more than a [`Repeat`] can, or nothing that makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherRule;

impl fmt::Display for OtherRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the rule is not one of those that are said in words")
    }
}
impl std::error::Error for OtherRule {}

impl FromStr for Repeat {
    type Err = OtherRule;

    fn from_str(rule: &str) -> Result<Self, OtherRule> {
        let mut frequency = None;
        let mut repeat = Self::every(Frequency::Daily);
        for part in rule.split(';') {
            match part.split_once('=').ok_or(OtherRule)? {
                ("FREQ", name) => {
                    frequency = FREQUENCIES
                        .iter()
                        .find(|(_, known)| *known == name)
                        .map(|(frequency, _)| *frequency)
                }
                ("INTERVAL", number) => repeat.interval = number.parse().ok().filter(|n| *n > 0).ok_or(OtherRule)?,
                ("BYMONTHDAY", number) => {
                    repeat.month_day = number.parse().ok().filter(|n| (1..=31).contains(n) || *n == -1).ok_or(OtherRule)?;
                }
                ("BYDAY", days) => {
                    for day in days.split(',') {
                        let (nth, name) = day.split_at_checked(day.len().saturating_sub(2)).ok_or(OtherRule)?;
                        let at = DAYS.iter().position(|known| *known == name).ok_or(OtherRule)?;
                        let nth = if nth.is_empty() { 0 } else { nth.parse().map_err(|_| OtherRule)? };
                        if !repeat.days.is_empty() && nth != repeat.nth {
                            return Err(OtherRule);
                        }
                        (repeat.nth, repeat.days) = (nth, repeat.days.with(u8::try_from(at).map_err(|_| OtherRule)?));
                    }
                }
                // Which weeks count is the calendar's; the words are the same.
                ("WKST", _) => {}
                _ => return Err(OtherRule),
            }
        }
        repeat.frequency = frequency.ok_or(OtherRule)?;
        Ok(repeat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_come_back_as_they_went() {
        for rule in [
            "FREQ=DAILY",
            "FREQ=DAILY;INTERVAL=2",
            "FREQ=WEEKLY;BYDAY=TU,FR",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "FREQ=MONTHLY;BYDAY=1MO",
            "FREQ=MONTHLY;BYDAY=-1FR",
            "FREQ=YEARLY",
        ] {
            assert_eq!(rule.parse::<Repeat>().map(|repeat| repeat.to_string()), Ok(rule.to_owned()));
        }
        let by_week = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU";
        assert_eq!(format!("{by_week};WKST=SU").parse::<Repeat>(), by_week.parse());
        assert!(by_week.parse::<Repeat>().unwrap().counts_weeks() && !Repeat::every(Frequency::Weekly).counts_weeks());
        for other in [
            "",
            "FREQ=HOURLY",
            "FREQ=DAILY;COUNT=3",
            "FREQ=MONTHLY;BYDAY=1MO,2MO",
            "FREQ=DAILY;INTERVAL=0",
            "BYDAY=MO",
            "FREQ=WEEKLY;BYDAY=é",
        ] {
            assert_eq!(other.parse::<Repeat>(), Err(OtherRule), "{other}");
        }
    }
}
