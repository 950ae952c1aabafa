//! Dates in words: next week, kal, jumma ko, in the evening.

use super::{
    Found, Piece,
    calendar::is_day,
    is_weekday,
    numbers::{is_glued, is_mark, is_word, nth},
    unit,
};
use crate::domain::language::{
    lexicon::{Part, Plain, Sense, Unit},
    sentence::Sentence,
    when::{Clock, Day, clock, zones},
};

/// Next week, this Friday, agle mahine, is hafte, the weekend, end of the month.
pub(super) fn relative(sentence: &Sentence<'_>, at: usize, from: usize) -> Option<(usize, Piece)> {
    let day = |length: usize, day: Day| Some((length, Piece::Day(day)));
    if let Some(length) = weekend(sentence, at) {
        return day(length, Day::Weekend(0));
    }
    if let Some(length) = sentence.is(at, Plain::YearEnd) {
        return day(length, Day::EndOfYear(0));
    }
    if let Some(length) = sentence.is(at, Plain::MonthEnd) {
        return day(length, Day::EndOfMonth(0));
    }
    if let Some(length) = sentence.is(at, Plain::EndOf) {
        // "end of tomorrow", "end of Friday"
        if is_day(sentence, at + length) {
            return day(length, Day::Close);
        }
    }
    let the = usize::from(is_word(sentence, at, &["the"]));
    // "the week after next"
    if let Some((length, unit)) = unit(sentence, at + the)
        && let Some(more) = sentence.is(at + the + length, Plain::AfterNext)
    {
        let all = the + length + more;
        return match unit {
            Unit::Week => day(all, Day::Week(2)),
            Unit::Month => day(all, Day::Month(2)),
            Unit::Year => day(all, Day::StartOfYear(2)),
            _ => None,
        };
    }
    let (length, n) = count(sentence, at)?;
    let next = at + length;
    if let Some(more) = weekend(sentence, next) {
        return day(length + more, Day::Weekend(n));
    }
    // "next week Friday" keeps its week; "hafte" behind "agle" is a week.
    if let Some((more, unit)) = unit(sentence, next) {
        return counted_unit(sentence, at, next, n, more, unit);
    }
    // "next next Monday"
    let again = sentence.is(next, Plain::Next).filter(|_| n == 1).unwrap_or(0);
    if let Some((more, weekday)) = is_weekday(sentence, next + again) {
        let named = match n {
            _ if again > 0 || n > 1 => Day::NthNext(weekday, 2),
            // "Next Monday" is the next one there is.
            0.. => Day::Weekday(weekday, None),
            _ => Day::Weekday(weekday, Some(-1)),
        };
        return day(length + again + more, named);
    }
    if let Some((more, part)) = sentence.find(next, |s| if let Sense::Part(p) = s { Some(p) } else { None })
        && n == 0
        && at >= from
    {
        return Some((length + more, Piece::DayPart(Day::Offset(0), part)));
    }
    None
}

/// "next week", "this month", "last year", "the next working day".
fn counted_unit(sentence: &Sentence<'_>, at: usize, next: usize, n: i64, more: usize, unit: Unit) -> Option<(usize, Piece)> {
    let length = next - at;
    let end = next + more;
    let day = |length: usize, day: Day| Some((length, Piece::Day(day)));
    let last = sentence.is(end, Plain::EndOf).filter(|_| !is_word(sentence, end, &["end", "the"]));
    match unit {
        Unit::Day => day(length + more, Day::Offset(n)),
        Unit::Workday if n == 1 => day(length + more, Day::Workdays(1)),
        Unit::Week => day(
            length + more + last.unwrap_or(0),
            if last.is_some() { Day::EndOfWeek(n) } else { Day::Week(n) },
        ),
        Unit::Month => {
            let of = usize::from(is_word(sentence, end, &["ki", "کی", "ke", "کے", "on"]));
            let of = of + usize::from(of > 0 && is_word(sentence, end + of, &["the"]));
            if let Some((digits, number)) = nth(sentence, end + of, false).filter(|_| of > 0) {
                let date = is_word(sentence, end + of + digits, &["tareekh", "tarikh", "tareek", "تاریخ"]);
                return day(length + more + of + digits + usize::from(date), Day::OfMonth(number, Some(n)));
            }
            day(
                length + more + last.unwrap_or(0),
                if last.is_some() { Day::EndOfMonth(n) } else { Day::Month(n) },
            )
        }
        Unit::Quarter => day(length + more, Day::StartOfQuarter(n)),
        Unit::Year if last.is_some() => day(length + more + last.unwrap_or(0), Day::EndOfYear(n)),
        Unit::Year => day(length + more, Day::Months(n * 12)),
        _ => None,
    }
}

/// "weekend", "week-end".
fn weekend(sentence: &Sentence<'_>, at: usize) -> Option<usize> {
    let hyphened = is_word(sentence, at, &["week"])
        && is_mark(sentence, at + 1, &['-'])
        && is_glued(sentence, at + 1)
        && is_word(sentence, at + 2, &["end"]);
    sentence.is(at, Plain::Weekend).or_else(|| hyphened.then_some(3))
}

/// Next, this, last as a number of weeks or months: "this coming" is one word.
fn count(sentence: &Sentence<'_>, at: usize) -> Option<(usize, i64)> {
    let the = usize::from(is_word(sentence, at, &["the"]) && sentence.is(at + 1, Plain::Next).is_some());
    // "agle se agle hafte"
    if let Some(one) = sentence.is(at, Plain::Next)
        && is_word(sentence, at + one, &["se", "ke", "سے", "کے"])
        && let Some(other) = sentence.is(at + one + 1, Plain::Next)
    {
        return Some((one + 1 + other, 2));
    }
    let (length, n) = [(Plain::Next, 1), (Plain::This, 0), (Plain::Last, -1)]
        .into_iter()
        .find_map(|(kind, n)| sentence.is(at + the, kind).map(|length| (length, n)))?;
    let more = [(Plain::Next, 0), (Plain::Last, -1)]
        .into_iter()
        .find_map(|(kind, n)| sentence.is(at + length, kind).map(|length| (length, n)))
        .filter(|_| n == 0 && the == 0 && is_word(sentence, at, &["this"]));
    Some(match more {
        Some((more, n)) => (length + more, n),
        None => (the + length, n),
    })
}

/// Today, kal, parson, tonight.
pub(super) fn day_word(sentence: &Sentence<'_>, at: usize, from: usize, to: usize, before: Option<&Found>) -> Option<(usize, Piece)> {
    let found = sentence.find(at, |sense| match sense {
        Sense::Tonight => Some(Piece::DayPart(Day::Offset(0), Part::Night)),
        Sense::Is(Plain::DayEnd) => Some(Piece::Day(Day::Close)),
        Sense::Day(days) => Some(Piece::Day(Day::Offset(days))),
        Sense::Either(days) => Some(Piece::Day(Day::Either(days))),
        _ => None,
    });
    found.or_else(|| {
        let length = sentence.is(at, Plain::Midnight)?;
        let end = at + length;
        let two = length > 1;
        let near = before.is_some_and(|f| f.to == at)
            || at > from
                && sentence
                    .any(at - 1, &[Plain::Before, Plain::At, Plain::SpanBefore, Plain::SpanAfter])
                    .is_some()
            || (end..to).all(|place| !sentence.tokens[place].is_text())
            || sentence.any(end, &[Plain::Before, Plain::After]).is_some()
            || is_day(sentence, end)
            || zones::is_named(sentence, end);
        let midnight = Clock {
            hour: 24,
            minute: 0,
            pm: None,
        };
        (near || two).then_some((length, Piece::Clock(midnight)))
    })
}

pub(super) fn weekday(sentence: &Sentence<'_>, at: usize, from: usize, to: usize, before: Option<&Found>) -> Option<(usize, Piece)> {
    let (length, day) = is_weekday(sentence, at)?;
    let end = at + length;
    let weak = sentence.senses(at).iter().any(|(_, s)| matches!(s, Sense::ShortDay(_)))
        && sentence.senses(at).iter().all(|(_, s)| !matches!(s, Sense::Weekday(_)));
    let week = unit(sentence, at).is_some();
    let led = at > from && (sentence.any(at - 1, &[Plain::Before, Plain::In]).is_some() || is_mark(sentence, at - 1, &['@']));
    // "hafte ki shaam" is the evening of a Saturday.
    let of_part = is_word(sentence, end, &["ki", "ke", "کی", "کے"])
        && sentence.find(end + 1, |s| matches!(s, Sense::Part(_)).then_some(())).is_some();
    let followed =
        of_part || sentence.is(end, Plain::After).is_some() && !is_word(sentence, end, &["mein", "me", "میں", "ka", "ki", "کا", "کی"]);
    let comma = usize::from(is_mark(sentence, end, &[',', '،', '.']));
    let dated = clock::at(sentence, end, true).is_some()
        || before.is_some_and(|f| f.to == at)
        || is_word(sentence, end, &["at"])
        || nth(sentence, end + comma, false).is_some()
        || super::month(sentence, end + comma).is_some()
        || sentence.find(end, |s| matches!(s, Sense::Part(_)).then_some(())).is_some();
    // "Sun cream", "Sat nav": at the beginning only where an order follows.
    let two_ways = is_word(sentence, at, &["sun", "sat"]);
    let begins =
        at == from && (!two_ways || !sentence.tokens.get(end).is_some_and(|t| t.is_text()) || sentence.is(end, Plain::Verb).is_some());
    // "Mon, Wed and Fri"
    let joins = |place: usize| {
        is_mark(sentence, place, &[',', '،', '/', '&', '-', '–'])
            || sentence.word_is(place, Plain::And)
            || is_word(sentence, place, &["to", "or", "ya"])
    };
    let listed = joins(end) && is_weekday(sentence, end + 1).is_some()
        || at > from + 1 && joins(at - 1) && before.is_some_and(|f| f.to == at - 1 && matches!(f.piece, Piece::Day(Day::Weekday(..))));
    let edge = (end..to).all(|place| !sentence.tokens[place].is_text()) || begins || dated || listed;
    // "hafte" is a Saturday only with its postposition; "sun", "sat", "mon" only where a date can stand.
    let before_date = comma > 0 && nth(sentence, end + comma, false).is_some();
    if (week && !followed && !before_date) || (weak && !(led || edge)) {
        return None;
    }
    // "Friday week": a week later.
    let later = matches!(unit(sentence, end), Some((1, Unit::Week))) && is_word(sentence, end, &["week"]);
    if later && sentence.tokens[at].plain.is_ascii() {
        return Some((length + 1, Piece::Day(Day::NthNext(day, 2))));
    }
    Some((length, Piece::Day(Day::Weekday(day, None))))
}

/// Words for parts of the day that are a part of a noun as often as a date.
const ENGLISH: [&str; 12] = [
    "morning",
    "mornings",
    "noon",
    "midday",
    "lunchtime",
    "afternoon",
    "afternoons",
    "evening",
    "evenings",
    "night",
    "nights",
    "dawn",
];

pub(super) fn part(sentence: &Sentence<'_>, at: usize, from: usize, to: usize, before: Option<&Found>) -> Option<(usize, Piece)> {
    // "monday early morning", "late evening"
    let shade = sentence
        .is(at, Plain::Shade)
        .filter(|_| before.is_some_and(|f| f.to == at))
        .unwrap_or(0);
    let (length, part) = sentence.find(at + shade, |s| if let Sense::Part(p) = s { Some(p) } else { None })?;
    let length = length + shade;
    let end = at + length;
    // "raat ka khana" is a dinner, "subah ki namaz" a prayer.
    if is_word(
        sentence,
        end,
        &["ka", "ki", "wali", "wala", "wale", "کا", "کی", "والا", "والی", "والے"],
    ) {
        return None;
    }
    let genitive = end > at + 1 && is_word(sentence, end - 1, &["ke", "کے"]);
    let clock = clock::at(sentence, end, true).is_some();
    if genitive && !clock {
        return None;
    }
    let latin_english = length == 1 + shade && is_word(sentence, at + shade, &ENGLISH);
    let of = is_word(sentence, end, &["of", "on"]) && is_day(sentence, end + 1);
    let near = before.is_some_and(|f| f.to == at)
        || clock
        || of
        || zones::is_named(sentence, end)
        || is_word(sentence, end, &["at", "@"])
        || (end..to).all(|place| !sentence.tokens[place].is_text())
        || (at > from
            && (sentence.any(at - 1, &[Plain::Before, Plain::This, Plain::Shade]).is_some() || is_mark(sentence, at - 1, &['@'])));
    let day_next = day_word(sentence, end, from, to, None).is_some();
    (!latin_english || near || day_next).then_some((length, Piece::Part(part)))
}
