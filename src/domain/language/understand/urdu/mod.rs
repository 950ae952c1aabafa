//! Urdu in either script: the verb comes last, and its form says what is meant.
//!
//! "lena hai" is an obligation, "le liya" a done deed, "kar do" a request.

mod adding;
mod deeds;

pub(super) use adding::added;
use adding::duty_added;
use deeds::{completed, listed, requested};

use super::{Reading, adding::add};
use crate::domain::language::{
    Change, Intent, Target,
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
    let Some(token) = sentence.tokens.get(at).filter(|t| t.kind == Kind::Word) else {
        return false;
    };
    if sentence.is(at, Plain::NotInfinitive).is_some() {
        return false;
    }
    if sentence.is(at, Plain::Verb).is_some() && !token.plain.is_ascii() || has_roman_verb(sentence, at) {
        return true;
    }
    let letters = token.plain.chars().count();
    let endings: &[&str] = if token.plain.is_ascii() {
        &["na", "ni", "ne", "nay", "ney", "naa"]
    } else {
        &["نا", "نی", "نے"]
    };
    letters >= 4
        && sentence.is(at, Plain::English).is_none()
        && sentence.is(at, Plain::Noun).is_none()
        && endings.iter().any(|ending| token.plain.ends_with(ending))
}

fn has_roman_verb(sentence: &Sentence<'_>, at: usize) -> bool {
    let token = &sentence.tokens[at];
    token.plain.is_ascii()
        && sentence.is(at, Plain::Verb).is_some()
        && ["na", "ni", "ne", "nay", "ney"].iter().any(|e| token.plain.ends_with(e))
}

/// Reads what the sentence wants.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<Intent> {
    let used = reading.sentence.used.clone();
    let (from, to) = (reading.from, reading.to);
    let found = [read_tail, kept, added].into_iter().find_map(|rule| {
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

/// "gym kal shaam 7 baje rakh do": not in the list, but at a time.
fn kept(reading: &mut Reading<'_>) -> Option<Intent> {
    let left = reading.sentence.left(reading.from, reading.to);
    let keeps = left.iter().rev().take(2).any(|at| reading.is_word(*at, KEEP));
    if !keeps || left.iter().any(|at| reading.sentence.is(*at, Plain::List).is_some()) {
        return None;
    }
    let (from, to) = (reading.from, reading.to);
    let used = reading.sentence.used.clone();
    let change = reading.take_when(Which::Last).change(reading.now);
    reading.sentence.used = used;
    (reading.from, reading.to) = (from, to);
    match added(reading)? {
        Intent::Add(mut tasks) if tasks.len() == 1 && change.due.is_some() && change.repeat.is_none() => {
            Some(Intent::Place(tasks.remove(0), change))
        }
        other => Some(other),
    }
}

/// The forms of "to keep", with which one gives a thing a time.
const KEEP: &[&str] = &[
    "rakh",
    "rakho",
    "rakhdo",
    "rkh",
    "rakhein",
    "rakhna",
    "rakhen",
    "rakhlo",
    "rkhdo",
    "رکھ",
    "رکھو",
    "رکھیں",
    "رکھنا",
    "رکھیے",
];

/// A phrase of a kind that ends at a place.
fn ends(reading: &Reading<'_>, kind: Plain, last: usize) -> Option<usize> {
    (reading.from..=last)
        .rev()
        .take(4)
        .filter(|at| {
            reading
                .sentence
                .senses(*at)
                .iter()
                .any(|(n, s)| at + n == last + 1 && *s == Sense::Is(kind))
        })
        .last()
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
    let will = ["unga", "ungi", "oonga", "oongi", "enge", "engay", "enga"]
        .iter()
        .any(|end| word.len() > end.len() && word.ends_with(end))
        || ["ونگا", "ونگی", "ینگے"].iter().any(|end| word.ends_with(end));
    // "ho gai" is done, "karen ge" will be.
    let past = reading.sentence.word_is(last, Plain::Done) && before(last).is_some_and(|at| reading.sentence.word_is(at, Plain::Stem));
    tail.will = will || (reading.sentence.word_is(last, Plain::Will) && !past && content.len() > 2);
    if tail.will {
        return tail;
    }
    tail.request =
        ends(reading, Plain::Request, last).is_some() || ["iye", "iyega", "dijiye"].iter().any(|end| word.len() > 5 && word.ends_with(end));
    if tail.copula.is_none() && (!tail.request || reading.sentence.word_is(last, Plain::Done)) {
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
        let light = sentence.word_is(*at, Plain::Stem)
            || sentence.word_is(*at, Plain::Done)
            || sentence.word_is(*at, Plain::Past)
            || sentence.word_is(*at, Plain::Complete);
        if !light {
            break;
        }
        first = *at;
    }
    Some(first)
}

/// Sentences whose end says what is wanted.
fn read_tail(reading: &mut Reading<'_>) -> Option<Intent> {
    unneeded_first(reading);
    let (when, dated) = reading.dates();
    let content: Vec<usize> = reading
        .sentence
        .left(reading.from, reading.to)
        .into_iter()
        .filter(|at| !dated[*at])
        .collect();
    let &first = content.first()?;
    let asks_last = content.last().is_some_and(|at| reading.is_word(*at, &["kya", "kia", "کیا"]))
        && content
            .iter()
            .rev()
            .nth(1)
            .is_some_and(|at| reading.sentence.any(*at, &[Plain::Copula, Plain::Need]).is_some());
    let tag = tag_question(reading, &content);
    let content = without_afterthought(reading, content, asks_last || tag);
    let tail = tail(reading, &content);
    let has = |reading: &Reading<'_>, kind: Plain| content.iter().any(|at| reading.sentence.is(*at, kind).is_some());
    let question = has(reading, Plain::What)
        && content
            .iter()
            .any(|at| reading.sentence.is(*at, Plain::What).is_some() && !is_past_word(reading, &content, *at))
        || reading.asks()
        || asks_last
        || tag;
    let shows = has(reading, Plain::Show);
    let names_task = has(reading, Plain::Task) || has(reading, Plain::List);
    let unneeded = |reading: &Reading<'_>, at: usize| {
        (at.saturating_sub(3)..=at).any(|p| {
            reading
                .sentence
                .any(p, &[Plain::Delete, Plain::Pending])
                .is_some_and(|n| p + n > at && n > 1)
        })
    };
    let negated = content
        .iter()
        .any(|at| reading.sentence.word_is(*at, Plain::Not) && !unneeded(reading, *at));
    let begins_add = content
        .iter()
        .take(4)
        .any(|at| reading.sentence.is(*at, Plain::Add).is_some_and(|n| n > 1));
    let urdu_words = content.iter().any(|at| !reading.sentence.tokens[*at].plain.is_ascii()) || reading.sentence.roman;
    if !urdu_words {
        return None;
    }

    if let Some(intent) = stated_priority(reading, &content) {
        return Some(intent);
    }
    // "meri list se safai mitana": the infinitive is the order.
    if let Some(last) = tail.infinitive.filter(|_| !question && !negated && content.len() > 1)
        && reading.sentence.any(last, &[Plain::Delete, Plain::Show]).is_some()
    {
        return if shows {
            Some(listed(reading, &content, false, true))
        } else {
            requested(reading, &content)
        };
    }
    // "mujhe bill wala task nahi chahiye"
    if let Some(need) = content
        .last()
        .and_then(|last| ends(reading, Plain::Need, *last))
        .filter(|_| !question && names_wala(reading, &content))
        && let Some(not) = content
            .iter()
            .copied()
            .find(|at| *at < need && reading.sentence.word_is(*at, Plain::Not))
        && !is_infinitive(&reading.sentence, not.saturating_sub(1))
    {
        reading.to = not;
        return Some(Intent::Delete(reading.target()));
    }
    // "meeting ka waqt shaam 4 baje hona chahiye"
    if tail.duty.is_some()
        && has(reading, Plain::DateNoun)
        && !when.is_empty()
        && !question
        && !negated
        && !begins_add
        && let Some(be) = content
            .iter()
            .copied()
            .find(|at| reading.is_word(*at, &["hona", "ho", "rakhna", "ہونا"]))
    {
        let change = reading.take_when(Which::Last).change(reading.now);
        reading.to = be;
        reading.drop_all(&[Plain::DateNoun]);
        return Some(Intent::Update(reading.target(), change));
    }
    if let Some(duty) = tail.duty {
        if question && !begins_add {
            return Some(listed(reading, &content, false, true));
        }
        // "doodh wala kaam delete karna hai"
        let deed = content
            .iter()
            .rev()
            .find(|at| **at < duty || **at == duty && reading.sentence.is(**at, Plain::Delete).is_some())
            .copied()
            .filter(|at| {
                names_wala(reading, &content) && reading.sentence.any(*at, &[Plain::Delete, Plain::Move, Plain::Complete]).is_some()
            });
        let deed =
            deed.filter(|at| has(reading, Plain::Wala) && !reading.is_word(*at, &["khatam", "khatm", "poora", "pura", "ختم", "پورا"]));
        if deed.is_some() {
            return requested(reading, &content);
        }
        if negated {
            return names_wala(reading, &content).then_some(Intent::Unknown);
        }
        let infinitive = is_infinitive(&reading.sentence, duty);
        // "wo kal karna hai": the task just named.
        let pointer = content
            .iter()
            .filter(|at| **at < duty)
            .all(|at| reading.sentence.any(*at, &[Plain::It, Plain::Particle]).is_some());
        if pointer && has(reading, Plain::It) && infinitive {
            let it = Target {
                it: true,
                ..Target::default()
            };
            return Some(Intent::Update(it, when.change(reading.now)));
        }
        return duty_added(reading, duty, infinitive);
    }
    if tail.will && !begins_add {
        // "bill wala kaam jumme ko karunga"
        let wala = has(reading, Plain::Wala) && !when.is_empty() && !negated;
        return if question {
            Some(listed(reading, &content, false, false))
        } else if wala {
            let change = reading.take_when(Which::Last).change(reading.now);
            reading.to = *content.last()?;
            Some(Intent::Update(reading.target(), change))
        } else {
            add(reading)
        };
    }
    if let Some(done) = tail.done.filter(|_| !begins_add) {
        // "mangal ko meeting rakhi hai": an appointment.
        let kept = reading.is_word(
            done,
            &[
                "rakhi", "rakha", "rakhe", "rkhi", "rkha", "رکھی", "رکھا", "رکھے", "tay", "tai", "طے", "fix",
            ],
        );
        if kept && tail.copula.is_some() && !when.is_empty() && !question && !negated {
            reading.sentence.take(done, content.last()? + 1 - done);
            return add(reading);
        }
        if negated {
            return Some(Intent::Unknown);
        }
        // "Ali ko bata diya" tells; it asks for nothing.
        let shows = content
            .iter()
            .any(|at| *at < done && reading.sentence.is(*at, Plain::Show).is_some());
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
    // "doodh lane ki zaroorat nahi"
    let unneeded_last = content.last().is_some_and(|at| {
        (at.saturating_sub(3)..*at).any(|p| reading.sentence.is(p, Plain::Delete).is_some_and(|n| n > 1 && p + n == at + 1))
    });
    if unneeded_last && !question {
        return requested(reading, &content);
    }
    let pending = has(reading, Plain::Pending);
    if shows
        && (names_task
            || pending
            || !when.is_empty()
            || has(reading, Plain::All)
            || has(reading, Plain::Completed)
            || content.len() <= 3
            || question)
    {
        return Some(listed(reading, &content, false, tail.copula.is_none()));
    }
    if tail.request || imperative(reading, &content) {
        // "meeting ko kal kar do": if it is not understood, it is no new task either.
        reading.talks |= !has(reading, Plain::Add);
        return requested(reading, &content);
    }
    let has_noun = content.iter().any(|at| reading.sentence.word_is(*at, Plain::Task));
    if question && (has_noun || pending || names_task) && reading.sentence.any(first, &[Plain::Delete, Plain::Add]).is_none() {
        return Some(listed(reading, &content, false, false));
    }
    if (names_task
        && (!when.is_empty() || pending || has(reading, Plain::Completed) || has(reading, Plain::All) || has(reading, Plain::Self_)))
        && only_small(reading, &content)
    {
        return Some(listed(reading, &content, false, false));
    }
    if question && tail.copula.is_some() && !when.is_empty() {
        return Some(listed(reading, &content, false, false));
    }
    // "meeting ab parson hai": another day than before.
    if let Some(copula) = tail.copula
        && let Some(now) = content
            .iter()
            .copied()
            .find(|at| reading.is_word(*at, &["ab", "اب"]) || reading.corrected && *at == copula)
        && now > first
        && !when.is_empty()
        && !question
        && !negated
    {
        reading.sentence.take(copula, content.last()? + 1 - copula);
        reading.sentence.take(now, 1);
        let change = reading.take_when(Which::Last).change(reading.now);
        return Some(Intent::Update(reading.target(), change));
    }
    if tail.infinitive.is_some() && content.len() > 1 && !question && !negated {
        reading.loose = true;
        return add(reading);
    }
    // "aaj mausam acha hai", "barish ho rahi hai": how things are, nothing to do.
    let is_so = has(reading, Plain::Chat)
        || tail.copula.is_some_and(|copula| {
            let before = content.iter().rev().find(|at| **at < copula);
            before.is_some_and(|at| reading.sentence.any(*at, &[Plain::State, Plain::Ongoing]).is_some())
                || reading.is_word(copula, &["tha", "thi", "the", "thay", "تھا", "تھی", "تھے"])
        });
    if is_so && tail.copula.is_some() {
        reading.talks = true;
        return None;
    }
    if let Some(copula) = tail.copula
        && !when.is_empty()
        && !question
        && !negated
        && content.iter().any(|at| *at < copula)
    {
        reading.sentence.take(copula, content.last()? + 1 - copula);
        return add(reading);
    }
    // "anday lane hain aur doodh bhi": the obligation stands in the middle.
    let middle = content
        .windows(2)
        .any(|pair| is_infinitive(&reading.sentence, pair[0]) && reading.sentence.any(pair[1], &[Plain::Copula, Plain::Need]).is_some());
    if middle && !question && !negated && !tail.request {
        return duty_added(reading, content.last().copied()?, true);
    }
    None
}

/// "doodh lana tha na?": the tag makes a question of it.
fn tag_question(reading: &Reading<'_>, content: &[usize]) -> bool {
    let [.., verb, last] = content else { return false };
    reading.is_word(*last, &["na", "naa", "نا"]) && reading.sentence.any(*verb, &[Plain::Copula, Plain::Done, Plain::Need]).is_some()
}

/// "bill wala sab se zaroori hai": a task that is named, and how urgent it is.
fn stated_priority(reading: &mut Reading<'_>, content: &[usize]) -> Option<Intent> {
    let [first, .., last] = content else { return None };
    let wala = content
        .iter()
        .copied()
        .find(|at| reading.sentence.any(*at, &[Plain::Wala]).is_some());
    let noun = wala.unwrap_or(*first);
    let asks = content
        .iter()
        .any(|at| reading.sentence.any(*at, &[Plain::Question, Plain::What]).is_some());
    if reading.asks() || asks || reading.sentence.is(*last, Plain::Copula).is_none() || wala == Some(*first) {
        return None;
    }
    let named = reading
        .sentence
        .any(noun, &[Plain::It, Plain::Task, Plain::Self_, Plain::Particle])
        .is_none()
        || wala.is_some();
    if !named
        || is_infinitive(&reading.sentence, noun)
        || reading
            .sentence
            .find(noun, |s| matches!(s, Sense::Priority(_)).then_some(()))
            .is_some()
    {
        return None;
    }
    let (from, to) = (noun + 1, *last);
    let used = reading.sentence.used.clone();
    let priority = reading.take_priority(from, to)?;
    let rest = reading.sentence.left(from, to);
    let small = |at: &usize| {
        reading
            .sentence
            .any(*at, &[Plain::Task, Plain::Particle, Plain::Filler, Plain::Polite])
            .is_some()
    };
    if !rest.iter().all(small) || rest.iter().any(|at| reading.sentence.is(*at, Plain::Not).is_some()) {
        reading.sentence.used = used;
        return None;
    }
    reading.to = from;
    let change = Change {
        priority: Some(priority),
        ..Change::default()
    };
    Some(Intent::Update(reading.target(), change))
}

/// "doodh wala kaam nahi karna, hata do": what need not be done is what is to go.
fn unneeded_first(reading: &mut Reading<'_>) {
    let comma = |at: &usize| {
        matches!(reading.sentence.tokens[*at].kind, Kind::Mark(',' | '،'))
            || *at > reading.from && reading.sentence.is(*at, Plain::It).is_some() && is_infinitive(&reading.sentence, at - 1)
    };
    let Some(cut) = (reading.from..reading.to).rev().find(comma) else {
        return;
    };
    let not = |at: &usize| reading.sentence.word_is(*at, Plain::Not);
    let deletes = (cut..reading.to).any(|at| reading.sentence.is(at, Plain::Delete).is_some()) && !(cut..reading.to).any(|at| not(&at));
    let Some(at) = (reading.from..cut).find(not).filter(|_| deletes) else {
        return;
    };
    let gone: Vec<usize> = (at..cut)
        .chain(reading.from..at)
        .filter(|place| {
            *place >= at || reading.sentence.any(*place, &[Plain::Self_, Plain::Polite]).is_some() || reading.is_word(*place, &["ab", "اب"])
        })
        .collect();
    for place in gone.into_iter().chain([cut]) {
        reading.sentence.take(place, 1);
    }
}

/// What is said after the verb: "homework kar liya maine", "report bhej di Sana ko".
fn without_afterthought(reading: &mut Reading<'_>, mut content: Vec<usize>, asks_last: bool) -> Vec<usize> {
    if asks_last && let Some(at) = content.pop() {
        reading.sentence.take(at, 1);
    }
    // "kar liya maine", "kha li main ne", "hata do list se"
    while let Some(&last) = content.last().filter(|_| content.len() > 2) {
        let kinds = [Plain::Self_, Plain::List, Plain::Polite];
        let Some(start) = kinds.iter().find_map(|kind| ends(reading, *kind, last)) else {
            break;
        };
        let verb = content.iter().rev().find(|at| **at < start);
        let listed = ends(reading, Plain::Self_, last).is_none();
        if verb.is_none()
            || listed && !verb.is_some_and(|at| reading.sentence.any(*at, &[Plain::Request, Plain::Done, Plain::Delete]).is_some())
        {
            break;
        }
        content.retain(|at| *at < start);
        reading.sentence.take(start, last + 1 - start);
    }
    if let [.., verb, _, post] = content[..]
        && reading.is_word(post, &["ko", "se", "ke", "par", "pe", "mein", "کو", "سے", "پر", "میں"])
        && reading
            .sentence
            .any(verb, &[Plain::Done, Plain::Past, Plain::Copula, Plain::Request])
            .is_some()
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
    content
        .iter()
        .any(|at| reading.sentence.any(*at, &[Plain::Wala, Plain::Task]).is_some())
}

fn only_small(reading: &Reading<'_>, content: &[usize]) -> bool {
    const SMALL: &[Plain] = &[
        Plain::Task,
        Plain::List,
        Plain::Pending,
        Plain::Completed,
        Plain::All,
        Plain::Self_,
        Plain::Particle,
        Plain::Filler,
        Plain::Polite,
        Plain::What,
        Plain::Copula,
        Plain::Link,
        Plain::Show,
        Plain::After,
    ];
    content.iter().all(|at| reading.sentence.any(*at, SMALL).is_some())
}

/// The last word commands: mitao, dikhao, likho.
fn imperative(reading: &Reading<'_>, content: &[usize]) -> bool {
    let Some(&last) = content.last() else { return false };
    let word = reading.sentence.tokens[last].plain.as_str();
    let ending = word.ends_with('o')
        || word.ends_with("ein")
        || word.ends_with("en")
        || word.ends_with("ain")
        || word.ends_with('ؤ')
        || word.ends_with('و')
        || word.ends_with("یں");
    ending
        && reading
            .sentence
            .any(last, &[Plain::Delete, Plain::Add, Plain::Update, Plain::Move, Plain::Complete])
            .is_some()
        || content.len() > 2 && ends(reading, Plain::Move, last).is_some_and(|at| at < last)
        || content.len() > 1 && reading.is_word(last, &["cancel", "delete", "mansookh", "منسوخ", "کینسل", "ڈیلیٹ"])
        || [Plain::Delete, Plain::Complete, Plain::Move]
            .iter()
            .any(|k| reading.sentence.is(last, *k).is_some())
            && content.len() > 1
            && names_wala(reading, content)
}
