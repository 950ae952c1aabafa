//! Where a text that is being written can be divided.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use super::super::EXTENSIONS;

/// Where the last block of the text begins.
pub(super) fn last_block(source: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut last = None;
    for (event, range) in Parser::new_ext(source, EXTENSIONS).into_offset_iter() {
        if depth == 0 && !matches!(event, Event::End(_)) {
            last = Some(range.start);
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    // With what stands before it in its line.
    last.map(|at| source[..at].rfind('\n').map_or(0, |end| end + 1))
}

/// What the first block of the text is.
pub(super) fn first_tag(source: &str) -> Option<Tag<'_>> {
    match Parser::new_ext(source, EXTENSIONS).next()? {
        Event::Start(tag) => Some(tag),
        _ => None,
    }
}

/// The last place behind `from` before which the only block of the source does not change any more.
pub(super) fn place(source: &str, from: usize, is_long: bool) -> Option<usize> {
    let line_of = |at: usize| source[..at].rfind('\n').map_or(0, |end| end + 1);
    let at = match first_tag(source)? {
        Tag::Paragraph => word_end(source, from).or_else(|| {
            let last = source.rfind(char::is_whitespace).filter(|at| *at > from);
            is_long.then_some(last.unwrap_or(source.len()))
        })?,
        Tag::CodeBlock(CodeBlockKind::Fenced(_)) => {
            let fence = source.trim_start().chars().next()?;
            let is_fence = |line: &str| line.len() > 2 && line.chars().all(|c| c == fence);
            if source.lines().skip(1).any(|line| is_fence(line.trim())) {
                return None;
            }
            let line = line_of(source.len());
            if line > from || !is_long { line } else { source.len() }
        }
        Tag::Table(_) => last_start(source, |tag| matches!(tag, Tag::TableRow))?,
        Tag::List(_) => line_of(last_start(source, |tag| matches!(tag, Tag::Item))?),
        _ => return None,
    };
    (at > from).then_some(at)
}

/// Where the last child of this kind of the first block begins.
fn last_start(source: &str, is_wanted: impl Fn(&Tag<'_>) -> bool) -> Option<usize> {
    let mut depth = 0_usize;
    let mut last = None;
    for (event, range) in Parser::new_ext(source, EXTENSIONS).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                if depth == 1 && is_wanted(&tag) {
                    last = Some(range.start);
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    last
}

/// The last end of a word of a paragraph behind `from` before which nothing is open that what comes could close.
fn word_end(source: &str, from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut last = None;
    for (event, range) in Parser::new_ext(source, EXTENSIONS).into_offset_iter() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(_) => {
                let text = &source[range.clone()];
                let opened = opening(source, range.clone());
                if depth == 1 {
                    let clear = &text[..opened.unwrap_or(text.len())];
                    last = clear.rfind(' ').map(|at| range.start + at).filter(|at| *at > from).or(last);
                }
                if opened.is_some() {
                    return last;
                }
            }
            _ => {}
        }
    }
    last
}

/// Where in a text that was read as plain something stands that what comes could turn into markup.
fn opening(source: &str, range: std::ops::Range<usize>) -> Option<usize> {
    source[range.clone()].char_indices().find_map(|(at, c)| {
        let at_source = range.start + at;
        let after = source[at_source + c.len_utf8()..].chars().next();
        let before = source[..at_source].chars().next_back();
        let before_word = after.is_none_or(|c| !c.is_whitespace());
        let opens = match c {
            '`' | '[' => true,
            '*' | '~' => before_word,
            '_' => before_word && !before.is_some_and(char::is_alphanumeric),
            '<' => after.is_none_or(|c| c.is_ascii_alphabetic() || "/!?".contains(c)),
            _ => false,
        };
        opens.then_some(at)
    })
}
