//! Orders of which half would be another order: "all but the gym" is not the gym, "remove the time from the dentist" deletes nothing, and "it"
//! is what the same sentence has named. What cannot be done as it was said is not understood.

use super::{Moment, Sentence, Token, describe, scope, urdu};
use crate::domain::language::{Intent, Target, lexicon::Plain, normal};

/// What a task has, and is not the task.
const PARTS: [&str; 18] = [
    "time",
    "clock",
    "note",
    "notes",
    "priority",
    "label",
    "labels",
    "tag",
    "tags",
    "reminder",
    "waqt",
    "وقت",
    "ٹائم",
    "نوٹ",
    "نوٹس",
    "ترجیح",
    "لیبل",
    "ٹیگ",
];
/// Where tasks are kept: what is removed from there is a task.
const LISTS: [&str; 10] = ["list", "lists", "tasks", "task", "todo", "todos", "kaam", "here", "app", "kaamon"];

/// The intent of a message, as far as it is wholly what was said.
pub(super) fn settled(sentence: &Sentence<'_>, intent: Intent, now: Moment) -> Intent {
    let acts = matches!(
        intent,
        Intent::Complete(_) | Intent::Delete(_) | Intent::Update(..) | Intent::Several(_)
    );
    if matches!(intent, Intent::Add(_) | Intent::Place(..)) && excepts(sentence) {
        return scope::but_some(sentence, now).unwrap_or(if has_deed(sentence) { intent } else { Intent::Unknown });
    }
    if (acts || matches!(intent, Intent::Unknown | Intent::List(_) | Intent::Either(_))) && excepts(sentence) {
        return scope::but_some(sentence, now).unwrap_or(Intent::Unknown);
    }
    if deletes(&intent) && (removes_a_part(sentence) || keeps(sentence)) {
        return Intent::Unknown;
    }
    match intent {
        Intent::Complete(target) if !target.all && is_to_come(sentence, now) => Intent::Add(vec![describe(sentence.text, now)]),
        Intent::Several(all) => match bound(all) {
            Some(mut only) if only.len() == 1 => only.remove(0),
            Some(all) => Intent::Several(all),
            None => Intent::Unknown,
        },
        other => other,
    }
}

/// "Complete the form tomorrow" is something to do, and not done.
fn is_to_come(sentence: &Sentence<'_>, now: Moment) -> bool {
    let first = sentence.tokens.iter().find(|token| token.is_text());
    if !first.is_some_and(|token| is_one_of(token, &["complete", "finish", "close"])) {
        return false;
    }
    let described = describe(sentence.text, now);
    let ends = sentence.text.trim_end().len() > described.title.len() && sentence.text.starts_with(&described.title);
    ends && described.due.is_some_and(|due| due.date > now.local.date())
}

fn deletes(intent: &Intent) -> bool {
    match intent {
        Intent::Delete(_) => true,
        Intent::Several(all) => all.iter().any(deletes),
        _ => false,
    }
}

fn is_one_of(token: &Token, words: &[&str]) -> bool {
    words.iter().any(|word| normal::is_plain(&token.plain, &normal::plain(word)))
}

/// "All but the gym", "everything except lunch", "gym chhor kar sab".
fn excepts(sentence: &Sentence<'_>) -> bool {
    let all = (0..sentence.len()).any(|at| sentence.is(at, Plain::All).is_some());
    all && (0..sentence.len()).any(|at| scope::except_at(sentence, at).is_some())
}

/// "Invite all but Ali", "Ali ke ilawa sab ko bulana": a thing to do has a deed; "gym ke ilawa sab kal" has none.
fn has_deed(sentence: &Sentence<'_>) -> bool {
    let kinds = [Plain::Verb, Plain::Add, Plain::Must, Plain::Need, Plain::Copula];
    (0..sentence.len()).any(|at| sentence.any(at, &kinds).is_some() || urdu::is_infinitive(sentence, at))
}

/// "Delete all, keep the gym", "bas gym rakho, baqi sab mita do": one of them is not to go.
fn keeps(sentence: &Sentence<'_>) -> bool {
    const KEEP: [&str; 12] = [
        "keep",
        "keeping",
        "leave",
        "leaving",
        "spare",
        "rakho",
        "rakhna",
        "rakh",
        "rehne",
        "رکھو",
        "رکھنا",
        "رہنے",
    ];
    let lists = |at: usize| sentence.any(at, &[Plain::All, Plain::List]).is_some();
    (0..sentence.len()).any(lists) && sentence.tokens.iter().any(|token| is_one_of(token, &KEEP))
}

/// "Remove the time from the dentist", "gym from tomorrow", "dentist ka waqt hata do".
fn removes_a_part(sentence: &Sentence<'_>) -> bool {
    let word = |at: usize, words: &[&str]| sentence.tokens.get(at).is_some_and(|token| is_one_of(token, words));
    let last = sentence.len();
    let from_other = (0..last).any(|at| word(at, &["from"]) && !(at + 1..last.min(at + 5)).any(|place| word(place, &LISTS)));
    let part_of = (0..last).any(|at| word(at, &PARTS) && word(at + 1, &["of", "on", "for"]));
    let part_behind = (1..last).any(|at| {
        word(at, &PARTS)
            && word(at - 1, &["ka", "ki", "ke", "کا", "کی", "کے"])
            && (sentence.is(at + 1, Plain::Delete).is_some() || at + 1 == last || word(at + 1, &["hata", "mita", "ہٹا", "مٹا"]))
    });
    from_other || part_of || part_behind
}

/// The intents of one sentence, in which "it" is the task that was named before it there; `None` where that is still to be made.
fn bound(all: Vec<Intent>) -> Option<Vec<Intent>> {
    let mut named: Option<Target> = None;
    let mut made = false;
    let mut out = Vec::with_capacity(all.len());
    for mut intent in all {
        match &mut intent {
            Intent::Complete(target) | Intent::Delete(target) | Intent::Update(target, _) => {
                let points = target.it && target.words.is_empty() && !target.all;
                match (&named, points) {
                    _ if points && made => return None,
                    (Some(before), true) => *target = before.clone(),
                    (None, true) => {}
                    (_, false) => (named, made) = (Some(target.clone()), false),
                }
            }
            Intent::Add(_) | Intent::Place(..) => made = true,
            _ => {}
        }
        match (out.last_mut(), intent) {
            // "Rename gym to swim and move it to Friday" is one change.
            (Some(Intent::Update(before, change)), Intent::Update(target, more)) if *before == target && change.is_apart_from(&more) => {
                *change = std::mem::take(change).with(more);
            }
            (_, intent) => out.push(intent),
        }
    }
    Some(out)
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::NaiveDate;

    use crate::domain::language::{Intent, understand};

    /// What a message asks for on Monday, 23 November 2026, at 10:30.
    pub(in crate::domain::language::understand) fn intent(text: &str) -> Intent {
        let now = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(10, 30, 0).unwrap();
        understand(text, now).intent
    }

    #[test]
    fn all_but_one_is_not_that_one() {
        for (text, except) in [
            ("delete all but tyres", "tyres"),
            ("delete all except gym", "gym"),
            ("remove all but gym", "gym"),
            ("gym chhor kar sab mita do", "gym"),
            ("complete all except lunch", "lunch"),
            ("mark all done except gym", "gym"),
        ] {
            let (Intent::Delete(target) | Intent::Complete(target)) = intent(text) else {
                panic!("{text}: {:?}", intent(text));
            };
            assert!(
                target.all && target.words.is_empty() && target.except == [except],
                "{text}: {target:?}"
            );
        }
        for text in ["show all except gym", "delete all except today's tasks", "delete all except"] {
            assert_eq!(intent(text), Intent::Unknown, "{text}");
        }
        assert!(matches!(intent("delete all tasks"), Intent::Delete(target) if target.all));
    }

    #[test]
    fn what_a_task_has_is_not_the_task() {
        for text in [
            "remove the time from dentist",
            "delete the time of dentist",
            "dentist ka waqt hata do",
            "ڈینٹسٹ کا وقت ہٹا دو",
            "remove the note from email Sara",
            "remove label urgent from call plumber",
            "remove gym from tomorrow",
        ] {
            assert!(!matches!(intent(text), Intent::Delete(_)), "{text}: {:?}", intent(text));
        }
        for text in ["remove milk from my list", "delete the dentist", "delete meeting notes"] {
            assert!(matches!(intent(text), Intent::Delete(_)), "{text}: {:?}", intent(text));
        }
    }

    #[test]
    fn what_is_to_be_completed_on_a_later_day_is_not_done() {
        for text in ["complete the passport form tomorrow", "close the bank account on Friday"] {
            assert!(
                matches!(intent(text), Intent::Add(tasks) if tasks[0].due.is_some()),
                "{text}: {:?}",
                intent(text)
            );
        }
        assert!(matches!(intent("complete the passport form"), Intent::Complete(_)));
    }

    #[test]
    fn it_is_what_the_same_sentence_has_named() {
        let Intent::Several(all) = intent("move report to Friday and then delete it") else {
            panic!("{:?}", intent("move report to Friday and then delete it"));
        };
        assert!(matches!(&all[1], Intent::Delete(target) if target.words == ["report"]), "{all:?}");
        assert_eq!(intent("add bread, then move it to Friday"), Intent::Unknown);
    }
}
