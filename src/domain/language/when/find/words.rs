//! Dates in words: next week, kal, jumma ko, in the evening.

use super::{Found, Piece, calendar::nth, is_weekday, unit};
use crate::domain::language::{
    lexicon::{Part, Plain, Sense, Unit},
    sentence::Sentence,
    when::{Clock, Day, clock},
};

/// Next week, this Friday, agle mahine, is hafte, the weekend, end of the month.
pub(super) fn relative(sentence: &Sentence<'_>, at: usize, from: usize) -> Option<(usize, Piece)> {
    let day = |length: usize, day: Day| Some((length, Piece::Day(day)));
    if let Some(length) = sentence.is(at, Plain::Weekend) {
        return day(length, Day::Weekend(0));
    }
    if let Some(length) = sentence.is(at, Plain::EndOf) {
        let start = at + length;
        let (skip, n) = count(sentence, start).unwrap_or((usize::from(sentence.tokens.get(start).is_some_and(|t| t.plain == "the")), 0));
        if let Some((more, unit)) = unit(sentence, start + skip) {
            let end = match unit {
                Unit::Day => Day::Close,
                Unit::Week => Day::EndOfWeek(n),
                Unit::Month => Day::EndOfMonth(n),
                Unit::Year => Day::EndOfYear,
                _ => return None,
            };
            return day(length + skip + more, end);
        }
    }
    // "mahine ke aakhir mein": the end of this one.
    if let Some((length, unit)) = unit(sentence, at)
        && let Some(more) = sentence.is(at + length, Plain::EndOf)
    {
        let end = match unit {
            Unit::Week => Day::EndOfWeek(0),
            Unit::Month => Day::EndOfMonth(0),
            Unit::Year => Day::EndOfYear,
            _ => return None,
        };
        return day(length + more, end);
    }
    let (length, n) = count(sentence, at)?;
    let next = at + length;
    // "next week Friday" keeps its week; "hafte" behind "agle" is a week.
    if let Some((more, unit)) = unit(sentence, next) {
        let end = next + more;
        let last = sentence.is(end, Plain::EndOf).filter(|_| matches!(unit, Unit::Week | Unit::Month));
        return match unit {
            Unit::Day => day(length + more, Day::Offset(n)),
            Unit::Week => day(
                length + more + last.unwrap_or(0),
                if last.is_some() { Day::EndOfWeek(n) } else { Day::Week(n) },
            ),
            Unit::Month => {
                let of = usize::from(
                    sentence
                        .tokens
                        .get(end)
                        .is_some_and(|t| matches!(t.plain.as_str(), "ki" | "کی" | "ke" | "کے" | "on")),
                );
                let of = of + usize::from(of > 0 && sentence.tokens.get(end + of).is_some_and(|t| t.plain == "the"));
                if let Some((digits, number)) = nth(sentence, end + of, false).filter(|_| of > 0) {
                    let date = sentence
                        .tokens
                        .get(end + of + digits)
                        .is_some_and(|t| matches!(t.plain.as_str(), "tareekh" | "tarikh" | "tareek" | "تاریخ"));
                    return day(length + more + of + digits + usize::from(date), Day::OfMonth(number, Some(n)));
                }
                day(
                    length + more + last.unwrap_or(0),
                    if last.is_some() { Day::EndOfMonth(n) } else { Day::Month(n) },
                )
            }
            Unit::Year if n == 0 && sentence.is(end, Plain::EndOf).is_some() => {
                day(length + more + sentence.is(end, Plain::EndOf).unwrap_or(0), Day::EndOfYear)
            }
            Unit::Year => day(length + more, Day::Months(n * 12)),
            _ => None,
        };
    }
    if let Some(more) = sentence.is(next, Plain::Weekend) {
        return day(length + more, Day::Weekend(n));
    }
    if let Some((more, weekday)) = is_weekday(sentence, next) {
        // "Next Monday" is the next one there is.
        return day(length + more, Day::Weekday(weekday, (n < 0).then_some(-1)));
    }
    if let Some((more, part)) = sentence.find(next, |s| if let Sense::Part(p) = s { Some(p) } else { None })
        && n == 0
        && at >= from
    {
        return Some((length + more, Piece::DayPart(Day::Offset(0), part)));
    }
    None
}

/// Next, this, last as a number of weeks or months.
fn count(sentence: &Sentence<'_>, at: usize) -> Option<(usize, i64)> {
    [(Plain::Next, 1), (Plain::This, 0), (Plain::Last, -1)]
        .into_iter()
        .find_map(|(kind, n)| sentence.is(at, kind).map(|length| (length, n)))
}

/// Today, kal, parson, tonight.
pub(super) fn day_word(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Piece)> {
    sentence.find(at, |sense| match sense {
        Sense::Tonight => Some(Piece::DayPart(Day::Offset(0), Part::Night)),
        Sense::Is(Plain::DayEnd) => Some(Piece::Day(Day::Close)),
        Sense::Day(days) => Some(Piece::Day(Day::Offset(days))),
        Sense::Either(days) => Some(Piece::Day(Day::Either(days))),
        Sense::Is(Plain::Midnight) => Some(Piece::Clock(Clock {
            hour: 24,
            minute: 0,
            pm: None,
        })),
        _ => None,
    })
}

pub(super) fn weekday(sentence: &Sentence<'_>, at: usize, from: usize, to: usize, before: Option<&Found>) -> Option<(usize, Piece)> {
    let (length, day) = is_weekday(sentence, at)?;
    let end = at + length;
    let weak = sentence.senses(at).iter().any(|(_, s)| matches!(s, Sense::ShortDay(_)))
        && sentence.senses(at).iter().all(|(_, s)| !matches!(s, Sense::Weekday(_)));
    let week = unit(sentence, at).is_some();
    let led = at > from && sentence.any(at - 1, &[Plain::Before, Plain::In]).is_some();
    let followed = sentence.is(end, Plain::After).is_some()
        && !sentence
            .tokens
            .get(end)
            .is_some_and(|t| matches!(t.plain.as_str(), "mein" | "me" | "میں" | "ka" | "ki" | "کا" | "کی"));
    let edge = end >= to || at == from || clock::at(sentence, end).is_some() || before.is_some_and(|f| f.to == at);
    // "hafte" is a Saturday only with its postposition; "sun", "sat", "mon" only where a date can stand.
    if (week && !followed) || (weak && !(led || edge)) {
        return None;
    }
    Some((length, Piece::Day(Day::Weekday(day, None))))
}

pub(super) fn part(sentence: &Sentence<'_>, at: usize, from: usize, to: usize, before: Option<&Found>) -> Option<(usize, Piece)> {
    let (length, part) = sentence.find(at, |s| if let Sense::Part(p) = s { Some(p) } else { None })?;
    let end = at + length;
    // "raat ka khana" is a dinner, "subah ki namaz" a prayer.
    if sentence.tokens.get(end).is_some_and(|t| {
        matches!(
            t.plain.as_str(),
            "ka" | "ki" | "wali" | "wala" | "wale" | "کا" | "کی" | "والا" | "والی" | "والے"
        )
    }) {
        return None;
    }
    let genitive = end > at + 1
        && sentence
            .tokens
            .get(end - 1)
            .is_some_and(|t| matches!(t.plain.as_str(), "ke" | "کے"));
    let clock = clock::at(sentence, end).is_some();
    if genitive && !clock {
        return None;
    }
    let latin_english = sentence.tokens[at].plain.is_ascii()
        && length == 1
        && matches!(
            sentence.tokens[at].plain.as_str(),
            "morning"
                | "mornings"
                | "noon"
                | "midday"
                | "lunchtime"
                | "afternoon"
                | "afternoons"
                | "evening"
                | "evenings"
                | "night"
                | "nights"
        );
    let near = before.is_some_and(|f| f.to == at)
        || clock
        || end >= to
        || (at > from && sentence.any(at - 1, &[Plain::Before, Plain::This]).is_some());
    let day_next = day_word(sentence, end).is_some();
    (!latin_english || near || day_next).then_some((length, Piece::Part(part)))
}
