//! Tasks that a colon announces: "todo: buy milk", "add 3 tasks: milk, eggs, bread".

use super::{Reading, adding::tasks};
use crate::domain::language::{
    Intent,
    lexicon::{Plain, Sense},
    token::Kind,
    when::{self, When, Which},
};

/// "todo: buy milk", "naya kaam: doodh lena", "asap: fix the tap": what stands before the colon says only that a task follows.
pub(super) fn colon(reading: &mut Reading<'_>) -> Option<Intent> {
    let colon = (reading.from..reading.to.min(reading.from + 9)).find(|at| {
        let mark = reading.sentence.tokens[*at].kind;
        mark == Kind::Mark(':')
            && !reading
                .sentence
                .tokens
                .get(at + 1)
                .is_some_and(|t| !t.spaced && t.kind == Kind::Number)
            || (matches!(mark, Kind::Mark('-' | '–' | '—' | '!' | ',' | '،'))
                && reading.sentence.tokens.get(at + 1).is_some_and(|t| t.spaced))
    })?;
    let is_colon = reading.sentence.tokens[colon].is_mark(':');
    let used = reading.sentence.used.clone();
    // "add 2 tasks for tomorrow:", "kal ke kaam:"
    let head = if is_colon {
        when::take(&mut reading.sentence, reading.from, colon, Which::First, reading.now)
    } else {
        When::default()
    };
    let dated = std::mem::replace(&mut reading.sentence.used, used);
    let urgent = says_only(reading, colon, &dated, !head.is_empty())?;
    if colon + 1 >= reading.to || reading.sentence.left(colon + 1, reading.to).is_empty() {
        return None;
    }
    let start = reading.from;
    let priority = if urgent { reading.take_priority(start, colon) } else { None };
    if urgent && !(start..colon).any(|at| reading.sentence.is(at, Plain::Add).is_some()) {
        // An order may follow: "urgent: remind me to ..."
        reading.sentence.take(start, colon + 1 - start);
        reading.from = colon + 1;
        reading.strip_start();
        let used = reading.sentence.used.clone();
        let found = super::urdu::added(reading).or_else(|| super::english::added(reading));
        let mut tasks = match found {
            Some(Intent::Add(tasks)) => tasks,
            _ => {
                reading.sentence.used = used;
                tasks(reading)
            }
        };
        for task in &mut tasks {
            task.priority = task.priority.or(priority);
        }
        return (!tasks.is_empty()).then_some(Intent::Add(tasks));
    }
    // "mujhe ye kaam karne hain: ...", "add these tasks: ..."
    reading.listed = (start..colon).any(|at| {
        reading.is_word(at, &["tasks", "these", "things", "kaamon"])
            || reading.sentence.roman && reading.sentence.is(at, Plain::Verb).is_some()
    });
    reading.sentence.take(start, colon + 1 - start);
    reading.from = colon + 1;
    let mut tasks = tasks(reading);
    let due = head.due(reading.now);
    for task in &mut tasks {
        task.priority = task.priority.or(priority);
        if task.due.is_none() && task.due_error.is_none() && task.repeat.is_none() {
            task.due = due.clone().and_then(Result::ok);
            task.due_error = due.clone().and_then(Result::err);
            task.repeat = head.repeat_of(reading.now);
        }
    }
    (!tasks.is_empty()).then_some(Intent::Add(tasks))
}

/// Whether what stands before the mark says only that tasks follow, how many, how urgent and (as `dated` has it) when; and whether it is urgent.
fn says_only(reading: &Reading<'_>, colon: usize, dated: &[bool], has_date: bool) -> Option<bool> {
    let is_colon = reading.sentence.tokens[colon].is_mark(':');
    let (mut at, mut urgent) = (reading.from, false);
    while at < colon {
        if dated[at] && !reading.sentence.used[at] || has_date && reading.is_word(at, &["for", "ke", "ki", "کے", "کی"]) {
            at += 1;
            continue;
        }
        let sense = reading.sentence.senses(at).iter().find(|(_, s)| {
            matches!(s, Sense::Priority(_))
                || (is_colon
                    && matches!(
                        s,
                        Sense::Is(
                            Plain::Add
                                | Plain::Task
                                | Plain::Request
                                | Plain::List
                                | Plain::Self_
                                | Plain::Filler
                                | Plain::Stem
                                | Plain::Polite
                                | Plain::PriorityNoun
                                | Plain::And
                                | Plain::Link
                                | Plain::It
                                | Plain::Must
                                | Plain::Need
                                | Plain::Copula
                        ) | Sense::Number(_)
                    ))
                || (is_colon && reading.sentence.roman && matches!(s, Sense::Is(Plain::Verb)))
        });
        // "3 tasks:"
        let counts = is_colon
            && reading.sentence.tokens[at].number().is_some()
            && (at + 1..at + 3).any(|next| reading.sentence.is(next, Plain::Task).is_some());
        if counts || is_colon && reading.is_word(at, &["new"]) {
            at += 1;
            continue;
        }
        let (length, sense) = sense.copied()?;
        urgent |= matches!(sense, Sense::Priority(_));
        at += length;
    }
    (at == colon).then_some(urgent)
}

#[cfg(test)]
mod tests {
    use crate::domain::language::{Intent, understand::half::tests::intent};

    #[test]
    fn how_many_and_when_are_said_before_the_colon_and_are_no_title() {
        for (text, titles, due) in [
            ("add 3 tasks: milk, eggs, bread", &["milk", "eggs", "bread"][..], ""),
            ("3 kaam: doodh, anday, roti", &["doodh", "anday", "roti"], ""),
            ("3 کام: دودھ، انڈے، روٹی", &["دودھ", "انڈے", "روٹی"], ""),
            (
                "add 2 new tasks for tomorrow: call Ali, pay rent",
                &["call Ali", "pay rent"],
                "2026-11-24",
            ),
            ("kal ke kaam: doodh lena, bill bharna", &["doodh lena", "bill bharna"], "2026-11-24"),
            ("کل کے کام: دودھ لینا، بل بھرنا", &["دودھ لینا", "بل بھرنا"], "2026-11-24"),
            ("tomorrow: milk, eggs", &["milk", "eggs"], "2026-11-24"),
        ] {
            let Intent::Add(tasks) = intent(text) else {
                panic!("{text}");
            };
            let seen: Vec<&str> = tasks.iter().map(|task| task.title.as_str()).collect();
            assert_eq!(seen, titles, "{text}");
            for task in tasks {
                assert_eq!(task.due.map(|due| due.date.to_string()).unwrap_or_default(), due, "{text}");
            }
        }
    }
}
