//! Messages that are understood as a whole, or not at all: take it back, plan the day, remind me before something, read this file. In all of
//! them every word has to fit: "undo the last change" takes it back, "undo the screws" does not.

use super::{Reading, urdu::is_infinitive};
use crate::domain::language::{
    Beyond, Intent, ListWish, Status,
    lexicon::{Plain, Sense, Unit},
    when::{self, Which},
};

/// What one of these rules makes of the message.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<Intent> {
    reading.first_of(&[undone, planned, reminded_before, counted, comes_next, from_file, settings])
}

/// Words that say nothing by themselves.
const SMALL: &[Plain] = &[
    Plain::It,
    Plain::Particle,
    Plain::Filler,
    Plain::Polite,
    Plain::Self_,
    Plain::Task,
    Plain::Request,
    Plain::Stem,
    Plain::Link,
];

/// These kinds, and those of the words that say nothing by themselves.
fn with_small(kinds: &[Plain]) -> Vec<Plain> {
    [SMALL, kinds].concat()
}

impl Reading<'_> {
    /// Whether each word is one of these kinds, is taken by `also`, or stands in a phrase that is.
    fn consists_of(&self, kinds: &[Plain], also: impl Fn(&Self, usize) -> bool) -> bool {
        let mut reached = 0;
        self.sentence.left(self.from, self.to).into_iter().all(|at| {
            let length = self.sentence.any(at, kinds).unwrap_or(0);
            let inside = at < reached;
            reached = reached.max(at + length);
            inside || length > 0 || also(self, at)
        })
    }

    /// Whether a word of this kind stands in what is left.
    fn holds(&self, kind: Plain) -> bool {
        (self.from..self.to).any(|at| self.sentence.is(at, kind).is_some())
    }
}

/// "Undo", "take the last change back", "wapas karo", "واپس لاؤ".
fn undone(reading: &mut Reading<'_>) -> Option<Intent> {
    let first = *reading.sentence.left(reading.from, reading.to).first()?;
    let parted = reading.is_word(first, &["take", "put", "bring", "change", "roll", "set", "turn"])
        && (first + 1..reading.to).any(|at| reading.is_word(at, &["back"]));
    let kinds = with_small(&[Plain::Undo, Plain::UndoBeside, Plain::Done, Plain::Copula]);
    let fits = reading.consists_of(&kinds, |_, at| parted && at == first);
    let said = reading.holds(Plain::Undo) || parted && (reading.holds(Plain::UndoBeside) || reading.holds(Plain::It));
    (said && fits && !reading.holds(Plain::NotYet)).then_some(Intent::Undo)
}

/// "Plan my day", "aaj ka plan banao", "میرے دن کا منصوبہ بناؤ".
fn planned(reading: &mut Reading<'_>) -> Option<Intent> {
    let days = when::spans(&reading.sentence, reading.from, reading.to);
    let dated = |at: usize| days.iter().any(|(from, to)| (*from..*to).contains(&at));
    let is_unit = |reading: &Reading<'_>, at: usize| {
        let unit = |sense| matches!(sense, Sense::Unit(Unit::Day | Unit::Week)).then_some(());
        reading.sentence.find(at, unit).is_some()
            || reading.is_word(at, &["din", "day", "days", "دن", "hafta", "hafte", "week", "schedule"])
    };
    let plans = |reading: &Reading<'_>, at: usize| {
        reading.is_word(
            at,
            &[
                "plan",
                "planning",
                "organise",
                "organize",
                "arrange",
                "prioritise",
                "prioritize",
                "structure",
                "schedule",
                "mansooba",
                "mansuba",
                "پلان",
                "منصوبہ",
                "ترتیب",
                "tarteeb",
                "tartib",
            ],
        )
    };
    let left = reading.sentence.left(reading.from, reading.to);
    let all = |reading: &Reading<'_>, found: &dyn Fn(&Reading<'_>, usize) -> bool| left.iter().any(|at| found(reading, *at));
    // "weekly plan ko jumma ko kar do" moves a task; "mera din plan kar do" does not.
    const PUT: &[&str] = &["kar", "kr", "rakh", "rkh", "daal", "dal", "کر", "رکھ", "ڈال"];
    let put = left
        .windows(2)
        .any(|pair| reading.is_word(pair[1], PUT) && !plans(reading, pair[0]));
    if put || left.iter().any(|at| plans(reading, *at) && reading.is_word(at + 1, &["ko", "کو"])) {
        return None;
    }
    let day = left.iter().any(|at| dated(*at) || is_unit(reading, *at) && !plans(reading, *at));
    if !day || !all(reading, &plans) || reading.asks() && !reading.is_word(reading.from, &["plan"]) {
        return None;
    }
    let helps = |reading: &Reading<'_>, at: usize| {
        dated(at)
            || plans(reading, at)
            || is_unit(reading, at)
            || reading.is_word(
                at,
                &[
                    "help",
                    "me",
                    "make",
                    "create",
                    "out",
                    "work",
                    "give",
                    "want",
                    "need",
                    "let",
                    "us",
                    "rest",
                    "bana",
                    "banao",
                    "banaein",
                    "banayen",
                    "banaye",
                    "bnao",
                    "tayyar",
                    "بنا",
                    "بناؤ",
                    "بنائیں",
                    "بنا",
                    "دن",
                    "تیار",
                    "ke",
                    "mujhe",
                    "meri",
                    "mera",
                ],
            )
    };
    let obliges = left
        .iter()
        .any(|at| reading.sentence.any(*at, &[Plain::Copula, Plain::Need]).is_some());
    if obliges && reading.sentence.roman || !reading.consists_of(SMALL, helps) {
        return None;
    }
    let today = reading.now.local.date();
    let week = left.iter().any(|at| {
        let unit = |sense| matches!(sense, Sense::Unit(Unit::Week)).then_some(());
        reading.sentence.find(*at, unit).is_some()
    });
    let named = reading.take_when(Which::First).range(reading.now, false);
    let (first, last) = match named {
        Some(range) => range,
        None if week => when::When {
            day: Some(when::Day::Week(0)),
            ..when::When::default()
        }
        .range(reading.now, false)?,
        None => (today, today),
    };
    Some(Intent::Days(first, last))
}

/// "Remind me 10 minutes before the dentist", "meeting se 10 minute pehle yaad dilana".
fn reminded_before(reading: &mut Reading<'_>) -> Option<Intent> {
    let (from, to) = (reading.from, reading.to);
    let remind = (from..to).find(|at| reading.sentence.is(*at, Plain::Reminds).is_some())?;
    let amount = (from..to).find_map(|at| amount(reading, at).map(|end| (at, end)));
    let (at, end) = amount?;
    let before = reading.sentence.is(end, Plain::Earlier).is_some()
        || reading.is_word(
            end,
            &[
                "before", "prior", "ahead", "early", "pehle", "pahle", "phle", "pehlay", "پہلے", "قبل",
            ],
        );
    if !before {
        return None;
    }
    // "Remind me to take the medicine 30 minutes before dinner" is a thing to do; so is "... call karna yaad dilana".
    let other_deed = if reading.sentence.roman || !reading.sentence.tokens[remind].plain.is_ascii() {
        (from..to).any(|place| {
            let of_order = reading.is_word(
                place,
                &[
                    "dilana",
                    "karana",
                    "karwana",
                    "lagana",
                    "dena",
                    "batana",
                    "btana",
                    "karna",
                    "krna",
                    "دلانا",
                    "کرانا",
                    "لگانا",
                    "دینا",
                    "بتانا",
                    "کرنا",
                ],
            ) && place > remind;
            is_infinitive(&reading.sentence, place) && !of_order
        })
    } else {
        (remind + 1..at).any(|place| reading.is_word(place, &["to"]))
    };
    (!other_deed).then_some(Intent::Beyond(Beyond::Reminder))
}

/// The end of an amount of time: "10 minutes", "half an hour", "the day", "aadha ghanta".
fn amount(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let sentence = &reading.sentence;
    let unit = |at: usize| {
        sentence
            .find(at, |s| matches!(s, Sense::Unit(_)).then_some(()))
            .map(|(length, ())| at + length)
    };
    let counted = sentence.tokens.get(at)?.number().map(|_| 1).or_else(|| {
        let number = |s| matches!(s, Sense::Number(_) | Sense::Halves(_)).then_some(());
        sentence.find(at, number).map(|(length, ())| length)
    });
    let next = match counted {
        Some(length) => at + length,
        None if reading.is_word(at, &["the", "few", "some", "kuch", "kuchh", "کچھ", "couple"]) => at + 1,
        None => return None,
    };
    // "half an hour", "a few minutes"
    let next = if reading.is_word(next, &["an", "a", "few", "couple"]) {
        next + 1
    } else {
        next
    };
    unit(next)
}

/// "Count my tasks due tomorrow", "the number of my tasks", "kal ke kaam gino".
fn counted(reading: &mut Reading<'_>) -> Option<Intent> {
    let (from, to) = (reading.from, reading.to);
    let begins = reading.is_word(from, &["count", "number"]) || reading.is_word(from, &["the"]) && reading.is_word(from + 1, &["number"]);
    let counts = |at: usize| {
        let length = reading.sentence.is(at, Plain::HowMany)?;
        let asks = reading.sentence.any(at, &[Plain::Question, Plain::What]).is_some();
        (!asks && at > from).then_some(at + length)
    };
    // "... gino", "... gin kar batao": the order stands last.
    let ends = (from..to).find_map(counts).is_some_and(|end| {
        let order = [Plain::Request, Plain::Show, Plain::Stem, Plain::Polite, Plain::Copula];
        reading
            .sentence
            .left(end, to)
            .into_iter()
            .all(|at| reading.sentence.any(at, &order).is_some())
    });
    let noun = reading.holds(Plain::Task) || reading.sentence.is(from + 1, Plain::List).is_some();
    if !(begins || ends) || !noun {
        return None;
    }
    let overdue = reading.holds(Plain::Overdue);
    let done = !overdue && !reading.holds(Plain::Pending) && reading.holds(Plain::Completed);
    let when = reading.take_when(Which::First);
    let priority = reading.take_priority(from, to);
    let kinds = [
        Plain::HowMany,
        Plain::Pending,
        Plain::Completed,
        Plain::Overdue,
        Plain::All,
        Plain::List,
        Plain::Show,
        Plain::Before,
        Plain::Must,
        Plain::Copula,
        Plain::Post,
        Plain::Wala,
    ];
    let fits = reading.consists_of(&with_small(&kinds), |reading, at| {
        reading.is_word(at, &["count", "number", "total", "all"])
    });
    let range = when.range(reading.now, done).map(|(first, last)| (Some(first), last));
    fits.then(|| {
        Intent::List(ListWish {
            status: if done { Status::Completed } else { Status::Pending },
            range: range.filter(|_| !overdue),
            priority,
            overdue,
            count: true,
            ..ListWish::default()
        })
    })
}

/// "What is my next task?", "agla kaam kya hai", "اگلا کام بتاؤ".
fn comes_next(reading: &mut Reading<'_>) -> Option<Intent> {
    const ONE: &[&str] = &["task", "todo", "thing", "item", "kaam", "kam", "کام", "ٹاسک"];
    let left = reading.sentence.left(reading.from, reading.to);
    let pair = left
        .windows(2)
        .any(|pair| reading.sentence.word_is(pair[0], Plain::Next) && reading.is_word(pair[1], ONE));
    let kinds = [
        Plain::Next,
        Plain::Show,
        Plain::What,
        Plain::Question,
        Plain::Copula,
        Plain::List,
        Plain::Seeks,
        Plain::Post,
        Plain::Must,
    ];
    let fits = reading.consists_of(&with_small(&kinds), |reading, at| reading.is_word(at, &["do", "up", "is", "whats"]));
    (pair && fits).then(|| {
        Intent::List(ListWish {
            next: true,
            ..ListWish::default()
        })
    })
}

/// "Open settings", "settings kahan hain", "سیٹنگز کھولو": where they are.
fn settings(reading: &mut Reading<'_>) -> Option<Intent> {
    const SETTINGS: &[&str] = &["settings", "setting", "preferences", "سیٹنگز", "سیٹنگ", "ترتیبات"];
    const AROUND: &[&str] = &[
        "where",
        "how",
        "do",
        "find",
        "go",
        "to",
        "into",
        "take",
        "see",
        "change",
        "are",
        "is",
        "app",
        "page",
        "menu",
        "account",
        "profile",
        "kahan",
        "kidhar",
        "khol",
        "kholo",
        "kholein",
        "kholna",
        "jana",
        "jao",
        "le",
        "chalo",
        "badal",
        "badlo",
        "badalni",
        "badalna",
        "kaise",
        "کہاں",
        "کدھر",
        "کھول",
        "کھولو",
        "کھولیں",
        "بدل",
        "بدلو",
        "بدلنی",
        "کیسے",
        "جاؤ",
    ];
    let named = (reading.from..reading.to).any(|at| reading.is_word(at, SETTINGS));
    let kinds = with_small(&[
        Plain::Opens,
        Plain::Show,
        Plain::Seeks,
        Plain::What,
        Plain::Question,
        Plain::Copula,
        Plain::Update,
        Plain::Need,
        Plain::Post,
    ]);
    let fits = named && reading.consists_of(&kinds, |reading, at| reading.is_word(at, SETTINGS) || reading.is_word(at, AROUND));
    fits.then_some(Intent::Beyond(Beyond::Settings))
}

/// "Add tasks from this file", "is file mein jo kaam hain list mein daal do".
fn from_file(reading: &mut Reading<'_>) -> Option<Intent> {
    let file = reading.holds(Plain::File);
    let out = (reading.from..reading.to).any(|at| {
        reading.is_word(
            at,
            &[
                "from", "in", "inside", "import", "extract", "read", "scan", "se", "mein", "me", "main", "wale", "wali", "سے", "میں",
                "والے",
            ],
        )
    });
    let what = reading.holds(Plain::Task)
        || reading.holds(Plain::All)
        || reading.holds(Plain::What)
        || (reading.from..reading.to).any(|at| reading.is_word(at, &["import", "extract", "them", "whatever", "jo", "جو"]));
    if !file || !out || !what || reading.sentence.left(reading.from, reading.to).len() > 16 {
        return None;
    }
    let kinds = with_small(&[
        Plain::File,
        Plain::Add,
        Plain::List,
        Plain::All,
        Plain::What,
        Plain::Copula,
        Plain::Post,
        Plain::Wala,
        Plain::And,
        Plain::Separate,
    ]);
    let fits = reading.consists_of(&kinds, |reading, at| {
        reading.is_word(
            at,
            &[
                "from", "in", "inside", "import", "extract", "read", "scan", "get", "take", "load", "pull", "parse", "turn", "convert",
                "into", "make", "is", "are", "there", "sent", "uploaded", "attached", "shared", "whatever", "jo", "likhe", "likha", "hue",
                "parh", "nikal", "nikaal", "جو", "لکھے", "لکھا", "ہوئے", "پڑھ", "نکال",
            ],
        )
    });
    fits.then_some(Intent::Beyond(Beyond::File))
}
