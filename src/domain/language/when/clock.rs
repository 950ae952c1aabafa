//! Clock times: "at 5pm", "9:30", "subah 9 baje", "saarhe teen baje", "half past six".

use chrono::NaiveTime;

use super::{Clock, Part};
use crate::domain::language::{
    lexicon::{Plain, Sense, Unit},
    sentence::Sentence,
};

/// A number in digits or words, and how many tokens it takes.
pub(super) fn number(sentence: &Sentence<'_>, at: usize) -> Option<(usize, u32)> {
    if let Some(value) = sentence.tokens.get(at)?.number() {
        return Some((1, value));
    }
    sentence.find(at, |sense| if let Sense::Number(n) = sense { Some(n) } else { None })
}

/// A clock time that begins at a token.
pub(super) fn at(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Clock)> {
    let digits = |place: usize| sentence.tokens.get(place).and_then(|t| t.number());
    // Half past five, saarhe paanch (baje).
    for (kind, minute, before) in [(Plain::ClockHalf, 30, 0), (Plain::ClockQuarter, 15, 0), (Plain::ClockLess, 45, 1)] {
        if let Some(length) = sentence.is(at, kind)
            && let Some((more, hour)) = number(sentence, at + length).filter(|(_, hour)| (1..=24).contains(hour))
        {
            let hour = if before == 1 && hour == 1 { 12 } else { hour - before };
            return suffix(sentence, at, length + more, hour, minute, true);
        }
    }
    // Dedh baje, dhai baje.
    if let Some((length, halves)) = sentence.find(at, |s| if let Sense::Halves(n @ (3 | 5)) = s { Some(n) } else { None })
        && let Some(more) = sentence.is(at + length, Plain::OClock)
    {
        return Some((
            length + more,
            Clock {
                hour: halves / 2,
                minute: 30,
                pm: None,
            },
        ));
    }
    let (length, hour) = number(sentence, at)?;
    // 9:30, 9.30 pm
    if let Some(mark) = sentence.tokens.get(at + length)
        && (mark.is_mark(':') || mark.is_mark('.'))
        && let (Some(minute), Some(after)) = (digits(at + length + 1), sentence.tokens.get(at + length + 1))
        && !after.spaced
        && after.end - after.start >= 2
        && hour < 25
        && minute < 60
    {
        return suffix(sentence, at, length + 2, hour, minute, mark.is_mark(':'));
    }
    if hour > 24 {
        return None;
    }
    let enough = said_at(sentence, at, length) || behind_part(sentence, at, length) || behind_day(sentence, at, length, hour);
    suffix(sentence, at, length, hour, 0, enough)
}

/// "subah 7 kar do", "raat 9 tak": the hour of a part of the day, with nothing that it could count.
fn behind_part(sentence: &Sentence<'_>, at: usize, length: usize) -> bool {
    let is_part = |place: usize| sentence.find(place, |s| matches!(s, Sense::Part(_)).then_some(())).is_some();
    let next = at + length;
    let free = sentence.tokens.get(next).is_none_or(|t| !t.is_text())
        || sentence.any(next, &[Plain::Request, Plain::Stem, Plain::After]).is_some();
    at.checked_sub(1).is_some_and(is_part) && free
}

/// "dinner tomorrow 8": an hour at the very end, behind the day.
fn behind_day(sentence: &Sentence<'_>, at: usize, length: usize, hour: u32) -> bool {
    let is_day = |place: usize| {
        let day = |sense| matches!(sense, Sense::Day(0..) | Sense::Either(_) | Sense::Tonight).then_some(());
        sentence.find(place, day).is_some()
    };
    let ends = sentence.tokens.iter().skip(at + length).all(|token| !token.is_text());
    (1..=12).contains(&hour) && ends && at.checked_sub(1).is_some_and(is_day)
}

/// Whether "at" stands before a bare number, and no thing is counted by it.
fn said_at(sentence: &Sentence<'_>, at: usize, length: usize) -> bool {
    let before = at
        .checked_sub(1)
        .and_then(|place| sentence.tokens.get(place))
        .is_some_and(|t| matches!(t.plain.as_str(), "at" | "@"));
    let next = at + length;
    // "at 10 Downing Street", "at 3%": something is counted or numbered.
    let counted = sentence.tokens.get(next).is_some_and(|t| {
        let name = sentence.text[t.start..t.end].chars().next().is_some_and(|c| c.is_ascii_uppercase());
        let known = sentence.senses(next).iter().any(|(_, s)| !matches!(s, Sense::Is(Plain::Noun)));
        t.number().is_some()
            || t.is_mark('/')
            || t.is_mark('%')
            || (name && !known)
            || sentence.find(next, |s| matches!(s, Sense::Unit(_)).then_some(())).is_some()
    });
    before && !counted
}

/// Reads am, pm, baje behind an hour. Without them it is a time only if `enough` was said before.
fn suffix(sentence: &Sentence<'_>, at: usize, length: usize, hour: u32, minute: u32, enough: bool) -> Option<(usize, Clock)> {
    let mut end = at + length;
    let mut pm = None;
    let mut known = enough;
    for _ in 0..2 {
        if let Some(more) = sentence.is(end, Plain::OClock) {
            (end, known) = (end + more, true);
        } else if let Some(more) = sentence.is(end, Plain::Am).filter(|_| pm.is_none() && is_meridian(sentence, end)) {
            (end, known, pm) = (end + more, true, Some(false));
        } else if let Some(more) = sentence.is(end, Plain::Pm).filter(|_| pm.is_none() && is_meridian(sentence, end)) {
            (end, known, pm) = (end + more, true, Some(true));
        }
    }
    // "4 baj kar 30 minute par"
    let mut minute = minute;
    if known
        && minute == 0
        && let Some((digits, past)) = number(sentence, end).filter(|(_, past)| *past < 60)
        && let Some(more) = sentence.find(end + digits, |s| (s == Sense::Unit(Unit::Minute)).then_some(()))
    {
        minute = past;
        end += digits + more.0;
    }
    // a.m. and p.m. come in pieces.
    if pm.is_none()
        && let Some(first) = sentence.tokens.get(end).filter(|t| matches!(t.plain.as_str(), "a" | "p"))
        && sentence.tokens.get(end + 1).is_some_and(|t| t.is_mark('.'))
        && sentence.tokens.get(end + 2).is_some_and(|t| t.plain == "m")
    {
        (pm, known) = (Some(first.plain == "p"), true);
        end += if sentence.tokens.get(end + 3).is_some_and(|t| t.is_mark('.')) {
            4
        } else {
            3
        };
    }
    (known && (pm.is_none() || hour <= 12)).then_some((end - at, Clock { hour, minute, pm }))
}

/// "am" behind a number is no verb.
fn is_meridian(sentence: &Sentence<'_>, at: usize) -> bool {
    at > 0
        && sentence
            .tokens
            .get(at)
            .is_some_and(|t| matches!(t.plain.as_str(), "am" | "pm" | "a" | "p"))
}

impl Clock {
    /// The time of day, and whether it belongs to the night that ends on the next day. `None` when there is no such time.
    pub(super) fn time(self, part: Option<Part>) -> Option<(NaiveTime, bool)> {
        let (hour, next) = match (self.hour, self.pm, part) {
            (12, Some(false), _) => (0, false),
            (12, Some(true), _) => (12, false),
            (h, Some(true), _) => (h + 12, false),
            (h, Some(false), _) => (h, false),
            (24, ..) => (0, true),
            (h @ (0 | 13..), ..) => (h, false),
            (12, None, Some(Part::Night | Part::Evening)) => (0, true),
            (h @ 1..=4, None, Some(Part::Night)) => (h, true),
            (h, None, Some(Part::Night | Part::Evening | Part::Afternoon)) if h < 12 => (h + 12, false),
            (h @ 1..=6, None, Some(Part::Noon) | None) => (h + 12, false),
            (h, ..) => (h, false),
        };
        NaiveTime::from_hms_opt(hour, self.minute, 0).map(|time| (time, next))
    }

    /// Whether the other half of the day is as likely.
    pub(super) fn two_ways(self, part: Option<Part>) -> bool {
        self.pm.is_none() && part.is_none() && (7..=11).contains(&self.hour)
    }
}

impl Part {
    /// The usual hour for a thing that is to be done "in the evening".
    pub(super) fn hour(self) -> u32 {
        match self {
            Self::Morning => 9,
            Self::Noon => 12,
            Self::Afternoon => 15,
            Self::Evening => 18,
            Self::Night => 21,
        }
    }
}
