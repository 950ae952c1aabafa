//! What holds back before an order ("no wait, make that Friday", "acha suno, isay mita do"), and what names another day and nothing else
//! ("kal nahi, parson"), which is that of the task just named.

use super::{Moment, Reading, read as understood, special};
use crate::domain::{
    language::{
        Change, Intent, Target, detect,
        lexicon::{Plain, Sense},
        normal,
        sentence::Sentence,
        when::Which,
    },
    locale::Script,
};

/// Says no to what was done or said before.
const NO: [&str; 10] = ["no", "nope", "nah", "nahi", "nahin", "nhi", "nai", "nae", "na", "نہیں"];

/// Words of a correction that say nothing themselves.
const BESIDE: &[&str] = &[
    "is", "its", "was", "put", "make", "meant", "mean", "better", "instead", "rather", "should", "be", "say", "lets", "will", "work",
    "works", "would", "to", "rakho", "matlab", "behtar", "theek", "sahi", "مطلب", "بہتر", "ٹھیک",
];

/// The words before the order.
struct Head {
    /// The token behind them.
    end: usize,
    /// A mark stands behind them.
    marked: bool,
    /// How many of them hold back.
    count: usize,
    /// The last of them says no, which may belong to what follows.
    negates: bool,
}

impl Head {
    /// Whether what follows stands by itself: "nahi hua" does not.
    fn is_sure(&self) -> bool {
        self.marked || !self.negates || self.count > 1
    }
}

/// A message without what holds back at its beginning; all of it, where there is nothing else.
pub fn after_pause(text: &str) -> &str {
    let sentence = Sentence::new(text, detect(text) != Some(Script::En));
    let begin = head(&sentence).filter(Head::is_sure).map(|head| sentence.tokens[head.end].start);
    begin.map_or(text, |begin| &text[begin..])
}

/// Reads a message that begins with such words, or corrects a day.
pub(super) fn read(sentence: &Sentence<'_>, english_first: bool, now: Moment) -> Option<Intent> {
    let head = head(sentence);
    let end = head.as_ref().map_or(0, |head| head.end);
    let rest = &sentence.text[sentence.tokens.get(end)?.start..];
    let bare = bare_change(rest, english_first, now);
    // "No Friday" may be none; "nahi, 6 baje" is another time with or without the comma.
    let says = |head: &Head| head.is_sure() || !english_first;
    if let Some(bare) = bare.filter(|bare| head.as_ref().is_some_and(says) || bare.corrects) {
        return Some(of_it(bare.change));
    }
    let head = head.filter(Head::is_sure)?;
    if let Some(title) = bare_name(rest, english_first, now) {
        return Some(of_it(Change {
            title: Some(title),
            ..Change::default()
        }));
    }
    let ordered = sentence.is(end, Plain::Add).is_some() && english_first;
    match understood(rest, english_first, now) {
        // "Nahi hua gym"
        Intent::Complete(_) if head.negates && !head.marked && head.count < 2 => None,
        Intent::Add(tasks) if head.marked || ordered => Some(Intent::Add(tasks)),
        intent @ (Intent::Complete(_)
        | Intent::Delete(_)
        | Intent::Update(..)
        | Intent::Several(_)
        | Intent::List(_)
        | Intent::Days(..)
        | Intent::Undo) => Some(intent),
        _ => None,
    }
}

/// A change of the task just named.
pub(super) fn of_it(change: Change) -> Intent {
    let it = Target {
        it: true,
        ..Target::default()
    };
    Intent::Update(it, change)
}

fn head(sentence: &Sentence<'_>) -> Option<Head> {
    let mut head = Head {
        end: 0,
        marked: false,
        count: 0,
        negates: false,
    };
    while head.end < sentence.len() {
        let at = head.end;
        if !sentence.tokens[at].is_text() {
            head.marked = head.count > 0;
            head.end += 1;
            continue;
        }
        let no = NO
            .iter()
            .any(|word| normal::is_plain(word, &sentence.tokens[at].plain))
            .then_some(1);
        let polite = sentence.any(at, &[Plain::Polite, Plain::Greeting, Plain::Yes, Plain::Filler]);
        let holds = sentence.is(at, Plain::Pause);
        let Some(length) = holds.max(no).max(polite) else { break };
        // "Wait for Ali" is more than a pause.
        let beside = |sense: Sense| matches!(sense, Sense::Is(Plain::UndoBeside | Plain::English));
        let longer = sentence.senses(at).iter().any(|(other, sense)| *other > length && !beside(*sense));
        if longer {
            break;
        }
        head.negates = no == Some(length) && holds.is_none_or(|other| other < length);
        head.count += usize::from(head.negates || holds == Some(length));
        head.marked = false;
        head.end += length;
    }
    (head.count > 0 && head.end < sentence.tokens.len()).then_some(head)
}

/// "naam jogging rakh do": a new name, and no more.
pub(super) fn bare_name(text: &str, english_first: bool, now: Moment) -> Option<String> {
    let mut reading = Reading::new(Sentence::new(text, !english_first), now);
    let to = reading.to;
    let start = reading.peel(0, to, &[Plain::It, Plain::Polite, Plain::Filler]);
    let named = !english_first && reading.is_word(start, &["naam", "nam", "نام"]);
    let end = reading.peel_end(start, to, &[Plain::Request, Plain::Stem, Plain::Add, Plain::Update, Plain::Polite]);
    reading.words(start + 1, end).filter(|_| named && end < to)
}

/// A day or a time, and no more.
pub(super) struct Bare {
    pub change: Change,
    /// It says which day is not meant.
    pub corrects: bool,
    /// It orders: "kal pe rakh do".
    pub orders: bool,
}

/// What words change that name a day or a time, and no task: "Friday", "kal nahi, parson", "move to Friday", "kal subah 7 baje rakh do".
pub(super) fn bare_change(text: &str, english_first: bool, now: Moment) -> Option<Bare> {
    const OTHER: [Plain; 12] = [
        Plain::Complete,
        Plain::Completed,
        Plain::Past,
        Plain::Delete,
        Plain::Not,
        Plain::NotYet,
        Plain::Show,
        Plain::What,
        Plain::Question,
        Plain::Undo,
        Plain::Overdue,
        Plain::All,
    ];
    let mut reading = Reading::new(Sentence::new(text, !english_first), now);
    if reading.asks() {
        return None;
    }
    special::correct_days(&mut reading);
    let change = reading.take_when(Which::Last).change(now);
    let unread = reading.sentence.unread(reading.from, reading.to);
    if change.is_empty() || !unread.is_empty() {
        return None;
    }
    let mut small = vec![
        Plain::It,
        Plain::Particle,
        Plain::Polite,
        Plain::Filler,
        Plain::Self_,
        Plain::Copula,
        Plain::Request,
        Plain::Stem,
        Plain::Before,
        Plain::After,
        Plain::Post,
        Plain::Link,
        Plain::Move,
        Plain::Update,
    ];
    if !english_first {
        small.push(Plain::Add);
    }
    let left = reading.sentence.left(reading.from, reading.to);
    let fits = left.iter().all(|at| {
        let says = reading.sentence.any(*at, &OTHER).is_some();
        reading.is_word(*at, BESIDE) || !says && reading.sentence.any(*at, &small).is_some()
    });
    let verbs = [Plain::Move, Plain::Update, Plain::Request, Plain::Add];
    let orders = left
        .iter()
        .any(|at| reading.sentence.any(*at, &verbs).is_some() || reading.is_word(*at, &["put", "make", "rakho"]));
    fits.then_some(Bare {
        change,
        corrects: reading.corrected,
        orders,
    })
}
