//! Dates in numbers and months: 2026-11-24, 24 November, 24/12/2026, Dec 24th, the 20th, 20 tareekh ko.

use super::{
    Piece, is_weekday, month,
    numbers::{digits, is_glued, is_mark, is_word, nth, ordinal},
    unit,
};
use crate::domain::language::{
    lexicon::{Plain, Sense, Unit},
    sentence::Sentence,
    when::{Clock, Day, clock, zones},
};

/// Words behind the number of a day in Urdu.
pub(super) const TAREEKH: [&str; 4] = ["tareekh", "tarikh", "tareek", "تاریخ"];

/// 2026-11-24, 2026-11-24T17:00 and the same with a zone, as programs write them.
pub(super) fn iso(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Piece)> {
    let token = &sentence.tokens[at];
    let text = &sentence.text[token.start..];
    let (mut end, date) = iso_date(text)?;
    let day = Day::Date {
        year: Some(date.0),
        month: date.1,
        day: date.2,
    };
    let mut piece = Piece::Day(day);
    if text[end..].starts_with(['T', 't', ' '])
        && let Some((length, hour, minute)) = iso_time(&text[end + 1..])
    {
        end += 1 + length;
        let clock = Clock {
            hour,
            minute,
            pm: full_day(hour),
        };
        piece = Piece::DayClock(day, clock);
        let gap = usize::from(text[end..].starts_with(' '));
        if let Some((length, zone)) = zones::iso_offset(&text[end + gap..]).filter(|(length, _)| gap == 0 || *length > 1) {
            end += gap + length;
            piece = Piece::DayClockZone(day, clock, zone);
        }
    }
    let stop = token.start + end;
    let length = sentence.tokens[at..].iter().take_while(|t| t.start < stop).count();
    Some((length, piece))
}

fn two(text: &str) -> Option<u32> {
    let pair = text.get(..2).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?;
    pair.parse().ok()
}

/// "2026-11-24", "20261124T..." and how many bytes it takes.
fn iso_date(text: &str) -> Option<(usize, (i32, u32, u32))> {
    let year: i32 = text.get(..4).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    let bytes = text.as_bytes();
    if bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-') {
        return Some((10, (year, two(&text[5..])?, two(text.get(8..)?)?)));
    }
    let basic = matches!(bytes.get(8), Some(b'T' | b't')) && bytes.get(9).is_some_and(u8::is_ascii_digit);
    let (month, day) = (two(text.get(4..)?)?, two(text.get(6..)?)?);
    basic.then_some((8, (year, month, day)))
}

/// "17:00", "17:00:30.5", "1700", "170000" and how many bytes it takes.
fn iso_time(text: &str) -> Option<(usize, u32, u32)> {
    let hour = two(text)?;
    let colon = usize::from(text.get(2..)?.starts_with(':'));
    let minute = two(text.get(2 + colon..)?)?;
    let mut end = 4 + colon;
    let rest = text.get(end..)?;
    let seconds = rest.strip_prefix(':').map_or(rest, |rest| rest);
    if (colon == 0 || rest.starts_with(':')) && two(seconds).is_some() {
        end += rest.len() - seconds.len() + 2;
        let fraction = text[end..]
            .strip_prefix('.')
            .map_or(0, |rest| 1 + rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        end += if fraction > 1 { fraction } else { 0 };
    }
    Some((end, hour, minute))
}

/// The half of the day of an hour on the 24-hour clock, where it has to be said.
pub(in crate::domain::language::when) fn full_day(hour: u32) -> Option<bool> {
    match hour {
        0..=11 => Some(false),
        12 => Some(true),
        _ => None,
    }
}

/// 24 November, Nov 24th 2026, 24/11/2026, 2027-Jun-16, June 2027.
pub(super) fn calendar_day(sentence: &Sentence<'_>, at: usize, from: usize, to: usize) -> Option<(usize, Day)> {
    year_first(sentence, at)
        .or_else(|| in_numbers(sentence, at, from, to))
        .or_else(|| day_first(sentence, at))
        .or_else(|| month_first(sentence, at))
}

/// "2027/1/28", "2026.12.19", "2027-Jun-16".
fn year_first(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Day)> {
    let year = sentence.tokens.get(at)?.number().filter(|year| (1900..=2999).contains(year))?;
    let glued = |place: usize| is_mark(sentence, place, &['/', '-', '.']) && is_glued(sentence, place) && is_glued(sentence, place + 1);
    if !glued(at + 1) || !glued(at + 3) {
        return None;
    }
    let month = sentence
        .tokens
        .get(at + 2)?
        .number()
        .or_else(|| month(sentence, at + 2).map(|(_, month)| month))?;
    let day = sentence.tokens.get(at + 4)?.number()?;
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day);
    let year = i32::try_from(year).ok();
    fits.then_some((5, Day::Date { day, month, year }))
}

/// "24/12/2026", "24.12.26", "24/12".
fn in_numbers(sentence: &Sentence<'_>, at: usize, from: usize, to: usize) -> Option<(usize, Day)> {
    let first = sentence.tokens.get(at)?.number()?;
    let mark = |place: usize| is_mark(sentence, place, &['/', '-', '.']) && is_glued(sentence, place) && is_glued(sentence, place + 1);
    let second = sentence.tokens.get(at + 2).filter(|_| mark(at + 1))?.number()?;
    let same = mark(at + 3) && sentence.tokens[at + 3].kind == sentence.tokens[at + 1].kind;
    let year = sentence
        .tokens
        .get(at + 4)
        .filter(|t| same && matches!(t.plain.len(), 2 | 4))
        .and_then(|t| t.number());
    let (day, month) = if second > 12 && first <= 12 {
        (second, first)
    } else {
        (first, second)
    };
    if !(1..=31).contains(&day) || !(1..=12).contains(&month) {
        return None;
    }
    let Some(year) = year else {
        let bare = sentence.tokens[at + 1].is_mark('/') && !same && has_reason(sentence, at, 3, from, to) && (first, second) != (24, 7);
        return bare.then_some((3, Day::Date { day, month, year: None }));
    };
    // A version (1.10.24) is no date.
    if sentence.tokens[at + 1].is_mark('.') && behind_numbered(sentence, at) {
        return None;
    }
    let year = i32::try_from(if year < 100 { year + 2000 } else { year }).ok();
    Some((5, Day::Date { day, month, year }))
}

/// Whether something numbered stands before a number: "flat 12/3", "room 5", "#5", "No. 5".
pub(in crate::domain::language::when) fn behind_numbered(sentence: &Sentence<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let dot = usize::from(is_mark(sentence, before, &['.', ':']));
    let word = before.checked_sub(dot);
    is_mark(sentence, before, &['#', '№', '$', '£', '€', '₨'])
        || word.is_some_and(|place| sentence.word_is(place, Plain::Numbered) && !sentence.used[place])
}

/// Whether "5/12" stands where a date stands: behind a preposition, beside another part of a date, or at the end.
fn has_reason(sentence: &Sentence<'_>, at: usize, length: usize, from: usize, to: usize) -> bool {
    let end = at + length;
    let numbered = behind_numbered(sentence, at) || at > 0 && sentence.tokens[at - 1].number().is_some();
    if numbered || sentence.is(end, Plain::Measure).is_some() || is_mark(sentence, end, &['%']) {
        return false;
    }
    let led = at > from && sentence.any(at - 1, &[Plain::Before]).is_some() && !is_word(sentence, at - 1, &["for", "at", "around"]);
    let followed = is_word(sentence, end, &["ko", "tak", "کو", "تک", "se", "سے"]) || sentence.is(end, Plain::Until).is_some();
    // Behind it nothing is counted: the text ends, or a mark, a time or a preposition follows.
    let ends = (end..to).all(|place| !sentence.tokens[place].is_text());
    let closed = ends && at > from || is_mark(sentence, end, &[',', '،', ':', ';', '-', '–']) && !is_glued(sentence, end + 1);
    let beside = clock::at(sentence, end, true).is_some()
        || is_word(sentence, end, &["at"]) && clock::at(sentence, end + 1, true).is_some()
        || at > from
            && sentence
                .find(at - 1, |s| matches!(s, Sense::Weekday(_) | Sense::ShortDay(_)).then_some(()))
                .is_some();
    let whole = at == from && ends;
    led || followed || closed || beside || whole
}

/// "24 November 2026", "22-feb", "the 3rd of March", "twenty second of June", "5-8 Dec" (its first day).
fn day_first(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Day)> {
    let (length, day) = nth(sentence, at, false)?;
    let mut end = at + length;
    // "5-8 Dec", "23rd to 26th Oct"
    if let Some(skip) = range_mark(sentence, end)
        && let Some((more, last)) = nth(sentence, end + skip, false)
        && last > day
        && month(sentence, end + skip + more + of(sentence, end + skip + more)).is_some()
    {
        end += skip + more;
    }
    // "the 3rd and 4th December": the first of two days.
    if sentence.word_is(end, Plain::And)
        && let Some((more, last)) =
            nth(sentence, end + 1, false).filter(|_| ordinal(sentence, at).is_some() || digits(sentence, at).is_some())
        && last > day
        && let Some((_, month)) = super::month(sentence, end + 1 + more + of(sentence, end + 1 + more))
    {
        return Some((length, Day::Date { day, month, year: None }));
    }
    // "third day of October"
    if ordinal(sentence, at).is_some() && is_word(sentence, end, &["day"]) && is_word(sentence, end + 1, &["of"]) {
        end += 1;
    }
    let joins = of(sentence, end).max(usize::from(is_mark(sentence, end, &['-', '/']) && is_glued(sentence, end)));
    let (more, month) = month(sentence, end + joins)?;
    end += joins + more;
    // "11 march past": the number of something else.
    if sentence.is(at, Plain::NotDate).is_some() {
        return None;
    }
    let (years, year) = year(sentence, end);
    Some((end + years - at, Day::Date { day, month, year }))
}

/// "of", "ki", "of the".
fn of(sentence: &Sentence<'_>, at: usize) -> usize {
    usize::from(is_word(sentence, at, &["of", "ki", "کی"]))
}

/// "to", "-", "through": between the first and the last of several.
pub(super) fn range_mark(sentence: &Sentence<'_>, at: usize) -> Option<usize> {
    let word = is_word(sentence, at, &["to", "till", "until", "til", "through", "thru", "se", "سے"]);
    (word || is_mark(sentence, at, &['-', '–', '—', '~'])).then_some(1)
}

/// "Dec 24th, 2026", "December the 24th", "Jan-1", "July 13-15" (its first day), "December 2027", "November ki 24 tareekh".
fn month_first(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Day)> {
    let (length, month) = month(sentence, at)?;
    let mut end = at + length;
    let dot = is_mark(sentence, end, &['.']) && is_glued(sentence, end);
    let hyphen = is_mark(sentence, end, &['-', '/']) && is_glued(sentence, end) && is_glued(sentence, end + 1);
    end += usize::from(dot || hyphen);
    let of = usize::from(is_word(sentence, end, &["ki", "کی", "the"]));
    let day = nth(sentence, end + of, false).filter(|(more, _)| {
        // "march 5pm" is an hour, "may 1900" a year.
        clock::at(sentence, end + of, true).is_none()
            && !(is_mark(sentence, end + of + more, &[':']) && digits(sentence, end + of + more + 1).is_some())
            && !unit_glued(sentence, end + of + more)
    });
    let Some((more, day)) = day else {
        // "December 2027"
        let (years, year) = self::year(sentence, end);
        return (years > 0 && of == 0).then(|| (end + years - at, Day::MonthOf(month, year)));
    };
    end += of + more;
    end += usize::from(is_word(sentence, end, &TAREEKH));
    if let Some(skip) = range_mark(sentence, end)
        && let Some((more, _)) = nth(sentence, end + skip, false).filter(|(_, last)| *last > day)
        && clock::at(sentence, end + skip, true).is_none()
    {
        end += skip + more;
    }
    let (years, year) = self::year(sentence, end);
    Some((end + years - at, Day::Date { day, month, year }))
}

/// "march 3km": something is measured.
fn unit_glued(sentence: &Sentence<'_>, at: usize) -> bool {
    sentence.is(at, Plain::Measure).is_some()
}

/// A year, with the comma or hyphen before it: 2026, ", 2026", "'26".
fn year(sentence: &Sentence<'_>, at: usize) -> (usize, Option<i32>) {
    let skip = usize::from(is_mark(sentence, at, &[',', '،']) || is_mark(sentence, at, &['-', '/']) && is_glued(sentence, at));
    let four = sentence
        .tokens
        .get(at + skip)
        .filter(|t| t.plain.len() == 4)
        .and_then(|t| t.number());
    if let Some(year @ 1900..=2999) = four {
        // "24 December 2026 17:00", but not "5 May 2000 hours"
        return (skip + 1, i32::try_from(year).ok());
    }
    let short = is_mark(sentence, at, &['\'', '’']) && is_glued(sentence, at + 1) && digits(sentence, at + 1) == Some(2);
    match sentence.tokens.get(at + 1).filter(|_| short).and_then(|t| t.number()) {
        Some(year) => (2, i32::try_from(year + 2000).ok()),
        None => (0, None),
    }
}

/// "on the 20th", "the 20th of next month", "20 tareekh ko".
pub(super) fn day_of_month(sentence: &Sentence<'_>, at: usize, from: usize, to: usize) -> Option<(usize, Day)> {
    if let Some((length, day)) = nth(sentence, at, false)
        && is_word(sentence, at + length, &TAREEKH)
    {
        return Some((length + 1, Day::OfMonth(day, None)));
    }
    // "mahine ki pehli ko", "mahine ki 5 tareekh"
    if let Some((length, Unit::Month)) = unit(sentence, at)
        && is_word(sentence, at + length, &["ki", "کی"])
        && let Some((more, day)) = nth(sentence, at + length + 1, false)
        && is_word(
            sentence,
            at + length + 1 + more,
            &["ko", "کو", "tak", "تک"].into_iter().chain(TAREEKH).collect::<Vec<_>>(),
        )
    {
        let named = usize::from(is_word(sentence, at + length + 1 + more, &TAREEKH));
        return Some((length + 1 + more + named, Day::OfMonth(day, None)));
    }
    // "21 ko result hai", "on 15"
    let bare = sentence.tokens[at]
        .number()
        .filter(|n| (1..=31).contains(n) && !behind_numbered(sentence, at));
    let ends = |place: usize| (place..to).all(|place| !sentence.tokens[place].is_text());
    if let Some(day) = bare {
        let on = at > from && is_word(sentence, at - 1, &["on"])
            || at > from + 1 && is_word(sentence, at - 1, &["the"]) && is_word(sentence, at - 2, &["on"]);
        if is_word(sentence, at + 1, &["ko", "کو"]) || on && ends(at + 1) {
            return Some((1, Day::OfMonth(day, None)));
        }
    }
    let (length, day) = nth(sentence, at, true)?;
    let next = at + length;
    if is_word(sentence, next, &["of"]) {
        return of_month(sentence, at, next, day);
    }
    let before = |back: usize| {
        at.checked_sub(back)
            .filter(|place| *place >= from)
            .and_then(|place| sentence.tokens.get(place))
            .map_or("", |t| t.plain.as_str())
    };
    let leads = |word: &str| matches!(word, "on" | "by" | "before" | "to" | "until" | "till" | "for" | "from" | "due");
    let the = before(1) == "the";
    let weekday = at > from
        && sentence
            .find(at - 1, |s| matches!(s, Sense::Weekday(_) | Sense::ShortDay(_)).then_some(()))
            .is_some()
        || the && at > from + 1 && (from..at - 1).rev().take(1).any(|place| is_weekday(sentence, place).is_some());
    let said = leads(before(1)) && before(1) != "for" || the && leads(before(2)) || weekday;
    let ends = ends(next);
    let clock =
        clock::at(sentence, next, true).is_some() || is_word(sentence, next, &["at"]) && clock::at(sentence, next + 1, true).is_some();
    let closed = ends
        || !sentence.tokens[next].is_text()
        || sentence
            .any(next, &[Plain::Before, Plain::And, Plain::Polite, Plain::After, Plain::Instead])
            .is_some()
        || clock;
    // "1st ko", "5th tak"
    let followed = is_word(sentence, next, &["ko", "tak", "کو", "تک"]);
    // "return the books 27th", "the 5th": at the end, with digits.
    let last = ends && digits(sentence, at).is_some() && !behind_numbered(sentence, at);
    let month = sentence
        .any(next, &[Plain::Next, Plain::This])
        .is_some_and(|n| matches!(unit(sentence, next + n), Some((_, Unit::Month))));
    let first = clock && the || month;
    (said && closed || followed || last || first).then_some((length, Day::OfMonth(day, None)))
}

/// "the 20th | of next month".
fn of_month(sentence: &Sentence<'_>, at: usize, next: usize, day: u32) -> Option<(usize, Day)> {
    let the = usize::from(is_word(sentence, next + 1, &["the", "each"]));
    let start = next + 1 + the;
    let (skip, ahead) = match sentence.any(start, &[Plain::Next, Plain::This]) {
        Some(n) => (n, Some(i64::from(sentence.is(start, Plain::Next).is_some()))),
        None => (0, None),
    };
    match unit(sentence, start + skip) {
        Some((more, Unit::Month)) => Some((start + skip + more - at, Day::OfMonth(day, ahead))),
        _ => None,
    }
}

/// A day with a name: Christmas, New Year's Eve. In a sentence only where a date can stand.
pub(super) fn holiday(sentence: &Sentence<'_>, at: usize, from: usize, to: usize) -> Option<(usize, Day)> {
    let counted = sentence.any(at, &[Plain::Next, Plain::This]).unwrap_or(0);
    let (length, (month, day)) = sentence.find(at + counted, |s| match s {
        Sense::Holiday(month, day) => Some((month, day)),
        _ => None,
    })?;
    let length = length + counted;
    let end = at + length;
    let ends = (end..to).all(|place| !sentence.tokens[place].is_text());
    let closed = end >= to || !sentence.tokens[end].is_text() || sentence.any(end, &[Plain::Before, Plain::After, Plain::Verb]).is_some();
    let led = at > from
        && sentence
            .any(at - 1, &[Plain::Before, Plain::SpanBefore, Plain::SpanAfter])
            .is_some();
    // "celebrate Christmas" names no day, "New Year's Eve" at the end does.
    ((led || counted > 0 || at == from) && closed || ends && length > 1).then_some((length, Day::Date { day, month, year: None }))
}

/// Whether a day begins at a token, or behind "the" and "next" there.
pub(in crate::domain::language::when) fn is_day(sentence: &Sentence<'_>, at: usize) -> bool {
    let named = |place: usize| {
        sentence
            .find(place, |s| {
                matches!(
                    s,
                    Sense::Day(_) | Sense::Either(_) | Sense::Tonight | Sense::Weekday(_) | Sense::ShortDay(_) | Sense::Holiday(..)
                )
                .then_some(())
            })
            .is_some()
            || sentence.tokens.get(place).is_some_and(|t| t.is_text()) && {
                let to = sentence.len();
                iso(sentence, place).is_some()
                    || day_first(sentence, place).is_some()
                    || month_first(sentence, place).is_some()
                    || in_numbers(sentence, place, place, to).is_some_and(|(length, _)| length == 5)
            }
    };
    let skip = usize::from(is_word(sentence, at, &["the"]));
    let skip = skip + sentence.any(at + skip, &[Plain::Next, Plain::This]).unwrap_or(0);
    named(at) || skip > 0 && named(at + skip)
}

/// Whether a day or a time begins at a token.
pub(super) fn is_anchor(sentence: &Sentence<'_>, at: usize) -> bool {
    is_day(sentence, at) || sentence.any(at, &[Plain::Midnight, Plain::ClockNoon]).is_some() || clock::at(sentence, at, true).is_some()
}
