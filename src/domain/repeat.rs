//! How often a task comes back: the part of the recurrence rules of RFC 5545 that people say in words.
//!
//! A task keeps its rule as text ([`Display`](fmt::Display) here writes it). Rules that say more than this are kept and followed too, by the
//! server; only saying them in words needs this type.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};

/// The days of the week in RFC 5545, from Monday.
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The length of the shortest month.
const SHORTEST: i8 = 28;

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
    /// The second of them: "the 2nd and 4th Saturday"; 0 says nothing.
    pub and_nth: i8,
    /// On which day of the month; -1 is the last, 0 says nothing.
    pub month_day: i8,
    /// Where a month is too short for that day (a year has no 29 February), it falls on the last day of the month instead of being left out.
    pub or_last: bool,
}

impl Repeat {
    /// Every day, week, month or year.
    pub const fn every(frequency: Frequency) -> Self {
        Self {
            frequency,
            interval: 1,
            days: Weekdays(0),
            nth: 0,
            and_nth: 0,
            month_day: 0,
            or_last: false,
        }
    }
}

impl Repeat {
    /// On a day of the month, and on the last day of a month that is shorter.
    #[must_use]
    pub fn on_month_day(self, day: u32) -> Self {
        let day = i8::try_from(day).unwrap_or(0);
        Self {
            month_day: day,
            or_last: day > SHORTEST,
            ..self
        }
    }

    /// What people mean by a recurrence whose first day this is: "every month", from the 31st, is the last day of a month that is shorter,
    /// and "every year" from 29 February is 28 February in most years. The day of the first one is kept in the rule.
    #[must_use]
    pub fn beginning(self, first: NaiveDate) -> Self {
        let unsaid = self.days.is_empty() && self.nth == 0 && self.month_day == 0;
        let leap = first.month() == 2 && first.day() == 29;
        match self.frequency {
            Frequency::Monthly if unsaid && first.day() > SHORTEST.unsigned_abs().into() => self.on_month_day(first.day()),
            Frequency::Yearly if unsaid && leap => self.on_month_day(first.day()),
            _ => self,
        }
    }

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
        let ranks = [self.nth, self.and_nth].into_iter().take(if self.and_nth == 0 { 1 } else { 2 });
        let ranked = ranks.flat_map(|nth| self.days.iter().map(move |day| (nth, day)));
        for (place, (nth, day)) in ranked.enumerate() {
            f.write_str(if place == 0 { ";BYDAY=" } else { "," })?;
            if nth != 0 {
                write!(f, "{nth}")?;
            }
            f.write_str(DAYS[usize::from(day)])?;
        }
        if self.or_last && self.month_day > SHORTEST {
            // Of the days from the 28th to this one, the last that the month has.
            if self.frequency == Frequency::Yearly {
                f.write_str(";BYMONTH=2")?;
            }
            f.write_str(";BYMONTHDAY=28")?;
            for day in SHORTEST + 1..=self.month_day {
                write!(f, ",{day}")?;
            }
            return f.write_str(";BYSETPOS=-1");
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

impl Repeat {
    /// Reads days of the week: "MO,TH", "-1FR", "2SA,4SA".
    fn on_days(&mut self, days: &str) -> Result<(), OtherRule> {
        for day in days.split(',') {
            let (nth, name) = day.split_at_checked(day.len().saturating_sub(2)).ok_or(OtherRule)?;
            let at = DAYS.iter().position(|known| *known == name).ok_or(OtherRule)?;
            let nth = if nth.is_empty() { 0 } else { nth.parse().map_err(|_| OtherRule)? };
            let these = Weekdays::default().with(u8::try_from(at).map_err(|_| OtherRule)?);
            if self.days.is_empty() || nth == self.nth && self.and_nth == 0 {
                (self.nth, self.days) = (nth, Weekdays(self.days.0 | these.0));
            } else if self.days == these && self.nth != 0 && nth != 0 && nth != self.nth && self.and_nth == 0 {
                self.and_nth = nth;
            } else {
                return Err(OtherRule);
            }
        }
        Ok(())
    }
}

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
                ("BYMONTHDAY", days) if days.starts_with("28,") => {
                    let last = days.split(',').next_back().and_then(|day| day.parse().ok()).ok_or(OtherRule)?;
                    (repeat.month_day, repeat.or_last) = (last, true);
                }
                ("BYMONTHDAY", number) => {
                    repeat.month_day = number.parse().ok().filter(|n| (1..=31).contains(n) || *n == -1).ok_or(OtherRule)?;
                }
                // Only as a part of a rule that `Display` writes; see below.
                ("BYMONTH", "2") | ("BYSETPOS", "-1") => {}
                ("BYDAY", days) => repeat.on_days(days)?,
                // Which weeks count is the calendar's; the words are the same.
                ("WKST", _) => {}
                _ => return Err(OtherRule),
            }
        }
        repeat.frequency = frequency.ok_or(OtherRule)?;
        let special = repeat.or_last || ["BYMONTH=", "BYSETPOS="].iter().any(|part| rule.contains(part));
        let rule = rule.split(";WKST=").next().unwrap_or(rule);
        if special && repeat.to_string() != rule {
            return Err(OtherRule);
        }
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
            "FREQ=MONTHLY;BYDAY=2SA,4SA",
            "FREQ=YEARLY",
        ] {
            assert_eq!(rule.parse::<Repeat>().map(|repeat| repeat.to_string()), Ok(rule.to_owned()));
        }
        for (day, rule) in [
            (31, "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"),
            (30, "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
            (29, "FREQ=MONTHLY;BYMONTHDAY=28,29;BYSETPOS=-1"),
            (28, "FREQ=MONTHLY;BYMONTHDAY=28"),
        ] {
            let repeat = Repeat::every(Frequency::Monthly).on_month_day(day);
            assert_eq!((repeat.to_string(), rule.parse()), (rule.to_owned(), Ok(repeat)));
        }
        let leap = NaiveDate::from_ymd_opt(2028, 2, 29).unwrap();
        let yearly = Repeat::every(Frequency::Yearly).beginning(leap);
        assert_eq!(yearly.to_string(), "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1");
        assert_eq!(yearly.to_string().parse(), Ok(yearly));
        let by_week = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU";
        assert_eq!(format!("{by_week};WKST=SU").parse::<Repeat>(), by_week.parse());
        assert!(by_week.parse::<Repeat>().unwrap().counts_weeks() && !Repeat::every(Frequency::Weekly).counts_weeks());
        for other in [
            "",
            "FREQ=HOURLY",
            "FREQ=DAILY;COUNT=3",
            "FREQ=MONTHLY;BYDAY=1MO,2TU",
            "FREQ=MONTHLY;BYDAY=1MO,2MO,3MO",
            "FREQ=MONTHLY;BYDAY=MO,2MO",
            "FREQ=DAILY;INTERVAL=0",
            "BYDAY=MO",
            "FREQ=MONTHLY;BYSETPOS=-1",
            "FREQ=YEARLY;BYMONTH=2",
            "FREQ=MONTHLY;BYMONTHDAY=28,31;BYSETPOS=-1",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31",
            "FREQ=WEEKLY;BYDAY=é",
        ] {
            assert_eq!(other.parse::<Repeat>(), Err(OtherRule), "{other}");
        }
    }
}
