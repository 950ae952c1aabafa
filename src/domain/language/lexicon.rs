//! The word lists: what each word or phrase can mean. See `lexicon/README.md` for the format.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use super::{normal, token::Token};
use crate::domain::repeat::{Frequency, Repeat};

/// The longest phrase, in words.
pub(super) const PHRASE_MAX: usize = 7;

/// One meaning of a word or phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sense {
    Day(i64),
    Either(i64),
    Part(Part),
    Tonight,
    Weekday(u8),
    ShortDay(u8),
    Month(u32),
    Number(u32),
    Ordinal(u32),
    Unit(Unit),
    Halves(u32),
    /// Quarters of a unit: paune = 3.
    Quarters(u32),
    /// A unit that is written without a space behind its number.
    Glued(Unit),
    /// A day of the year with a name: month and day.
    Holiday(u32, u32),
    Repeat(Repeat),
    /// A weekday in the form that means every such day: Mondays.
    Weekly(u8),
    Priority(i16),
    /// Any section without an argument, by its place in [`PLAIN`].
    Is(Plain),
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Workday,
    Week,
    Fortnight,
    Month,
    Quarter,
    Year,
}

impl Unit {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "second" => Self::Second,
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "day" => Self::Day,
            "workday" => Self::Workday,
            "week" => Self::Week,
            "fortnight" => Self::Fortnight,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            _ => return None,
        })
    }
}

macro_rules! plain {
    ($($name:ident = $section:literal),* $(,)?) => {
        /// The sections that take no argument.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum Plain { $($name),* }

        const PLAIN: &[(&str, Plain)] = &[$(($section, Plain::$name)),*];
    };
}

plain! {
    Next = "next", This = "this", Last = "last", Every = "every", In = "in", Later = "later", OClock = "oclock", Am = "am", Pm = "pm",
    ClockHalf = "clockhalf", ClockQuarter = "clockquarter", ClockLess = "clockless", DateOf = "dateof", EndOf = "endof", Weekend = "weekend",
    Midnight = "midnight", Before = "before", After = "after", Add = "add", Show = "show", Complete = "complete", Delete = "delete",
    Update = "update", Rename = "rename", Move = "move", Verb = "verb", Past = "past", Must = "must", Copula = "copula", Need = "need",
    Done = "done", Request = "request", Stem = "stem", NotInfinitive = "notinfinitive", Will = "will", Not = "not", NotYet = "notyet",
    Question = "question", What = "what", Polite = "polite", Filler = "filler", Self_ = "self", Link = "link", Particle = "particle",
    Task = "task", List = "list", All = "all", It = "it", Wala = "wala", And = "and", Separate = "separate", Name = "name",
    PriorityNoun = "prioritynoun", Instead = "instead", Pending = "pending", Completed = "completed", Greeting = "greeting",
    HowAreYou = "howareyou", Thanks = "thanks", Help = "help", Yes = "yes", No = "no", Both = "both", FinalOne = "finalone", Bye = "bye",
    Overdue = "overdue", Chat = "chat", DateNoun = "datenoun",
    Noun = "noun", English = "english", EveryOther = "everyother", Earlier = "earlier", Onwards = "onwards", Reopen = "reopen", Notes = "notes",
    Undone = "undone", Says = "says", State = "state", Ongoing = "ongoing", Post = "post", Undoes = "undoes", Ended = "ended", Came = "came", Gets = "gets", Supply = "supply",
    Discard = "discard", Tells = "tells", DayEnd = "dayend", CalledOff = "calledoff", AtNight = "atnight", AtDawn = "atdawn", AtMorning = "atmorning",
    Undo = "undo", UndoBeside = "undobeside", Reminds = "reminds", File = "file", HowMany = "howmany",
    AndHalf = "andhalf", ClockPast = "clockpast", ClockTo = "clockto", Nearly = "nearly", Loosely = "loosely", Shade = "shade",
    ClockNoon = "clocknoon", StartOf = "startof", MidOf = "midof", YearEnd = "yearend", MonthEnd = "monthend", AfterNext = "afternext",
    SpanAfter = "spanafter", SpanBefore = "spanbefore", Ago = "ago", Except = "except", Until = "until", Numbered = "numbered",
    Measure = "measure", Verse = "verse", NotDate = "notdate", At = "at",
    Seeks = "seeks", Opens = "opens", Sorts = "sorts", Swaps = "swaps", Sends = "sends", Merges = "merges", Pause = "pause",
}

impl Sense {
    /// Whether it names a day or a part of one, and hardly ever anything else.
    pub fn is_date(self) -> bool {
        matches!(
            self,
            Self::Day(_) | Self::Either(_) | Self::Part(_) | Self::Tonight | Self::Weekday(_) | Self::Month(_) | Self::Is(Plain::Weekend)
        )
    }

    /// Reads a section's name.
    fn read(section: &str) -> Option<Self> {
        let (name, argument) = section.split_once(' ').unwrap_or((section, ""));
        let weekday = || {
            ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
                .iter()
                .position(|d| *d == argument)
                .and_then(|d| u8::try_from(d).ok())
        };
        Some(match name {
            "day" => Self::Day(argument.parse().ok()?),
            "either" => Self::Either(argument.parse().ok()?),
            "tonight" => Self::Tonight,
            "weekday" => Self::Weekday(weekday()?),
            "shortday" => Self::ShortDay(weekday()?),
            "month" => Self::Month(argument.parse().ok()?),
            "number" => Self::Number(argument.parse().ok()?),
            "ordinal" => Self::Ordinal(argument.parse().ok()?),
            "halves" => Self::Halves(argument.parse().ok()?),
            "priority" => Self::Priority(argument.parse().ok()?),
            "part" => Self::Part(match argument {
                "morning" => Part::Morning,
                "noon" => Part::Noon,
                "afternoon" => Part::Afternoon,
                "evening" => Part::Evening,
                "night" => Part::Night,
                _ => return None,
            }),
            "unit" => Self::Unit(Unit::read(argument)?),
            "glued" => Self::Glued(Unit::read(argument)?),
            "quarters" => Self::Quarters(argument.parse().ok()?),
            "holiday" => {
                let (month, day) = argument.split_once('-')?;
                Self::Holiday(month.parse().ok()?, day.parse().ok()?)
            }
            "repeat" => Self::Repeat(match argument {
                "daily" => Repeat::every(Frequency::Daily),
                "weekly" => Repeat::every(Frequency::Weekly),
                "monthly" => Repeat::every(Frequency::Monthly),
                "yearly" => Repeat::every(Frequency::Yearly),
                rule => rule.parse().ok()?,
            }),
            "weekly" => Self::Weekly(weekday()?),
            _ => Self::Is(PLAIN.iter().find(|(text, _)| *text == section)?.1),
        })
    }
}

/// A list of one language: phrase (words joined by a space) to its meanings.
#[derive(Default)]
pub(super) struct List {
    exact: HashMap<String, Vec<Sense>>,
    folded: HashMap<String, Vec<Sense>>,
    /// Words that begin a phrase of several words, so that most positions need one look-up.
    heads: HashSet<String>,
    ambiguous: HashSet<String>,
}

impl List {
    fn read(text: &str, fold: bool) -> Self {
        let mut list = Self::default();
        for (section, phrase) in entries(text) {
            let words = words(phrase);
            if section == "ambiguous" {
                list.ambiguous.insert(words.join(" "));
                continue;
            }
            let Some(sense) = Sense::read(section) else { continue };
            if words.is_empty() || words.len() > PHRASE_MAX {
                continue;
            }
            add(&mut list.exact, &mut list.heads, &words, sense);
            if fold {
                let folded: Vec<String> = words.iter().map(|word| normal::folded(word)).collect();
                add(&mut list.folded, &mut list.heads, &folded, sense);
            }
        }
        list
    }

    /// The meanings of the phrases that begin with the first of these tokens: their length in tokens, longest first.
    fn at(&self, tokens: &[&Token], folded: bool) -> Vec<(usize, Sense)> {
        let map = if folded { &self.folded } else { &self.exact };
        let Some(first) = tokens.first() else { return Vec::new() };
        let key_of = |token: &Token| {
            if folded && !token.folded.is_empty() {
                token.folded.clone()
            } else {
                token.plain.clone()
            }
        };
        let mut key = key_of(first);
        let longest = if self.heads.contains(&key) {
            PHRASE_MAX.min(tokens.len())
        } else {
            1
        };
        let mut found = Vec::new();
        for length in 1..=longest {
            if length > 1 {
                key.push(' ');
                key.push_str(&key_of(tokens[length - 1]));
            }
            if let Some(senses) = map.get(&key) {
                found.extend(senses.iter().map(|sense| (length, *sense)));
            }
        }
        found.reverse();
        found
    }
}

fn add(map: &mut HashMap<String, Vec<Sense>>, heads: &mut HashSet<String>, words: &[String], sense: Sense) {
    if words.len() > 1 {
        heads.insert(words[0].clone());
    }
    let senses = map.entry(words.join(" ")).or_default();
    if !senses.contains(&sense) {
        senses.push(sense);
    }
}

fn words(phrase: &str) -> Vec<String> {
    super::token::tokens(phrase)
        .into_iter()
        .filter(|t| t.is_text() || t.is_mark('&'))
        .map(|t| t.plain)
        .collect()
}

/// The lines of a list as (section, phrase).
fn entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    text.lines()
        .map(|line| line.split('#').next().unwrap_or(line).trim())
        .flat_map(move |line| {
            let heading = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            if let Some(name) = heading {
                section = name.trim();
            }
            let here = section;
            let body = if heading.is_some() { "" } else { line };
            body.split([',', '،'])
                .map(str::trim)
                .filter(|phrase| !phrase.is_empty())
                .map(move |phrase| (here, phrase))
        })
}

/// All the lists.
pub(super) struct Lexicon {
    pub english: List,
    pub roman: List,
    pub urdu: List,
    /// Words of dates in all scripts, which say nothing about the language.
    dates: List,
    same: HashMap<String, usize>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut same = HashMap::new();
    for (group, line) in include_str!("lexicon/same.txt").lines().enumerate() {
        if !line.starts_with(['#', '[']) {
            for (_, word) in entries(line) {
                same.insert(super::stems::stem(&words(word).join(" ")), group);
            }
        }
    }
    Lexicon {
        english: List::read(include_str!("lexicon/english.txt"), false),
        roman: List::read(include_str!("lexicon/roman.txt"), true),
        urdu: List::read(include_str!("lexicon/urdu.txt"), false),
        dates: List::read(include_str!("lexicon/dates.txt"), false),
        same,
    }
});

/// The lists, read once.
pub(super) fn lexicon() -> &'static Lexicon {
    &LEXICON
}

impl Lexicon {
    /// The meanings of what begins at the first token, in a sentence whose Latin words are (mostly) Roman Urdu, or English.
    pub fn senses(&self, tokens: &[&Token], roman: bool) -> Vec<(usize, Sense)> {
        let Some(first) = tokens.first() else { return Vec::new() };
        if !first.plain.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '&') {
            return self.urdu.at(tokens, false);
        }
        let two_ways = self.roman.ambiguous.contains(&first.plain);
        let mut found = Vec::new();
        if roman {
            found = self.roman.at(tokens, false);
            let english = self.english.at(tokens, false);
            // A spelling that is listed means what is listed, and an English word keeps its own sound: "pay" is not "pe".
            let single = |list: &[(usize, Sense)]| list.iter().any(|(length, _)| *length == 1);
            let loose = !single(&found) && (two_ways || !single(&english));
            found.extend(self.roman.at(tokens, true).into_iter().filter(|(length, _)| *length > 1 || loose));
            let known = found.iter().any(|(length, _)| *length == 1);
            found.extend(
                english
                    .into_iter()
                    .filter(|(length, sense)| *length > 1 || !(two_ways && known) || !is_small(*sense)),
            );
        } else {
            found.extend(self.english.at(tokens, false));
            found.extend(
                self.roman
                    .at(tokens, false)
                    .into_iter()
                    .filter(|(length, _)| *length > 1 || !two_ways),
            );
        }
        found.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
        found.dedup();
        found
    }

    /// The meanings of what begins at the first token within a date.
    pub fn date_senses(&self, tokens: &[&Token]) -> Vec<(usize, Sense)> {
        self.dates.at(tokens, false)
    }

    /// Whether a Latin word is read in the language of its sentence.
    pub fn is_ambiguous(&self, token: &Token) -> bool {
        self.roman.ambiguous.contains(&token.plain)
    }

    /// How much a Latin word speaks for Roman Urdu and for English.
    pub fn weight(&self, token: &Token) -> (u32, u32) {
        let two_ways = self.is_ambiguous(token);
        let english = match self.english.exact.get(&token.plain) {
            Some(senses) if senses.contains(&Sense::Is(Plain::English)) => 2,
            // Things have English names in Urdu sentences too.
            Some(senses)
                if senses.iter().all(|s| {
                    matches!(
                        s,
                        Sense::Is(
                            Plain::Supply
                                | Plain::AtNight
                                | Plain::AtDawn
                                | Plain::AtMorning
                                | Plain::File
                                | Plain::UndoBeside
                                | Plain::Pause
                        )
                    )
                }) =>
            {
                0
            }
            Some(_) => 1,
            None => 0,
        };
        if two_ways {
            return (0, u32::from(english == 1));
        }
        let exact = self.roman.exact.get(&token.plain);
        let folded = || self.roman.folded.get(&token.folded).filter(|_| english == 0);
        match exact.or_else(folded) {
            // A word of both languages says little.
            Some(_) if english > 0 => (0, u32::from(english == 1)),
            Some(senses) if senses.iter().all(|s| matches!(s, Sense::Is(Plain::NotInfinitive))) => (0, 0),
            Some(senses)
                if senses
                    .iter()
                    .all(|s| matches!(s, Sense::Is(Plain::Noun | Plain::NotInfinitive | Plain::Supply))) =>
            {
                (1, 0)
            }
            // What only sounds like a word of Urdu may be any name: Anna, Matt, Thai.
            Some(_) => (if exact.is_some() { 2 } else { 1 }, 0),
            None => (0, english),
        }
    }

    /// How much a phrase of several words, which begins here, speaks for Roman Urdu and for English.
    pub fn phrase_weight(&self, tokens: &[&Token]) -> (u32, u32) {
        let longest = |list: &List| {
            list.at(tokens, false)
                .first()
                .map_or(0, |(length, _)| u32::try_from(*length).unwrap_or(0))
        };
        let (roman, english) = (longest(&self.roman), longest(&self.english));
        (if roman > 1 { roman } else { 0 }, if english > 1 { english } else { 0 })
    }

    /// Where a Roman Urdu verb that is written together with its helper divides: "rakh|do", "bhej|dia". `None` for every other word.
    pub fn joint(&self, word: &str) -> Option<usize> {
        const HELPERS: &[&str] = &[
            "dijiye", "dena", "dein", "dain", "diya", "diye", "dena", "liya", "liye", "lena", "lein", "gaya", "gayi", "gaye", "den", "dia",
            "lia", "len", "gya", "gai", "gia", "do", "di", "lo", "li",
        ];
        const VERBS: &[Plain] = &[Plain::Stem, Plain::Add, Plain::Delete, Plain::Show, Plain::Move, Plain::Update];
        if !word.is_ascii() || self.english.exact.contains_key(word) || self.roman.exact.contains_key(word) {
            return None;
        }
        HELPERS.iter().find_map(|helper| {
            let stem = word.strip_suffix(helper).filter(|stem| stem.len() >= 3)?;
            let senses = self.roman.exact.get(stem)?;
            let verb = senses
                .iter()
                .any(|sense| matches!(sense, Sense::Is(plain) if VERBS.contains(plain)));
            (verb && !self.roman.ambiguous.contains(stem)).then_some(stem.len())
        })
    }

    /// Whether a word is a verb of daily life in English, and nothing of the kind in Urdu.
    pub fn is_english_verb(&self, token: &Token) -> bool {
        let verb = Sense::Is(Plain::Verb);
        let has = |list: &List| list.exact.get(&token.plain).is_some_and(|senses| senses.contains(&verb));
        has(&self.english) && !has(&self.roman)
    }

    /// Whether a Latin word has one of these meanings in Roman Urdu.
    pub fn is_roman(&self, token: &Token, kinds: &[Plain]) -> bool {
        let found = self.roman.exact.get(&token.plain);
        found.is_some_and(|senses| {
            senses
                .iter()
                .any(|sense| matches!(sense, Sense::Is(plain) if kinds.contains(plain)))
        })
    }

    /// The group of words that mean the same as this stem.
    pub fn group(&self, stem: &str) -> Option<usize> {
        self.same.get(stem).copied()
    }
}

/// Meanings that a word of two languages keeps to the language of its sentence.
fn is_small(sense: Sense) -> bool {
    !matches!(sense, Sense::Month(_) | Sense::Unit(_) | Sense::Priority(_))
        && !matches!(
            sense,
            Sense::Is(
                Plain::Add
                    | Plain::Complete
                    | Plain::Delete
                    | Plain::Move
                    | Plain::Update
                    | Plain::Rename
                    | Plain::Task
                    | Plain::List
                    | Plain::Weekend
                    | Plain::Polite
            )
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_known_and_every_phrase_fits() {
        for text in [
            include_str!("lexicon/english.txt"),
            include_str!("lexicon/roman.txt"),
            include_str!("lexicon/urdu.txt"),
            include_str!("lexicon/dates.txt"),
        ] {
            for (section, phrase) in entries(text) {
                assert!(section == "ambiguous" || Sense::read(section).is_some(), "[{section}]");
                let words = words(phrase);
                assert!((1..=PHRASE_MAX).contains(&words.len()), "{phrase}");
            }
        }
    }
}
