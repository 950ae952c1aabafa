//! Bold beside a letter. CommonMark lets `**` close only where a space or a sign follows if a sign stands before it (and the other way round
//! for opening), because it thinks of scripts with spaces between words; models write `**کل کے کام:**دودھ`. A mark that counts as a letter,
//! put beside such stars, lets them do both; it is taken out again of what was read.

use std::borrow::Cow;

use pulldown_cmark::{CowStr, Event, Tag};

/// No character of any text: Unicode keeps it for the inside of programs.
pub(super) const MARK: char = '\u{FDD0}';

/// A run of stars, and the characters around it.
struct Run {
    at: usize,
    length: usize,
    before: Option<char>,
    after: Option<char>,
}

/// The runs of two stars and more that are no escapes and no code. Gives them with whether code, that lies open at the end, was begun.
fn runs(text: &str) -> (Vec<Run>, bool) {
    let mut runs: Vec<Run> = Vec::new();
    let mut before = None;
    // The backticks by which the code that is open began.
    let mut code = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        let width = match c {
            // Each run is measured once and passed as a whole, or the work would grow with the square of its length.
            '`' | '\n' | '*' => {
                let length = rest.len() - rest.trim_start_matches(c).len();
                match (c, code) {
                    ('`', None) => code = Some(length),
                    ('`', Some(open)) if open == length => code = None,
                    // The end of a paragraph is the end of code in a line, which had none then.
                    ('\n', Some(ticks)) if length > 1 && ticks < 3 => code = None,
                    ('*', None) if length > 1 => {
                        let after = rest[length..].chars().next();
                        runs.push(Run { at, length, before, after });
                    }
                    _ => {}
                }
                length
            }
            '\\' if code.is_none() => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            c => c.len_utf8(),
        };
        before = rest[..width].chars().next_back();
        rest = &rest[width..];
    }
    (runs, code.is_some())
}

fn is_sign(c: char) -> bool {
    !c.is_alphanumeric() && !c.is_whitespace()
}

/// The text with a mark beside all stars between a sign and a letter.
pub(super) fn marked(text: &str) -> Cow<'_, str> {
    let places: Vec<usize> = runs(text)
        .0
        .into_iter()
        .filter_map(|run| match (run.before?, run.after?) {
            (before, after) if is_sign(before) && after.is_alphabetic() => Some(run.at),
            (before, after) if before.is_alphabetic() && is_sign(after) => Some(run.at + run.length),
            _ => None,
        })
        .collect();
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut marked = String::with_capacity(text.len() + places.len() * MARK.len_utf8());
    let mut from = 0;
    for place in places {
        marked.push_str(&text[from..place]);
        marked.push(MARK);
        from = place;
    }
    marked.push_str(&text[from..]);
    Cow::Owned(marked)
}

/// What was read, without the marks.
pub(super) fn without_marks(event: Event<'_>) -> Event<'_> {
    let clean = |text: CowStr<'_>| -> CowStr<'static> { text.replace(MARK, "").into() };
    let has = |text: &CowStr<'_>| text.contains(MARK);
    match event {
        Event::Text(text) if has(&text) => Event::Text(clean(text)),
        Event::Code(text) if has(&text) => Event::Code(clean(text)),
        Event::Html(text) if has(&text) => Event::Html(clean(text)),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) if has(&dest_url) || has(&title) => Event::Start(Tag::Link {
            link_type,
            dest_url: clean(dest_url),
            title: clean(title),
            id,
        }),
        Event::Start(Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        }) if has(&dest_url) || has(&title) => Event::Start(Tag::Image {
            link_type,
            dest_url: clean(dest_url),
            title: clean(title),
            id,
        }),
        other => other,
    }
}

/// A text that is being written, as if what is bold at its end ended there: bold words are bold from their first letter on, and stars of
/// which nobody can tell yet what they are do not show.
pub(super) fn closed(text: &str) -> Cow<'_, str> {
    // Only what is being written now: before the last empty line everything has ended.
    let start = text.rfind("\n\n").map_or(0, |at| at + 2);
    let is_fenced = text.lines().filter(|line| line.trim_start().starts_with("```")).count() % 2 == 1;
    let last = &text[start..];
    let (runs, in_code) = runs(last);
    if is_fenced || in_code {
        return Cow::Borrowed(text);
    }
    let words = last.trim_end_matches('*');
    let stars = last.len() - words.len();
    // By how many stars what is open now was opened.
    let mut open = None;
    for run in runs.iter().filter(|run| run.at < words.len()) {
        let opens = run.after.is_some_and(|c| !c.is_whitespace());
        let closes = run.before.is_some_and(|c| !c.is_whitespace());
        open = match open {
            Some(_) => open.filter(|_| !closes),
            None => opens.then_some(run.length),
        };
    }
    let begins = words.chars().next_back().is_none_or(char::is_whitespace);
    match open {
        None if begins && stars > 0 => Cow::Owned(text[..start + words.len()].to_owned()),
        None => Cow::Borrowed(text),
        Some(length) => {
            let end = words.trim_end().len();
            Cow::Owned([&text[..start + end], &"*".repeat(length), &words[end..]].concat())
        }
    }
}
