//! Titles that are none: what only points, or is a piece of an order, makes no task.

use super::urdu;
use crate::domain::language::{Change, Intent, NewTask, Target, lexicon::Plain, sentence::Sentence, token::Kind, when};

/// "isay kal pe daal do": what only points at a task makes none, but gives a day or a priority to the one just named.
pub(super) fn pointed(sentence: &Sentence<'_>, intent: Intent) -> Intent {
    let quoted = sentence.tokens.iter().any(|token| token.kind == Kind::Quote);
    let only = match &intent {
        Intent::Add(tasks) if !quoted => &tasks[..],
        Intent::Place(task, _) if !quoted => std::slice::from_ref(task),
        _ => return intent,
    };
    if !only.iter().any(|task| is_pointer(&task.title, sentence.roman)) {
        return intent;
    }
    let [task] = only else { return Intent::Unknown };
    let change = changed_as(task);
    if change.is_empty() {
        return Intent::Unknown;
    }
    let it = Target {
        it: true,
        ..Target::default()
    };
    Intent::Update(it, change)
}

/// What was said of a new task, as the change of one that is there.
pub(super) fn changed_as(task: &NewTask) -> Change {
    Change {
        date_only: task.repeat.is_none() && task.due.as_ref().is_some_and(|due| due.time.is_none()),
        due: task.due.clone(),
        due_error: task.due_error.clone(),
        unread: task.unread.clone(),
        priority: task.priority,
        repeat: task.repeat,
        ..Change::default()
    }
}

/// Whether all words of a title only point: "isay", "usko to", "اسے".
fn is_pointer(title: &str, roman: bool) -> bool {
    let sentence = Sentence::new(title, roman);
    let texts: Vec<usize> = (0..sentence.len()).filter(|at| sentence.tokens[*at].is_text()).collect();
    let small = [Plain::It, Plain::Particle, Plain::Polite, Plain::Post];
    texts.iter().any(|at| sentence.is(*at, Plain::It).is_some()) && texts.iter().all(|at| sentence.any(*at, &small).is_some())
}

/// Whether a title is quoted, or asked for in so many words.
pub(super) fn ordered(sentence: &Sentence<'_>) -> bool {
    (0..sentence.len()).any(|at| sentence.tokens[at].kind == Kind::Quote || sentence.is(at, Plain::Add).is_some_and(|length| length > 1))
}

/// Whether what would be a title was no title: "meeting ko", "gym ko le aao", "bill wala kaam ...". What is not understood makes no task.
pub(super) fn is_broken(title: &str) -> bool {
    let sentence = Sentence::new(title, true);
    let count = sentence.tokens.len();
    // "aaj ke kaam kal pe daal do" names days, and no task.
    let days = when::spans(&sentence, 0, count);
    let dated = |at: usize| days.iter().any(|(from, to)| (*from..*to).contains(&at));
    if !days.is_empty() && (0..count).all(|at| dated(at) || sentence.any(at, &[Plain::Task, Plain::All, Plain::Particle]).is_some()) {
        return true;
    }
    let Some(last) = count.checked_sub(1).filter(|last| *last > 0) else {
        return false;
    };
    let open = sentence.is(last, Plain::Post).is_some() && sentence.is(last, Plain::Noun).is_none();
    let order = sentence.word_is(last, Plain::Request) && !urdu::is_infinitive(&sentence, last);
    let named = (0..last).any(|at| sentence.word_is(at, Plain::Wala) && sentence.word_is(at + 1, Plain::Task));
    open || order || named
}
