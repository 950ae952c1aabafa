//! A list that is pasted as it stands: several lines, with bullets, boxes or numbers before them.

use chrono::NaiveDateTime;

use super::{
    NewTask, TakenKind, describe, describe_with, detect,
    lexicon::{Plain, Sense},
    normal, resolve_due, resolve_repeat,
    sentence::Sentence,
    when::{self, Moment, Which},
};
use crate::domain::locale::Script;

/// More lines than this are a text, no list of tasks.
const LINES_MAX: usize = 200;
/// A longer line is a paragraph.
const LINE_MAX: usize = 200;

/// The lines of a list, each without its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pasted {
    /// What is to be done, in the order of the list.
    pub lines: Vec<String>,
    /// For each of them the day that stands above it, in the person's words: "Tomorrow:", "کل", "Shopping on Friday:".
    pub days: Vec<Option<String>>,
    /// How many lines were ticked already: they are no tasks.
    pub done: usize,
    /// An order to add them stands above them or begins them, or what stands above them says that they are to be done: "add these:", "todo:".
    pub ordered: bool,
    /// What stands above them.
    pub heading: Option<String>,
    /// Marks stand before lines: it was written as a list.
    pub marked: bool,
}

/// The lines of a list of several things to do, each without its bullet, box or number; `None` where a text is no such list. Lines that are
/// ticked ("[x]") are left out, and so is what stands above the list ("add these:"). A day that stands above a line and is not named in it is
/// written behind it.
pub fn lines(text: &str) -> Option<Vec<String>> {
    let list = pasted(text)?;
    let is_list = list.lines.len() > 1 || list.days.iter().any(Option::is_some);
    let now = NaiveDateTime::default();
    let dated = |(line, day): (String, Option<String>)| match day {
        Some(day) if !names_day(&line, now) => format!("{line} {day}"),
        _ => line,
    };
    is_list.then(|| list.lines.into_iter().zip(list.days).map(dated).collect())
}

impl Pasted {
    /// The tasks of the list. The day that stands above a line holds where the line names none.
    pub fn described(&self, now: Moment) -> Vec<NewTask> {
        let task = |(line, day): (&String, &Option<String>)| match day {
            Some(day) if !names_day(line, now) => NewTask {
                title: describe(line, now).title,
                ..describe(&format!("{line} {day}"), now)
            },
            _ => describe(line, now),
        };
        self.lines.iter().zip(&self.days).map(task).collect()
    }
}

/// The same, with what else is known of the list.
pub fn pasted(text: &str) -> Option<Pasted> {
    let all: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let (first, rest) = all.split_first()?;
    if all.len() > LINES_MAX || all.len() < 2 || all.iter().any(|line| line.chars().count() > LINE_MAX) {
        return None;
    }
    let heading =
        Line::read(first).mark == Mark::None && (first.ends_with([':', '：']) || Line::marked(rest) && orders_only(first) || is_day(first));
    let ordered = if heading { orders(first) } else { begins_with_order(first) };
    let items = if heading { rest } else { &all[..] };
    let read: Vec<Line<'_>> = items.iter().map(|line| Line::read(line)).collect();
    let done = read.iter().filter(|line| line.mark == Mark::Ticked).count();
    let mut day = heading.then(|| day_words(first)).flatten();
    let (mut lines, mut days) = (Vec::new(), Vec::new());
    for line in &read {
        if line.mark == Mark::None && is_day(line.text) {
            day = day_words(line.text);
        } else if line.mark != Mark::Ticked && line.text.chars().any(char::is_alphanumeric) {
            lines.push(line.text.to_owned());
            days.push(day.clone());
        }
    }
    (lines.len() + done > 1 || heading && lines.len() + done == 1).then_some(Pasted {
        lines,
        days,
        done,
        ordered,
        heading: heading.then(|| (*first).to_owned()),
        marked: Line::marked(items),
    })
}

/// Whether a line says a day, or how often, and nothing else: "Tomorrow:", "Monday", "کل:".
fn is_day(line: &str) -> bool {
    let line = line.trim_end_matches([':', '：']).trim();
    let now = NaiveDateTime::default();
    names_day(line, now) && (resolve_due(line, now).is_ok() || resolve_repeat(line).is_some())
}

/// The words of a heading that say a day or how often.
fn day_words(heading: &str) -> Option<String> {
    let described = describe_with(heading, NaiveDateTime::default(), &[]);
    let dates = described.taken.iter().filter(|taken| taken.kind != TakenKind::Priority);
    let words: Vec<&str> = dates.map(|taken| &heading[taken.range.clone()]).collect();
    let words = words.join(" ").trim_end_matches([':', '：', ' ']).to_owned();
    (!words.is_empty() && names_day(&words, NaiveDateTime::default())).then_some(words)
}

/// Whether a line names a day, or how often it comes back: "gym 6pm" does not.
pub fn names_day(text: &str, now: impl Into<Moment>) -> bool {
    let mut sentence = Sentence::new(text, detect(text) != Some(Script::En));
    let end = sentence.len();
    let when = when::take(&mut sentence, 0, end, Which::First, now.into());
    when.day.is_some() || when.repeat.is_some() || when.ahead.is_some()
}

/// A line of a text without the mark of a list: "- [ ] buy milk" is "buy milk". `None` where it has none.
pub fn bare(text: &str) -> Option<&str> {
    let line = Line::read(text.trim());
    (matches!(line.mark, Mark::Box | Mark::Bullet) && !line.text.is_empty()).then_some(line.text)
}

/// What stands before a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Bullet,
    Number,
    Box,
    Ticked,
}

struct Line<'a> {
    mark: Mark,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Self {
        let mut mark = Mark::None;
        let mut text = line.trim();
        // "1. - [ ] buy milk"
        for _ in 0..3 {
            let Some((found, rest)) = taken(text) else { break };
            mark = match (mark, found) {
                (_, Mark::Box | Mark::Ticked) | (Mark::None, _) => found,
                (known, _) => known,
            };
            text = rest.trim_start();
        }
        Self { mark, text }
    }

    /// Whether one of these lines has a mark.
    fn marked(lines: &[&str]) -> bool {
        lines.iter().any(|line| Line::read(line).mark != Mark::None)
    }
}

/// The mark at the beginning of a line, and what is behind it.
fn taken(text: &str) -> Option<(Mark, &str)> {
    let first = text.chars().next()?;
    let behind = &text[first.len_utf8()..];
    let spaced = behind.starts_with(char::is_whitespace) || behind.is_empty();
    match first {
        '☐' | '⬜' | '□' | '◻' | '▢' => Some((Mark::Box, behind.trim_start_matches('\u{FE0F}'))),
        '☑' | '☒' | '✅' | '✔' | '✓' | '🗹' => Some((Mark::Ticked, behind.trim_start_matches('\u{FE0F}'))),
        '•' | '‣' | '◦' | '●' | '○' | '▪' | '▫' | '·' | '–' | '—' | '➤' | '→' | '►' | '*' | '-' | '+' | '۔' if spaced => {
            Some((Mark::Bullet, behind))
        }
        '•' | '●' | '▪' | '➤' | '►' => Some((Mark::Bullet, behind)),
        '[' | '(' => {
            let close = if first == '[' { ']' } else { ')' };
            let (inner, rest) = behind.split_once(close)?;
            match inner.trim() {
                "" if first == '[' => Some((Mark::Box, rest)),
                "x" | "X" | "✓" | "✔" | "*" if first == '[' => Some((Mark::Ticked, rest)),
                number if !number.is_empty() && number.chars().count() < 4 && number.chars().all(|c| normal::digit(c).is_some()) => {
                    Some((Mark::Number, rest))
                }
                _ => None,
            }
        }
        digit if normal::digit(digit).is_some() => {
            let number = text.trim_start_matches(|c| normal::digit(c).is_some());
            let rest = number.strip_prefix(['.', ')', '-', '۔', ':'])?;
            let short = text.len() - number.len() <= 3 * digit.len_utf8();
            (short && rest.starts_with(char::is_whitespace)).then_some((Mark::Number, rest))
        }
        _ => None,
    }
}

/// Whether a heading orders what stands below it to be added, or says that it is to be done.
fn orders(heading: &str) -> bool {
    let sentence = Sentence::new(heading, detect(heading) != Some(Script::En));
    (0..sentence.len()).any(|at| sentence.any(at, &[Plain::Add, Plain::Task, Plain::Must]).is_some())
}

/// Whether a line says nothing but that what stands below it is to be added: "add these tasks", "ye kaam likh lo".
fn orders_only(line: &str) -> bool {
    const SMALL: &[Plain] = &[
        Plain::Add,
        Plain::Task,
        Plain::List,
        Plain::It,
        Plain::All,
        Plain::Filler,
        Plain::Particle,
        Plain::Polite,
        Plain::Self_,
        Plain::Request,
        Plain::Stem,
        Plain::Link,
        Plain::Separate,
    ];
    let sentence = Sentence::new(line, detect(line) != Some(Script::En));
    let texts: Vec<usize> = (0..sentence.len()).filter(|at| sentence.tokens[*at].is_text()).collect();
    let mut reached = 0;
    let small = texts.iter().all(|at| {
        let length = sentence.any(*at, SMALL).unwrap_or(0);
        let inside = *at < reached;
        reached = reached.max(at + length);
        inside || length > 0
    });
    small && (0..sentence.len()).any(|at| sentence.is(at, Plain::Add).is_some())
}

/// Whether a line begins with an order to add something: "add buy milk", "remind me to call Ali".
fn begins_with_order(line: &str) -> bool {
    let line = Line::read(line).text;
    let sentence = Sentence::new(line, detect(line) != Some(Script::En));
    let first = (0..sentence.len()).find(|at| sentence.tokens[*at].is_text() && sentence.any(*at, &[Plain::Polite]).is_none());
    first.is_some_and(|at| {
        let senses = sentence.senses(at);
        let adds = senses.iter().filter(|(_, sense)| *sense == Sense::Is(Plain::Add));
        // "plan the party" is a thing to do.
        adds.clone().any(|(length, _)| *length > 1)
            || adds.count() > 0 && ["add", "create", "todo"].contains(&sentence.tokens[at].plain.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bullets_boxes_and_numbers_are_no_part_of_a_task() {
        for (text, expected) in [
            (
                "Buy milk\n- [ ] Call Ahmed tomorrow 5pm\nہر پیر کو جم",
                &["Buy milk", "Call Ahmed tomorrow 5pm", "ہر پیر کو جم"][..],
            ),
            ("* milk\r\n* eggs", &["milk", "eggs"]),
            ("• doodh lena\n• anday lena", &["doodh lena", "anday lena"]),
            ("1. دودھ\n2) انڈے\n۳۔ روٹی", &["دودھ", "انڈے", "روٹی"]),
            ("☐ tea\n☐ sugar\n☑ salt", &["tea", "sugar"]),
            ("- [x] done\n- [ ] one\n- [ ] two", &["one", "two"]),
            ("add these:\n- milk\n- eggs", &["milk", "eggs"]),
            ("ye kaam likh lo\n- doodh\n- anday", &["doodh", "anday"]),
            ("1. - [ ] a\n2. - [ ] b", &["a", "b"]),
        ] {
            assert_eq!(
                lines(text).as_deref(),
                Some(expected.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>().as_slice()),
                "{text}"
            );
        }
        for text in ["Buy milk", "Buy milk\n", "", "\n\n", "- milk", "2.5 kg sugar"] {
            assert_eq!(lines(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_above_lines_is_theirs_and_no_task() {
        for (text, expected) in [
            ("tomorrow:\nmilk\neggs", &["milk tomorrow", "eggs tomorrow"][..]),
            ("Monday\nmilk\neggs on Friday", &["milk Monday", "eggs on Friday"]),
            ("Monday:\n- milk\nTuesday:\n- eggs", &["milk Monday", "eggs Tuesday"]),
            ("Shopping on Friday:\n- milk\n- eggs", &["milk on Friday", "eggs on Friday"]),
            ("kal\ndoodh lena\nanday lena", &["doodh lena kal", "anday lena kal"]),
            ("کل:\nدودھ لینا\nانڈے لینا", &["دودھ لینا کل", "انڈے لینا کل"]),
            ("har jumay ko:\n- safai\n- namaz", &["safai har jumay ko", "namaz har jumay ko"]),
            ("tomorrow:\nmilk", &["milk tomorrow"]),
        ] {
            let expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(lines(text), Some(expected), "{text}");
        }
        let now = Moment::from(NaiveDateTime::default());
        let tasks = pasted("کل:\nدودھ لینا\nانڈے لینا جمعے کو").unwrap().described(now);
        let seen: Vec<_> = tasks
            .iter()
            .map(|task| (task.title.as_str(), task.due.as_ref().unwrap().date.to_string()))
            .collect();
        // The first day of the clock is a Thursday.
        assert_eq!(
            seen,
            [("دودھ لینا", "1970-01-02".to_owned()), ("انڈے لینا", "1970-01-02".to_owned())]
        );
    }

    #[test]
    fn whether_it_was_ordered_is_seen() {
        for (text, ordered) in [
            ("add buy milk\ncall Ali", true),
            ("add these tasks:\n- milk\n- eggs", true),
            ("likh lo:\n- doodh\n- anday", true),
            ("یہ کام لکھ لو:\n- دودھ\n- انڈے", true),
            ("Shopping:\n- milk\n- eggs", false),
            ("plan the party\nbuy milk", false),
            ("- milk\n- eggs", false),
        ] {
            assert_eq!(pasted(text).map(|list| list.ordered), Some(ordered), "{text}");
        }
    }

    #[test]
    fn one_line_is_bared_too() {
        assert_eq!(bare("- [ ] buy milk"), Some("buy milk"));
        assert_eq!(bare("☐ buy milk"), Some("buy milk"));
        assert_eq!(bare("buy milk"), None);
        assert_eq!(bare("2. buy milk"), None, "may be a number of something else");
    }
}
