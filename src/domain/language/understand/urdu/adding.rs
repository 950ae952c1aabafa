//! New tasks: "mujhe doodh lena hai", "yaad dilao ke ...", "list mein ... daal do".

use super::{imperative, is_infinitive, shapes::for_whom, tail::tail};
use crate::domain::language::{
    Intent,
    lexicon::Plain,
    understand::{Reading, adding},
};

/// "mujhe kal doodh lena hai": everything up to the infinitive is the title.
pub(super) fn duty_added(reading: &mut Reading<'_>, duty: usize, infinitive: bool) -> Option<Intent> {
    let to = reading.to;
    // The verb's end goes; a date behind it stays to be read.
    let (_, dated) = reading.dates();
    let behind: Vec<usize> = (duty + 1..to)
        .filter(|at| !dated[*at] && reading.sentence.tokens[*at].is_text())
        .collect();
    // For whom it is belongs to the title: "... lena hai baji ke liye".
    let whom = for_whom(reading, &behind).unwrap_or(to);
    let cuts: Vec<usize> = behind.into_iter().filter(|at| *at < whom).collect();
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
    let dated = reading.dates().1;
    // "ek din chhor kar" is a date, not an "ek" to pass over.
    let until = (from..to).find(|at| dated[*at]).unwrap_or(to);
    let mut at = reading.peel(from, until, &[Plain::Self_, Plain::Polite, Plain::Filler]);
    while at < to && (dated[at] || reading.sentence.used[at]) {
        at += 1;
    }
    at = reading.peel(at, to, &[Plain::Self_, Plain::Polite]);
    let add = reading
        .sentence
        .is(at, Plain::Add)
        .filter(|length| *length > 1 || reading.sentence.any(at + 1, &[Plain::Request, Plain::Link, Plain::Stem]).is_some());
    if let Some(length) = add {
        reading.sentence.take(at, length);
        let rest = reading.peel(
            at + length,
            to,
            &[Plain::Request, Plain::Link, Plain::Self_, Plain::Polite, Plain::Stem, Plain::Will],
        );
        reading.from = rest.min(to);
        // Dates that stood before the order still count.
        if (from..at).any(|place| dated[place]) {
            reading.from = from;
        }
    }
}

/// "yaad dilao ke ...", "list mein ... daal do", "add karo ...".
pub(in crate::domain::language::understand) fn added(reading: &mut Reading<'_>) -> Option<Intent> {
    let (_, dated) = reading.dates();
    let content: Vec<usize> = reading
        .sentence
        .left(reading.from, reading.to)
        .into_iter()
        .filter(|at| !dated[*at])
        .collect();
    let urdu_words = content.iter().any(|at| !reading.sentence.tokens[*at].plain.is_ascii()) || reading.sentence.roman;
    if !urdu_words {
        return None;
    }
    let tail = tail(reading, &content);
    // "list mein daalo eggs"
    let listed = |at: usize| {
        let orders = reading.is_word(at, &["daalo", "dalo", "likho", "ڈالو", "لکھو"]) && content.last() != Some(&at);
        orders
            && content
                .iter()
                .any(|place| *place < at && reading.sentence.is(*place, Plain::List).is_some())
    };
    let first = content.iter().take(5).copied().find(|at| {
        reading
            .sentence
            .is(*at, Plain::Add)
            .is_some_and(|n| n > 1 || reading.sentence.any(at + 1, &[Plain::Request]).is_some() || listed(*at))
    });
    let last = content
        .iter()
        .rev()
        .take(4)
        .copied()
        .find(|at| reading.sentence.is(*at, Plain::Add).is_some());
    if let Some(duty) = tail.duty.filter(|_| first.is_some()) {
        return duty_added(reading, duty, is_infinitive(&reading.sentence, duty));
    }
    // The order stands last: "... daal do", "... yaad dila dena".
    if let Some(at) = last.filter(|at| {
        (tail.request || reading.is_word(*at, &["yaad", "yad", "یاد"]) || imperative(reading, &content))
            && first.is_none_or(|f| f == *at || f > content[0])
    }) && content.first() != Some(&at)
    {
        let end = reading.to;
        let behind: Vec<usize> = (at..end).filter(|p| !dated[*p]).collect();
        let order: &[Plain] = &[
            Plain::Add,
            Plain::Request,
            Plain::Stem,
            Plain::Polite,
            Plain::Will,
            Plain::Copula,
            Plain::Done,
            Plain::Filler,
        ];
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
            reading.peel_end(reading.from, to, &[Plain::After]);
            return adding::add(reading);
        }
    }
    if let Some(at) = first {
        let length = reading.sentence.is(at, Plain::Add).unwrap_or(1);
        reading.sentence.take(at, length);
        for before in content.iter().filter(|p| **p < at) {
            if reading
                .sentence
                .any(*before, &[Plain::Task, Plain::List, Plain::Self_, Plain::Filler, Plain::Polite])
                .is_some()
            {
                reading.sentence.take(*before, 1);
            }
        }
        let to = reading.to;
        reading.peel(
            at + length,
            to,
            &[Plain::Request, Plain::Link, Plain::Stem, Plain::Self_, Plain::Polite, Plain::Will],
        );
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
