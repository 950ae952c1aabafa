//! The zone that is named beside a time: "5pm EST", "9:00 UTC+5", "6 baje Dubai ke waqt", "10am Asia/Tokyo", "tomorrow 3pm London time".

use std::{collections::HashMap, sync::LazyLock};

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetName, TZ_VARIANTS, Tz};

use super::find::{calendar::is_day, numbers::is_word};
use crate::domain::language::{
    lexicon::Plain,
    sentence::Sentence,
    token::{Kind, tokens},
};

/// Where a time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain::language) enum Zone {
    /// By the clocks of a place.
    Of(Tz),
    /// By seconds east of UTC.
    Offset(i32),
    /// By the person's own clock.
    Own,
}

impl Zone {
    /// The moment at which clocks show this time. A time that is left out when the clocks go forward is the next that they show.
    pub fn moment(self, local: NaiveDateTime, own: Tz) -> Option<DateTime<Utc>> {
        match self {
            Self::Of(zone) => first(zone, local),
            Self::Own => first(own, local),
            Self::Offset(seconds) => {
                let offset = FixedOffset::east_opt(seconds)?;
                Some(offset.from_local_datetime(&local).single()?.with_timezone(&Utc))
            }
        }
    }

    /// What clocks show there at a moment.
    pub fn local(self, utc: NaiveDateTime, own: Tz) -> NaiveDateTime {
        match self {
            Self::Of(zone) => zone.from_utc_datetime(&utc).naive_local(),
            Self::Own => own.from_utc_datetime(&utc).naive_local(),
            Self::Offset(seconds) => TimeDelta::try_seconds(seconds.into())
                .and_then(|offset| utc.checked_add_signed(offset))
                .unwrap_or(utc),
        }
    }
}

/// The moment at which the clocks of a zone first show a time, or the next time that they show.
pub(super) fn first(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    // No clock has ever been put forward by more than a day.
    (0..=24 * 60).step_by(15).find_map(|minutes| {
        let later = if minutes == 0 {
            local
        } else {
            // The next quarter of an hour: clocks go forward by whole ones.
            let past = i64::from(chrono::Timelike::minute(&local) % 15);
            local.checked_add_signed(TimeDelta::try_minutes(minutes - past)?)?
        };
        zone.from_local_datetime(&later).earliest().map(|at| at.with_timezone(&Utc))
    })
}

/// What a name of a zone stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Name {
    zone: Zone,
    /// It is one of those that people say, and not only a city of the zones' own names.
    listed: bool,
}

/// Names of zones, each as the words of it joined by a space.
static NAMES: LazyLock<HashMap<String, Name>> = LazyLock::new(|| {
    let mut names: HashMap<String, Name> = HashMap::new();
    let key = |name: &str| {
        let words: Vec<String> = tokens(name).into_iter().filter(|t| t.is_text()).map(|t| t.plain).collect();
        words.join(" ")
    };
    for line in include_str!("../lexicon/zones.txt").lines().filter(|line| !line.starts_with('#')) {
        // The offset of a name has a colon in it, too.
        let Some((zone, all)) = line.split_once(": ") else { continue };
        let Some(zone) = zone.parse().ok().map(Zone::Of).or_else(|| offset(zone)) else {
            continue;
        };
        for name in all.split(',').map(key).filter(|name| !name.is_empty()) {
            names.entry(name).or_insert(Name { zone, listed: true });
        }
    }
    for zone in TZ_VARIANTS {
        if let Some((_, city)) = zone.name().rsplit_once('/').filter(|(area, _)| *area != "Etc" && *area != "US") {
            names.entry(key(&city.replace(['_', '-'], " "))).or_insert(Name {
                zone: Zone::Of(zone),
                listed: false,
            });
        }
    }
    names
});

/// "+05:00", "-5", "+0530", "+2:45".
fn offset(text: &str) -> Option<Zone> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i32>().ok()).flatten();
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (digits(hours)?, digits(minutes)?),
        None if rest.len() <= 2 => (digits(rest)?, 0),
        None if rest.len() == 4 => (digits(rest.get(..2)?)?, digits(rest.get(2..)?)?),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(Zone::Offset(sign * (hours * 3600 + minutes * 60)))
}

/// The offset at the beginning of a text, and how many bytes it takes: "Z", "+05:00", "-0500".
pub(super) fn iso_offset(text: &str) -> Option<(usize, Zone)> {
    if text.starts_with(['Z', 'z']) && !text[1..].starts_with(|c: char| c.is_alphanumeric()) {
        return Some((1, Zone::Offset(0)));
    }
    let end = text
        .char_indices()
        .skip(1)
        .find(|(_, c)| !(c.is_ascii_digit() || *c == ':'))
        .map_or(text.len(), |(at, _)| at);
    // At least "+05": a single digit is no offset of ISO 8601.
    let written = text
        .get(..end)
        .map(|written| written.trim_end_matches(':'))
        .filter(|written| written.len() > 2)?;
    Some((written.len(), offset(written)?))
}

/// Abbreviations that are no words of everyday language when they are written small.
const SMALL: [&str; 16] = [
    "est", "edt", "cst", "cdt", "pst", "pdt", "gmt", "utc", "pkt", "ist", "bst", "cet", "cest", "gst", "jst", "aest",
];

/// Words before "time" behind the name of a place: "Dubai ke waqt", "London local time".
const OF: [&str; 9] = ["standard", "daylight", "local", "ka", "ke", "k", "کا", "کے", "مقامی"];
/// Words for the time of a place.
const TIME: [&str; 9] = ["time", "timezone", "timing", "waqt", "wqt", "taim", "وقت", "ٹائم", "ٹائمنگ"];
/// Words by which a time goes by the clocks of a place: "Dubai ke waqt ke mutabiq", "New York time ke hisab se".
const BY: [&str; 15] = [
    "mutabiq",
    "mutabik",
    "mutabaq",
    "mutaabiq",
    "hisab",
    "hisaab",
    "hesab",
    "lihaz",
    "lehaz",
    "aitbar",
    "مطابق",
    "حساب",
    "لحاظ",
    "اعتبار",
    "بمطابق",
];

/// How many words behind the name of a place say that its time is meant.
fn time_words(sentence: &Sentence<'_>, at: usize) -> Option<usize> {
    let is = |place: usize, words: &[&str]| usize::from(is_word(sentence, place, words));
    let of = is(at, &OF);
    let time = is(at + of, &TIME);
    let zone = if time > 0 { is(at + of + 1, &["zone", "زون"]) } else { 0 };
    let end = at + if time > 0 { of + time + zone } else { 0 };
    let by = by_clocks(sentence, end).unwrap_or(0);
    let inside = if time > 0 && by == 0 {
        is(end, &["mein", "me", "میں"])
    } else {
        0
    };
    (time > 0 || by > 0).then_some(end + by + inside - at)
}

/// "ke mutabiq", "ke hisab se".
fn by_clocks(sentence: &Sentence<'_>, at: usize) -> Option<usize> {
    let of = is_word(sentence, at, &["ke", "k", "کے"]) && is_word(sentence, at + 1, &BY);
    let se = usize::from(is_word(sentence, at + 2, &["se", "say", "سے"]));
    of.then_some(2 + se)
}

/// The zone that is named at a token, and how many tokens it takes. Whoever asks has a time before it.
pub(super) fn at(sentence: &Sentence<'_>, at: usize, own: Tz, when: NaiveDateTime) -> Option<(usize, Zone)> {
    let token = sentence.tokens.get(at)?;
    if token.kind == Kind::Mark('(') {
        let (length, zone) = self::at(sentence, at + 1, own, when)?;
        let closes = sentence.tokens.get(at + 1 + length).is_some_and(|t| t.is_mark(')'));
        return closes.then_some((length + 2, zone));
    }
    iana(sentence, at)
        .or_else(|| by_offset(sentence, at))
        .or_else(|| by_name(sentence, at, own, when))
        .or_else(|| led(sentence, at, own, when))
}

/// "in London time", "as per Dubai time", "according to EST".
fn led(sentence: &Sentence<'_>, at: usize, own: Tz, when: NaiveDateTime) -> Option<(usize, Zone)> {
    let lead = match () {
        () if is_word(sentence, at, &["as"]) && is_word(sentence, at + 1, &["per"]) => 2,
        () if is_word(sentence, at, &["according"]) && is_word(sentence, at + 1, &["to"]) => 2,
        () if is_word(sentence, at, &["in", "by", "per", "on"]) => 1,
        () => return None,
    };
    let the = usize::from(is_word(sentence, at + lead, &["the"]));
    let (length, zone) = by_name(sentence, at + lead + the, own, when)?;
    Some((lead + the + length, zone))
}

/// Whether a zone is named at a token, whosever it is.
pub(super) fn is_named(sentence: &Sentence<'_>, at: usize) -> bool {
    self::at(sentence, at, Tz::UTC, NaiveDateTime::default()).is_some()
}

/// Parts of a country whose time people name without the word for it: "5 PM Pacific".
const REGIONS: [&str; 4] = ["pacific", "eastern", "central", "mountain"];

/// "5 PM Pacific", "noon Eastern on Friday": behind it the date goes on, or nothing stands.
fn is_region(sentence: &Sentence<'_>, at: usize, key: &str) -> bool {
    let next = at + 1;
    let closed = !sentence.tokens.get(next).is_some_and(|t| t.is_text())
        || sentence.any(next, &[Plain::Before, Plain::At, Plain::And, Plain::Polite]).is_some()
        || is_day(sentence, next);
    let written = &sentence.text[sentence.tokens[at].start..sentence.tokens[at].end];
    REGIONS.contains(&key) && closed && (written.starts_with(char::is_uppercase) || at + 1 == sentence.tokens.len())
}

/// Whether an abbreviation of a zone stands at a token, in capitals.
pub(super) fn is_abbreviation(sentence: &Sentence<'_>, at: usize) -> bool {
    sentence.tokens.get(at).is_some_and(|token| {
        let written = &sentence.text[token.start..token.end];
        token.kind == Kind::Word && written.len() > 2 && written.chars().all(|c| c.is_ascii_uppercase()) && NAMES.contains_key(&token.plain)
    })
}

/// The zone that is named before a time: "Dubai ke waqt 6 baje", "EST 5pm". The caller sees to it that a time follows.
pub(super) fn before(sentence: &Sentence<'_>, at: usize, own: Tz, when: NaiveDateTime) -> Option<(usize, Zone)> {
    let place = is_abbreviation(sentence, at) || (1..=3).any(|length| time_words(sentence, at + length).is_some());
    by_name(sentence, at, own, when).filter(|_| place)
}

/// Behind a time, the name of a place whose clocks may be meant and which ends the phrase: "9pm London", "raat nau baje Dubai kal". Whether it
/// is the place of the deed or of the clock nobody can know; where its clocks show the person's own time, it makes no difference.
pub(super) fn bare_place(sentence: &Sentence<'_>, at: usize, own: Tz, when: NaiveDateTime) -> Option<usize> {
    let (length, name) = named(sentence, at)?;
    let next = at + length;
    let ends = !sentence.tokens.get(next).is_some_and(|token| token.is_text()) || is_day(sentence, next);
    let written = &sentence.text[sentence.tokens[at].start..sentence.tokens[at].end];
    let long = sentence.tokens[at].plain.chars().count() > 2;
    let is_place = long && (name.listed || written.starts_with(char::is_uppercase));
    let same = name.zone.local(when, own) == Zone::Own.local(when, own);
    (ends && is_place && !same).then_some(length)
}

/// Where a time is said to go by the clocks of a place that is not known, or was not read with it: "Gotham ke waqt ke mutabiq 9 baje", "9pm
/// Gotham time", "5pm call in Dubai time".
pub(super) fn unread_place(sentence: &Sentence<'_>, (first, last): (usize, usize), (from, to): (usize, usize)) -> Option<(usize, usize)> {
    let name = |at: usize| sentence.tokens.get(at).is_some_and(|token| token.kind == Kind::Word);
    let capital = |at: usize| {
        let token = &sentence.tokens[at];
        sentence.text[token.start..token.end].starts_with(char::is_uppercase)
    };
    if last + 1 < to && name(last) && capital(last) && is_word(sentence, last + 1, &["time"]) {
        return Some((first, last + 2));
    }
    let near = (from..to).filter(|at| at.abs_diff(first) <= 8 || at.abs_diff(last) <= 8);
    let by = near.filter(|at| !sentence.used[*at]).find_map(|at| {
        let time = usize::from(is_word(sentence, at, &TIME));
        let by = by_clocks(sentence, at + time)
            .filter(|_| time > 0)
            .map(|length| (at, at + time + length));
        let known = (1..=3).rev().find_map(|length| {
            name_of(sentence, at, length)?;
            Some((at, at + length + time_words(sentence, at + length)?))
        });
        known.or(by)
    })?;
    Some((first.min(by.0), last.max(by.1)))
}

/// "Asia/Karachi".
fn iana(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Zone)> {
    let text = &sentence.text[sentence.tokens.get(at)?.start..];
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '+' | '-')))
        .unwrap_or(text.len());
    let name = text.get(..end).filter(|name| name.contains('/'))?;
    let zone: Tz = name.parse().ok()?;
    let stop = sentence.tokens[at].start + end;
    let length = sentence.tokens[at..].iter().take_while(|t| t.start < stop).count();
    Some((length, Zone::Of(zone)))
}

/// "UTC+5", "GMT-3:30", "UTC +0500", "+05:00".
fn by_offset(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Zone)> {
    let named = matches!(sentence.tokens.get(at)?.plain.as_str(), "utc" | "gmt");
    let start = at + usize::from(named);
    let sign = sentence
        .tokens
        .get(start)
        .filter(|t| t.is_mark('+') || t.is_mark('-') || t.is_mark('−'))?;
    let digits = sentence.tokens.get(start + 1).filter(|t| t.kind == Kind::Number && !t.spaced)?;
    let minutes = sentence
        .tokens
        .get(start + 3)
        .filter(|t| t.kind == Kind::Number && !t.spaced && sentence.tokens[start + 2].is_mark(':'));
    let full = named || minutes.is_some() || digits.plain.len() == 4;
    let written = format!(
        "{}{}{}",
        if sign.is_mark('+') { '+' } else { '-' },
        digits.plain,
        minutes.map_or(String::new(), |minutes| format!(":{}", minutes.plain))
    );
    let zone = offset(&written).filter(|_| full)?;
    Some((start + 2 + if minutes.is_some() { 2 } else { 0 } - at, zone))
}

/// The name of a zone at a token, and how many tokens it takes; the longest one.
fn named<'a>(sentence: &Sentence<'_>, at: usize) -> Option<(usize, &'a Name)> {
    (1..=3).rev().find_map(|length| Some((length, name_of(sentence, at, length)?)))
}

/// The zone of which so many tokens are the name.
fn name_of<'a>(sentence: &Sentence<'_>, at: usize, length: usize) -> Option<&'a Name> {
    let words = sentence.tokens.get(at..at + length)?;
    if words.iter().any(|t| t.kind != Kind::Word) || words.iter().skip(1).any(|t| !t.spaced) {
        return None;
    }
    NAMES.get(&words.iter().map(|t| t.plain.as_str()).collect::<Vec<_>>().join(" "))
}

fn by_name(sentence: &Sentence<'_>, at: usize, own: Tz, when: NaiveDateTime) -> Option<(usize, Zone)> {
    (1..=3).rev().find_map(|length| {
        let zone = name_of(sentence, at, length)?.zone;
        let (word, key) = (&sentence.tokens[at], sentence.tokens[at].plain.as_str());
        let written = &sentence.text[word.start..word.end];
        let behind = time_words(sentence, at + length);
        let upper = key.len() >= 2 && written.chars().all(|c| c.is_ascii_uppercase());
        let abbreviation = length == 1 && key.len() <= 4 && (upper || SMALL.contains(&key));
        let all = length + behind.unwrap_or(0);
        // The person's own abbreviation is their own time, whoever else uses it.
        if abbreviation && is_own(key, own, when) {
            return Some((all, Zone::Own));
        }
        (abbreviation || behind.is_some() || length == 1 && is_region(sentence, at, key)).then_some((all, zone))
    })
}

/// Whether a zone calls itself by this abbreviation, about that time or half a year from it.
fn is_own(abbreviation: &str, own: Tz, when: NaiveDateTime) -> bool {
    [0, 182].into_iter().any(|days| {
        let Some(at) = TimeDelta::try_days(days).and_then(|step| when.checked_add_signed(step)) else {
            return false;
        };
        let offset = own.offset_from_utc_datetime(&at);
        offset.abbreviation().is_some_and(|name| name.eq_ignore_ascii_case(abbreviation))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_list_is_a_zone() {
        for line in include_str!("../lexicon/zones.txt").lines().filter(|line| !line.starts_with('#')) {
            let (zone, _) = line.split_once(": ").unwrap();
            assert!(zone.parse::<Tz>().is_ok() || offset(zone).is_some(), "{zone}");
        }
        assert_eq!(NAMES["new york"].zone, Zone::Of(Tz::America__New_York));
        assert_eq!(iso_offset("-05:00 x"), Some((6, Zone::Offset(-5 * 3600))));
        assert_eq!(iso_offset("+0530"), Some((5, Zone::Offset(19_800))));
        assert_eq!(iso_offset("-5"), None);
    }

    #[test]
    fn a_time_that_is_left_out_is_the_next_one() {
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let zone = Zone::Of(Tz::America__New_York);
        let moment = |local: &str| zone.moment(at(local), Tz::UTC).map(|utc| zone.local(utc.naive_utc(), Tz::UTC));
        assert_eq!(moment("2027-03-14T02:20:00"), Some(at("2027-03-14T03:00:00")));
        assert_eq!(moment("2027-03-14T03:20:00"), Some(at("2027-03-14T03:20:00")));
    }
}
