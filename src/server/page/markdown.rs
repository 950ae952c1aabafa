//! Markdown of answers as safe HTML, one text per block.
//!
//! Raw HTML is shown as text, links go to http(s) and mailto only, and images become links, because no request leaves our origin. Each
//! block gets its own direction, by the majority of its letters; while it is being written it keeps the one that it began with. Urdu inside a
//! block that runs to the right is marked, because it has another font.

mod growing;
mod stars;

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream, html};

pub use self::growing::Growing;
use crate::domain::{
    language,
    locale::Script,
    text::{direction, find_whole, letters, stretches},
};
/// By so much of a block, in bytes, its language is told.
const TELLING: usize = 400;

/// What lies deeper than so many levels is shown on the last one.
const NESTING: usize = 32;
/// A text that is longer, has more parts, or would become more HTML, is shown as it was written, whatever it means: in bytes, events, bytes.
const TEXT_MAX: usize = 256 * 1024;
const EVENTS_MAX: usize = 100_000;
const HTML_MAX: usize = 2 * 1024 * 1024;

/// What answers are written in, beyond plain Markdown. (A single tilde is told from two by the name of the extension that would take it.)
const EXTENSIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_SUBSCRIPT)
    .union(Options::ENABLE_TASKLISTS);

/// Reads Markdown. A text comes in one piece, also where it holds a sign that could have meant something; single tildes mean "about".
fn read(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let events = Parser::new_ext(markdown, EXTENSIONS).map(|event| match event {
        Event::Start(Tag::Subscript) | Event::End(TagEnd::Subscript) => Event::Text("~".into()),
        // Raw HTML is a text like any other.
        Event::InlineHtml(text) => stars::without_marks(Event::Text(text)),
        other => stars::without_marks(other),
    });
    TextMergeStream::new(events)
}

/// The blocks of a text, each a `<div dir>`.
pub fn blocks(markdown: &str) -> Vec<String> {
    linked(markdown, &[])
}

/// The same with links: each of these words, where it stands first outside of other links, becomes the safe HTML beside it.
pub fn linked(markdown: &str, links: &[(String, String)]) -> Vec<String> {
    drawn(markdown, links, |_, plain| direction(plain), true)
}

/// The blocks of a text; `direction` is asked for each by its number and its words. Their language is looked for if `says_language`.
fn drawn(
    markdown: &str,
    links: &[(String, String)],
    mut direction: impl FnMut(usize, &str) -> &'static str,
    says_language: bool,
) -> Vec<String> {
    if markdown.len() > TEXT_MAX {
        return as_written(markdown, &mut direction);
    }
    let mut open: Vec<&(String, String)> = links.iter().filter(|(words, _)| !words.is_empty()).collect();
    let mut in_link = false;
    let mut blocks = Vec::new();
    let mut depth = 0_usize;
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut plain = String::new();
    let (mut count, mut length) = (0_usize, 0_usize);
    let marked = stars::marked(markdown);
    for event in read(&marked) {
        count += 1;
        if count > EVENTS_MAX || length > HTML_MAX {
            return as_written(markdown, &mut direction);
        }
        let mut is_too_deep = false;
        match &event {
            Event::Start(_) => {
                depth += 1;
                is_too_deep = depth > NESTING;
            }
            Event::End(_) => {
                is_too_deep = depth > NESTING;
                depth = depth.saturating_sub(1);
            }
            Event::Text(text) | Event::Code(text) => plain.push_str(text),
            _ => {}
        }
        if is_too_deep {
            // The words of what ended here do not run into those that follow.
            if matches!(event, Event::End(_)) && !matches!(events.last(), Some(Event::SoftBreak)) {
                events.push(Event::SoftBreak);
            }
            continue;
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
            let direction = direction(blocks.len(), &plain);
            if direction == "ltr" && letters(&plain).0 > 0 {
                events = with_urdu(events);
            }
            let mut inner = String::new();
            html::push_html(&mut inner, events.drain(..));
            let inner = inner.trim_end();
            if !inner.is_empty() {
                let lang = if says_language { lang(direction, &plain) } else { "" };
                length += inner.len();
                blocks.push(format!("<div dir=\"{direction}\"{lang}>{inner}</div>"));
            }
            plain.clear();
        }
    }
    blocks
}

/// A text that is not read as Markdown, in one block.
fn as_written(text: &str, direction: &mut impl FnMut(usize, &str) -> &'static str) -> Vec<String> {
    let direction = direction(0, text);
    let events = [
        Event::Start(Tag::Paragraph),
        Event::Text(text.into()),
        Event::End(TagEnd::Paragraph),
    ];
    let mut inner = String::new();
    html::push_html(&mut inner, events.into_iter());
    vec![format!("<div dir=\"{direction}\">{}</div>", inner.trim_end())]
}

/// The attribute that says the language of a block; none where no word tells.
fn lang(direction: &str, plain: &str) -> &'static str {
    if direction == "rtl" {
        return " lang=\"ur\"";
    }
    let telling = plain.get(..plain.floor_char_boundary(TELLING)).unwrap_or(plain);
    match language::detect(telling) {
        Some(Script::En) => " lang=\"en\"",
        Some(Script::UrLatn) => " lang=\"ur-Latn\"",
        Some(Script::Ur) | None => "",
    }
}

/// Marks what is in Urdu, but not in code.
fn with_urdu(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let mut in_code = false;
    let mut marked = Vec::new();
    for event in events {
        match event {
            Event::Text(text) if !in_code && letters(&text).0 > 0 => {
                for (is_urdu, part) in stretches(&text) {
                    let part = Event::Text(part.to_owned().into());
                    if is_urdu {
                        marked.extend([
                            Event::InlineHtml("<span lang=\"ur\">".into()),
                            part,
                            Event::InlineHtml("</span>".into()),
                        ]);
                    } else {
                        marked.push(part);
                    }
                }
            }
            event => {
                match &event {
                    Event::Start(Tag::CodeBlock(_)) => in_code = true,
                    Event::End(TagEnd::CodeBlock) => in_code = false,
                    _ => {}
                }
                marked.push(event);
            }
        }
    }
    marked
}

/// The words with which a text begins, on one line and without markup; cut with an ellipsis where there are more characters.
pub(super) fn beginning(markdown: &str, max: usize) -> String {
    let mut words = String::new();
    for event in read(&stars::marked(markdown)) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) => words.push_str(&text),
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
        .filter_map(|(n, (words, _))| find_whole(&text, words).map(|at| (at, std::cmp::Reverse(words.len()), n)))
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
        Event::Html(text) => Event::Text(text),
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
    fn urdu_inside_a_block_that_runs_to_the_right_is_marked() {
        assert_eq!(
            blocks("Added **دودھ لینا**, and two more.\n\n    کوڈ in code").concat(),
            "<div dir=\"ltr\" lang=\"en\"><p>Added <strong><span lang=\"ur\">دودھ لینا</span></strong>, and two more.</p></div>\
             <div dir=\"ltr\" lang=\"en\"><pre><code>کوڈ in code</code></pre></div>"
        );
        assert_eq!(
            blocks("کل Ali سے ملنا ہے"),
            ["<div dir=\"rtl\" lang=\"ur\"><p>کل Ali سے ملنا ہے</p></div>"]
        );
        assert_eq!(
            blocks("kal subah meeting hai"),
            ["<div dir=\"ltr\" lang=\"ur-Latn\"><p>kal subah meeting hai</p></div>"]
        );
        assert_eq!(blocks("1 + 2"), ["<div dir=\"ltr\"><p>1 + 2</p></div>"]);
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
            "<div dir=\"ltr\" lang=\"en\"><p><a href=\"https://x\">milk</a> <strong><a>milk</a></strong> and milk, tea &lt; <a>milk tea</a></p></div>"
        );
    }

    #[test]
    fn words_with_signs_of_html_are_linked() {
        let link = ("Salt & pepper <now>".to_owned(), "<a>Salt &amp; pepper</a>".to_owned());
        assert_eq!(
            linked("Added Salt & pepper <now>.", &[link]),
            ["<div dir=\"ltr\" lang=\"en\"><p>Added <a>Salt &amp; pepper</a>.</p></div>"]
        );
    }

    #[test]
    fn one_tilde_means_about_and_two_strike() {
        let inner = |text: &str| blocks(text).concat();
        assert!(inner("Budget ~5000 (was 4000~)").contains("Budget ~5000 (was 4000~)"));
        assert!(inner("It is ~20 or ~30 minutes").contains("It is ~20 or ~30 minutes"));
        assert!(inner("~~gone~~ and ~about~").contains("<del>gone</del> and ~about~"));
        assert_eq!(beginning("~~gone~~ ~5", 20), "gone ~5");
    }

    #[test]
    fn bold_ends_before_a_letter_too() {
        for (text, html) in [
            ("**کل کے کام:**دودھ لانا", "<strong>کل کے کام:</strong>دودھ لانا"),
            ("**کام ہو گیا۔**اب آرام", "<strong>کام ہو گیا۔</strong>اب آرام"),
            ("**Note:**text", "<strong>Note:</strong>text"),
            ("دودھ**(کل)**لانا", "دودھ<strong>(کل)</strong>لانا"),
            (
                "**One:**first and **two:**second",
                "<strong>One:</strong>first and <strong>two:</strong>second",
            ),
            ("کام:**دودھ** لانا", "کام:<strong>دودھ</strong> لانا"),
            ("**کل کے کام:** دودھ", "<strong>کل کے کام:</strong> دودھ"),
            ("**کل کے کام**دودھ", "<strong>کل کے کام</strong>دودھ"),
            ("***Note:***text", "<em><strong>Note:</strong></em>text"),
            ("2 ** 3 ** 2", "2 ** 3 ** 2"),
            ("2*(3+4)*5", "2*(3+4)*5"),
            ("\\*\\*a:\\*\\*b", "**a:**b"),
            ("`**a:**b`", "<code>**a:**b</code>"),
        ] {
            let drawn = blocks(text).concat();
            assert!(drawn.contains(html), "{text}: {drawn}");
            assert!(!drawn.contains(stars::MARK), "{text}: {drawn}");
        }
        assert!(
            blocks("[x](https://example.org/:**b**c)")
                .concat()
                .contains("href=\"https://example.org/:**b**c\"")
        );
        assert_eq!(beginning("**کل کے کام:**دودھ", 40), "کل کے کام:دودھ");
    }

    /// The length of what a text becomes, and how deep it lies.
    fn drawn_size(text: &str) -> (usize, usize) {
        let html = blocks(text).concat();
        let (mut depth, mut deepest) = (0_usize, 0);
        for part in html.split('<').skip(1) {
            match part.as_bytes().first() {
                Some(b'/') => depth = depth.saturating_sub(1),
                Some(_) if !part.starts_with("br") && !part.starts_with("hr") && !part.starts_with("input") => depth += 1,
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        (html.len(), deepest)
    }

    #[test]
    fn nesting_and_length_are_bounded() {
        for part in [
            ">", "> ", "- ", "1. ", "- > ", "*a ", "**", "***a", "[", "![", "`", "~~a ", "&", "\"", "<b>", "|a", "- [ ] ",
        ] {
            for count in [40, 2000, 20_000, 900_000] {
                let text = part.repeat(count);
                let (length, depth) = drawn_size(&text);
                // Signs that HTML has its own words for are six times as long.
                assert!(length <= HTML_MAX.max(text.len() * 6) + 1000, "{part:?} x {count}: {length}");
                assert!(depth <= NESTING + 2, "{part:?} x {count}: {depth}");
            }
        }
    }

    #[test]
    fn a_table_does_not_grow_by_what_is_not_there() {
        for (columns, rows) in [(100, 2000), (2000, 2000), (20_000, 20_000)] {
            let text = format!("{}\n{}\n{}", "|a".repeat(columns), "|-".repeat(columns), "|\n".repeat(rows));
            let (length, _) = drawn_size(&text);
            assert!(length <= HTML_MAX + 1000, "{columns} x {rows}: {length}");
        }
    }

    #[test]
    fn what_lies_too_deep_keeps_its_words() {
        let text = format!("{}deep *words*", "> ".repeat(100));
        let html = blocks(&text).concat();
        assert!(html.contains("deep") && html.contains("words"), "{html}");
        assert_eq!(html.matches("<blockquote>").count(), NESTING);
        let long = format!("**bold** {}", "x".repeat(TEXT_MAX));
        assert!(blocks(&long)[0].starts_with("<div dir=\"ltr\"><p>**bold** xxx"));
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
