//! A recurrence in words: "every Tuesday and Friday", "har mangal aur jumma", "ہر منگل اور جمعہ".

use chrono::Weekday;

use crate::domain::{
    dates::{self, PluralCategory},
    locale::Script,
    repeat::{Frequency, Repeat, Weekdays},
};

/// A rule of RFC 5545 in words; of a rule that says too much, only that it repeats.
pub fn repeats(rule: &str, script: Script) -> String {
    let Ok(repeat) = rule.parse::<Repeat>() else {
        return match script {
            Script::En => "repeats",
            Script::UrLatn => "baar baar",
            Script::Ur => "بار بار",
        }
        .to_owned();
    };
    let n = repeat.interval;
    if repeat.frequency == Frequency::Weekly && n == 1 && !repeat.days.is_empty() {
        return on_days(repeat.days, script);
    }
    let unit = units(repeat.frequency, dates::plural(n as usize, script), script);
    let every = match (script, n) {
        (Script::En, 1) => format!("every {unit}"),
        (Script::En, _) => format!("every {n} {unit}"),
        (Script::UrLatn, 1) if repeat.frequency == Frequency::Daily => "rozana".to_owned(),
        (Script::UrLatn, 1) => format!("har {unit}"),
        (Script::UrLatn, _) => format!("har {n} {unit}"),
        (Script::Ur, 1) if repeat.frequency == Frequency::Daily => "روزانہ".to_owned(),
        (Script::Ur, 1) => format!("ہر {unit}"),
        (Script::Ur, _) => format!("ہر {n} {unit}"),
    };
    match on(&repeat, script) {
        Some(on) => match script {
            Script::En => format!("{every} on {on}"),
            // "har 2 hafte baad jumme ko", "har mahine ke aakhri jumme ko"
            Script::UrLatn if repeat.days.is_empty() => format!("{every} {on}"),
            Script::UrLatn => format!("{every} {} {on} ko", if n > 1 { "baad" } else { "ke" }),
            Script::Ur if repeat.days.is_empty() => format!("{every} {on}"),
            Script::Ur => format!("{every} {} {on} کو", if n > 1 { "بعد" } else { "کے" }),
        },
        None => every,
    }
}

fn units(frequency: Frequency, count: PluralCategory, script: Script) -> &'static str {
    match (script, frequency, count) {
        (Script::En, Frequency::Daily, PluralCategory::One) => "day",
        (Script::En, Frequency::Daily, _) => "days",
        (Script::En, Frequency::Weekly, PluralCategory::One) => "week",
        (Script::En, Frequency::Weekly, _) => "weeks",
        (Script::En, Frequency::Monthly, PluralCategory::One) => "month",
        (Script::En, Frequency::Monthly, _) => "months",
        (Script::En, Frequency::Yearly, PluralCategory::One) => "year",
        (Script::En, Frequency::Yearly, _) => "years",
        (Script::UrLatn, Frequency::Daily, _) => "din",
        (Script::UrLatn, Frequency::Weekly, _) => "hafte",
        (Script::UrLatn, Frequency::Monthly, _) => "mahine",
        (Script::UrLatn, Frequency::Yearly, _) => "saal",
        (Script::Ur, Frequency::Daily, _) => "دن",
        (Script::Ur, Frequency::Weekly, _) => "ہفتے",
        (Script::Ur, Frequency::Monthly, _) => "مہینے",
        (Script::Ur, Frequency::Yearly, _) => "سال",
    }
}

/// The day inside the unit.
fn on(repeat: &Repeat, script: Script) -> Option<String> {
    let names = || before_ko(&joined(repeat.days, script));
    if repeat.nth != 0 {
        let one = |nth: i8, ranks: [&'static str; 5], last: &'static str| {
            let rank = usize::try_from(nth).ok();
            rank.and_then(|n| ranks.get(n.wrapping_sub(1)).copied()).unwrap_or(last)
        };
        let pick = |ranks: [&'static str; 5], last: &'static str| match repeat.and_nth {
            0 => one(repeat.nth, ranks, last).to_owned(),
            other => {
                let and = match script {
                    Script::En => "and",
                    Script::UrLatn => "aur",
                    Script::Ur => "اور",
                };
                format!("{} {and} {}", one(repeat.nth, ranks, last), one(other, ranks, last))
            }
        };
        return Some(match script {
            Script::En => format!("the {} {}", pick(["first", "second", "third", "fourth", "fifth"], "last"), names()),
            Script::UrLatn => format!(
                "{} {}",
                pick(["pehle", "doosre", "teesre", "chauthe", "paanchwen"], "aakhri"),
                names()
            ),
            Script::Ur => format!("{} {}", pick(["پہلے", "دوسرے", "تیسرے", "چوتھے", "پانچویں"], "آخری"), names()),
        });
    }
    if !repeat.days.is_empty() {
        return Some(names());
    }
    if repeat.or_last {
        return Some(or_last(repeat, script));
    }
    Some(match (repeat.month_day, script) {
        (0, _) => return None,
        (-1, Script::En) => "the last day".to_owned(),
        (-1, Script::UrLatn) => "ke aakhri din".to_owned(),
        (-1, Script::Ur) => "کے آخری دن".to_owned(),
        (day, Script::En) => format!("the {}", dates::english_rank(day)),
        (day, Script::UrLatn) => format!("ki {day} tareekh ko"),
        (day, Script::Ur) => format!("کی {day} تاریخ کو"),
    })
}

/// A day that not every month has.
fn or_last(repeat: &Repeat, script: Script) -> String {
    let day = repeat.month_day;
    match (repeat.frequency, script) {
        (Frequency::Yearly, Script::En) => "29 February, or the 28th".to_owned(),
        (Frequency::Yearly, Script::UrLatn) => "29 ya 28 February ko".to_owned(),
        (Frequency::Yearly, Script::Ur) => "29 یا 28 فروری کو".to_owned(),
        (_, Script::En) => format!("the {}, or the last day", dates::english_rank(day)),
        (_, Script::UrLatn) => format!("ki {day} tareekh ko, ya aakhri din"),
        (_, Script::Ur) => format!("کی {day} تاریخ کو، یا آخری دن"),
    }
}

fn on_days(days: Weekdays, script: Script) -> String {
    match (script, days == Weekdays::WORKING) {
        (Script::En, true) => "every weekday".to_owned(),
        (Script::UrLatn, true) => "peer se jumma tak rozana".to_owned(),
        (Script::Ur, true) => "پیر سے جمعہ تک روزانہ".to_owned(),
        (Script::En, false) => format!("every {}", joined(days, script)),
        (Script::UrLatn, false) => format!("har {}", joined(days, script)),
        (Script::Ur, false) => format!("ہر {}", joined(days, script)),
    }
}

/// The names of days as they are before "ko": jumma, jumme ko.
fn before_ko(names: &str) -> String {
    let forms = [("jumma", "jumme"), ("hafta", "hafte"), ("جمعہ", "جمعے"), ("ہفتہ", "ہفتے")];
    forms.iter().fold(names.to_owned(), |names, (name, form)| names.replace(name, form))
}

/// "Monday, Tuesday and Friday".
fn joined(days: Weekdays, script: Script) -> String {
    let and = script.choose(" and ", " aur ", " اور ");
    let all: Vec<&str> = days
        .iter()
        .filter_map(|day| Weekday::try_from(day).ok())
        .map(|day| dates::weekday(day, script))
        .collect();
    match all.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{}{and}{last}", before.join(dates::comma(script))),
        _ => all.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_said_in_words() {
        for (rule, en, roman, urdu) in [
            ("FREQ=DAILY", "every day", "rozana", "روزانہ"),
            ("FREQ=DAILY;INTERVAL=2", "every 2 days", "har 2 din", "ہر 2 دن"),
            (
                "FREQ=WEEKLY;BYDAY=TU,FR",
                "every Tuesday and Friday",
                "har mangal aur jumma",
                "ہر منگل اور جمعہ",
            ),
            (
                "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
                "every weekday",
                "peer se jumma tak rozana",
                "پیر سے جمعہ تک روزانہ",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
                "every 2 weeks on Friday",
                "har 2 hafte baad jumme ko",
                "ہر 2 ہفتے بعد جمعے کو",
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=22",
                "every month on the 22nd",
                "har mahine ki 22 tareekh ko",
                "ہر مہینے کی 22 تاریخ کو",
            ),
            (
                "FREQ=MONTHLY;BYDAY=-1FR",
                "every month on the last Friday",
                "har mahine ke aakhri jumme ko",
                "ہر مہینے کے آخری جمعے کو",
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
                "every month on the 31st, or the last day",
                "har mahine ki 31 tareekh ko, ya aakhri din",
                "ہر مہینے کی 31 تاریخ کو، یا آخری دن",
            ),
            (
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
                "every year on 29 February, or the 28th",
                "har saal 29 ya 28 February ko",
                "ہر سال 29 یا 28 فروری کو",
            ),
            ("FREQ=HOURLY", "repeats", "baar baar", "بار بار"),
        ] {
            assert_eq!(repeats(rule, Script::En), en);
            assert_eq!(repeats(rule, Script::UrLatn), roman);
            assert_eq!(repeats(rule, Script::Ur), urdu);
        }
    }
}
