//! Days and times that belong to a thing in the title of a new task, wherever the day stands on which it is to be done: "print the Monday
//! timetable tonight", "aaj raat jumme wali biryani ka gosht", "buy meat for Sunday's roast on Saturday".

use chrono::{Datelike, TimeDelta};

use super::{
    Found, Piece, Which, clock, joining, naming,
    numbers::{is_mark, is_word},
    pieces,
};
use crate::domain::language::{
    lexicon::{Plain, Sense},
    sentence::Sentence,
    token::Kind,
    when::{Day, Moment},
};

/// Words before a day by which it may be a part of what stands behind it.
const ARTICLES: [&str; 9] = ["the", "a", "an", "my", "our", "your", "his", "her", "their"];

/// How surely words for a time belong to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bond {
    /// "jumme wali biryani": there is no other way to read it.
    Sure,
    /// "the Monday report", "Sunday's roast": they say when only where nothing else can.
    Owned,
    /// "Monday report", "for Monday": they say when unless something else does.
    Beside,
}

/// Words for a time that may belong to a thing.
struct Thing {
    from: usize,
    to: usize,
    bond: Bond,
}

/// Reads the days and times that belong to things to the letter. Where they are all that is said of time, they are named: nobody can know
/// whether the day of the thing is the day of the deed.
pub(in crate::domain::language) fn leave_in_title(sentence: &mut Sentence<'_>, from: usize, to: usize, now: Moment) {
    let to = to.min(sentence.len());
    let found = pieces(sentence, from, to, Which::First, Some(now));
    let mut things: Vec<Thing> = (0..found.len()).filter_map(|at| sure(sentence, &found, at, to)).collect();
    let mut at = 0;
    while at < found.len() {
        let last = run(sentence, &found, at, now);
        let is_new = things
            .iter()
            .all(|thing| found[last].to <= thing.from || thing.to <= found[at].from);
        if let Some(thing) = likely(sentence, &found, (at, last), from, to).filter(|_| is_new) {
            things.push(thing);
        }
        at = last + 1;
    }
    let clear = clear_day(sentence, &found, &things, (from, to), now);
    let is_of = |piece: &Found| things.iter().any(|thing| thing.from <= piece.from && piece.to <= thing.to);
    let alone = found.iter().all(is_of);
    for thing in &things {
        let elsewhere = clear.is_some_and(|clear| clear.to <= thing.from || thing.to <= clear.from);
        let left = match thing.bond {
            Bond::Sure => true,
            Bond::Owned => elsewhere || alone,
            Bond::Beside => elsewhere,
        };
        if left {
            sentence.forget(thing.from, thing.to);
        }
        if left && alone {
            sentence.doubt(thing.from, thing.to);
        }
    }
}

/// The last of the pieces that stand side by side with the one at `first`, and can be one moment; or weekdays of one list.
fn run(sentence: &Sentence<'_>, found: &[Found], first: usize, now: Moment) -> usize {
    let is_weekday = |piece: &Found| matches!(piece.piece, Piece::Day(Day::Weekday(..)));
    let one = |pair: &&[Found]| {
        let days = pair[0].piece.day().zip(pair[1].piece.day());
        let listed = pair[0].to + 1 == pair[1].from && sentence.word_is(pair[0].to, Plain::And) && pair.iter().all(is_weekday);
        listed || pair[0].to == pair[1].from && !days.is_some_and(|(one, other)| disagree(one, other, now))
    };
    first + found[first..].windows(2).take_while(one).count()
}

/// Whether a word is a thing, and no word of a date or of the sentence around it.
fn is_noun(sentence: &Sentence<'_>, found: &[Found], at: usize, to: usize) -> bool {
    at < to
        && sentence.tokens[at].is_text()
        && sentence.tokens[at].number().is_none()
        && !found.iter().any(|piece| piece.from <= at && at < piece.to)
        && naming::is_thing(sentence, at)
}

/// "jumme wali biryani", "subah nau baje wala parcha"; but "kal wale kaam" are tasks.
fn sure(sentence: &Sentence<'_>, found: &[Found], at: usize, to: usize) -> Option<Thing> {
    let piece = &found[at];
    let hour = matches!(piece.piece, Piece::Part(_))
        .then(|| clock::at(sentence, piece.to, true))
        .flatten();
    let end = piece.to + hour.map_or(0, |(length, _)| length);
    let says = end + 1 < to && sentence.tokens[end + 1].is_text() && sentence.any(end + 1, &[Plain::Task, Plain::All]).is_none();
    // "aaj raat 8 baje wali flight" may be the flight of tonight.
    let goes_with = |other: &Found| other.to == piece.from && (other.piece.part().is_none() || other.piece.part() == piece.piece.part());
    let dated = hour.is_some() && at.checked_sub(1).is_some_and(|before| goes_with(&found[before]));
    if piece.piece.repeat().is_some() || dated || !sentence.word_is(end, Plain::Wala) || !says {
        return None;
    }
    // "agle hafte peer wali meeting"
    let mut first = at;
    while let Some(before) = first.checked_sub(1).filter(|before| found[*before].to == found[first].from) {
        let together = |one: Day, other: Day| !is_near_now(one) && joining::join(one, other, true).is_some();
        if !found[before]
            .piece
            .day()
            .zip(found[first].piece.day())
            .is_some_and(|(one, other)| together(one, other))
        {
            break;
        }
        first = before;
    }
    Some(Thing {
        from: found[first].from,
        to: end,
        bond: Bond::Sure,
    })
}

/// A day that is counted from today, which names a thing only with a word for it.
fn is_near_now(day: Day) -> bool {
    matches!(day, Day::Offset(_) | Day::Either(_))
}

/// "the Monday report", "Sunday's roast", "Monday report", "jumme ki biryani", "clothes for Monday".
fn likely(sentence: &Sentence<'_>, found: &[Found], (first, last): (usize, usize), from: usize, to: usize) -> Option<Thing> {
    let (start, end) = (found[first].from, found[last].to);
    let day = found[first..=last].iter().find_map(|piece| piece.piece.day())?;
    if found[first..=last].iter().any(|piece| piece.piece.repeat().is_some()) {
        return None;
    }
    let before = |n: usize| start.checked_sub(n).filter(|at| *at >= from);
    // "the Monday meeting at 5pm", with nothing to do about it, is that meeting.
    let says = |at: usize| (from..at).any(|place| sentence.tokens[place].is_text());
    let article = before(1).filter(|at| is_word(sentence, *at, &ARTICLES) && says(*at));
    let lead = if article.is_some() { before(2) } else { before(1) };
    if lead.is_some_and(|at| naming::leads(sentence, at)) {
        return None;
    }
    let thing = |bond| {
        Some(Thing {
            from: start,
            to: end,
            bond,
        })
    };
    let noun = is_noun(sentence, found, end, to);
    if sentence.roman {
        let part = |at: usize| sentence.find(at, |s| matches!(s, Sense::Part(_)).then_some(())).is_some();
        let owns = naming::owns(sentence, end)
            && is_noun(sentence, found, end + 1, to)
            && sentence.any(end + 1, &[Plain::Task, Plain::All]).is_none()
            && !part(end + 1);
        let goal = is_word(sentence, end, &["ke", "k", "کے"]) && is_word(sentence, end + 1, &["liye", "liey", "lie", "لیے", "لئے"]);
        // "itwar ko peer wadhai se": the day is named before it.
        let named = first
            .checked_sub(1)
            .is_some_and(|other| naming::trails(sentence, found[other].to) && found[other].to + 1 == start);
        let bare = named && noun && !naming::trails(sentence, end);
        // "peer 5 baje wali meeting"
        let timed = clock::at(sentence, end, true).is_some_and(|(length, _)| sentence.word_is(end + length, Plain::Wala));
        return (!is_near_now(day) && (owns || goal || bare || timed))
            .then_some(())
            .and_then(|()| thing(Bond::Beside));
    }
    let word = &sentence.tokens[end - 1];
    let owner = sentence.text[word.start..word.end].contains(['\'', '’']);
    let verb = sentence.word_is(end, Plain::Verb);
    match (article, noun) {
        (_, true) if owner => thing(Bond::Owned),
        (Some(_), true) if !is_near_now(day) => thing(Bond::Owned),
        (None, true) if !is_near_now(day) && !verb => thing(Bond::Beside),
        _ if !is_near_now(day) && lead.is_some_and(|at| is_word(sentence, at, &["for"])) => thing(Bond::Beside),
        _ => None,
    }
}

/// The one day that surely says when, beside what may belong to things.
fn clear_day<'a>(
    sentence: &Sentence<'_>,
    found: &'a [Found],
    things: &[Thing],
    (from, to): (usize, usize),
    now: Moment,
) -> Option<&'a Found> {
    let text = |mut range: std::ops::Range<usize>| range.any(|at| sentence.tokens[at].is_text());
    let is_clear = |piece: &&Found| {
        let day = match piece.piece {
            Piece::Ahead(_) => true,
            other => other.day().is_some(),
        };
        let free = things.iter().all(|thing| piece.to <= thing.from || thing.to <= piece.from);
        let led = piece.from > from && naming::leads(sentence, piece.from - 1) || naming::trails(sentence, piece.to);
        let edge = !text(from..piece.from) || !text(piece.to..to);
        day && free && (led || edge || piece.piece.day().is_some_and(is_near_now))
    };
    let mut clear = found.iter().filter(is_clear);
    let only = clear.next()?;
    let other = clear.any(|other| other.piece.day() != only.piece.day());
    // "Friday's meeting next week" is one day.
    let goes_with = |piece: &Found| match (piece.piece.day(), only.piece.day()) {
        (Some(one), Some(other)) if disagree(one, other, now) => false,
        (Some(one), Some(other)) => joining::join(one, other, false).is_some(),
        _ => false,
    };
    let thing = |piece: &&Found| {
        things
            .iter()
            .any(|thing| thing.from <= piece.from && piece.to <= thing.to && thing.bond != Bond::Sure)
    };
    (!other && !found.iter().filter(thing).any(goes_with)).then_some(only)
}

/// Whether two words for a day cannot name the same one: "kal budh" is none but on a Tuesday (or a Thursday).
pub(super) fn disagree(one: Day, other: Day, now: Moment) -> bool {
    let falls = |days: i64, weekday: u8| {
        let date = TimeDelta::try_days(days).and_then(|step| now.local.date().checked_add_signed(step));
        date.is_some_and(|date| date.weekday().num_days_from_monday() == u32::from(weekday))
    };
    match (one, other) {
        (Day::Weekday(weekday, _), Day::Offset(days)) | (Day::Offset(days), Day::Weekday(weekday, _)) => !falls(days, weekday),
        (Day::Weekday(weekday, _), Day::Either(days)) | (Day::Either(days), Day::Weekday(weekday, _)) => {
            !falls(days, weekday) && !falls(-days, weekday)
        }
        _ => false,
    }
}

/// Where a weekday and another word for a day stand side by side that cannot name the same day.
pub(super) fn disagreeing(sentence: &Sentence<'_>, taken: &[Found], now: Moment) -> Option<(usize, usize)> {
    let days: Vec<&Found> = taken.iter().filter(|piece| piece.piece.day().is_some()).collect();
    days.windows(2).find_map(|pair| {
        let (one, other) = (pair[0].piece.day()?, pair[1].piece.day()?);
        let line = (pair[0].to..pair[1].from).any(|at| sentence.tokens[at].kind == Kind::Line || is_mark(sentence, at, &[';']));
        (!line && disagree(one, other, now)).then_some((pair[0].from, pair[1].to))
    })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use crate::domain::language::describe;

    /// Title, date and what was not understood, on Monday, 23 November 2026, at 10:30.
    fn described(text: &str) -> (String, String, Vec<String>) {
        let now = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(10, 30, 0).unwrap();
        let task = describe(text, now);
        let due = task.due.map(|due| due.date.to_string()).unwrap_or_default();
        (task.title, due, task.unread)
    }

    #[track_caller]
    fn assert_dated(cases: &[(&str, &str, &str)]) {
        for (text, title, due) in cases {
            assert_eq!(described(text), ((*title).to_owned(), (*due).to_owned(), Vec::new()), "{text}");
        }
    }

    #[track_caller]
    fn assert_named(cases: &[(&str, &str)]) {
        for (text, words) in cases {
            assert_eq!(
                described(text),
                ((*text).to_owned(), String::new(), vec![(*words).to_owned()]),
                "{text}"
            );
        }
    }

    #[test]
    fn a_day_of_a_thing_stays_in_the_title_and_the_other_one_says_when() {
        assert_dated(&[
            (
                "print the Monday timetable for Hamza tonight",
                "print the Monday timetable for Hamza",
                "2026-11-23",
            ),
            ("send the Friday report tomorrow", "send the Friday report", "2026-11-24"),
            ("tomorrow prepare the Friday talk", "prepare the Friday talk", "2026-11-24"),
            ("prepare Friday's slides tonight", "prepare Friday's slides", "2026-11-23"),
            (
                "buy things for Sunday's roast on Saturday",
                "buy things for Sunday's roast",
                "2026-11-28",
            ),
            (
                "send the Monday morning slides tonight",
                "send the Monday morning slides",
                "2026-11-23",
            ),
            (
                "prepare the Tuesday and Thursday classes tonight",
                "prepare the Tuesday and Thursday classes",
                "2026-11-23",
            ),
            ("meet Sunday Oliseh tomorrow", "meet Sunday Oliseh", "2026-11-24"),
            ("cook for Friday tomorrow", "cook for Friday", "2026-11-24"),
            (
                "aaj raat jumme wali biryani ka gosht lana",
                "jumme wali biryani ka gosht lana",
                "2026-11-23",
            ),
            ("peer wali report kal bhejni hai", "peer wali report bhejni", "2026-11-24"),
            (
                "agle hafte wali shaadi ke kapray kal lene",
                "agle hafte wali shaadi ke kapray lene",
                "2026-11-24",
            ),
            ("aaj raat kal wali meeting ki tayari", "kal wali meeting ki tayari", "2026-11-23"),
            (
                "peer 5 baje wali meeting ki tayari aaj",
                "peer 5 baje wali meeting ki tayari",
                "2026-11-23",
            ),
            (
                "aaj raat jumme ki biryani ka gosht lana",
                "jumme ki biryani ka gosht lana",
                "2026-11-23",
            ),
            ("itwar ko peer wadhai se bus pakarni", "peer wadhai se bus pakarni", "2026-11-29"),
            (
                "آج شام کو صبح نو بجے والے پرچے کی تیاری",
                "صبح نو بجے والے پرچے کی تیاری",
                "2026-11-23",
            ),
            ("جمعے والی بریانی کا گوشت آج لانا", "جمعے والی بریانی کا گوشت لانا", "2026-11-23"),
            ("آج رات کل والی میٹنگ کی تیاری", "کل والی میٹنگ کی تیاری", "2026-11-23"),
            ("اتوار کو پیر ودھائی سے بس پکڑنی", "پیر ودھائی سے بس پکڑنی", "2026-11-29"),
        ]);
    }

    #[test]
    fn a_day_of_a_thing_alone_is_no_date_and_is_named() {
        assert_named(&[
            ("send the Monday report", "Monday"),
            ("buy meat for Sunday's roast", "Sunday's"),
            ("peer wali report bhejna", "peer"),
            ("اتوار والی دعوت کے لیے گوشت لانا", "اتوار"),
        ]);
        assert_dated(&["mangal das se kapray lana", "منگل داس درزی سے کپڑے لانا", "aaj tv ki report"].map(|text| (text, text, "")));
    }

    #[test]
    fn a_day_that_says_when_is_still_a_date() {
        assert_dated(&[
            ("the Monday meeting at 5pm", "meeting", "2026-11-23"),
            ("Friday dinner with Ali", "dinner with Ali", "2026-11-27"),
            (
                "call Bilal about the Friday launch on Monday",
                "call Bilal about the Friday launch",
                "2026-11-30",
            ),
            ("jumme ki namaz", "namaz", "2026-11-27"),
            ("kal mangal ko gym", "gym", "2026-11-24"),
        ]);
    }

    #[test]
    fn two_words_that_cannot_be_the_same_day_are_none() {
        assert_named(&[
            ("kal budh gym jana", "kal budh"),
            ("tomorrow Friday call Ali", "tomorrow Friday"),
            ("کل بدھ جم جانا", "کل بدھ"),
        ]);
    }
}
