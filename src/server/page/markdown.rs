//! Markdown of answers as safe HTML, one text per block.
//!
//! Raw HTML is shown as text, links go to http(s) and mailto only, and images become links, because no request leaves our origin. Each
//! block gets its own direction, by the majority of its letters.

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

use crate::domain::text::direction;

/// What answers are written in, beyond plain Markdown.
const EXTENSIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS);

/// The blocks of a text, each a `<div dir>`.
pub fn blocks(markdown: &str) -> Vec<String> {
    linked(markdown, &[])
}

/// The same with links: each of these words, where it stands first outside of other links, becomes the safe HTML beside it.
pub fn linked(markdown: &str, links: &[(String, String)]) -> Vec<String> {
    let mut open: Vec<&(String, String)> = links.iter().filter(|(words, _)| !words.is_empty()).collect();
    let mut in_link = false;
    let mut blocks = Vec::new();
    let mut depth = 0_usize;
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut plain = String::new();
    for event in Parser::new_ext(markdown, EXTENSIONS) {
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(text) | Event::Code(text) => plain.push_str(text),
            _ => {}
        }
        match &event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => in_link = true,
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => in_link = false,
            _ => {}
        }
        match event {
            Event::Text(text) if !in_link && !open.is_empty() => with_links(text, &mut open, &mut events),
            event => events.extend(safe(event)),
        }
        if depth == 0 {
            let mut inner = String::new();
            html::push_html(&mut inner, events.drain(..));
            let inner = inner.trim_end();
            if !inner.is_empty() {
                blocks.push(format!("<div dir=\"{}\">{inner}</div>", direction(&plain)));
            }
            plain.clear();
        }
    }
    blocks
}

/// The words with which a text begins, on one line and without markup; cut with an ellipsis where there are more characters.
pub(super) fn beginning(markdown: &str, max: usize) -> String {
    let mut words = String::new();
    for event in Parser::new_ext(markdown, EXTENSIONS) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => words.push_str(&text),
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image) => {}
            Event::SoftBreak | Event::HardBreak | Event::End(_) => words.push(' '),
            _ => {}
        }
    }
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(max) {
        Some((at, _)) => [words[..at].trim_end(), "…"].concat(),
        None => words,
    }
}

/// Splits a text where a link belongs. What is linked is linked no more.
fn with_links<'a>(text: CowStr<'a>, open: &mut Vec<&(String, String)>, events: &mut Vec<Event<'a>>) {
    let first = open
        .iter()
        .enumerate()
        .filter_map(|(n, (words, _))| text.find(words.as_str()).map(|at| (at, std::cmp::Reverse(words.len()), n)))
        .min();
    let Some((at, _, n)) = first else {
        events.push(Event::Text(text));
        return;
    };
    let (words, html) = open.remove(n);
    events.push(Event::Text(text[..at].to_owned().into()));
    events.push(Event::InlineHtml(html.clone().into()));
    with_links(text[at + words.len()..].to_owned().into(), open, events);
}

fn safe(event: Event<'_>) -> Option<Event<'_>> {
    Some(match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => {
            let dest_url = if is_safe(&dest_url) { dest_url } else { CowStr::Borrowed("#") };
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            })
        }
        Event::Start(Tag::Image { dest_url, title, id, .. }) => {
            let dest_url = if is_safe(&dest_url) { dest_url } else { CowStr::Borrowed("#") };
            Event::Start(Tag::Link {
                link_type: LinkType::Inline,
                dest_url,
                title,
                id,
            })
        }
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        // A line that a person or a model broke stays broken.
        Event::SoftBreak => Event::HardBreak,
        other => other,
    })
}

pub(super) fn is_safe(url: &str) -> bool {
    let url = url.trim().to_ascii_lowercase();
    ["https://", "http://", "mailto:"].iter().any(|scheme| url.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_has_no_markup() {
        let text = "# To **do**\n\n- [x] *milk*: `2 l`\n- [the shop](https://example.org)\nand on\n\n<b>raw</b>";
        assert_eq!(beginning(text, 100), "To do milk: 2 l the shop and on <b>raw</b>");
        assert_eq!(beginning(text, 9), "To do mil…");
        assert_eq!(beginning("کل **دودھ** لانا ہے", 8), "کل دودھ…");
        assert_eq!(beginning("---", 8), "");
    }

    #[test]
    fn blocks_have_their_own_directions() {
        insta::assert_json_snapshot!(blocks("Added **call Ahmed**.\n\n- دودھ لینا\n- انڈے\n\n1. one\n2. two\n\n`x < y`"));
    }

    #[test]
    fn words_are_linked_once_and_not_inside_links() {
        let link = |words: &str| (words.to_owned(), format!("<a>{words}</a>"));
        let html = linked(
            "[milk](https://x) **milk** and milk, tea < milk tea",
            &[link("milk"), link("milk tea")],
        )
        .concat();
        assert_eq!(
            html,
            "<div dir=\"ltr\"><p><a href=\"https://x\">milk</a> <strong><a>milk</a></strong> and milk, tea &lt; <a>milk tea</a></p></div>"
        );
    }

    #[test]
    fn nothing_of_a_model_is_trusted() {
        for hostile in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[x](javascript:alert(1))",
            "[x](  JaVaScRiPt:alert(1))",
            "![x](https://evil.example/pixel.png)",
            "[x](data:text/html;base64,AAAA)",
            "<div\n\n<b>",
            "[a]: javascript:alert(1)\n\n[a]",
            "\"><svg onload=alert(1)>",
        ] {
            let html = blocks(hostile).concat();
            for tag in ["<script", "<img", "<svg", "<b>"] {
                assert!(!html.contains(tag), "{hostile} -> {html}");
            }
            for attribute in ["href=\"javascript", "href=\"JaVa", "href=\"  Ja", "href=\"data:"] {
                assert!(!html.contains(attribute), "{hostile} -> {html}");
            }
        }
    }
}
