//! Spans of time: in 3 days, 2h30m from now, an hour and a half, do ghante baad; and what they are counted from: two days after Friday.

use super::{
    Found, Piece,
    calendar::is_anchor,
    is_weekday,
    numbers::{ONE, amount, is_glued, is_mark, is_word, number},
    unit,
};
use crate::domain::language::{
    lexicon::{Plain, Sense, Unit},
    sentence::Sentence,
    when::{Day, Span, Step},
};

impl Span {
    /// An amount of a unit, in parts of [`ONE`].
    fn of(amount: i64, unit: Unit) -> Option<Self> {
        const DAY: i64 = 24 * 60;
        let minutes = |each: i64| amount.checked_mul(each).map(|all| all / ONE);
        let mut span = Self::default();
        match unit {
            Unit::Second => span.minutes = minutes(1)?.checked_add(59)? / 60,
            Unit::Minute => span.minutes = minutes(1)?.max(1),
            Unit::Hour => span.minutes = minutes(60)?,
            Unit::Day | Unit::Week | Unit::Fortnight => {
                let days = match unit {
                    Unit::Day => 1,
                    Unit::Week => 7,
                    _ => 14,
                };
                let all = amount.checked_mul(days)?;
                (span.days, span.minutes) = (all / ONE, all % ONE * DAY / ONE);
                if unit != Unit::Day && span.minutes > 0 {
                    // Half a week is four days, not three and a half.
                    (span.days, span.minutes) = (span.days + 1, 0);
                }
            }
            Unit::Workday => span.workdays = amount / ONE,
            Unit::Month | Unit::Quarter | Unit::Year => {
                let months = match unit {
                    Unit::Month => 1,
                    Unit::Quarter => 3,
                    _ => 12,
                };
                let all = amount.checked_mul(months)?;
                (span.months, span.days) = (all / ONE, all % ONE / 2);
            }
        }
        Some(span)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            months: self.months + other.months,
            days: self.days + other.days,
            workdays: self.workdays + other.workdays,
            minutes: self.minutes + other.minutes,
        }
    }

    fn back(self) -> Self {
        Self {
            months: -self.months,
            days: -self.days,
            workdays: -self.workdays,
            minutes: -self.minutes,
        }
    }
}

/// A unit behind a number, "h" and "d" only without a space.
fn unit_behind(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Unit)> {
    if is_glued(sentence, at)
        && let Some(found) = sentence.find(at, |s| if let Sense::Glued(unit) = s { Some(unit) } else { None })
    {
        return Some(found);
    }
    unit(sentence, at)
}

/// One amount of one unit: 3 days, an hour and a half, 2 more weeks.
fn one(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Span, Unit)> {
    let (length, mut sum) = amount(sentence, at).filter(|(_, sum)| *sum <= 100_000 * ONE)?;
    let more = usize::from(is_word(sentence, at + length, &["more", "aur", "mazeed"]));
    let (units, unit) = unit_behind(sentence, at + length + more)?;
    let mut end = length + more + units;
    if let Some(half) = sentence.is(at + end, Plain::AndHalf) {
        sum += ONE / 2;
        end += half;
    }
    Some((end, Span::of(sum, unit)?, unit))
}

/// Amounts of several units: 1 week and 2 days, 2h30m.
pub(super) fn total(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Span)> {
    let (mut end, mut span, mut last) = one(sentence, at)?;
    while end < 20 {
        let and = usize::from(sentence.word_is(at + end, Plain::And) || is_mark(sentence, at + end, &[',']));
        let Some((more, next, unit)) = one(sentence, at + end + and).filter(|(.., unit)| rank(*unit) < rank(last)) else {
            break;
        };
        (end, span, last) = (end + and + more, span.plus(next), unit);
    }
    Some((end, span))
}

/// Longer units have a higher rank.
fn rank(unit: Unit) -> u8 {
    match unit {
        Unit::Second => 0,
        Unit::Minute => 1,
        Unit::Hour => 2,
        Unit::Day | Unit::Workday => 3,
        Unit::Week => 4,
        Unit::Fortnight => 5,
        Unit::Month => 6,
        Unit::Quarter => 7,
        Unit::Year => 8,
    }
}

/// In 3 days, 2 hours later, do ghante baad, two days after Friday, a week on Tuesday.
pub(super) fn duration(sentence: &Sentence<'_>, at: usize, before: Option<&Found>) -> Option<(usize, Piece)> {
    let (start, mut ahead) = lead(sentence, at);
    let (length, span) = total(sentence, start).or_else(|| {
        // "hafte baad": one of it.
        let (length, unit) = unit(sentence, start)?;
        let later = is_word(sentence, start + length, &["baad", "bad", "بعد"])
            || is_word(sentence, start + length, &["from"]) && is_word(sentence, start + length + 1, &["now", "today"]);
        // "the day after Christmas", but "day after tomorrow" is one word.
        let named = sentence.find(at, |s| matches!(s, Sense::Day(_)).then_some(())).is_some();
        let beside =
            start == at && !named && is_word(sentence, start + length, &["before", "after"]) && is_anchor(sentence, start + length + 1);
        (later || beside).then(|| Span::of(ONE, unit)).flatten().map(|span| (length, span))
    })?;
    let mut end = start + length;
    // "in three weeks' time"
    let mark = usize::from(is_mark(sentence, end, &['\'', '’']) && is_glued(sentence, end));
    if ahead && is_word(sentence, end + mark, &["time"]) {
        end += mark + 1;
    }
    // "kal se 3 din baad", "jumme se do din pehle"
    if let Some(found) = anchored_behind(sentence, at, start, end, span, before) {
        return Some(found);
    }
    let linked = is_word(sentence, end, &["ke", "k", "کے"]);
    let behind = sentence
        .is(end, Plain::Later)
        .or_else(|| sentence.is(end + 1, Plain::Later).filter(|_| linked).map(|n| n + 1));
    if let Some(length) = behind {
        (end, ahead) = (end + length, true);
    } else if !ahead {
        return anchored(sentence, at, end, span);
    }
    // "in 3 days before": something else is meant.
    ahead.then(|| (end - at, piece(span)))
}

fn piece(span: Span) -> Piece {
    if span.minutes == 0 {
        Piece::Day(Day::Ahead(span))
    } else {
        Piece::Ahead(span)
    }
}

/// "in", "within", "after", "now +", "+".
fn lead(sentence: &Sentence<'_>, at: usize) -> (usize, bool) {
    if let Some(length) = sentence.is(at, Plain::In) {
        let nearly = sentence.is(at + length, Plain::Nearly).unwrap_or(0);
        let start = at + length + nearly;
        // "within the next 3 days"
        let the = usize::from(is_word(sentence, start, &["the"]));
        let next = sentence
            .is(start + the, Plain::Next)
            .filter(|n| number(sentence, start + the + n).is_some());
        return (start + next.map_or(0, |n| the + n), true);
    }
    // "agle 3 din mein": what stands behind it says that it is ahead.
    if let Some(length) = sentence.is(at, Plain::Next).filter(|n| number(sentence, at + n).is_some()) {
        return (at + length, false);
    }
    let now = usize::from(is_word(sentence, at, &["now"]));
    if is_mark(sentence, at + now, &['+']) && (now > 0 || !is_glued(sentence, at)) {
        return (at + now + 1, true);
    }
    (at, false)
}

/// A span that is counted from what stands behind it.
fn anchored(sentence: &Sentence<'_>, at: usize, end: usize, span: Span) -> Option<(usize, Piece)> {
    let step = |length: usize, span: Span| is_anchor(sentence, end + length).then_some((end + length - at, Piece::Step(Step::Span(span))));
    if let Some(length) = sentence.is(end, Plain::SpanBefore) {
        return step(length, span.back());
    }
    if let Some(length) = sentence.is(end, Plain::SpanAfter) {
        return step(length, span);
    }
    // "a week on Tuesday", "two weeks today"
    let weeks = span.days > 0 && span.days % 7 == 0 && span.months == 0 && span.minutes == 0;
    if weeks && is_word(sentence, end, &["on"]) && is_weekday(sentence, end + 1).is_some() {
        return step(1, span);
    }
    let day = sentence.find(end, |s| matches!(s, Sense::Day(0..)).then_some(()));
    if weeks && day.is_some() {
        return step(0, span);
    }
    None
}

/// A span that is counted from what stands before it: "jumme se do din pehle".
fn anchored_behind(
    sentence: &Sentence<'_>,
    at: usize,
    start: usize,
    end: usize,
    span: Span,
    before: Option<&Found>,
) -> Option<(usize, Piece)> {
    let se = at.checked_sub(1).filter(|place| is_word(sentence, *place, &["se", "سے"]))?;
    if start != at || before.is_none_or(|found| found.to != se) {
        return None;
    }
    if is_word(sentence, end, &["pehle", "pahle", "phle", "qabl", "پہلے", "قبل"]) {
        return Some((end + 1 - at, Piece::Step(Step::Span(span.back()))));
    }
    let ke = usize::from(is_word(sentence, end, &["ke", "کے"]));
    is_word(sentence, end + ke, &["baad", "bad", "بعد"]).then(|| (end + ke + 1 - at, Piece::Step(Step::Span(span))))
}

/// "4 Mondays from now", "the Monday after next", "3 Mondays after May 25", "the Monday before Christmas".
pub(super) fn weekdays_on(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Piece)> {
    let (skip, count) = number(sentence, at).filter(|(_, n)| (1..=60).contains(n)).unwrap_or((0, 1));
    let the = usize::from(skip == 0 && is_word(sentence, at, &["the"]));
    let (length, day) = is_weekday(sentence, at + skip + the)?;
    let end = at + skip + the + length;
    if let Some(more) = sentence.is(end, Plain::AfterNext).filter(|_| skip == 0) {
        return Some((end + more - at, Piece::Day(Day::NthNext(day, 2))));
    }
    if let Some(more) = sentence
        .is(end, Plain::Later)
        .filter(|_| skip > 0 && !is_word(sentence, end, &["tak", "mein", "me", "تک", "میں"]))
    {
        return Some((end + more - at, Piece::Day(Day::NthNext(day, count))));
    }
    let (more, count) = match (sentence.is(end, Plain::SpanBefore), sentence.is(end, Plain::SpanAfter)) {
        (Some(more), _) => (more, -i64::from(count)),
        (None, Some(more)) if !is_word(sentence, end, &["since", "past"]) => (more, i64::from(count)),
        _ => return None,
    };
    // "Friday from 3pm", "Monday before 5" name an hour of that day.
    let dated = super::calendar::is_day(sentence, end + more);
    let led = the > 0 || at > 0 && is_word(sentence, at - 1, &["the"]);
    (dated && (skip > 0 || led)).then_some((end + more - at, Piece::Step(Step::Weekday(day, count))))
}

/// A number of halves of one unit: 3 days, half an hour, dedh ghanta, do hafte.
pub(super) fn span(sentence: &Sentence<'_>, at: usize) -> Option<(usize, u32, Unit)> {
    let halves = sentence.find(at, |s| if let Sense::Halves(n) = s { Some(n) } else { None });
    let (length, halves) = match (halves, number(sentence, at)) {
        (Some(halves), _) if unit(sentence, at + halves.0).is_some() => halves,
        (_, Some((length, n))) if n <= 100_000 => (length, n * 2),
        _ => return None,
    };
    // "a couple of days", "2 more days"
    let more = usize::from(is_word(sentence, at + length, &["more", "aur", "mazeed"]));
    let (units, unit) = unit(sentence, at + length + more)?;
    Some((length + more + units, halves, unit))
}
