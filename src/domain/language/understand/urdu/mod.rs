//! Urdu in either script: the verb comes last, and its form says what is meant.
//!
//! "lena hai" is an obligation, "le liya" a done deed, "kar do" a request.

mod adding;
mod deeds;
mod renaming;
mod shapes;
mod tail;

pub(super) use adding::added;
use adding::duty_added;
use deeds::{completed, listed, requested};
use shapes::{
    imperative, is_past_word, names_wala, only_chat, only_small, stated_priority, tag_question, unneeded_first, without_afterthought,
};
pub(super) use tail::is_infinitive;
use tail::{ends, tail};

use super::{Reading, adding::add, addressed};
use crate::domain::language::{
    Intent, Target,
    lexicon::{Plain, Sense},
    when::Which,
};

/// Reads what the sentence wants.
pub(super) fn read(reading: &mut Reading<'_>) -> Option<Intent> {
    let used = reading.sentence.used.clone();
    let (from, to) = (reading.from, reading.to);
    let found = [addressed::urdu, read_tail, kept, added].into_iter().find_map(|rule| {
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
    // "ammi wali call raat 9 baje rakh do" names a task that is there.
    if left.iter().any(|at| reading.sentence.is(*at, Plain::Wala).is_some()) {
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

/// "har mahine kiraya dena", "kal Ahmed ko call karna": what is to be done, and no order about a task. The words of a deed, of tasks that are
/// there and a postposition before the verb ("meeting ko kal karna") make an order of it.
fn is_thing_to_do(reading: &Reading<'_>, content: &[usize]) -> bool {
    const ORDERS: [Plain; 12] = [
        Plain::Add,
        Plain::Complete,
        Plain::Delete,
        Plain::Move,
        Plain::Update,
        Plain::Rename,
        Plain::Show,
        Plain::It,
        Plain::All,
        Plain::Wala,
        Plain::Task,
        Plain::Undo,
    ];
    let sentence = &reading.sentence;
    let [.., before, last] = content else { return false };
    let joins = [Plain::Request, Plain::Not];
    // "bhej dena" is an order, "fees jama karna" a thing to do; "meeting ko kal karna" moves one, "bachon ko lena" does not.
    let does = reading.is_word(*last, &["karna", "karni", "karne", "krna", "krni", "krne", "کرنا", "کرنی", "کرنے"]);
    let moves = sentence.is(*before, Plain::Post).is_some() && (does || reading.is_word(*last, KEEP));
    is_infinitive(sentence, *last)
        && !moves
        && sentence.any(*before, &joins).is_none()
        && (does || sentence.is(*before, Plain::Stem).is_none())
        && sentence
            .find(*before, |sense| matches!(sense, Sense::Priority(_)).then_some(()))
            .is_none()
        && content.iter().all(|at| sentence.any(*at, &ORDERS).is_none())
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

/// The copula of how things were.
const WAS: &[&str] = &["tha", "thi", "the", "thay", "تھا", "تھی", "تھے"];

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
    let mut tail = tail(reading, &content);
    // "shift kar do report": the order stands first.
    let leads = [Plain::Move, Plain::Update, Plain::Delete, Plain::Complete];
    if let [order, helper, next, ..] = content[..]
        && reading.sentence.any(order, &leads).is_some()
        && [helper, next].iter().any(|at| reading.sentence.word_is(*at, Plain::Request))
        && tail.duty.is_none()
        && tail.copula.is_none()
        && tail.done.is_none()
    {
        (tail.request, tail.infinitive) = (true, None);
    }
    let has = |reading: &Reading<'_>, kind: Plain| content.iter().any(|at| reading.sentence.is(*at, kind).is_some());
    // "sab kuch" asks nothing.
    let whole = |at: usize| at > 0 && reading.sentence.is(at - 1, Plain::All).is_some_and(|length| length > 1);
    let question = content
        .iter()
        .any(|at| reading.sentence.is(*at, Plain::What).is_some() && !whole(*at) && !is_past_word(reading, &content, *at))
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
    // "Budh mat" is a name.
    let named = |at: usize| (at.saturating_sub(2)..at).any(|p| reading.sentence.is(p, Plain::NotDate).is_some_and(|n| p + n > at));
    let negated = content
        .iter()
        .any(|at| reading.sentence.word_is(*at, Plain::Not) && !unneeded(reading, *at) && !named(*at));
    let begins_add = content
        .iter()
        .take(4)
        .any(|at| reading.sentence.is(*at, Plain::Add).is_some_and(|n| n > 1));
    let urdu_words = content.iter().any(|at| !reading.sentence.tokens[*at].plain.is_ascii()) || reading.sentence.roman;
    if !urdu_words {
        return None;
    }

    if (question || shows) && only_chat(reading, &content) {
        return Some(Intent::Unknown);
    }
    // "dawat ka naam ab walima hai"
    if tail.copula.is_some()
        && !question
        && !negated
        && has(reading, Plain::Rename)
        && (names_wala(reading, &content) || content.iter().any(|at| reading.is_word(*at, &["ab", "اب"])))
        && let Some(intent) = renaming::renamed(reading, &content)
    {
        return Some(intent);
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
        let wonders = content.iter().any(|at| reading.sentence.is(*at, Plain::Question).is_some());
        // "bijli kab aaye gi", "kal barish hogi?" ask for nothing that is in the list.
        let of_list = names_task || has(reading, Plain::What) && !when.is_empty();
        return if (question || wonders) && !of_list {
            Some(Intent::Unknown)
        } else if question {
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
            .any(|at| *at + 1 < done && reading.sentence.is(*at, Plain::Show).is_some());
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
    let pending = has(reading, Plain::Pending) || has(reading, Plain::Overdue);
    // "do ghante baad oven check karna"
    let looks_later = tail.infinitive.is_some() && !names_task && !question;
    if shows
        && !looks_later
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
    let to_do = is_thing_to_do(reading, &content);
    if (tail.request || imperative(reading, &content)) && !to_do {
        // "meeting ko kal kar do": if it is not understood, it is no new task either.
        reading.talks |= !has(reading, Plain::Add);
        return requested(reading, &content);
    }
    // "kal bohat kaam tha" asks for no list.
    let was = tail.copula.is_some_and(|copula| reading.is_word(copula, WAS));
    let has_noun = content.iter().any(|at| reading.sentence.word_is(*at, Plain::Task));
    if question && (has_noun || pending || names_task) && reading.sentence.any(first, &[Plain::Delete, Plain::Add]).is_none() {
        return Some(listed(reading, &content, false, false));
    }
    if (names_task
        && (!when.is_empty() || pending || has(reading, Plain::Completed) || has(reading, Plain::All) || has(reading, Plain::Self_)))
        && only_small(reading, &content)
        && !was
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
    let is_so = has(reading, Plain::Chat) && !question
        || tail.copula.is_some_and(|copula| {
            let before = content.iter().rev().find(|at| **at < copula);
            before.is_some_and(|at| reading.sentence.any(*at, &[Plain::State, Plain::Ongoing]).is_some())
                || was
                || reading.is_word(copula, &["hun", "hoon", "hu", "ہوں"])
        });
    if is_so && tail.copula.is_some() {
        return Some(Intent::Unknown);
    }
    // "report ki deadline jumma hai": the day of a task that is there.
    if let Some(copula) = tail.copula.filter(|_| !when.is_empty() && !question && !negated)
        && let Some(noun) = content
            .windows(2)
            .find(|pair| reading.is_word(pair[0], &["ki", "ka", "کی", "کا"]) && reading.sentence.is(pair[1], Plain::DateNoun).is_some())
        && noun[0] > first
        && noun[1] < copula
    {
        let to = noun[0];
        let change = reading.take_when(Which::Last).change(reading.now);
        reading.to = to;
        return Some(Intent::Update(reading.target(), change));
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

#[cfg(test)]
mod tests {
    use crate::domain::language::{Intent, understand::half::tests::intent};

    #[test]
    fn what_is_to_be_done_at_a_time_needs_no_copula() {
        for (text, title, rule) in [
            (
                "har mahine ki 31 tareekh ko kiraya dena",
                "kiraya dena",
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
            ),
            (
                "ہر مہینے کی 31 تاریخ کو کرایہ دینا",
                "کرایہ دینا",
                "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
            ),
            ("har jumay ko ammi ko call karna", "ammi ko call karna", "FREQ=WEEKLY;BYDAY=FR"),
            ("ہر جمعے کو امی کو فون کرنا", "امی کو فون کرنا", "FREQ=WEEKLY;BYDAY=FR"),
            ("kal Ahmed bhai ko call karna", "Ahmed bhai ko call karna", ""),
            ("kal bijli ka bill dena", "bijli ka bill dena", ""),
            ("fees jama karna", "fees jama karna", ""),
            ("kal fees jama karna", "fees jama karna", ""),
            ("کل فیس جمع کرنا", "فیس جمع کرنا", ""),
            ("homework karna", "homework karna", ""),
        ] {
            let Intent::Add(tasks) = intent(text) else {
                panic!("{text}: {:?}", intent(text));
            };
            let said = tasks[0].repeat.map(|repeat| repeat.to_string()).unwrap_or_default();
            assert_eq!((tasks[0].title.as_str(), said.as_str()), (title, rule), "{text}");
        }
        for text in [
            "meeting ko kal karna",
            "gym kal delete karna",
            "gym shift karna kal",
            "isay kal karna",
            "kal wala kaam parson karna",
            "کل میٹنگ کو کرنا",
        ] {
            assert!(!matches!(intent(text), Intent::Add(_)), "{text}: {:?}", intent(text));
        }
    }
}
