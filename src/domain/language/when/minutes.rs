//! Minutes past an hour and to it: "half past five", "20 to 3", "quarter past noon", "paanch bajne mein das minute".

use super::{
    Clock,
    clock::{Hour, counted, ended, hour, is_meridian},
    find::numbers::{digits, is_word, number},
};
use crate::domain::language::{
    lexicon::{Plain, Sense, Unit},
    sentence::Sentence,
};

/// "half past five", "20 past 3pm", "quarter to noon", "ten minutes to six", "half three".
pub(super) fn relative(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Clock)> {
    if let Some(found) = to_strike(sentence, at) {
        return Some(found);
    }
    let an = usize::from(is_word(sentence, at, &["a"]) && is_word(sentence, at + 1, &["quarter"]));
    let start = at + an;
    let (length, minutes, is_said) = if is_word(sentence, start, &["quarter"]) {
        (1, 15, true)
    } else if is_word(sentence, start, &["half"]) {
        (1, 30, true)
    } else {
        let (length, minutes) = number(sentence, start).filter(|(_, n)| (1..=59).contains(n))?;
        let unit = sentence.find(start + length, |s| (s == Sense::Unit(Unit::Minute)).then_some(()));
        // In words, or a round number: "ten to six", but "from 5 to 6".
        let round = digits(sentence, start).is_none() || matches!(minutes, 5 | 10 | 20 | 25);
        (length + unit.map_or(0, |(n, ())| n), minutes, unit.is_some() || round)
    };
    let link = start + length;
    let past = is_word(sentence, link, &["past"]) || is_word(sentence, link, &["after"]) && is_said;
    let to = is_word(sentence, link, &["to", "till", "til"]) || is_word(sentence, link, &["before", "of"]) && is_said;
    if !past && !to {
        // "half three", only where it can be nothing else.
        return half_hour(sentence, start, length, minutes);
    }
    let bare_digits = digits(sentence, start).is_some() && length == 1;
    let base = base(sentence, link + 1)?;
    // "from 5 to 6pm", "5 to 10" are no minutes.
    let between = start > 0 && is_word(sentence, start - 1, &["from", "between"]);
    let strict = is_word(sentence, link, &["before", "of", "after"]) && bare_digits;
    let roman = sentence.roman && !bare_digits && number(sentence, start).is_some();
    let late = bare_digits && base.clock.hour > 12 && base.clock.hour != 24;
    if roman
        || late
        || to && bare_digits && (between || !is_said || minutes < base.clock.hour && minutes < 10 && base.clock.hour < 12)
        || strict && !base.is_sure
    {
        return None;
    }
    let end = link + 1 + base.length;
    let counted = !base.is_sure && counted(sentence, end);
    let whole = base.clock.hour * 60 + base.clock.minute;
    let all = if past {
        whole + minutes
    } else {
        (whole + 24 * 60 - minutes) % (24 * 60)
    };
    let clock = Clock {
        // "ten to one" is after twelve, and "ten to twelve" in the other half of the day.
        hour: if to && base.clock.hour == 1 { 12 } else { all / 60 },
        minute: all % 60,
        pm: base.clock.pm.map(|pm| pm != (to && base.clock.hour == 12)),
    };
    (!counted).then_some((end - at, clock))
}

/// "paanch bajne mein das minute": ten minutes are missing to five.
fn to_strike(sentence: &Sentence<'_>, at: usize) -> Option<(usize, Clock)> {
    let (length, hour) = number(sentence, at).filter(|(_, hour)| (1..=12).contains(hour))?;
    let strikes = is_word(sentence, at + length, &["bajne", "bajnay", "bajny", "بجنے"]);
    let start = at + length + 2;
    if !strikes || !is_word(sentence, start - 1, &["mein", "me", "main", "میں"]) {
        return None;
    }
    let (more, minutes) = number(sentence, start).filter(|(_, minutes)| (1..=59).contains(minutes))?;
    let (last, ()) = sentence.find(start + more, |s| (s == Sense::Unit(Unit::Minute)).then_some(()))?;
    let clock = Clock {
        hour: if hour == 1 { 12 } else { hour - 1 },
        minute: 60 - minutes,
        pm: None,
    };
    Some((start + more + last - at, clock))
}

/// The hour before or behind which minutes are counted.
fn base(sentence: &Sentence<'_>, at: usize) -> Option<Hour> {
    let noon = sentence.is(at, Plain::ClockNoon).map(|length| (length, 12, Some(true)));
    let midnight = sentence.is(at, Plain::Midnight).map(|length| (length, 24, None));
    if let Some((length, hour, pm)) = noon.or(midnight) {
        let clock = Clock { hour, minute: 0, pm };
        return Some(Hour {
            length,
            clock,
            is_sure: true,
            is_loose: false,
        });
    }
    let found = hour(sentence, at).filter(|found| found.clock.minute == 0 && (1..=24).contains(&found.clock.hour))?;
    (!found.is_loose).then_some(found)
}

/// "half three" is half past three.
fn half_hour(sentence: &Sentence<'_>, start: usize, length: usize, minutes: u32) -> Option<(usize, Clock)> {
    let half = minutes == 30 && length == 1 && is_word(sentence, start, &["half"]) && !sentence.roman;
    let (more, hour) = number(sentence, start + 1).filter(|(_, hour)| half && (1..=12).contains(hour))?;
    let end = start + 1 + more;
    let led = start > 0 && sentence.any(start - 1, &[Plain::At]).is_some();
    let closed = sentence.tokens.get(end).is_none_or(|t| !t.is_text()) || ended_by_meridian(sentence, end);
    let word = digits(sentence, start + 1).is_none() && !is_word(sentence, start + 1, &["a", "an"]);
    if !(closed && (led || word)) {
        return None;
    }
    let found = ended(sentence, start, end, hour, 30, true, false)?;
    Some((found.length, found.clock))
}

fn ended_by_meridian(sentence: &Sentence<'_>, at: usize) -> bool {
    sentence.tokens.get(at).is_some_and(|t| is_meridian(&t.plain))
}
