//! Dates in full, with the weekday, in the person's language.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};

use crate::domain::{locale::Script, task::Due};

/// The days of the week, from Monday.
pub(super) const ENGLISH_DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// The months in Urdu, from January.
pub const URDU_MONTHS: [&str; 12] = [
    "جنوری",
    "فروری",
    "مارچ",
    "اپریل",
    "مئی",
    "جون",
    "جولائی",
    "اگست",
    "ستمبر",
    "اکتوبر",
    "نومبر",
    "دسمبر",
];
pub(super) const ROMAN_DAYS: [&str; 7] = ["peer", "mangal", "budh", "jumerat", "jumma", "hafta", "itwar"];
/// The days of the week in Urdu, from Monday.
pub const URDU_DAYS: [&str; 7] = ["پیر", "منگل", "بدھ", "جمعرات", "جمعہ", "ہفتہ", "اتوار"];

/// A day in full: "Tuesday, 24 November 2026".
pub fn day(date: NaiveDate, script: Script) -> String {
    let at = date.weekday().num_days_from_monday() as usize;
    let month = date.month0() as usize;
    let (number, year) = (date.day(), date.year());
    match script {
        Script::En => format!("{}, {number} {} {year}", ENGLISH_DAYS[at], ENGLISH_MONTHS[month]),
        Script::UrLatn => format!("{}, {number} {} {year}", ROMAN_DAYS[at], ENGLISH_MONTHS[month]),
        Script::Ur => format!("{}، {number} {} {year}", URDU_DAYS[at], URDU_MONTHS[month]),
    }
}

/// A day and, if there is one, a time: "Tuesday, 24 November 2026, 5:00 PM".
pub fn due(due: &Due, script: Script) -> String {
    let date = day(due.date, script);
    let Some(time) = due.time else { return date };
    match script {
        Script::En => {
            let (pm, hour) = time.hour12();
            format!("{date}, {hour}:{:02} {}", time.minute(), if pm { "PM" } else { "AM" })
        }
        Script::UrLatn => format!(
            "{date}, {}",
            clock(time, ["raat", "subah", "dopahar", "shaam"], "baj kar", "minute par", "baje")
        ),
        Script::Ur => format!("{date}، {}", clock(time, ["رات", "صبح", "دوپہر", "شام"], "بج کر", "منٹ پر", "بجے")),
    }
}

/// shaam 5 baje, subah 9 baj kar 30 minute par.
fn clock(time: NaiveTime, parts: [&str; 4], past: &str, minutes: &str, oclock: &str) -> String {
    let part = match time.hour() {
        4..=11 => parts[1],
        12..=15 => parts[2],
        16..=19 => parts[3],
        _ => parts[0],
    };
    let hour = time.hour12().1;
    match time.minute() {
        0 => format!("{part} {hour} {oclock}"),
        minute => format!("{part} {hour} {past} {minute} {minutes}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_said_in_full() {
        let due_at = |h: u32, m: u32| Due {
            date: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap_or_default(),
            time: NaiveTime::from_hms_opt(h, m, 0),
        };
        assert_eq!(due(&due_at(17, 0), Script::En), "Tuesday, 24 November 2026, 5:00 PM");
        assert_eq!(due(&due_at(17, 0), Script::UrLatn), "mangal, 24 November 2026, shaam 5 baje");
        assert_eq!(due(&due_at(17, 0), Script::Ur), "منگل، 24 نومبر 2026، شام 5 بجے");
        assert_eq!(
            due(&due_at(9, 30), Script::UrLatn),
            "mangal, 24 November 2026, subah 9 baj kar 30 minute par"
        );
    }
}
