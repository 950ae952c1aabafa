//! Urdu in either script: the verb comes last, and its form says what is meant.
//!
//! "lena hai" is an obligation, "le liya" a done deed, "kar do" a request.

use super::{Reading, adding};
use crate::domain::language::{
    Change, Intent, ListWish, Status,
    lexicon::{Plain, Sense},
    sentence::Sentence,
    token::Kind,
    when::Which,
};

/// The end of the sentence, as far as it is verb.
#[derive(Default)]
struct Tail {
    /// The obligation: the place of the infinitive or of the needed noun's end.
    duty: Option<usize>,
    /// The first word of the done verb.
    done: Option<usize>,
    /// A request ends the sentence.
    request: bool,
    /// hai, hain, hoga.
    copula: Option<usize>,
    /// lunga, karenge.
    will: bool,
    /// An infinitive ends the sentence.
    infinitive: Option<usize>,
}

/// Whether a word is the infinitive of a verb.
pub(super) fn is_infinitive(sentence: &Sentence<'_>, at: usize) -> bool {
    let Some(token) = sentence.tokens.get(at).filter(|t| t.kind == Kind::Word) else { return false };
    if sentence.is(at, Plain::NotInfinitive).is_some() {
        return false;
    }
    if sentence.is(at, Plain::Verb).is_some() && !token.plain.is_ascii() || has_roman_verb(sentence, at) {
        return true;
    }
    let letters = token.plain.chars().count();
    let endings: &[&str] = if token.plain.is_ascii() { &["na", "ni", "ne", "nay", "ney", "naa"] } else { &["نا", "نی", "نے"] };
    letters >= 4 && sentence.is(at, Plain::English).is_none() && sentence.is(at, Plain::Noun).is_none() && endings.iter().any(|ending| token.plain.ends_with(ending))
}

fn has_roman_verb(sentence: &Sentence<'_>, at: usize) -> bool {
    let token = &sentence.tokens[at];
    token.plain.is_ascii() && sentence.is(at, Plain::Verb).is_some() && ["na", "ni", "ne", "nay", "ney"].iter().any(|e| token.plain.ends_with(e))
}

/// Reads what the sentence wants.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<Intent> {
    let used = reading.sentence.used.clone();
    let (from, to) = (reading.from, reading.to);
    let found = [read_tail, added].into_iter().find_map(|rule| {
        reading.sentence.used.clone_from(&used);
        (reading.from, reading.to) = (from, to);
        rule(reading)
    });
    if found.is_none() {
        reading.sentence.used = used;
        (reading.from, reading.to) = (from, to);
    }
    found
}

/// A phrase of a kind that ends at a place.
fn ends(reading: &Reading<'_>, kind: Plain, last: usize) -> Option<usize> {
    (reading.from..=last).rev().take(4).filter(|at| reading.sentence.senses(*at).iter().any(|(n, s)| at + n == last + 1 && *s == Sense::Is(kind))).last()
}

fn tail(reading: &Reading<'_>, content: &[usize]) -> Tail {
    let mut tail = Tail::default();
    let before = |at: usize| content.iter().rev().copied().find(|p| *p < at);
    let Some(&last) = content.last() else { return tail };
    let infinitive = |at: usize| is_infinitive(&reading.sentence, at);
    if let Some(need) = ends(reading, Plain::Need, last) {
        tail.duty = before(need).filter(|at| infinitive(*at) || !reading.sentence.word_is(last, Plain::Copula));
        if tail.duty.is_some() {
            return tail;
        }
    }
    if let Some(copula) = ends(reading, Plain::Copula, last) {
        tail.copula = Some(copula);
        if let Some(at) = before(copula) {
            if infinitive(at) {
                tail.duty = Some(at);
                return tail;
            }
            tail.done = done(reading, content, at);
        }
        if tail.done.is_some() {
            return tail;
        }
    }
    let word = reading.sentence.tokens[last].plain.as_str();
    let will = ["unga", "ungi", "oonga", "oongi", "enge", "engay", "enga"].iter().any(|end| word.len() > end.len() && word.ends_with(end)) || ["ونگا", "ونگی", "ینگے"].iter().any(|end| word.ends_with(end));
    // "ho gai" is done, "karen ge" will be.
    let past = reading.sentence.word_is(last, Plain::Done) && before(last).is_some_and(|at| reading.sentence.word_is(at, Plain::Stem));
    tail.will = will || (reading.sentence.word_is(last, Plain::Will) && !past && content.len() > 2);
    if tail.will {
        return tail;
    }
    tail.request = ends(reading, Plain::Request, last).is_some() || ["iye", "iyega", "dijiye"].iter().any(|end| word.len() > 5 && word.ends_with(end));
    if tail.copula.is_none() && !(tail.request && !reading.sentence.word_is(last, Plain::Done)) {
        tail.done = done(reading, content, last);
    }
    tail.infinitive = infinitive(last).then_some(last);
    tail
}

/// The place where the done verb that ends at `last` begins: "le | liya", "ho | gaya", "kharida".
fn done(reading: &Reading<'_>, content: &[usize], last: usize) -> Option<usize> {
    let sentence = &reading.sentence;
    let phrase = ends(reading, Plain::Past, last).or_else(|| ends(reading, Plain::Done, last));
    let start = phrase?;
    // "ki" and "kiya" alone are too weak without a noun before them.
    let mut first = start;
    for at in content.iter().rev().filter(|at| **at < start).take(2) {
        let light = sentence.word_is(*at, Plain::Stem) || sentence.word_is(*at, Plain::Done) || sentence.word_is(*at, Plain::Past) || sentence.word_is(*at, Plain::Complete);
        if !light {
            break;
        }
        first = *at;
    }
    Some(first)
}

/// Sentences whose end says what is wanted.
fn read_tail(reading: &mut Reading<'_>) -> Option<Intent> {
    let (when, dated) = reading.dates();
    let content: Vec<usize> = reading.sentence.left(reading.from, reading.to).into_iter().filter(|at| !dated[*at]).collect();
    let &first = content.first()?;
    let asks_last = content.last().is_some_and(|at| reading.is_word(*at, &["kya", "kia", "کیا"])) && content.iter().rev().nth(1).is_some_and(|at| reading.sentence.any(*at, &[Plain::Copula, Plain::Need]).is_some());
    let content = without_afterthought(reading, content, asks_last);
    let tail = tail(reading, &content);
    let has = |reading: &Reading<'_>, kind: Plain| content.iter().any(|at| reading.sentence.is(*at, kind).is_some());
    let question = has(reading, Plain::What) && content.iter().any(|at| reading.sentence.is(*at, Plain::What).is_some() && !is_past_word(reading, &content, *at)) || reading.asks() || asks_last;
    let shows = has(reading, Plain::Show);
    let names_task = has(reading, Plain::Task) || has(reading, Plain::List);
    let unneeded = |reading: &Reading<'_>, at: usize| (at.saturating_sub(3)..=at).any(|p| reading.sentence.is(p, Plain::Delete).is_some_and(|n| p + n > at && n > 1));
    let negated = content.iter().any(|at| reading.sentence.word_is(*at, Plain::Not) && !unneeded(reading, *at));
    let begins_add = content.iter().take(4).any(|at| reading.sentence.is(*at, Plain::Add).is_some_and(|n| n > 1));
    let urdu_words = content.iter().any(|at| !reading.sentence.tokens[*at].plain.is_ascii()) || reading.sentence.roman;
    if !urdu_words {
        return None;
    }

    if let Some(duty) = tail.duty {
        if question && !begins_add {
            return Some(listed(reading, &content, false, true));
        }
        // "doodh wala kaam delete karna hai"
        let deed = content.iter().rev().find(|at| **at < duty).copied().filter(|at| names_wala(reading, &content) && reading.sentence.any(*at, &[Plain::Delete, Plain::Move, Plain::Complete]).is_some());
        let deed = deed.filter(|at| has(reading, Plain::Wala) && !reading.is_word(*at, &["khatam", "khatm", "poora", "pura", "ختم", "پورا"]));
        if deed.is_some() {
            return requested(reading, &content);
        }
        if negated {
            return names_wala(reading, &content).then_some(Intent::Unknown);
        }
        let infinitive = is_infinitive(&reading.sentence, duty);
        // "wo kal karna hai": the task just named.
        let pointer = content.iter().filter(|at| **at < duty).all(|at| reading.sentence.any(*at, &[Plain::It, Plain::Particle]).is_some());
        if pointer && has(reading, Plain::It) && infinitive {
            let due = when.due(reading.now);
            let change = Change { due: due.clone().and_then(Result::ok), due_error: due.and_then(Result::err), ..Change::default() };
            return Some(Intent::Update(crate::domain::language::Target { it: true, ..Default::default() }, change));
        }
        return duty_added(reading, duty, infinitive);
    }
    if tail.will && !begins_add {
        return if question { Some(listed(reading, &content, false, false)) } else { adding::add(reading) };
    }
    if let Some(done) = tail.done.filter(|_| !begins_add) {
        if negated {
            return Some(Intent::Unknown);
        }
        if question || shows {
            return Some(listed(reading, &content, true, true));
        }
        return completed(reading, &content, done);
    }
    if begins_add && !question {
        return None;
    }
    if negated && !shows && !question && (tail.request || imperative(reading, &content)) {
        return Some(Intent::Unknown);
    }
    let pending = has(reading, Plain::Pending);
    if shows && (names_task || pending || !when.is_empty() || has(reading, Plain::All) || has(reading, Plain::Completed) || content.len() <= 3 || question) {
        return Some(listed(reading, &content, false, tail.copula.is_none()));
    }
    if tail.request || imperative(reading, &content) {
        return requested(reading, &content);
    }
    let has_noun = content.iter().any(|at| reading.sentence.word_is(*at, Plain::Task));
    if question && (has_noun || pending || names_task) && reading.sentence.any(first, &[Plain::Delete, Plain::Add]).is_none() {
        return Some(listed(reading, &content, false, false));
    }
    if (names_task && (!when.is_empty() || pending || has(reading, Plain::Completed) || has(reading, Plain::All) || has(reading, Plain::Self_))) && only_small(reading, &content) {
        return Some(listed(reading, &content, false, false));
    }
    if question && tail.copula.is_some() && !when.is_empty() {
        return Some(listed(reading, &content, false, false));
    }
    if tail.infinitive.is_some() && content.len() > 1 && !question && !negated {
        return adding::add(reading);
    }
    if let Some(copula) = tail.copula
        && !when.is_empty()
        && !question
        && !negated
        && content.iter().any(|at| *at < copula)
    {
        reading.sentence.take(copula, content.last()? + 1 - copula);
        return adding::add(reading);
    }
    // "anday lane hain aur doodh bhi": the obligation stands in the middle.
    let middle = content.windows(2).any(|pair| is_infinitive(&reading.sentence, pair[0]) && reading.sentence.any(pair[1], &[Plain::Copula, Plain::Need]).is_some());
    if middle && !question && !negated && !tail.request {
        return duty_added(reading, content.last().copied()?, true);
    }
    None
}

/// What is said after the verb: "homework kar liya maine", "report bhej di Sana ko".
fn without_afterthought(reading: &mut Reading<'_>, mut content: Vec<usize>, asks_last: bool) -> Vec<usize> {
    if asks_last && let Some(at) = content.pop() {
        reading.sentence.take(at, 1);
    }
    while content.len() > 2 && content.last().is_some_and(|at| reading.sentence.word_is(*at, Plain::Self_)) {
        if let Some(at) = content.pop() {
            reading.sentence.take(at, 1);
        }
    }
    if let [.., verb, _, post] = content[..]
        && reading.is_word(post, &["ko", "se", "ke", "par", "pe", "mein", "کو", "سے", "پر", "میں"])
        && reading.sentence.any(verb, &[Plain::Done, Plain::Past, Plain::Copula, Plain::Request]).is_some()
    {
        content.truncate(content.len() - 2);
    }
    content
}

/// "kya" at the end of "kya doodh le liya" is a question; "kia" in "kar kia" is a done deed.
fn is_past_word(reading: &Reading<'_>, content: &[usize], at: usize) -> bool {
    let last = content.last().copied();
    let before_last = content.iter().rev().nth(1).copied();
    let place = last == Some(at) || (before_last == Some(at) && last.is_some_and(|l| reading.sentence.word_is(l, Plain::Copula)));
    place && reading.sentence.word_is(at, Plain::Past)
}

fn names_wala(reading: &Reading<'_>, content: &[usize]) -> bool {
    content.iter().any(|at| reading.sentence.any(*at, &[Plain::Wala, Plain::Task]).is_some())
}

fn only_small(reading: &Reading<'_>, content: &[usize]) -> bool {
    const SMALL: &[Plain] = &[Plain::Task, Plain::List, Plain::Pending, Plain::Completed, Plain::All, Plain::Self_, Plain::Particle, Plain::Filler, Plain::Polite, Plain::What, Plain::Copula, Plain::Link, Plain::Show, Plain::After];
    content.iter().all(|at| reading.sentence.any(*at, SMALL).is_some())
}

/// The last word commands: mitao, dikhao, likho.
fn imperative(reading: &Reading<'_>, content: &[usize]) -> bool {
    let Some(&last) = content.last() else { return false };
    let word = reading.sentence.tokens[last].plain.as_str();
    let ending = word.ends_with('o') || word.ends_with("ein") || word.ends_with("en") || word.ends_with("ain") || word.ends_with('ؤ') || word.ends_with('و') || word.ends_with("یں");
    ending && reading.sentence.any(last, &[Plain::Delete, Plain::Add, Plain::Update, Plain::Move, Plain::Complete]).is_some()
        || [Plain::Delete, Plain::Complete, Plain::Move].iter().any(|k| reading.sentence.is(last, *k).is_some()) && content.len() > 1 && names_wala(reading, content)
}

/// A question about tasks.
fn listed(reading: &mut Reading<'_>, content: &[usize], done: bool, may_query: bool) -> Intent {
    let has = |reading: &Reading<'_>, kind: Plain| content.iter().any(|at| reading.sentence.is(*at, kind).is_some());
    let pending = has(reading, Plain::Pending);
    let completed = !pending && (done || has(reading, Plain::Completed));
    let (from, to) = (reading.from, reading.to);
    let priority = reading.take_priority(from, to);
    let open_question = content.iter().any(|at| reading.sentence.is(*at, Plain::What).is_some_and(|n| n > 1));
    let when = reading.take_when(Which::First);
    for at in content {
        if is_infinitive(&reading.sentence, *at) && !may_keep(reading, content, *at) {
            reading.sentence.take(*at, 1);
        }
    }
    reading.drop_all(&[
        Plain::Show, Plain::Task, Plain::List, Plain::Pending, Plain::Completed, Plain::Self_, Plain::All, Plain::What, Plain::Question, Plain::Copula, Plain::Need, Plain::Particle, Plain::Filler,
        Plain::Polite, Plain::Request, Plain::Link, Plain::Done, Plain::Past, Plain::Stem, Plain::After, Plain::Will, Plain::Complete, Plain::Separate, Plain::Wala,
    ]);
    let rest = reading.words(reading.from, reading.to).filter(|_| may_query || has(reading, Plain::Wala));
    let range = when.range(reading.now, done).map(|(first, last)| (Some(first), last));
    let status = match (completed, &rest) {
        // "kya doodh le liya?" asks about one task, done or not.
        (true, Some(_)) if !open_question => Status::All,
        (true, _) => Status::Completed,
        _ => Status::Pending,
    };
    Intent::List(ListWish { status, range, priority, query: rest })
}

fn may_keep(_reading: &Reading<'_>, _content: &[usize], _at: usize) -> bool {
    false
}

/// "mujhe kal doodh lena hai": everything up to the infinitive is the title.
fn duty_added(reading: &mut Reading<'_>, duty: usize, infinitive: bool) -> Option<Intent> {
    let to = reading.to;
    // The verb's end goes; a date behind it stays to be read.
    let (_, dated) = reading.dates();
    let cuts: Vec<usize> = (duty + 1..to).filter(|at| !dated[*at] && reading.sentence.tokens[*at].is_text()).collect();
    for at in cuts {
        reading.sentence.take(at, 1);
    }
    if !infinitive {
        // "doodh chahiye": the noun alone.
        return adding::add(reading);
    }
    // Obligations in the middle of the sentence: "doodh lena hai aur bill bharna hai".
    for at in reading.from..duty {
        if is_infinitive(&reading.sentence, at)
            && let Some(length) = reading.sentence.any(at + 1, &[Plain::Need, Plain::Copula])
        {
            reading.sentence.take(at + 1, length);
        }
    }
    lead_in(reading);
    adding::add(reading)
}

/// "yaad dilao ke", "please add karo": the order before the title.
fn lead_in(reading: &mut Reading<'_>) {
    let (from, to) = (reading.from, reading.to);
    let mut at = reading.peel(from, to, &[Plain::Self_, Plain::Polite, Plain::Filler]);
    let dated = reading.dates().1;
    while at < to && (dated[at] || reading.sentence.used[at]) {
        at += 1;
    }
    at = reading.peel(at, to, &[Plain::Self_, Plain::Polite]);
    let add = reading.sentence.is(at, Plain::Add).filter(|length| *length > 1 || reading.sentence.any(at + 1, &[Plain::Request, Plain::Link, Plain::Stem]).is_some());
    if let Some(length) = add {
        reading.sentence.take(at, length);
        let rest = reading.peel(at + length, to, &[Plain::Request, Plain::Link, Plain::Self_, Plain::Polite, Plain::Stem, Plain::Will]);
        reading.from = rest.min(to);
        // Dates that stood before the order still count.
        if (from..at).any(|place| dated[place]) {
            reading.from = from;
        }
    }
}

/// "yaad dilao ke ...", "list mein ... daal do", "add karo ...".
pub(super) fn added(reading: &mut Reading<'_>) -> Option<Intent> {
    let (_, dated) = reading.dates();
    let content: Vec<usize> = reading.sentence.left(reading.from, reading.to).into_iter().filter(|at| !dated[*at]).collect();
    let urdu_words = content.iter().any(|at| !reading.sentence.tokens[*at].plain.is_ascii()) || reading.sentence.roman;
    if !urdu_words {
        return None;
    }
    let tail = tail(reading, &content);
    let first = content.iter().take(5).copied().find(|at| reading.sentence.is(*at, Plain::Add).is_some_and(|n| n > 1 || reading.sentence.any(at + 1, &[Plain::Request]).is_some()));
    let last = content.iter().rev().take(4).copied().find(|at| reading.sentence.is(*at, Plain::Add).is_some());
    if let Some(duty) = tail.duty.filter(|_| first.is_some()) {
        return duty_added(reading, duty, is_infinitive(&reading.sentence, duty));
    }
    // The order stands last: "... daal do", "... yaad dila dena".
    if let Some(at) = last.filter(|at| (tail.request || reading.is_word(*at, &["yaad", "yad", "یاد"]) || imperative(reading, &content)) && first.is_none_or(|f| f == *at || f > content[0])) 
        && content.first() != Some(&at)
    {
        let end = reading.to;
        let behind: Vec<usize> = (at..end).filter(|p| !dated[*p]).collect();
        let order: &[Plain] = &[Plain::Add, Plain::Request, Plain::Stem, Plain::Polite, Plain::Will, Plain::Copula, Plain::Done, Plain::Filler];
        let mut reached = at;
        let keeps = behind.iter().filter(|p| reading.sentence.tokens[**p].is_text()).all(|p| {
            let length = if *p < reached { Some(0) } else { reading.sentence.any(*p, order) };
            reached = reached.max(p + length.unwrap_or(0));
            length.is_some()
        });
        if keeps {
            for place in behind {
                reading.sentence.take(place, 1);
            }
            // "note kar lo", "add kar do": the helping stem.
            task_and_list(reading, at);
            let to = reading.peel_end(reading.from, at, &[Plain::List, Plain::Task, Plain::Stem, Plain::Link]);
            let to = reading.peel_end(reading.from, to, &[Plain::After]);
            let _ = to;
            return adding::add(reading);
        }
    }
    if let Some(at) = first {
        let length = reading.sentence.is(at, Plain::Add).unwrap_or(1);
        reading.sentence.take(at, length);
        for before in content.iter().filter(|p| **p < at) {
            if reading.sentence.any(*before, &[Plain::Task, Plain::List, Plain::Self_, Plain::Filler, Plain::Polite]).is_some() {
                reading.sentence.take(*before, 1);
            }
        }
        let to = reading.to;
        reading.peel(at + length, to, &[Plain::Request, Plain::Link, Plain::Stem, Plain::Self_, Plain::Polite, Plain::Will]);
        return adding::add(reading);
    }
    None
}

/// "list mein", "naya task" at the beginning of an order.
fn task_and_list(reading: &mut Reading<'_>, to: usize) {
    let mut at = reading.from;
    while at < to {
        match reading.sentence.is(at, Plain::List).filter(|_| !reading.sentence.used[at]) {
            Some(length) if length > 1 || at == reading.from || at + 1 == to => {
                reading.sentence.take(at, length);
                at += length;
            }
            _ => at += 1,
        }
    }
}

/// "doodh le liya", "ticket book ho gaya".
fn completed(reading: &mut Reading<'_>, content: &[usize], done: usize) -> Option<Intent> {
    reading.take_when(Which::First);
    let end = content.last().map_or(done, |last| last + 1);
    let start = content.iter().copied().find(|at| *at >= done).unwrap_or(done);
    // What the verb itself says is kept as a hint when it is more than a helper: "bhej diya".
    let mut words = reading.sentence.title(start, end);
    reading.sentence.take(start, end - start);
    reading.drop_all(&[Plain::Self_, Plain::Polite, Plain::Task]);
    for at in content.iter().filter(|at| **at < done) {
        if reading.sentence.any(*at, &[Plain::Complete, Plain::Completed]).is_some() && *at + 3 > done {
            reading.sentence.take(*at, 1);
        }
    }
    let mut target = reading.target();
    if let Some(last) = target.words.last_mut() {
        words.insert(0, ' ');
        last.push_str(&words);
    }
    if target.words.is_empty() && !target.it && !target.all {
        // "ho gaya": the task just named.
        target.it = true;
    }
    Some(Intent::Complete(target))
}

/// "ticket wala kaam mita do", "meeting reschedule kar do Monday ko".
fn requested(reading: &mut Reading<'_>, content: &[usize]) -> Option<Intent> {
    let near: Vec<usize> = content.iter().rev().take(5).chain(content.iter().take(2)).copied().collect();
    let place = |reading: &Reading<'_>, kind: Plain| near.iter().copied().find(|at| reading.sentence.is(*at, kind).is_some());
    let (from, to) = (reading.from, reading.to);
    let rename = content.iter().copied().find(|at| reading.sentence.is(*at, Plain::Rename).is_some());
    if let Some(at) = rename.or_else(|| content.iter().copied().find(|at| reading.sentence.is(*at, Plain::Instead).is_some())) {
        let length = reading.sentence.any(at, &[Plain::Rename, Plain::Instead]).unwrap_or(1);
        reading.sentence.take(at, length);
        for place in near {
            if place > at && reading.sentence.any(place, &[Plain::Request, Plain::Stem, Plain::Update, Plain::Polite]).is_some() && reading.sentence.tokens[place].kind != Kind::Quote {
                reading.sentence.take(place, 1);
            }
        }
        let title = reading.words(at + length, to)?;
        reading.to = at;
        return Some(Intent::Update(reading.target(), Change { title: Some(title), ..Change::default() }));
    }
    let complete = place(reading, Plain::Complete).filter(|at| reading.sentence.any(*at, &[Plain::Delete]).is_none() || reading.is_word(*at, &["khatam", "khatm", "ختم"]));
    let delete = place(reading, Plain::Delete).filter(|_| complete.is_none());
    let date_noun = content.iter().any(|at| reading.is_word(*at, &["tareekh", "tarikh", "date", "deadline", "تاریخ"]));
    if delete.is_some() {
        verbs_away(reading, content, &[Plain::Delete, Plain::List]);
        if date_noun {
            for at in content {
                if reading.is_word(*at, &["tareekh", "tarikh", "date", "due", "deadline", "تاریخ"]) {
                    reading.sentence.take(*at, 1);
                }
            }
            return Some(Intent::Update(reading.target(), Change { clear_due: true, ..Change::default() }));
        }
        return Some(Intent::Delete(reading.target()));
    }
    let moves = place(reading, Plain::Move).is_some();
    let updates = place(reading, Plain::Update).is_some();
    let adds = place(reading, Plain::Add).is_some();
    if complete.is_some() && !moves {
        reading.take_when(Which::First);
        verbs_away(reading, content, &[Plain::Complete, Plain::Completed, Plain::List]);
        return Some(Intent::Complete(reading.target()));
    }
    let wala = names_wala(reading, content) || content.iter().any(|at| reading.sentence.is(*at, Plain::It).is_some());
    let helper = content.iter().rev().take(3).any(|at| reading.is_word(*at, &["kar", "kr", "karo", "karein", "karen", "kardo", "krdo", "kardein", "kro", "کر", "کرو", "کریں", "کردو", "کردیں", "کیجیے"]));
    let infinitive = content.iter().any(|at| is_infinitive(&reading.sentence, *at));
    let names = !infinitive && content.iter().any(|at| reading.sentence.is(*at, Plain::Wala).is_some());
    if adds && !(moves || updates || names || wala && helper) {
        return None;
    }
    let priority = reading.take_priority(from, to).or_else(|| loose_priority(reading, content));
    let when = reading.take_when(Which::Last);
    let due = when.due(reading.now);
    if !(moves || updates || helper || (wala && (due.is_some() || priority.is_some()))) {
        return None;
    }
    let mut change = Change { due: due.clone().and_then(Result::ok), due_error: due.and_then(Result::err), priority, ..Change::default() };
    // "X ko badal kar Y kar do"
    if change.is_empty()
        && let Some(at) = content.iter().copied().find(|at| reading.sentence.is(*at, Plain::Update).is_some())
        && reading.is_word(at + 1, &["kar", "ke", "kr", "کر", "کے"])
    {
        for place in content.iter().rev().take(3) {
            if *place > at + 1 && reading.sentence.any(*place, &[Plain::Request, Plain::Stem]).is_some() {
                reading.sentence.take(*place, 1);
            }
        }
        reading.sentence.take(at, 2);
        change.title = reading.words(at + 2, to);
        reading.to = if change.title.is_some() { at } else { to };
    }
    if change.is_empty() && !(moves || updates) {
        return None;
    }
    reading.drop_all(&[Plain::PriorityNoun]);
    if change.due.is_some() {
        reading.drop_all(&[Plain::DateNoun]);
    }
    verbs_away(reading, content, if names { &[Plain::Move, Plain::Update, Plain::Add] } else { &[Plain::Move, Plain::Update] });
    Some(Intent::Update(reading.target(), change))
}

/// "isay zaroori kar do": before the request even a weak word of priority counts.
fn loose_priority(reading: &mut Reading<'_>, content: &[usize]) -> Option<crate::domain::task::Priority> {
    let at = content.iter().rev().take(4).copied().find(|at| reading.sentence.find(*at, |s| matches!(s, Sense::Priority(_)).then_some(())).is_some())?;
    let (length, number) = reading.sentence.find(at, |s| if let Sense::Priority(n) = s { Some(n) } else { None })?;
    reading.sentence.take(at, length);
    Some(crate::domain::task::Priority::from_number(number))
}

/// Takes the request and its verbs away: they are near the end, or begin the sentence.
fn verbs_away(reading: &mut Reading<'_>, content: &[usize], kinds: &[Plain]) {
    let count = content.len();
    for (place, at) in content.iter().enumerate() {
        let near = place + 5 >= count || place < 2;
        if near && let Some(length) = reading.sentence.any(*at, kinds) {
            reading.sentence.take(*at, length);
        }
        let end = place + 4 >= count;
        if end && reading.sentence.word_is(*at, Plain::Request) || (end && place + 1 < count && place + 3 >= count && reading.sentence.word_is(*at, Plain::Stem) && count > 2) {
            reading.sentence.take(*at, 1);
        }
    }
}
