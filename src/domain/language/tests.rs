//! Dates and sentences in bulk, and input that nobody means well with.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};

use super::*;
use crate::domain::{dates, locale::Script, task::Due};

/// Monday, 23 November 2026, 10:30.
fn now() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(10, 30, 0).unwrap()
}

fn shown(due: Result<Due, DueError>) -> String {
    match due {
        Ok(Due { date, time: None }) => date.to_string(),
        Ok(Due { date, time: Some(time) }) => format!("{date}T{}", time.format("%H:%M")),
        Err(error) => format!("{error:?}"),
    }
}

const DATES: &[(&str, &str)] = &[
    ("2026-11-24", "2026-11-24"),
    ("2026-11-24T17:00", "2026-11-24T17:00"),
    ("2026-11-24 17:00", "2026-11-24T17:00"),
    ("2026-11-24T17:00:00Z", "2026-11-24T17:00"),
    ("2026-11-24T00:30", "2026-11-24T00:30"),
    ("2026-11-24T12:15", "2026-11-24T12:15"),
    ("2026-11-24T05:05", "2026-11-24T05:05"),
    ("2020-01-01", "Past(2020-01-01)"),
    ("2026-02-30", "NoSuchDay"),
    ("2026-11-24T25:00", "NoSuchDay"),
    ("today", "2026-11-23"),
    ("today at 5pm", "2026-11-23T17:00"),
    ("tomorrow", "2026-11-24"),
    ("tomorrow at 5pm", "2026-11-24T17:00"),
    ("tomorrow 5:30 p.m.", "2026-11-24T17:30"),
    ("5pm tomorrow", "2026-11-24T17:00"),
    ("at 9", "2026-11-23T21:00"),
    ("at 9 am", "2026-11-24T09:00"),
    ("at 11", "2026-11-23T11:00"),
    ("9am", "2026-11-24T09:00"),
    ("17:45", "2026-11-23T17:45"),
    ("noon", "2026-11-23T12:00"),
    ("midnight", "2026-11-24T00:00"),
    ("tonight", "2026-11-23T21:00"),
    ("tonight at 8", "2026-11-23T20:00"),
    ("tomorrow morning", "2026-11-24T09:00"),
    ("this evening", "2026-11-23T18:00"),
    ("half past five tomorrow", "2026-11-24T17:30"),
    ("quarter to 6 tomorrow", "2026-11-24T17:45"),
    ("day after tomorrow", "2026-11-25"),
    ("in 3 days", "2026-11-26"),
    ("in a week", "2026-11-30"),
    ("in two hours", "2026-11-23T12:30"),
    ("in 45 minutes", "2026-11-23T11:15"),
    ("in half an hour", "2026-11-23T11:00"),
    ("3 days from now", "2026-11-26"),
    ("two weeks later", "2026-12-07"),
    ("in a month", "2026-12-23"),
    ("friday", "2026-11-27"),
    ("on Friday at 3", "2026-11-27T15:00"),
    ("monday", "2026-11-30"),
    ("monday at 5pm", "2026-11-23T17:00"),
    ("monday at 9am", "2026-11-30T09:00"),
    ("next Monday", "2026-11-30"),
    ("next friday", "2026-11-27"),
    ("this Sunday", "2026-11-29"),
    ("Friday next week", "2026-12-04"),
    ("next week", "2026-11-30"),
    ("next week Wednesday", "2026-12-02"),
    ("this weekend", "2026-11-28"),
    ("next weekend", "2026-12-05"),
    ("next month", "2026-12-01"),
    ("end of the month", "2026-11-30"),
    ("end of next month", "2026-12-31"),
    ("20th of next month", "2026-12-20"),
    ("the 20th of next month", "2026-12-20"),
    ("by the 25th", "2026-11-25"),
    ("on the 5th", "2026-12-05"),
    ("25th", "2026-11-25"),
    ("24 December", "2026-12-24"),
    ("Dec 24th", "2026-12-24"),
    ("December 24, 2027", "2027-12-24"),
    ("5 march", "2027-03-05"),
    ("may 3rd at 4pm", "2027-05-03T16:00"),
    ("24/12/2026", "2026-12-24"),
    ("24/12", "2026-12-24"),
    ("12/24", "2026-12-24"),
    ("31 June", "NoSuchDay"),
    ("29 february", "2028-02-29"),
    ("Tuesday, 24 November 2026, 5:00 PM", "2026-11-24T17:00"),
    ("yesterday", "Past(2026-11-22)"),
    ("last monday", "Past(2026-11-16)"),
    ("sometime", "NoDate"),
    ("", "NoDate"),
    ("in 99999999 days", "NoDate"),
    ("in 90000 years", "TooFar"),
    // Roman Urdu
    ("aaj", "2026-11-23"),
    ("kal", "2026-11-24"),
    ("kall", "2026-11-24"),
    ("parson", "2026-11-25"),
    ("narson", "2026-11-26"),
    ("kal subah 9 baje", "2026-11-24T09:00"),
    ("kal subha 9 bajay", "2026-11-24T09:00"),
    ("kal shaam ko 5 baje", "2026-11-24T17:00"),
    ("kal 5 baje", "2026-11-24T17:00"),
    ("aaj raat 9 baje", "2026-11-23T21:00"),
    ("raat 12 baje", "2026-11-24T00:00"),
    ("kal dopahar 2 baje", "2026-11-24T14:00"),
    ("dopahar 12 baje", "2026-11-23T12:00"),
    ("saarhe teen baje", "2026-11-23T15:30"),
    ("paune paanch baje", "2026-11-23T16:45"),
    ("sawa chaar baje", "2026-11-23T16:15"),
    ("dedh baje", "2026-11-23T13:30"),
    ("dhai baje", "2026-11-23T14:30"),
    ("kal subah nau baje", "2026-11-24T09:00"),
    ("do ghante baad", "2026-11-23T12:30"),
    ("aadhe ghante mein", "2026-11-23T11:00"),
    ("dedh ghante baad", "2026-11-23T12:00"),
    ("ek ghante baad", "2026-11-23T11:30"),
    ("3 din baad", "2026-11-26"),
    ("3 din ke baad", "2026-11-26"),
    ("teen din mein", "2026-11-26"),
    ("ek hafte baad", "2026-11-30"),
    ("hafte baad", "2026-11-30"),
    ("jumma ko", "2026-11-27"),
    ("juma ko 3 baje", "2026-11-27T15:00"),
    ("jumay ko", "2026-11-27"),
    ("hafte ko", "2026-11-28"),
    ("itwar tak", "2026-11-29"),
    ("peer ko", "2026-11-30"),
    ("agle peer ko", "2026-11-30"),
    ("agle hafte", "2026-11-30"),
    ("agle hafte jumma ko", "2026-12-04"),
    ("agle mahine", "2026-12-01"),
    ("agle mahine ki 20 tareekh", "2026-12-20"),
    ("25 tareekh ko", "2026-11-25"),
    ("5 tareekh", "2026-12-05"),
    ("24 november ko", "2026-11-24"),
    ("jumerat ki shaam", "2026-11-26T18:00"),
    // Urdu script
    ("آج", "2026-11-23"),
    ("کل", "2026-11-24"),
    ("كل", "2026-11-24"),
    ("پرسوں شام ۶ بجے", "2026-11-25T18:00"),
    ("پرسوں شام ٦ بجے", "2026-11-25T18:00"),
    ("کل صبح نو بجے", "2026-11-24T09:00"),
    ("آج رات ۹ بجے", "2026-11-23T21:00"),
    ("ساڑھے تین بجے", "2026-11-23T15:30"),
    ("دو گھنٹے بعد", "2026-11-23T12:30"),
    ("آدھے گھنٹے میں", "2026-11-23T11:00"),
    ("تین دن بعد", "2026-11-26"),
    ("جمعہ کو", "2026-11-27"),
    ("جمعے کو", "2026-11-27"),
    ("ہفتے کو", "2026-11-28"),
    ("ھفتے کو", "2026-11-28"),
    ("اتوار تک", "2026-11-29"),
    ("اگلے ہفتے", "2026-11-30"),
    ("اگلے پیر کو", "2026-11-30"),
    ("اگلے مہینے کی ۲۰ تاریخ", "2026-12-20"),
    ("۲۴ نومبر", "2026-11-24"),
    ("۲۵ تاریخ کو", "2026-11-25"),
    ("بدھ کی شام", "2026-11-25T18:00"),
];

#[test]
fn dates_in_words() {
    let wrong: Vec<String> = DATES
        .iter()
        .filter_map(|(text, wanted)| {
            let got = shown(resolve_due(text, now()));
            (got != *wanted).then(|| format!("{text:?}: {got}, not {wanted}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_date_is_never_before_today() {
    let start = NaiveDate::from_ymd_opt(2027, 12, 20).unwrap().and_hms_opt(0, 0, 0).unwrap();
    // Every fourteen hours over the turn of the year and a leap day.
    for step in 0..130 {
        let moment = start + TimeDelta::minutes(853 * step);
        for (text, _) in DATES.iter().filter(|(text, _)| !text.starts_with("20")) {
            if let Ok(due) = resolve_due(text, moment) {
                assert!(due.date >= moment.date(), "{text} at {moment}: {due:?}");
                if let (Some(time), false) = (
                    due.time,
                    text.contains("today")
                        || text.contains("aaj")
                        || text.contains("آج")
                        || text.contains("this")
                        || text.contains("tonight")
                        || text.contains("/")
                        || due.date.year() != moment.year()
                        || due.date > moment.date(),
                ) {
                    let named = ["november", "نومبر", "dec", "Dec", "Nov", "march", "may", "tareekh", "تاریخ"]
                        .iter()
                        .any(|w| text.contains(w));
                    assert!(
                        named || time > moment.time() || due.date > moment.date(),
                        "{text} at {moment}: {due:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_rest_of_a_sentence_is_kept() {
    for (text, rest, due) in [
        ("call Ali tomorrow at 5pm", "call Ali", "2026-11-24T17:00"),
        ("kal subah 9 baje meeting", "meeting", "2026-11-24T09:00"),
        ("sabzi lana jumma ko", "sabzi lana", "2026-11-27"),
        ("پرسوں شام ۶ بجے ٹکٹ لینا", "ٹکٹ لینا", "2026-11-25T18:00"),
        ("buy 3 apples", "buy 3 apples", "NoDate"),
        ("read chapter 5", "read chapter 5", "NoDate"),
        ("raat ka khana banana", "raat ka khana banana", "NoDate"),
        ("march to the office", "march to the office", "NoDate"),
        ("I may go", "I may go", "NoDate"),
        ("buy sun cream", "buy sun cream", "NoDate"),
    ] {
        let found = date_words(text, now());
        assert_eq!(found.rest, rest);
        assert_eq!(shown(found.due.ok_or(DueError::NoDate)), due, "{text}");
    }
}

/// Hundreds of sentences out of all the words of the lists, in no order that means anything.
#[test]
fn nonsense_never_panics() {
    let words: Vec<&str> = [
        include_str!("lexicon/english.txt"),
        include_str!("lexicon/roman.txt"),
        include_str!("lexicon/urdu.txt"),
    ]
    .iter()
    .flat_map(|text| text.split([',', '\n', ' ']))
    .filter(|w| !w.is_empty())
    .chain([
        "\"",
        "'",
        ":",
        ",",
        "،",
        ".",
        "?",
        "-",
        "/",
        "5",
        "31",
        "2026",
        "99999999999",
        "24",
        "٣",
        "😀",
        "\u{200F}",
        "\n",
        "“",
        "”",
        "(",
        ")",
        "\u{0301}",
        "ß",
        "İ",
        "ﷺ",
        "中",
    ])
    .collect();
    let mut seed: u64 = 42;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((seed >> 33) % below as u64).unwrap()
    };
    for _ in 0..800 {
        let length = 1 + next(12);
        let text: Vec<&str> = (0..length).map(|_| words[next(words.len())]).collect();
        let text = text.join(if next(5) == 0 { "" } else { " " });
        let understood = understand(&text, now());
        if let Intent::Add(tasks) = &understood.intent {
            assert!(
                tasks
                    .iter()
                    .all(|t| !t.title.trim().is_empty() && t.title.chars().count() <= crate::domain::task::TITLE_MAX),
                "{text:?}"
            );
        }
        assert!(
            !describe(&text, now()).title.trim().is_empty() || text.trim().is_empty(),
            "{text:?}"
        );
        let _ = (
            resolve_due(&text, now()),
            date_words(&text, now()),
            pick(&text),
            detect(&text),
            find_matches(&text, &["Doodh lena", "Call bank", &text]),
        );
    }
}

#[test]
fn dates_are_understood_as_they_are_said() {
    for script in Script::ALL {
        for days in (1..360).step_by(12) {
            let date = now().date() + TimeDelta::days(days);
            for time in [None, Some((9, 30)), Some((17, 0))] {
                let time = time.and_then(|(hour, minute)| chrono::NaiveTime::from_hms_opt(hour, minute, 0));
                let due = Due { date, time };
                let said = dates::due(&due, script);
                assert_eq!(shown(resolve_due(&said, now())), shown(Ok(due)), "{said}");
            }
        }
    }
}

#[test]
fn huge_messages_are_read_to_their_end() {
    const SIZE: usize = 64 * 1024;
    for unit in [
        "a",
        "\"",
        "'",
        "“",
        "add milk, ",
        "kal ",
        "کل ",
        "😀",
        "1",
        "1/",
        "5 pm ",
        "every ",
        "and ",
        "aur ",
        "\n",
        "- x\n",
        "\u{200F}",
        " ",
        "http://a.b/ ",
        "remind me to ",
        "لینا ہے ",
        "\u{0651}",
        "a@b.c ",
        "in 3 days ",
        "'x ",
        ":",
        "kar do ",
    ] {
        let text = unit.repeat(SIZE / unit.len());
        let _ = (
            understand(&text, now()),
            describe(&text, now()),
            resolve_due(&text, now()),
            date_words(&text, now()),
            pick(&text),
            find_matches(&text, &["milk", &text]),
        );
    }
}

#[test]
fn signs_belong_to_the_last_word_of_a_title() {
    let now = chrono::NaiveDate::from_ymd_opt(2026, 11, 23)
        .unwrap()
        .and_hms_opt(10, 30, 0)
        .unwrap();
    for title in [
        "learn C++",
        "learn C#",
        "reach 100%",
        "buy screws (M4)",
        "pay bill (gas)",
        "fix main()",
    ] {
        assert_eq!(describe(title, now).title, title);
    }
    assert_eq!(describe("buy milk!", now).title, "buy milk");
}

#[test]
fn an_amount_that_is_half_read_moves_nothing() {
    let now = chrono::NaiveDate::from_ymd_opt(2026, 11, 23)
        .unwrap()
        .and_hms_opt(10, 30, 0)
        .unwrap();
    let shift = |text: &str| match understand(text, now).intent {
        Intent::Update(_, change) => change.shift,
        _ => None,
    };
    assert_eq!(shift("move dentist 1.5 hours later"), Some(Shift::Minutes(90)));
    assert_eq!(shift("move dentist by 2 hours"), Some(Shift::Minutes(120)));
    assert_eq!(shift("move dentist by an hour and a half"), Some(Shift::Minutes(90)));
    for text in ["move dentist by 2 hours 15 minutes", "move dentist by a week and 2 days"] {
        assert_eq!(shift(text), None, "{text}: {:?}", understand(text, now).intent);
    }
}

#[test]
fn a_day_that_names_a_thing_is_not_when_it_is_done() {
    let now = chrono::NaiveDate::from_ymd_opt(2026, 11, 23)
        .unwrap()
        .and_hms_opt(10, 30, 0)
        .unwrap();
    for (text, title, due) in [
        ("send Monday report on Tuesday", "send Monday report", "2026-11-24"),
        ("finish Friday slides by Thursday", "finish Friday slides", "2026-11-26"),
        (
            "buy tickets for Saturday show on Thursday",
            "buy tickets for Saturday show",
            "2026-11-26",
        ),
        (
            "kal ki meeting ki report parson tak bhejni hai",
            "kal ki meeting ki report bhejni",
            "2026-11-25",
        ),
        (
            "jumme ki namaz ke kapray kal istri karne hain",
            "jumme ki namaz ke kapray istri karne",
            "2026-11-24",
        ),
        ("پیر کی میٹنگ کی تیاری اتوار کو کرنی ہے", "پیر کی میٹنگ کی تیاری کرنی", "2026-11-29"),
        ("Monday gym", "gym", "2026-11-30"),
        (
            "call Ali Sunday about the trip on the bus",
            "call Ali about the trip on the bus",
            "2026-11-29",
        ),
    ] {
        let task = describe(text, now);
        let got = task.due.as_ref().map(|due| due.date.to_string()).unwrap_or_default();
        assert_eq!(got, due, "{text}: {}", task.title);
        assert!(task.title.starts_with(title), "{text}: {}", task.title);
    }
    assert_eq!(describe("R&D meeting tomorrow", now).title, "R&D meeting");
}
