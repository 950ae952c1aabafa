//! How days, dates, times of day and counts look to a person: the one place for it. Names, orders and plural rules are those of Unicode's
//! CLDR, by ICU4X, whose data is compiled in.
//!
//! - **English is `en-IN`**, the nearest to what Kaam has always written: the day before the month, twelve hours, AM and PM in capitals.
//!   (`en-PK` has "pm"; so has `en-001`, which writes "5 Jan 2026" for "05 Jan 2026". `en-GB` counts 24 hours, `en` puts the month first.)
//!   CLDR's narrow no-break space before AM and PM becomes a plain one, as in the `Intl` of browsers, so that what is copied or looked for is
//!   what people type.
//! - **Urdu is `ur` with Latin digits**: which digits a person sees is their setting (`locale::Digits::show`).
//!
//! Some words stay ours, because CLDR has none that fit:
//!
//! - Roman Urdu, which CLDR does not know: it has the names of days from Urdu, and the rest of a date from English, as it is written.
//! - Times of day in Urdu: CLDR writes "5:00 PM", where people say "شام 5 بجے". ICU4X can name parts of the day, but its data has none for Urdu.
//! - Today, tomorrow, yesterday (`texts::due_words`): CLDR calls tomorrow "آئندہ کل", and ICU4X's formatter for it is an experiment.

use std::{array, error::Error, sync::LazyLock};

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike, Weekday};
use icu_calendar::{Date, Gregorian, types::RataDie};
use icu_datetime::{
    FixedCalendarDateTimeFormatter, NoCalendarFormatter,
    fieldsets::{E, MD, T, YMD, YMDE},
    input::Time,
};
use icu_locale_core::{Locale, locale};
pub use icu_plurals::PluralCategory;
use icu_plurals::PluralRules;

use super::{locale::Script, task::Due};

type Dates<FieldSet> = FixedCalendarDateTimeFormatter<Gregorian, FieldSet>;

/// What CLDR knows of a language, as far as it is used. Made once: that takes longer than everything that is done with it.
struct Words {
    /// From Monday.
    weekdays: [String; 7],
    short: Dates<MD>,
    with_year: Dates<YMD>,
    long: Dates<YMD>,
    full: Dates<YMDE>,
    clock: NoCalendarFormatter<T>,
    counts: PluralRules,
    ranks: PluralRules,
}

static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::of(&locale!("en-IN")));
static URDU: LazyLock<Words> = LazyLock::new(|| Words::of(&locale!("ur-u-nu-latn")));

const ROMAN_WEEKDAYS: [&str; 7] = ["peer", "mangal", "budh", "jumerat", "jumma", "hafta", "itwar"];

impl Words {
    #[expect(
        clippy::expect_used,
        reason = "the data is part of the program; without it the first test of this module fails"
    )]
    fn of(locale: &Locale) -> Self {
        Self::load(locale).expect("CLDR has the language")
    }

    fn load(locale: &Locale) -> Result<Self, Box<dyn Error>> {
        let weekday = Dates::try_new(locale.into(), E::long())?;
        Ok(Self {
            // The first day of the calendar was a Monday.
            weekdays: array::from_fn(|n| weekday.format(&nth_day(n as i64 + 1)).to_string()),
            short: Dates::try_new(locale.into(), MD::medium())?,
            with_year: Dates::try_new(locale.into(), YMD::medium())?,
            long: Dates::try_new(locale.into(), YMD::long())?,
            full: Dates::try_new(locale.into(), YMDE::long())?,
            clock: NoCalendarFormatter::try_new(locale.into(), T::hm())?,
            counts: PluralRules::try_new_cardinal(locale.into())?,
            ranks: PluralRules::try_new_ordinal(locale.into())?,
        })
    }
}

/// Whose dates a script has. Roman Urdu has those of English.
fn dates(script: Script) -> &'static Words {
    match script {
        Script::En | Script::UrLatn => &ENGLISH,
        Script::Ur => &URDU,
    }
}

/// A day by its number, from the first of the year 1.
fn nth_day(n: i64) -> Date<Gregorian> {
    Date::from_rata_die(RataDie::new(n), Gregorian)
}

fn day(date: NaiveDate) -> Date<Gregorian> {
    nth_day(date.num_days_from_ce().into())
}

/// A day of the week: "Tuesday", "mangal", "منگل".
pub fn weekday(day: Weekday, script: Script) -> &'static str {
    let at = day.num_days_from_monday() as usize;
    match script {
        Script::En => &ENGLISH.weekdays[at],
        Script::UrLatn => ROMAN_WEEKDAYS[at],
        Script::Ur => &URDU.weekdays[at],
    }
}

/// A day of this year: "30 Nov".
pub fn short(date: NaiveDate, script: Script) -> String {
    dates(script).short.format(&day(date)).to_string()
}

/// A day of another year: "30 Nov 2026", "02 Jan 2027".
pub fn with_year(date: NaiveDate, script: Script) -> String {
    dates(script).with_year.format(&day(date)).to_string()
}

/// A day in full: "Tuesday, 24 November 2026".
pub fn full(date: NaiveDate, script: Script) -> String {
    let words = dates(script);
    match script {
        Script::UrLatn => format!("{}, {}", weekday(date.weekday(), script), words.long.format(&day(date))),
        _ => words.full.format(&day(date)).to_string(),
    }
}

/// A day in full and, if there is one, a time as it is spoken: "Tuesday, 24 November 2026, 5:00 PM".
pub fn due(due: &Due, script: Script) -> String {
    let date = full(due.date, script);
    match due.time {
        None => date,
        Some(time) => [date.as_str(), comma(script), &spoken_clock(time, script)].concat(),
    }
}

/// What stands between a day and a time.
pub fn comma(script: Script) -> &'static str {
    script.choose(", ", ", ", "، ")
}

/// A time of day as it is written: "5:30 PM", "shaam 5:30 baje", "شام 5:30 بجے".
pub fn clock(time: NaiveTime, script: Script) -> String {
    let minutes = match time.minute() {
        0 => String::new(),
        minute => format!(":{minute:02}"),
    };
    let hour = time.hour12().1;
    match script {
        Script::En => english_clock(time),
        Script::UrLatn => format!("{} {hour}{minutes} baje", part_of_day(time, script)),
        Script::Ur => format!("{} {hour}{minutes} بجے", part_of_day(time, script)),
    }
}

/// A time of day as it is spoken: "5:30 PM", "shaam 5 baj kar 30 minute par", "شام 5 بج کر 30 منٹ پر".
fn spoken_clock(time: NaiveTime, script: Script) -> String {
    let (part, hour) = (part_of_day(time, script), time.hour12().1);
    match (script, time.minute()) {
        (Script::En, _) | (_, 0) => clock(time, script),
        (Script::UrLatn, minute) => format!("{part} {hour} baj kar {minute} minute par"),
        (Script::Ur, minute) => format!("{part} {hour} بج کر {minute} منٹ پر"),
    }
}

fn english_clock(time: NaiveTime) -> String {
    let part = |n: u32| u8::try_from(n).unwrap_or_default();
    let time = Time::try_new(part(time.hour()), part(time.minute()), 0, 0).unwrap_or(Time::start_of_day());
    ENGLISH.clock.format(&time).to_string().replace('\u{202f}', " ")
}

/// The part of the day that an Urdu time begins with.
fn part_of_day(time: NaiveTime, script: Script) -> &'static str {
    let (roman, urdu) = match time.hour() {
        4..12 => ("subah", "صبح"),
        12..16 => ("dopahar", "دوپہر"),
        16..20 => ("shaam", "شام"),
        _ => ("raat", "رات"),
    };
    script.choose("", roman, urdu)
}

/// The form of words that a number of things asks for: "1 task", "0 tasks".
pub fn plural(count: usize, script: Script) -> PluralCategory {
    let words = match script {
        Script::En => &ENGLISH,
        Script::UrLatn | Script::Ur => &URDU,
    };
    words.counts.category_for(count)
}

/// A place in a row, in English: "22nd".
pub fn english_rank(n: i8) -> String {
    let ending = match ENGLISH.ranks.category_for(n) {
        PluralCategory::One => "st",
        PluralCategory::Two => "nd",
        PluralCategory::Few => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    #[test]
    fn days_and_months_have_the_names_of_cldr() {
        let english = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let urdu = ["پیر", "منگل", "بدھ", "جمعرات", "جمعہ", "ہفتہ", "اتوار"];
        for (n, day) in date(11, 23).iter_days().take(7).enumerate() {
            let weekday = |script| weekday(day.weekday(), script);
            assert_eq!([weekday(Script::En), weekday(Script::Ur)], [english[n], urdu[n]]);
            for script in Script::ALL {
                assert!(full(day, script).starts_with(weekday(script)), "{}", full(day, script));
            }
        }
        let english = [
            ("Jan", "January"),
            ("Feb", "February"),
            ("Mar", "March"),
            ("Apr", "April"),
            ("May", "May"),
            ("Jun", "June"),
            ("Jul", "July"),
            ("Aug", "August"),
            ("Sept", "September"),
            ("Oct", "October"),
            ("Nov", "November"),
            ("Dec", "December"),
        ];
        let urdu = [
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
        for (month, ((abbreviated, whole), urdu)) in (1..).zip(english.into_iter().zip(urdu)) {
            let day = date(month, 5);
            assert_eq!(short(day, Script::En), format!("5 {abbreviated}"));
            assert_eq!(with_year(day, Script::En), format!("05 {abbreviated} 2026"));
            assert_eq!(
                full(day, Script::En),
                format!("{}, 5 {whole} 2026", weekday(day.weekday(), Script::En))
            );
            assert_eq!(short(day, Script::Ur), format!("5 {urdu}"));
            assert_eq!(with_year(day, Script::Ur), format!("5 {urdu}، 2026"));
            assert_eq!(
                full(day, Script::Ur),
                format!("{}، 5 {urdu}، 2026", weekday(day.weekday(), Script::Ur))
            );
        }
    }

    #[test]
    fn dates_are_said_in_full() {
        let at = |hour, minute| Due {
            date: date(11, 24),
            time: NaiveTime::from_hms_opt(hour, minute, 0),
        };
        assert_eq!(due(&at(17, 0), Script::En), "Tuesday, 24 November 2026, 5:00 PM");
        assert_eq!(due(&at(17, 0), Script::UrLatn), "mangal, 24 November 2026, shaam 5 baje");
        assert_eq!(due(&at(17, 0), Script::Ur), "منگل، 24 نومبر، 2026، شام 5 بجے");
        assert_eq!(
            due(&at(9, 30), Script::UrLatn),
            "mangal, 24 November 2026, subah 9 baj kar 30 minute par"
        );
        assert_eq!(due(&at(9, 30), Script::Ur), "منگل، 24 نومبر، 2026، صبح 9 بج کر 30 منٹ پر");
        let day = Due { time: None, ..at(0, 0) };
        assert_eq!(due(&day, Script::Ur), "منگل، 24 نومبر، 2026");
    }

    #[test]
    fn every_hour_has_its_words() {
        let cases = [
            (0, 0, "12:00 AM", "raat 12 baje", "رات 12 بجے"),
            (3, 59, "3:59 AM", "raat 3:59 baje", "رات 3:59 بجے"),
            (4, 0, "4:00 AM", "subah 4 baje", "صبح 4 بجے"),
            (12, 5, "12:05 PM", "dopahar 12:05 baje", "دوپہر 12:05 بجے"),
            (16, 0, "4:00 PM", "shaam 4 baje", "شام 4 بجے"),
            (20, 30, "8:30 PM", "raat 8:30 baje", "رات 8:30 بجے"),
        ];
        for (hour, minute, english, roman, urdu) in cases {
            let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
            assert_eq!(Script::ALL.map(|script| clock(time, script)), [english, roman, urdu]);
        }
    }

    #[test]
    fn counts_have_the_forms_of_cldr() {
        for script in Script::ALL {
            for (count, form) in [
                (0, PluralCategory::Other),
                (1, PluralCategory::One),
                (2, PluralCategory::Other),
                (11, PluralCategory::Other),
                (21, PluralCategory::Other),
                (1_000_000, PluralCategory::Other),
            ] {
                assert_eq!(plural(count, script), form, "{count} in {script:?}");
            }
        }
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 13, 20, 21, 22, 23, 31].map(english_rank),
            [
                "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "20th", "21st", "22nd", "23rd", "31st"
            ]
        );
    }
}
