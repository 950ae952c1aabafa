//! Clock times: "at 5pm", "9:30", "subah 9 baje", "saarhe teen baje", "half past six", "20 to 3", "1730 hours", "from 3 to 5pm".

use super::{
    Clock,
    find::{
        calendar::{behind_numbered, full_day, is_day},
        numbers::{digits, is_glued, is_mark, is_word, number},
    },
    minutes,
};
use crate::domain::language::{
    lexicon::{Plain, Sense, Unit},
    sentence::Sentence,
    token::Kind,
};

/// An hour as it is written, before it is known whether one is meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hour {
    /// How many tokens it takes.
    pub length: usize,
    pub clock: Clock,
    /// It can be nothing else: "5pm", "9:30", "paanch baje".
    pub is_sure: bool,
    /// It is written with a dot between hours and minutes, or in four digits, so that it may be another number.
    pub is_loose: bool,
}

/// A clock time that begins at a token; of a range ("3 to 5pm") the beginning.
pub(super) fn at(sentence: &Sentence<'_>, at: usize, ranges: bool) -> Option<(usize, Clock)> {
    if let Some(found) = minutes::relative(sentence, at) {
        return Some(found);
    }
    if let Some(found) = range(sentence, at).filter(|_| ranges) {
        return Some(found);
    }
    let hour = hour(sentence, at)?;
    let colon = is_mark(sentence, at + 1, &[':']);
    let numbered = behind_numbered(sentence, at) && !colon;
    let end = at + hour.length;
    // "room 5 pm lights": five is the number of the room.
    if numbered && (!hour.is_sure || is_spaced_meridian(sentence, at) && sentence.tokens.get(end).is_some_and(|t| t.is_text())) {
        return None;
    }
    let length = hour.length;
    let loose = hour.is_loose;
    let plain = !loose && hour.clock.minute == 0;
    let enough = hour.is_sure
        || said_at(sentence, at, length, loose)
        || plain && (behind_part(sentence, at, length) || behind_day(sentence, at, length, hour.clock.hour))
        || loose && behind_date(sentence, at, length)
        || (hour.clock.hour <= 12 || loose) && before_part(sentence, end);
    enough.then_some((length, hour.clock))
}

/// Whether "am" or "pm" stands behind the digits with a space.
fn is_spaced_meridian(sentence: &Sentence<'_>, at: usize) -> bool {
    digits(sentence, at).is_some() && sentence.tokens.get(at + 1).is_some_and(|t| t.spaced && is_meridian(&t.plain))
}

pub(super) fn is_meridian(plain: &str) -> bool {
    matches!(plain, "am" | "pm" | "a" | "p")
}

/// "Surah 2:55", "ratio 16:09": no time of day.
fn is_verse(sentence: &Sentence<'_>, at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| sentence.word_is(before, Plain::Verse)) || is_mark(sentence, at.wrapping_sub(1), &['#', '$'])
}

/// An hour and what is written with it: minutes, am or pm, "o'clock", "baje", "hours".
pub(super) fn hour(sentence: &Sentence<'_>, at: usize) -> Option<Hour> {
    if let Some(found) = halves(sentence, at) {
        return Some(found);
    }
    if let Some(found) = military(sentence, at) {
        return Some(found);
    }
    let (length, hour) = number(sentence, at).filter(|(_, hour)| *hour <= 24)?;
    let written = digits(sentence, at).is_some();
    let end = at + length;
    // "9:30", "9.30 pm"
    if written
        && is_mark(sentence, end, &[':', '.'])
        && is_glued(sentence, end)
        && is_glued(sentence, end + 1)
        && digits(sentence, end + 1) == Some(2)
        && let Some(minute) = sentence.tokens[end + 1].number().filter(|minute| *minute < 60)
    {
        let colon = sentence.tokens[end].is_mark(':');
        let mut stop = end + 2;
        // Seconds say nothing here.
        if colon && is_mark(sentence, stop, &[':']) && is_glued(sentence, stop) && digits(sentence, stop + 1) == Some(2) {
            stop += 2;
        }
        return ended(sentence, at, stop, hour, minute, colon && !is_verse(sentence, at), !colon);
    }
    // "17h30", "17h"
    if written && is_glued(sentence, end) && is_word(sentence, end, &["h"]) {
        let minutes = sentence
            .tokens
            .get(end + 1)
            .filter(|t| !t.spaced && t.plain.len() == 2)
            .and_then(|t| t.number());
        if let Some(minute) = minutes.filter(|minute| *minute < 60) {
            return ended(sentence, at, end + 2, hour, minute, true, false);
        }
        return (hour > 12).then(|| sure(end + 1 - at, hour, 0));
    }
    // "seven thirty", "5 30 pm", "seven oh five"
    let oh = usize::from(!written && is_word(sentence, end, &["oh", "o"]));
    if let Some((more, minute)) = number(sentence, end + oh)
        && (if written {
            digits(sentence, end) == Some(2)
        } else {
            digits(sentence, end).is_none()
        })
        && (if oh > 0 {
            (1..=9).contains(&minute)
        } else {
            (10..=59).contains(&minute)
        })
        && (1..=12).contains(&hour)
        && let Some(found) = ended(sentence, at, end + oh + more, hour, minute, false, !written)
        && (found.is_sure || !written)
    {
        return Some(found);
    }
    ended(sentence, at, end, hour, 0, false, false)
}

fn sure(length: usize, hour: u32, minute: u32) -> Hour {
    let clock = Clock {
        hour,
        minute,
        pm: full_day(hour),
    };
    Hour {
        length,
        clock,
        is_sure: true,
        is_loose: false,
    }
}

/// "dedh baje", "saarhe teen baje", "paune nau".
fn halves(sentence: &Sentence<'_>, at: usize) -> Option<Hour> {
    for (kind, minute, before) in [(Plain::ClockHalf, 30, 0), (Plain::ClockQuarter, 15, 0), (Plain::ClockLess, 45, 1)] {
        if let Some(length) = sentence.is(at, kind)
            && let Some((more, hour)) = number(sentence, at + length).filter(|(_, hour)| (1..=24).contains(hour))
        {
            let hour = if before == 1 && hour == 1 { 12 } else { hour - before };
            // "saarhe teen kilo" is no time.
            let end = at + length + more;
            let roman = sentence.roman || !sentence.tokens[at].plain.is_ascii();
            let counted = roman
                && (sentence.any(end, &[Plain::Measure]).is_some()
                    || sentence.find(end, |s| matches!(s, Sense::Unit(_)).then_some(())).is_some());
            let free = !roman
                || sentence.tokens.get(end).is_none_or(|t| !t.is_text())
                || sentence.any(end, &[Plain::After, Plain::OClock]).is_some();
            return ended(sentence, at, end, hour, minute, !counted && free, false).filter(|hour| hour.is_sure);
        }
    }
    let (length, halves) = sentence.find(at, |s| if let Sense::Halves(n @ (3 | 5)) = s { Some(n) } else { None })?;
    let more = sentence.is(at + length, Plain::OClock)?;
    let clock = Clock {
        hour: halves / 2,
        minute: 30,
        pm: None,
    };
    Some(Hour {
        length: length + more,
        clock,
        is_sure: true,
        is_loose: false,
    })
}

/// "1730", "0800 hours", "1500h", "730" before "in the evening".
fn military(sentence: &Sentence<'_>, at: usize) -> Option<Hour> {
    let length = digits(sentence, at)?;
    let value = sentence.tokens[at].number()?;
    let (hour, minute) = (value / 100, value % 100);
    if !matches!(length, 3 | 4)
        || hour > 24
        || minute > 59
        || is_mark(sentence, at + 1, &[':', '/', '-', '.'])
            && is_glued(sentence, at + 1)
            && is_glued(sentence, at + 2)
            && at + 2 < sentence.tokens.len()
    {
        return None;
    }
    let glued = is_glued(sentence, at + 1) && is_word(sentence, at + 1, &["h", "hrs", "hr"]);
    let hours = glued || is_word(sentence, at + 1, &["hours", "hrs", "hour"]);
    if length == 4 && hours {
        return Some(sure(2, hour, minute));
    }
    let found = ended(sentence, at, at + 1, hour, minute, false, true)?;
    if found.is_sure {
        return Some(found);
    }
    // Four digits are on the 24-hour clock; "at 1030" may be either half of the day.
    let part = before_part(sentence, at + 1);
    let clock = Clock {
        pm: if part || length == 3 || hour > 6 && sentence.tokens[at].plain.starts_with('1') && hour < 12 {
            None
        } else {
            full_day(hour)
        },
        ..found.clock
    };
    (length == 4 || part).then_some(Hour { clock, ..found })
}

/// "3 to 5pm", "9-11am", "between 3 and 4 pm", "6 se 8 baje": the first of the two.
fn range(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Clock)> {
    let first = hour(sentence, at)?;
    let end = at + first.length;
    let between = at > 0 && is_word(sentence, at - 1, &["between"]);
    let mark = is_mark(sentence, end, &['-', '–', '—']);
    let joins = mark || is_word(sentence, end, &["to", "till", "until", "til", "se", "سے"]) || between && sentence.word_is(end, Plain::And);
    // "kar do to 9:30 am"
    let order = sentence.roman && digits(sentence, at).is_none() && is_word(sentence, end, &["to"]);
    if !joins || order || behind_numbered(sentence, at) {
        return None;
    }
    let second = hour(sentence, end + 1)?;
    let sure = second.is_sure || first.is_sure && (between || mark) && !counted(sentence, end + 1 + second.length);
    let stop = end + 1 + second.length;
    let ends = sentence.tokens.iter().skip(stop).all(|token| !token.is_text());
    // "every morning 6 to 7", "tomorrow 4-5"
    let behind = at
        .checked_sub(1)
        .is_some_and(|place| sentence.find(place, |s| matches!(s, Sense::Part(_)).then_some(())).is_some())
        || is_day_before(sentence, at, true);
    let sure = sure || behind && ends && first.clock.hour <= 12;
    let part = before_part(sentence, stop);
    if !(sure || part) || first.is_loose && first.clock.minute == 0 || mark && first.clock.hour > 24 {
        return None;
    }
    // The half of the day holds for both, but "10 to 2pm" begins in the morning.
    let clock = |hour: Clock| hour.hour % 12 * 60 + hour.minute;
    let pm = match (first.clock.pm, second.clock.pm) {
        (None, Some(pm)) if first.clock.hour <= 12 && second.clock.hour <= 12 => {
            Some(if clock(first.clock) < clock(second.clock) { pm } else { !pm })
        }
        (pm, _) => pm,
    };
    Some((first.length + 1 + second.length, Clock { pm, ..first.clock }))
}

/// "subah 7 kar do", "raat 9 tak": the hour of a part of the day, with nothing that it could count.
fn behind_part(sentence: &Sentence<'_>, at: usize, length: usize) -> bool {
    let is_part = |place: usize| sentence.find(place, |s| matches!(s, Sense::Part(_)).then_some(())).is_some();
    let next = at + length;
    let free = sentence.tokens.get(next).is_none_or(|t| !t.is_text())
        || sentence.any(next, &[Plain::Request, Plain::Stem, Plain::After]).is_some();
    at.checked_sub(1).is_some_and(is_part) && free
}

/// "8 this evening", "eight tonight", "9 tomorrow evening", "7 in the morning".
fn before_part(sentence: &Sentence<'_>, at: usize) -> bool {
    let is_part = |place: usize| {
        sentence
            .find(place, |s| matches!(s, Sense::Part(_) | Sense::Tonight).then_some(()))
            .is_some()
    };
    let day = sentence.find(at, |s| matches!(s, Sense::Day(_) | Sense::Weekday(_)).then_some(()));
    let this = sentence.is(at, Plain::This);
    let spaced = sentence.tokens.get(at).is_some_and(|t| t.spaced);
    // In Urdu the part stands before the hour: "5 subah" is nothing.
    let english = sentence.tokens.get(at).is_some_and(|t| t.plain.is_ascii()) && !sentence.roman;
    let phrase = sentence
        .find(at, |s| matches!(s, Sense::Part(_)).then_some(()))
        .is_some_and(|(length, ())| length > 1);
    spaced
        && (english && (phrase || is_word(sentence, at, &["tonight", "tonite"]))
            || this.is_some_and(|length| is_part(at + length))
            || english && day.is_some_and(|(length, ())| is_part(at + length)))
}

/// "dinner tomorrow 8": an hour at the very end, behind the day.
fn behind_day(sentence: &Sentence<'_>, at: usize, length: usize, hour: u32) -> bool {
    let ends = sentence.tokens.iter().skip(at + length).all(|token| !token.is_text());
    (1..=12).contains(&hour) && ends && is_day_before(sentence, at, false)
}

/// "fri 1730", "today 2100", at the end or before a mark.
fn behind_date(sentence: &Sentence<'_>, at: usize, length: usize) -> bool {
    let closed = sentence.tokens.get(at + length).is_none_or(|t| !t.is_text());
    closed && digits(sentence, at).is_some() && is_day_before(sentence, at, true)
}

fn is_day_before(sentence: &Sentence<'_>, at: usize, weekdays: bool) -> bool {
    let day = |sense| {
        let weekday = weekdays && matches!(sense, Sense::Weekday(_) | Sense::ShortDay(_) | Sense::Month(_));
        (weekday || matches!(sense, Sense::Day(0..) | Sense::Either(_) | Sense::Tonight)).then_some(())
    };
    at.checked_sub(1).is_some_and(|place| sentence.find(place, day).is_some())
}

/// Whether "at" stands before a bare number, and no thing is counted by it.
fn said_at(sentence: &Sentence<'_>, at: usize, length: usize, is_loose: bool) -> bool {
    let nearly = (1..=2)
        .find(|back| at >= *back && sentence.is(at - back, Plain::Nearly) == Some(*back))
        .unwrap_or(0);
    let before = at
        .checked_sub(1 + nearly)
        .and_then(|place| sentence.tokens.get(place))
        .is_some_and(|t| matches!(t.plain.as_str(), "at" | "@"));
    let next = at + length;
    // "at 1500 rupees", "at 1984"
    let open = is_loose && sentence.tokens.get(next).is_some_and(|t| t.is_text()) && !is_day(sentence, next) && !free(sentence, next);
    before && !open && !counted(sentence, next)
}

/// Whether what follows says that an hour has ended.
fn free(sentence: &Sentence<'_>, at: usize) -> bool {
    sentence
        .any(
            at,
            &[
                Plain::Before,
                Plain::After,
                Plain::And,
                Plain::Polite,
                Plain::Verb,
                Plain::At,
                Plain::In,
                Plain::This,
            ],
        )
        .is_some()
}

/// "at 10 Downing Street", "at 3%": something is counted or numbered.
pub(super) fn counted(sentence: &Sentence<'_>, next: usize) -> bool {
    sentence.tokens.get(next).is_some_and(|t| {
        let name = sentence.text[t.start..t.end].chars().next().is_some_and(|c| c.is_ascii_uppercase());
        let known = sentence.senses(next).iter().any(|(_, s)| !matches!(s, Sense::Is(Plain::Noun)));
        t.number().is_some()
            || t.is_mark('/')
            || t.is_mark('%')
            || t.is_mark('.') && is_glued(sentence, next + 1)
            || (name && !known)
            || sentence.is(next, Plain::Measure).is_some()
            || sentence.find(next, |s| matches!(s, Sense::Unit(_)).then_some(())).is_some()
    })
}

/// Reads am, pm, o'clock, baje behind an hour that ends at a token.
pub(super) fn ended(sentence: &Sentence<'_>, at: usize, end: usize, hour: u32, minute: u32, sure: bool, loose: bool) -> Option<Hour> {
    let (mut end, mut pm, mut is_sure, mut minute) = (end, None, sure, minute);
    for _ in 0..2 {
        // "o' clock"
        let apart = is_word(sentence, end, &["o"]) && is_mark(sentence, end + 1, &['\'', '’']) && is_word(sentence, end + 2, &["clock"]);
        if let Some(more) = sentence.is(end, Plain::OClock).or(apart.then_some(3)) {
            (end, is_sure) = (end + more, true);
        } else if is_glued(sentence, end) && is_word(sentence, end, &["ish"]) && end > at {
            (end, is_sure) = (end + 1, true);
        } else if let Some((more, half)) = meridian(sentence, at, end, minute).filter(|_| pm.is_none()) {
            (end, is_sure, pm) = (end + more, true, Some(half));
        }
    }
    // "4 baj kar 30 minute par"
    if is_sure
        && minute == 0
        && pm.is_none()
        && let Some((digits, past)) = number(sentence, end).filter(|(_, past)| *past < 60)
        && let Some(more) = sentence.find(end + digits, |s| (s == Sense::Unit(Unit::Minute)).then_some(()))
        && sentence.is(end + digits + more.0, Plain::Later).is_none_or(|n| n == 1)
        && sentence.any(end + digits + more.0, &[Plain::SpanBefore]).is_none()
    {
        minute = past;
        end += digits + more.0;
    }
    let valid = pm.is_none() || (1..=12).contains(&hour);
    let clock = Clock { hour, minute, pm };
    valid.then_some(Hour {
        length: end - at,
        clock,
        is_sure,
        is_loose: loose && !is_sure,
    })
}

/// "am", "p.m.", "p m", and "p" without a space.
fn meridian(sentence: &Sentence<'_>, at: usize, end: usize, minute: u32) -> Option<(usize, bool)> {
    let token = sentence.tokens.get(end).filter(|t| t.kind == Kind::Word && end > at)?;
    let pieces = matches!(token.plain.as_str(), "a" | "p");
    // a.m. and p.m. come in pieces.
    if pieces && is_mark(sentence, end + 1, &['.']) && is_glued(sentence, end + 1) && is_word(sentence, end + 2, &["m"]) {
        let dot = usize::from(is_mark(sentence, end + 3, &['.']) && is_glued(sentence, end + 3));
        return Some((3 + dot, token.plain == "p"));
    }
    if pieces && is_word(sentence, end + 1, &["m"]) {
        return Some((2, token.plain == "p"));
    }
    if matches!(token.plain.as_str(), "am" | "pm") {
        return Some((1, token.plain == "pm"));
    }
    // "8p", "3:18a", but not "flat 8a".
    let next = end + 1;
    let date_behind = !sentence.tokens.get(next).is_some_and(|t| t.is_text()) || is_day(sentence, next) || free(sentence, next);
    let short = pieces && !token.spaced && digits(sentence, end - 1).is_some() && !is_glued_text(sentence, next);
    let clear = minute > 0 || token.plain == "p" || date_behind;
    (short && clear && !behind_numbered(sentence, at)).then(|| (1, token.plain == "p"))
}

fn is_glued_text(sentence: &Sentence<'_>, at: usize) -> bool {
    sentence.tokens.get(at).is_some_and(|t| !t.spaced && t.is_text())
}
