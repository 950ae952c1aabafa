//! The description of one task. Nothing in it is an order or tells of a deed, whatever it would be in a message: "milk is bought" is
//! something to do, because it stands where only such things stand.

use std::ops::Range;

use super::{Reading, Rule, adding, announced, english, habits, pointed, urdu};
use crate::domain::{
    language::{
        Described, Intent, NewTask, TakenKind, detect,
        lexicon::Plain,
        sentence::Sentence,
        when::{self, Moment, When},
    },
    locale::Script,
};

/// Verbs of adding in a message that say here what is to be done: "plan the party", "put the bins out".
const DEEDS: &[&str] = &["put", "schedule", "plan", "track", "include", "insert", "enter", "stick", "throw"];

/// Reads a text as the description of one task: when it is due, how often it comes back and how urgent it is are found as in a message, and
/// the other words are its title. The words of an order to add it ("add ...", "remind me to ...", "... yaad dila dena") are no part of the
/// title. A day that the task cannot have (it has passed, or there is no such day) stays in the title; where nothing else is left, the whole
/// text is the title.
pub fn describe(text: &str, now: impl Into<Moment>) -> NewTask {
    describe_with(text, now, &[]).task
}

/// As [`describe`]; the bytes in `literal` (and the words that they touch) belong to the title, whatever they would mean. Says besides which
/// bytes are no part of the title.
pub fn describe_with(text: &str, now: impl Into<Moment>, literal: &[Range<usize>]) -> Described {
    let now = now.into();
    let english_first = detect(text) == Some(Script::En);
    let new = || Reading {
        single: true,
        ..Reading::new(Sentence::with_literal(text, !english_first, literal), now)
    };
    let mut reading = new();
    let task = ordered(&mut reading, english_first).unwrap_or_else(|| {
        reading = new();
        plain(&mut reading)
    });
    Described {
        task,
        taken: reading.sentence.taken(),
    }
}

/// What is to be added by an order, if there is one around it.
fn ordered(reading: &mut Reading<'_>, english_first: bool) -> Option<NewTask> {
    reading.strip_start();
    reading.strip_end();
    if reading.from >= reading.to || reading.is_word(reading.from, DEEDS) {
        return None;
    }
    let rules: [Rule; 3] = if english_first {
        [announced::colon, english::added, urdu::added]
    } else {
        [announced::colon, urdu::added, english::added]
    };
    let found = reading.first_of(&rules)?;
    match pointed(&reading.sentence, found) {
        Intent::Add(mut tasks) if tasks.len() == 1 => tasks.pop(),
        _ => None,
    }
}

/// Where "now" or "right now" stands at the very end: "call Ali now".
fn now(reading: &Reading<'_>, from: usize, to: usize) -> Option<usize> {
    let left = reading.sentence.left(from, to);
    let last = *left.last().filter(|_| left.len() > 2)?;
    let right = last.checked_sub(1).filter(|at| reading.is_word(*at, &["right"]));
    let first = right.unwrap_or(last);
    let before = first.checked_sub(1).filter(|at| *at >= from)?;
    let other = (before.saturating_sub(2)..first).any(|at| reading.is_word(at, &["from", "until", "till", "than", "for", "by"]));
    let alone = !other && !when::says_time(&reading.sentence, before);
    (reading.is_word(last, &["now"]) && alone).then_some(first)
}

/// What no order stands around: all that is no date and no priority is the title.
fn plain(reading: &mut Reading<'_>) -> NewTask {
    let (from, to) = (reading.from, reading.to);
    let now = now(reading, from, to);
    let priority = reading.take_priority(from, to);
    let used = reading.sentence.used.clone();
    let (when, _) = adding::days(reading, from, to);
    let when = match now {
        Some(first) if when.is_empty() => {
            reading.sentence.take_as(TakenKind::Date, first, 2.min(to - first));
            When::today()
        }
        _ => when,
    };
    let end = adding::loose_end(reading, from, to);
    // "Move the class to Friday" is about that day, too.
    let last = reading.sentence.left(from, end).pop();
    let end = if last.is_some_and(|last| reading.is_word(last, &["to", "from", "until", "till"])) {
        reading.sentence.keep(used);
        to
    } else {
        end
    };
    // "mujhe kal doodh lena hai" is to bring milk.
    let verb = adding::verb_end(reading, from, end);
    let start = if verb < end {
        reading.peel(from, verb, &[Plain::Self_, Plain::Polite])
    } else {
        from
    };
    let title = reading
        .words(start, verb)
        .unwrap_or_else(|| reading.sentence.text.trim().to_owned());
    let when = habits::in_its_part(reading, start, verb, when);
    NewTask {
        unread: reading.sentence.unread(from, to),
        passed: reading.passed,
        ..adding::new_task(title, &when, priority, reading.now)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveDateTime};

    use super::*;

    /// Monday, 23 November 2026, 10:30.
    fn now() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(10, 30, 0).unwrap()
    }

    /// The title, and behind it what else was found: "2026-11-24T17:00 FREQ=DAILY p1".
    fn described(text: &str) -> (String, String) {
        let task = describe(text, now());
        assert_eq!(task.due_error, None, "{text}");
        let due = task.due.map(|due| match due.time {
            Some(time) => format!("{}T{}", due.date, time.format("%H:%M")),
            None => due.date.to_string(),
        });
        let priority = task.priority.map(|priority| format!("p{}", priority.number()));
        let more = [due, task.repeat.map(|repeat| repeat.to_string()), priority];
        (task.title, more.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }

    #[track_caller]
    fn assert_all(cases: &[(&str, &str, &str)]) {
        for (text, title, more) in cases {
            assert_eq!(described(text), ((*title).to_owned(), (*more).to_owned()), "{text}");
        }
    }

    #[test]
    fn dates_recurrence_and_priority_are_found_in_all_scripts_and_the_rest_is_the_title() {
        assert_all(&[
            ("Buy milk tomorrow 5pm", "Buy milk", "2026-11-24T17:00"),
            ("doodh lena kal subah", "doodh lena", "2026-11-24T09:00"),
            ("کل صبح دودھ لانا", "دودھ لانا", "2026-11-24T09:00"),
            ("move the car by Friday at 6", "move the car", "2026-11-27T18:00"),
            ("gym every Monday", "gym", "2026-11-30 FREQ=WEEKLY;BYDAY=MO"),
            ("roz subah walk", "walk", "2026-11-24T09:00 FREQ=DAILY"),
            ("ہر جمعے کو نماز", "نماز", "2026-11-27 FREQ=WEEKLY;BYDAY=FR"),
            ("ہر پیر کو جم", "جم", "2026-11-30 FREQ=WEEKLY;BYDAY=MO"),
            ("urgent: pay rent on 1 December", "pay rent", "2026-12-01 p1"),
            ("pay the gas bill p2", "pay the gas bill", "p2"),
            ("bill bharna bohat zaroori", "bill bharna", "p1"),
            ("بجلی کا بل جمع کرانا، بہت ضروری", "بجلی کا بل جمع کرانا", "p1"),
            ("my passport renewal", "my passport renewal", ""),
            ("buy 3 apples", "buy 3 apples", ""),
        ]);
    }

    #[test]
    fn what_would_be_an_order_a_report_or_a_question_is_a_title() {
        for text in [
            "milk is bought",
            "delete old photos",
            "delete the milk task",
            "complete all tasks",
            "mark laundry done",
            "I bought milk",
            "show my tasks",
            "undo the last commit",
            "stop repeating gym",
            "hello",
            "doodh le liya",
            "gym ho gaya",
            "sab kaam mita do",
            "دودھ لے لیا",
            "سب کام مٹا دو",
        ] {
            assert_all(&[(text, text, "")]);
        }
        assert_all(&[
            ("list all clients by Friday", "list all clients", "2026-11-27"),
            ("what is for dinner tomorrow?", "what is for dinner", "2026-11-24"),
        ]);
    }

    #[test]
    fn the_order_to_add_is_no_part_of_the_title_but_other_verbs_are() {
        assert_all(&[
            ("add milk", "milk", ""),
            ("Add buy eggs on Friday", "buy eggs", "2026-11-27"),
            ("remind me to call Ali tomorrow at 5", "call Ali", "2026-11-24T17:00"),
            ("todo: buy milk", "buy milk", ""),
            ("kal doodh lana yaad dila dena", "doodh lana", "2026-11-24"),
            ("mujhe kal doodh lena hai", "doodh lena", "2026-11-24"),
            ("naya kaam: doodh lena", "doodh lena", ""),
            ("مجھے کل دودھ لینا ہے", "دودھ لینا", "2026-11-24"),
            ("Plan the party on Saturday", "Plan the party", "2026-11-28"),
            (
                "Put the bins out every Tuesday",
                "Put the bins out",
                "2026-11-24 FREQ=WEEKLY;BYDAY=TU",
            ),
        ]);
    }

    #[test]
    fn it_is_one_task_whatever_joins_its_words() {
        assert_all(&[
            ("add milk and eggs", "milk and eggs", ""),
            ("buy milk, eggs and bread tomorrow", "buy milk, eggs and bread", "2026-11-24"),
            (
                "remind me to call Ali and remind me to pay the rent",
                "call Ali and remind me to pay the rent",
                "",
            ),
            ("anday lana aur doodh lana kal", "anday lana aur doodh lana", "2026-11-24"),
        ]);
    }

    #[test]
    fn several_days_or_times_are_not_one_of_them_and_are_named() {
        for (text, words) in [
            ("class on Monday and Wednesday", "Monday and Wednesday"),
            ("gym Mon, Wed and Fri at 7am", "Mon, Wed and Fri at 7am"),
            ("gym Mon-Fri at 6", "Mon-Fri at 6"),
            ("peer, budh aur jumma ko gym", "peer, budh aur jumma"),
            ("پیر، بدھ اور جمعے کو جم", "پیر، بدھ اور جمعے"),
            ("gym on Monday or Tuesday", "Monday or Tuesday"),
            ("take the pills tomorrow and Friday", "tomorrow and Friday"),
            ("pay on Friday or 24 December", "Friday or 24 December"),
            ("kal ya parson Ali se milna", "kal ya parson"),
            ("take pills at 5 and 6", "5 and 6"),
            ("take pills at 8am and 8pm", "8am and 8pm"),
            ("dawai subah 8 aur raat 8 baje", "subah 8 aur raat 8 baje"),
            ("دوا صبح 8 اور رات 8 بجے", "صبح 8 اور رات 8 بجے"),
            ("doctor 5 ya 6 baje", "5 ya 6 baje"),
            ("every day on Sunday gym", "every day on Sunday"),
            ("first and third Monday of the month meeting", "first and third Monday of the month"),
            ("rent on the 5th and 20th of every month", "5th and 20th of every month"),
            ("har mahine 1 aur 15 tareekh ko salary", "har mahine 1 aur 15 tareekh ko"),
            ("every month on the 5th and 20th pay rent", "every month on the 5th and 20th"),
            ("har mahine itwar ko safai", "har mahine itwar"),
            ("ہر مہینے 1 اور 15 تاریخ کو تنخواہ", "ہر مہینے 1 اور 15 تاریخ کو"),
            ("take pills at 8, 2 and 8", "8, 2 and 8"),
            ("tomorrow at 9am and 5pm take pills", "tomorrow at 9am and 5pm"),
            ("call Ali Friday evening or Saturday morning", "Friday evening or Saturday morning"),
            ("pills every 4-6 hours", "every 4-6 hours"),
            ("take medicine every 8 hours", "every 8 hours"),
            ("dawai har 8 ghante baad", "har 8 ghante baad"),
            ("دوا ہر 8 گھنٹے بعد", "ہر 8 گھنٹے بعد"),
            ("take pills twice a day", "twice a day"),
            ("din mein do baar dawai", "din mein do baar"),
            ("hafte mein teen baar gym", "hafte mein teen baar"),
            ("دن میں دو بار دوا", "دن میں دو بار"),
        ] {
            let task = describe(text, now());
            let whole = (text, None, None, vec![words.to_owned()]);
            assert_eq!((task.title.as_str(), task.due, task.repeat, task.unread), whole);
        }
        // How often in a day cannot be kept; the day can.
        let twice = describe("roz do baar dawai leni", now());
        assert_eq!(twice.repeat.map(|repeat| repeat.to_string()).as_deref(), Some("FREQ=DAILY"));
        assert_eq!(
            (twice.title.as_str(), twice.unread),
            ("do baar dawai leni", vec!["do baar".to_owned()])
        );
        for text in ["every 8 hours", "twice a day", "Mon, Wed and Fri", "8am and 8pm", "peer ya mangal"] {
            assert!(crate::domain::language::resolve_due(text, now()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_recurrence_and_the_day_that_is_named_agree() {
        assert_all(&[
            ("weekly review on Sundays", "review", "2026-11-29 FREQ=WEEKLY;BYDAY=SU"),
            ("team call every week, on Fridays", "team call", "2026-11-27 FREQ=WEEKLY;BYDAY=FR"),
            ("har hafte jumay ko safai", "safai", "2026-11-27 FREQ=WEEKLY;BYDAY=FR"),
            ("ہر ہفتے جمعے کو صفائی", "صفائی", "2026-11-27 FREQ=WEEKLY;BYDAY=FR"),
            (
                "every month on the 5th pay rent",
                "pay rent",
                "2026-12-05 FREQ=MONTHLY;BYMONTHDAY=5",
            ),
            ("yearly checkup on 5 March", "checkup", "2027-03-05 FREQ=YEARLY"),
            ("salana checkup 5 march ko", "checkup", "2027-03-05 FREQ=YEARLY"),
            ("monthly fees on the 5th", "fees", "2026-12-05 FREQ=MONTHLY;BYMONTHDAY=5"),
            (
                "daily vitamins with breakfast at 8am",
                "vitamins with breakfast",
                "2026-11-24T08:00 FREQ=DAILY",
            ),
            ("bi-weekly 1:1 on Thursdays", "1:1", "2026-11-26 FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
            ("monthly team lunch starting Friday", "team lunch", "2026-11-27 FREQ=MONTHLY"),
            ("send the monthly report on Friday", "send the monthly report", "2026-11-27"),
            ("gym every Monday starting tomorrow", "gym", "2026-11-30 FREQ=WEEKLY;BYDAY=MO"),
            ("peer se roz gym", "gym", "2026-11-30 FREQ=DAILY"),
            (
                "every 2nd and 4th Saturday clean the car",
                "clean the car",
                "2026-11-28 FREQ=MONTHLY;BYDAY=2SA,4SA",
            ),
            (
                "har mahine ke doosre aur chauthe peer ko safai",
                "safai",
                "2026-11-23 FREQ=MONTHLY;BYDAY=2MO,4MO",
            ),
            (
                "ہر دوسرے اور چوتھے اتوار کو صفائی",
                "صفائی",
                "2026-12-13 FREQ=MONTHLY;BYDAY=2SU,4SU",
            ),
        ]);
    }

    #[test]
    fn days_that_are_left_out_are_no_days_of_the_recurrence() {
        let six = "2026-11-23 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA";
        for text in [
            "gym daily except Sunday",
            "gym every day but Sunday",
            "gym every day, but not on Sundays",
            "itwar chhor kar roz gym",
            "roz itwar chhor kar gym",
            "itwar ke ilawa har roz gym",
            "itwar ko chhor kar baqi roz gym",
            "roz siwaye itwar ke gym",
        ] {
            assert_all(&[(text, "gym", six)]);
        }
        assert_all(&[
            ("اتوار کے علاوہ روز جم", "جم", six),
            ("اتوار چھوڑ کر روز جم", "جم", six),
            (
                "weekdays except Friday standup",
                "standup",
                "2026-11-24 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH",
            ),
            ("gym daily except weekends", "gym", "2026-11-23 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ]);
    }

    #[test]
    fn a_time_that_belongs_to_a_thing_is_a_part_of_the_title() {
        assert_all(&[
            (
                "email the 5pm slot to Ali tomorrow at 9am",
                "email the 5pm slot to Ali",
                "2026-11-24T09:00",
            ),
            (
                "prepare the 3 o'clock meeting notes tomorrow",
                "prepare the 3 o'clock meeting notes",
                "2026-11-24",
            ),
            ("watch 9:30 show at 8pm", "watch 9:30 show", "2026-11-23T20:00"),
            ("review 10am standup notes at 2pm", "review 10am standup notes", "2026-11-23T14:00"),
            ("buy 7-up and 3 am energy bars", "buy 7-up and 3 am energy bars", ""),
            ("5 baje ki meeting ke notes kal", "5 baje ki meeting ke notes", "2026-11-24"),
            ("5 بجے کی میٹنگ کے نوٹس کل", "5 بجے کی میٹنگ کے نوٹس", "2026-11-24"),
            ("کل کی 5 بجے والی میٹنگ کے نوٹس", "5 بجے والی میٹنگ کے نوٹس", "2026-11-24"),
            ("3pm meeting tomorrow", "meeting", "2026-11-24T15:00"),
            ("5 baje ki meeting kal", "meeting", "2026-11-24T17:00"),
        ]);
    }

    #[test]
    fn a_quoted_title_is_kept_to_the_letter() {
        assert_all(&[
            ("\"Call Ali tomorrow\" on Friday", "Call Ali tomorrow", "2026-11-27"),
            ("add \"Read 24 December\" tomorrow", "Read 24 December", "2026-11-24"),
            ("“Monday report” kal", "Monday report", "2026-11-24"),
        ]);
    }

    #[test]
    fn where_nothing_else_is_said_the_whole_text_is_the_title() {
        assert_all(&[
            ("tomorrow", "tomorrow", "2026-11-24"),
            ("next Friday at 3pm", "next Friday at 3pm", "2026-11-27T15:00"),
            ("kal subah 9 baje", "kal subah 9 baje", "2026-11-24T09:00"),
            ("کل", "کل", "2026-11-24"),
            ("urgent", "urgent", "p1"),
            ("add", "add", ""),
            ("yaad dilao", "yaad dilao", ""),
        ]);
    }

    #[test]
    fn a_day_that_the_task_cannot_have_and_one_that_it_is_about_stay_in_the_title() {
        assert_all(&[
            ("pay rent on 31 June", "pay rent on 31 June", ""),
            ("add call mom yesterday", "call mom yesterday", ""),
            ("move the class to Friday", "move the class to Friday", "2026-11-27"),
        ]);
    }
}
