//! What people reported of other task managers, and what must go on holding beside it: dates, times, zones and titles that are no dates, in a
//! line and in a message alike.

use chrono::{NaiveDateTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::domain::task::Due;

/// A moment in a zone.
fn at(local: &str, zone: Tz) -> Moment {
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").unwrap();
    let utc = zone.from_local_datetime(&local).earliest().unwrap().with_timezone(&Utc).naive_utc();
    Moment {
        local,
        utc,
        zone,
        week_start: Weekday::Mon,
    }
}

/// Monday, 30 November 2026, 10:00 in Karachi.
fn now() -> Moment {
    at("2026-11-30T10:00", Tz::Asia__Karachi)
}

fn shown(due: Option<&Due>) -> String {
    match due {
        None => String::new(),
        Some(Due { date, time: None }) => date.to_string(),
        Some(Due { date, time: Some(time) }) => format!("{date}T{}", time.format("%H:%M")),
    }
}

/// The only task that a message adds.
fn added(text: &str) -> Option<NewTask> {
    match understand(text, now()).intent {
        Intent::Add(mut tasks) if tasks.len() == 1 => tasks.pop(),
        _ => None,
    }
}

/// The change that a message asks for.
fn change(text: &str) -> Change {
    match understand(text, now()).intent {
        Intent::Update(_, change) => change,
        other => panic!("{text}: {other:?}"),
    }
}

/// Texts, titles and dates, in a line and in a message.
#[track_caller]
fn assert_both(cases: &[(&str, &str, &str)]) {
    for (text, title, due) in cases {
        let task = describe(text, now());
        assert_eq!(
            (task.title.as_str(), shown(task.due.as_ref()).as_str()),
            (*title, *due),
            "line {text}"
        );
        if let Some(task) = added(text) {
            assert_eq!(shown(task.due.as_ref()), *due, "message {text}");
        }
    }
}

#[track_caller]
fn assert_titles(titles: &[&str]) {
    for title in titles {
        assert_both(&[(title, title, "")]);
    }
}

#[test]
fn numbers_fractions_and_names_in_titles_are_no_dates() {
    assert_titles(&[
        "Read The 9/11 Report",
        "Buy 1/2 kg sugar",
        "call the 24/7 helpline",
        "Read The 5th Wave",
        "watch Apollo 13",
        "room 5 pm lights",
        "fill in form 10-12",
        "print the 2nd edition",
        "buy an iPhone 15 case",
        "read 1984",
        "Catch-22",
        "call 1122",
        "call +92 300 1234567",
        "open 192.168.1.5",
        "update to version 20.11.2",
        "flat 12/3 Gulberg",
        "Sun cream for the beach",
        "Sat nav update",
        "Buy sun hat",
        "read Surah 2:55",
        "ask the PM about scope",
        "room 12 ko theek karna",
        "adha kilo cheeni lani",
        "mangal sutra dikhana",
        "peer sahab se milna",
        "aaj kal ke dramay dekhna",
        "کمرہ ۱۲ کو ٹھیک کرنا",
        "آدھا کلو چینی لانی",
        "پیر صاحب سے ملنا",
        "منگل سوتر دکھانا",
        "رات کی رانی لگانا",
    ]);
}

#[test]
fn orders_about_tasks_that_are_there_are_no_titles() {
    let is_add = |text: &str| matches!(understand(text, now()).intent, Intent::Add(_));
    for text in [
        "show gym",
        "open report",
        "look for gym",
        "swap gym and dentist",
        "sort my tasks by date",
        "print my tasks",
        "share my to-do list with Ali",
        "count my tasks due tomorrow",
        "what is my next task?",
        "how can I add a task for tomorrow",
        "will it rain tomorrow",
        "cancel gym membership tomorrow",
        "gym dhoondo",
        "mere kaam print karo",
        "kal ke kaam gino",
        "agla kaam kya hai",
        "جم ڈھونڈو",
        "میرے کام پرنٹ کرو",
        "کل کے کام گنو",
    ] {
        assert!(!is_add(text), "{text}: {:?}", understand(text, now()).intent);
    }
    for text in [
        "open a bank account",
        "print 20 copies of the menu",
        "order pizza",
        "email Sana",
        "check the oil tomorrow",
        "report print karni hai",
        "gari dhoondni hai",
        "رپورٹ پرنٹ کرنی ہے",
    ] {
        assert!(is_add(text), "{text}: {:?}", understand(text, now()).intent);
    }
    // What may be both keeps its day for the new task.
    let Intent::Either(either) = understand("cancel gym membership tomorrow", now()).intent else {
        panic!("no choice");
    };
    assert_eq!(
        (either.task.title.as_str(), shown(either.task.due.as_ref()).as_str()),
        ("cancel gym membership", "2026-12-01")
    );
    assert_eq!(
        (either.target.words.as_slice(), either.order),
        (&["gym membership".to_owned()][..], Order::Delete)
    );
}

#[test]
fn dates_in_numbers_have_a_reason() {
    assert_both(&[
        ("pay the rent on 15/1", "pay the rent", "2027-01-15"),
        ("pay the rent by 31/12", "pay the rent", "2026-12-31"),
        ("pay the rent 5/12/2026", "pay the rent", "2026-12-05"),
        ("dinner, 14/02, 8pm", "dinner", "2027-02-14T20:00"),
        ("fees 15 ko deni", "fees deni", "2026-12-15"),
        ("bill 31/12 tak bharna", "bill bharna", "2026-12-31"),
        ("فیس ۱۵ کو دینی", "فیس دینی", "2026-12-15"),
        ("Fri 3pm call Ali", "call Ali", "2026-12-04T15:00"),
        ("call Ali Sun", "call Ali", "2026-12-06"),
        ("peer ko doodh lana", "doodh lana", "2026-12-07"),
        ("پیر کو دودھ لانا", "دودھ لانا", "2026-12-07"),
    ]);
}

#[test]
fn the_whole_of_a_time_is_read() {
    assert_both(&[
        ("call Ali at a quarter past noon", "call Ali", "2026-11-30T12:15"),
        ("call Ali 8 this evening", "call Ali", "2026-11-30T20:00"),
        ("call Ali 9 tomorrow evening", "call Ali", "2026-12-01T21:00"),
        ("call Ali at 20 past 3pm", "call Ali", "2026-11-30T15:20"),
        ("call Ali at 3:18a", "call Ali", "2026-12-01T03:18"),
        ("tomorrow at 1730 call Ali", "call Ali", "2026-12-01T17:30"),
        ("standup at 1500 hours tomorrow", "standup", "2026-12-01T15:00"),
        ("meet Ali first Tuesday of October", "meet Ali", "2027-10-05"),
        ("buy milk in 1/2 hour", "buy milk", "2026-11-30T10:30"),
        ("buy milk in an hour and a half", "buy milk", "2026-11-30T11:30"),
        ("buy milk 2h30m from now", "buy milk", "2026-11-30T12:30"),
        ("buy milk 1 week and 2 days from now", "buy milk", "2026-12-09"),
        ("pay the rent on the last day of December", "pay the rent", "2026-12-31"),
        ("pay the rent 2 days before Christmas", "pay the rent", "2026-12-23"),
        ("class from 3 to 5pm", "class", "2026-11-30T15:00"),
        ("kal shaam saarhe paanch baje doodh lana", "doodh lana", "2026-12-01T17:30"),
        ("2 ghante 30 minute baad doodh lana", "doodh lana", "2026-11-30T12:30"),
        ("paanch bajne mein das minute par doodh lana", "doodh lana", "2026-11-30T16:50"),
        ("agle mahine ke pehle jumme ko doodh lana", "doodh lana", "2026-12-04"),
        ("kal se teen din baad doodh lana", "doodh lana", "2026-12-04"),
        ("کل شام ساڑھے پانچ بجے دودھ لانا", "دودھ لانا", "2026-12-01T17:30"),
        ("دو گھنٹے تیس منٹ بعد دودھ لانا", "دودھ لانا", "2026-11-30T12:30"),
        ("اگلے مہینے کے پہلے جمعے کو دودھ لانا", "دودھ لانا", "2026-12-04"),
    ]);
}

#[test]
fn what_is_not_wholly_understood_stays_in_the_title_and_is_named() {
    for (text, unread) in [
        ("meet Ali first Tuesday of Octember", "first Tuesday of Octember"),
        ("meet Ali next blorf week Friday 5pm", "next blorf week Friday 5pm"),
        ("gym every day until Friday", "every day until Friday"),
        ("gym every day for 3 weeks", "every day for 3 weeks"),
        ("meet Ali 5pm 6pm", "5pm 6pm"),
    ] {
        let task = describe(text, now());
        assert_eq!((task.title.as_str(), task.due, task.repeat), (text, None, None));
        assert!(
            task.unread.iter().any(|words| unread.starts_with(words.as_str())),
            "{:?}",
            task.unread
        );
        let task = added(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((task.due, task.repeat), (None, None), "{text}");
        assert!(!task.unread.is_empty());
    }
    for argument in [
        "first Tuesday of Octember",
        "quarter past noom",
        "tomorrow blorf 5pm",
        "5pm 6pm",
        "next Friday meeting",
    ] {
        let error = resolve_due(argument, now()).unwrap_err();
        assert!(matches!(error, DueError::Unread(_) | DueError::NoDate), "{argument}: {error:?}");
    }
    let error = resolve_due("tomorrow blorf 5pm", now()).unwrap_err().to_string();
    assert!(error.contains("blorf") && error.contains("YYYY-MM-DD"), "{error}");
}

#[test]
fn half_of_a_date_moves_no_task() {
    for text in ["move gym to the first Tuesday of Octember", "postpone the dentist to 5pm 6pm"] {
        assert!(!change(text).unread.is_empty(), "{text}");
    }
    let day = change("move the gym to Monday");
    assert!(day.date_only && !day.time_only && day.unread.is_empty());
    let time = change("move the gym to 5pm");
    assert!(time.time_only && !time.date_only);
    assert!(!change("move the gym to Monday 5pm").date_only);
}

#[test]
fn a_time_in_another_zone_is_converted_and_ones_own_is_no_title() {
    assert_both(&[
        ("call the client tomorrow 5pm EST", "call the client", "2026-12-02T03:00"),
        ("call him tomorrow 5pm PKT", "call him", "2026-12-01T17:00"),
        ("call him 6pm Dubai time", "call him", "2026-11-30T19:00"),
        ("call him tomorrow 9:00 UTC+1", "call him", "2026-12-01T13:00"),
        ("call him tomorrow 15:00 Europe/London", "call him", "2026-12-01T20:00"),
        ("call the client 2026-12-01T12:00:00-05:00", "call the client", "2026-12-01T22:00"),
        ("EST team call tomorrow 5pm", "EST team call", "2026-12-01T17:00"),
        ("import the PST file tomorrow 5pm", "import the PST file", "2026-12-01T17:00"),
        ("kal 6 baje Dubai ke waqt call karna", "call karna", "2026-12-01T19:00"),
        ("کل شام ۶ بجے دبئی کے وقت کال کرنا", "کال کرنا", "2026-12-01T19:00"),
    ]);
    for (argument, due) in [
        ("2026-12-01T12:00:00Z", "2026-12-01T17:00"),
        ("2026-12-01T12:00:00.5-05:00", "2026-12-01T22:00"),
        ("20261201T120000Z", "2026-12-01T17:00"),
        // By the date: summer time in New York.
        ("10 June 2027 9am ET", "2027-06-10T18:00"),
        ("10 January 2027 9am ET", "2027-01-10T19:00"),
        // The next such time there is.
        ("11pm EST", "2026-12-01T09:00"),
    ] {
        assert_eq!(shown(resolve_due(argument, now()).ok().as_ref()), due, "{argument}");
    }
}

#[test]
fn hours_pass_whatever_the_clocks_do() {
    let new_york = Tz::America__New_York;
    for (local, wanted) in [("2027-03-14T00:30", "2027-03-14T04:30"), ("2027-11-07T00:30", "2027-11-07T02:30")] {
        for text in ["in 3 hours", "in 180 minutes", "3 ghante baad", "3 گھنٹے بعد"] {
            let due = resolve_due(text, at(local, new_york)).unwrap();
            assert_eq!(shown(Some(&due)), wanted, "{text}");
        }
    }
    // A time that the clocks leave out is the next that they show.
    let due = resolve_due("tomorrow at 2:30 am", at("2027-03-13T20:00", new_york)).unwrap();
    assert_eq!(shown(Some(&due)), "2027-03-14T03:00");
    let due = resolve_due("tomorrow at 9am", at("2027-03-13T20:00", new_york)).unwrap();
    assert_eq!(shown(Some(&due)), "2027-03-14T09:00");
}

#[test]
fn a_recurrence_keeps_its_day_in_short_months() {
    for (text, rule) in [
        (
            "pay the rent every month on the 31st",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
        ),
        (
            "pay the rent on 31 January 2027 every month",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
        ),
        (
            "har mahine ki 31 tareekh ko kiraya dena",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
        ),
        (
            "ہر مہینے کی ۳۱ تاریخ کو کرایہ دینا",
            "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
        ),
        (
            "party on 29 February 2028 every year",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1",
        ),
        ("pay the rent on the last day of every month", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("pay the rent at the end of every month", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("har mahine ke aakhir mein kiraya dena", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("ہر مہینے کے آخر میں کرایہ دینا", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("pay the rent every month on the 5th", "FREQ=MONTHLY;BYMONTHDAY=5"),
        ("gym every day except Sunday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"),
    ] {
        let task = describe(text, now());
        assert_eq!(
            task.repeat.map(|repeat| repeat.to_string()).as_deref(),
            Some(rule),
            "{text}: {task:?}"
        );
    }
}

#[test]
fn a_line_says_what_was_taken_and_gives_it_back() {
    let text = "urgent: buy milk every Monday at 5pm";
    let described = describe_with(text, now(), &[]);
    let taken: Vec<(TakenKind, &str)> = described
        .taken
        .iter()
        .map(|taken| (taken.kind, &text[taken.range.clone()]))
        .collect();
    assert_eq!(
        taken,
        [
            (TakenKind::Priority, "urgent"),
            (TakenKind::Repeat, "every Monday"),
            (TakenKind::Date, "at 5pm"),
        ]
    );
    assert_eq!(described.task.title, "buy milk");
    for taken in &described.taken {
        let literal = describe_with(text, now(), std::slice::from_ref(&taken.range));
        assert!(literal.task.title.contains(&text[taken.range.clone()]), "{:?}", literal.task);
        assert!(literal.taken.iter().all(|other| other.range != taken.range));
    }
    let moved = describe_with("move the class to Friday", now(), &[]);
    assert_eq!((moved.task.title.as_str(), moved.taken.len()), ("move the class to Friday", 1));
    let both = describe_with("class on Monday and Wednesday", now(), &[]);
    assert_eq!((both.task.title.as_str(), both.taken.len()), ("class on Monday and Wednesday", 0));
    for text in [
        "Sunday times tomorrow",
        "کل دودھ لانا جمعہ",
        "kal doodh lana jumma ko",
        "Read 5 December tomorrow",
    ] {
        let mut all = Vec::new();
        let mut literal = describe_with(text, now(), &all);
        // What is left may be another date.
        while !literal.taken.is_empty() && all.len() < 9 {
            all.extend(literal.taken.iter().map(|taken| taken.range.clone()));
            literal = describe_with(text, now(), &all);
        }
        assert!(literal.taken.is_empty() && literal.task.due.is_none(), "{text}: {literal:?}");
        assert_eq!(literal.task.title, text);
    }
}

/// Phrases of which every word matters.
const PHRASES: [&str; 24] = [
    "quarter past noon",
    "half past five tomorrow",
    "20 minutes to 6pm",
    "first Tuesday of October",
    "the last day of January",
    "in an hour and a half",
    "in 2 hours and 30 minutes",
    "1 week and 2 days from now",
    "two days after tomorrow",
    "next week Friday",
    "tomorrow at half past eight",
    "24 December 2027",
    "December 24 2027 at 5pm",
    "tomorrow 5pm EST",
    "from 3 to 5pm",
    "10 minutes before 5pm",
    "the 5th of next month",
    "end of next month",
    "a week on Tuesday",
    "kal shaam saarhe paanch baje",
    "agle mahine ki 5 tareekh ko",
    "do ghante baad",
    "کل شام ساڑھے پانچ بجے",
    "اگلے مہینے کی ۵ تاریخ کو",
];

proptest! {
    /// A phrase in whose middle an unknown word stands is read as it is without that word, or not at all; an argument is refused.
    #[test]
    fn every_word_is_accounted_for(phrase in 0..PHRASES.len(), place in 1_usize..8, word in "(z[bdfgkv]or[bdfgk]q|Z[bdf]arq[xz])") {
        let phrase = PHRASES[phrase];
        let words: Vec<&str> = phrase.split(' ').collect();
        prop_assume!(place < words.len());
        let injected = format!("{} {word} {}", words[..place].join(" "), words[place..].join(" "));
        prop_assert!(resolve_due(&injected, now()).is_err(), "{injected}");
        let plain = describe(&format!("call Ali {phrase}"), now());
        let line = describe(&format!("call Ali {injected}"), now());
        prop_assert!(line.due.is_none() || line.due == plain.due, "{injected}: {line:?}");
    }

    /// What is taken of a line lies in it, in its order, and what is read to the letter is in the title.
    #[test]
    fn what_is_taken_lies_in_the_text(text in "[ a-zA-Z0-9:/,.کلجمعہ-]{0,60}", start in 0_usize..60, length in 0_usize..20) {
        let described = describe_with(&text, now(), &[]);
        let mut end = 0;
        for taken in &described.taken {
            prop_assert!(end <= taken.range.start && taken.range.start < taken.range.end && text.get(taken.range.clone()).is_some());
            end = taken.range.end;
        }
        let literal = start..start + length;
        for taken in describe_with(&text, now(), std::slice::from_ref(&literal)).taken {
            prop_assert!(taken.range.end <= literal.start || literal.end <= taken.range.start || literal.is_empty());
        }
    }
}

#[test]
fn a_zone_is_read_with_its_time_wherever_the_day_stands() {
    assert_both(&[
        ("meeting noon EST tomorrow", "meeting", "2026-12-01T22:00"),
        ("meeting noon est", "meeting", "2026-11-30T22:00"),
        ("meeting 5 PM Pacific", "meeting", "2026-12-01T06:00"),
        ("meeting tomorrow at 5 PM Eastern", "meeting", "2026-12-02T03:00"),
        ("call mom 3pm Pacific on Friday", "call mom", "2026-12-05T04:00"),
        ("midnight GMT release", "release", "2026-12-01T05:00"),
        ("call Ali tomorrow 9pm London time", "call Ali", "2026-12-02T02:00"),
        ("kal raat 9 baje London ke waqt Ali ko call", "Ali ko call", "2026-12-02T02:00"),
        ("کل رات 9 بجے لندن کے وقت علی کو کال", "علی کو کال", "2026-12-02T02:00"),
        ("visit 5pm Central Park", "visit Central Park", "2026-11-30T17:00"),
    ]);
    assert_titles(&["Midnight Sun premiere"]);
}

#[test]
fn a_time_of_another_zone_is_put_to_the_day_that_the_task_has() {
    let on = |text: &str, date: &str| {
        let time = change(text).time?;
        time.on(date.parse().unwrap(), now()).map(|due| shown(Some(&due)))
    };
    assert_eq!(
        on("move the gym to 9pm London time", "2026-12-05").as_deref(),
        Some("2026-12-06T02:00")
    );
    assert_eq!(
        on("move the gym to 9am Tokyo time", "2026-12-05").as_deref(),
        Some("2026-12-05T05:00")
    );
    assert_eq!(on("move the gym to 1pm Tokyo time", "2026-11-30"), None, "it has passed");
    assert_eq!(change("move the gym to 9pm").time, None);
}

#[test]
fn a_time_of_today_that_has_passed_is_no_date_and_is_said() {
    let late = at("2026-11-30T22:30", Tz::Asia__Karachi);
    for (text, title, words, time) in [
        ("call Ali five past ten tonight", "call Ali", "five past ten tonight", "22:05"),
        ("call Ali today at 9am", "call Ali", "today at 9am", "09:00"),
        ("aaj subah 9 baje Ali ko call", "Ali ko call", "aaj subah 9 baje", "09:00"),
        ("آج صبح 9 بجے علی کو کال", "علی کو کال", "آج صبح 9 بجے", "09:00"),
    ] {
        let passed = DueError::PastTime(time.parse().unwrap());
        assert_eq!(resolve_due(words, late), Err(passed.clone()), "argument {words}");
        let line = describe(text, late);
        assert_eq!(
            (line.title.as_str(), line.due, line.unread, line.passed),
            (text, None, vec![words.to_owned()], true)
        );
        let Intent::Add(tasks) = understand(text, late).intent else {
            panic!("{text}");
        };
        assert_eq!(
            (tasks[0].title.as_str(), tasks[0].due_error.clone()),
            (title, Some(passed)),
            "message {text}"
        );
    }
    let yesterday = describe("call mom yesterday", late);
    assert_eq!(
        (yesterday.due, yesterday.unread, yesterday.passed),
        (None, vec!["yesterday".to_owned()], true)
    );
    // The other half of the day is still ahead, and so is the next day of a recurrence.
    assert_both(&[
        ("call Ali today at 9", "call Ali", "2026-11-30T21:00"),
        ("take pills every day at 9am from today", "take pills", "2026-12-01T09:00"),
        ("har mahine ki 30 tareekh ko 9 baje fees", "fees", "2026-12-30T09:00"),
        ("call Ali today at 10am", "call Ali", "2026-11-30T10:00"),
    ]);
}

#[test]
fn things_of_the_morning_and_the_evening_say_which_half_of_the_day() {
    assert_both(&[
        ("suhoor at 4:30", "suhoor", "2026-12-01T04:30"),
        ("wake up for suhoor tomorrow at 4:30", "wake up for suhoor", "2026-12-01T04:30"),
        ("sehri kal 4:30 baje", "sehri", "2026-12-01T04:30"),
        ("سحری کل 4:30 بجے", "سحری", "2026-12-01T04:30"),
        ("fajr 5:15 tomorrow", "fajr", "2026-12-01T05:15"),
        ("fajr ki namaz kal 5:15 par", "fajr ki namaz", "2026-12-01T05:15"),
        ("فجر کل 5:15", "فجر", "2026-12-01T05:15"),
        ("breakfast with Ali tomorrow at 6", "breakfast with Ali", "2026-12-01T06:00"),
        ("nashta 6 baje kal", "nashta", "2026-12-01T06:00"),
        ("iftar 6:15 tomorrow", "iftar", "2026-12-01T18:15"),
        ("isha kal 8 baje", "isha", "2026-12-01T20:00"),
        ("عشاء کل 8 بجے", "عشاء", "2026-12-01T20:00"),
        // What is only bought for it has no hour of its own.
        ("buy suhoor food tomorrow at 5", "buy suhoor food", "2026-12-01T17:00"),
        ("sehri ka saman lena kal 5 baje", "sehri ka saman lena", "2026-12-01T17:00"),
        ("fajr 5pm tomorrow", "fajr", "2026-12-01T17:00"),
    ]);
}
