use proptest::prelude::*;

use super::{super::blocks, Growing};
use crate::domain::locale::Script;

/// Somebody who sees an answer grow.
struct Reader {
    growing: Growing,
    blocks: Vec<String>,
    /// How many bytes of HTML came.
    came: usize,
}

impl Reader {
    fn new(asked_in: Script) -> Self {
        Self {
            growing: Growing::new(asked_in),
            blocks: Vec::new(),
            came: 0,
        }
    }

    /// What they see once this has come, too.
    fn hear(&mut self, delta: &str) -> &[String] {
        if let Some(change) = self.growing.push(delta) {
            self.came += change.blocks.iter().map(String::len).sum::<usize>();
            let mut blocks = change.blocks.into_iter();
            if change.keep > 0 {
                self.blocks.truncate(change.from + 1);
                let block = &mut self.blocks[change.from];
                block.truncate(change.keep);
                block.push_str(&blocks.next().unwrap());
            } else {
                assert!(change.from <= self.blocks.len());
                self.blocks.truncate(change.from);
            }
            self.blocks.extend(blocks);
        }
        &self.blocks
    }
}

/// A long answer in one block, and the number of its tokens.
fn long(shape: &str) -> Vec<String> {
    let word = |n: usize| ["milk ", "and ", "eggs, ", "کل ", "**flour** ", "tea. "][n % 6].to_owned();
    let mut tokens: Vec<String> = (0..8000)
        .map(|n| match (shape, n % 12) {
            ("list", 0) => "\n- ".to_owned(),
            ("numbers", 0) => "\n1. ".to_owned(),
            ("loose list", 0) => "\n\n- ".to_owned(),
            ("table", 0) => " |\n| ".to_owned(),
            ("table", 6) => "| ".to_owned(),
            ("code", 0) => "\nlet ".to_owned(),
            ("quote", 0) => "\n> ".to_owned(),
            ("stars", 5) => "*".to_owned(),
            ("one word", _) => "milk".to_owned(),
            ("one item", 0) if n > 0 => "\n  then ".to_owned(),
            _ => word(n),
        })
        .collect();
    let first = match shape {
        "table" => "| a | b |\n|---|---|\n| x",
        "code" | "one line of code" => "```rust\n",
        "one item" => "- ",
        _ => "",
    };
    tokens.insert(0, first.to_owned());
    tokens
}

#[test]
fn what_is_sent_grows_with_the_answer_whatever_its_shape() {
    for shape in [
        "paragraph",
        "list",
        "numbers",
        "loose list",
        "table",
        "code",
        "one line of code",
        "quote",
        "stars",
        "one word",
        "one item",
    ] {
        let mut tokens = long(shape);
        if !["paragraph", "list", "table", "code"].contains(&shape) {
            tokens.truncate(2000);
        }
        let mut reader = Reader::new(Script::En);
        for token in &tokens {
            reader.hear(token);
        }
        let text = tokens.concat();
        let whole = blocks(&text).concat().len();
        // A paragraph of stars is the worst: what may be bold is told again until it is sure.
        assert!(
            reader.came < 30 * tokens.len() + 3 * whole,
            "{shape}: {} bytes for {whole}",
            reader.came
        );
        let end = if shape.contains("code") {
            "\n```\n\nThat is all.\n\nReally\n"
        } else {
            "\n\nThat is all.\n\nReally\n"
        };
        reader.hear(end);
        // Of some blocks a part is not read before they have grown a little more.
        if ["quote", "one item"].contains(&shape) {
            assert!(reader.blocks[0].starts_with(&blocks(&text)[0][..whole / 2]), "{shape}");
            continue;
        }
        assert_eq!(reader.blocks, blocks(&[&text, end].concat()), "{shape}");
    }
}

#[test]
fn a_long_block_looks_while_it_grows_as_it_does_at_its_end() {
    for shape in ["paragraph", "list", "numbers", "loose list", "table", "code"] {
        let mut reader = Reader::new(Script::En);
        let mut text = String::new();
        for (n, token) in long(shape).iter().take(1500).enumerate() {
            text.push_str(token);
            let seen = reader.hear(token).concat();
            // At a word's end nothing is half written.
            if n % 12 == 5 && !text.ends_with("**flour** ") {
                let whole = blocks(&text).concat();
                let words = |html: &str| {
                    html.replace("<span lang=\"ur\">", "")
                        .replace("</span>", "")
                        .replace(" lang=\"en\"", "")
                };
                assert_eq!(words(&seen), words(&whole), "{shape} after {n} tokens");
            }
        }
    }
}

/// The directions of the blocks, after each letter.
fn directions(text: &str, asked_in: Script) -> Vec<Vec<bool>> {
    let mut reader = Reader::new(asked_in);
    let is_rtl = |block: &String| block.starts_with("<div dir=\"rtl\"");
    text.chars()
        .map(|c| reader.hear(c.encode_utf8(&mut [0; 4])).iter().map(is_rtl).collect())
        .collect()
}

#[test]
fn a_block_does_not_turn_round_while_it_is_written() {
    let text = "Zoom meeting کل صبح 9 بجے رکھ دی گئی ہے۔\n\nدودھ اور Nestle Everyday milk powder for tea\n\nDone.";
    for (asked_in, first, last) in [(Script::Ur, true, true), (Script::En, false, false)] {
        let all = directions(text, asked_in);
        for block in 0..3 {
            let mut seen: Vec<bool> = all.iter().filter_map(|blocks| blocks.get(block).copied()).collect();
            seen.dedup();
            assert_eq!(seen.len(), 1, "block {block}, asked in {asked_in:?}");
        }
        assert_eq!(all.last().unwrap(), &[first, true, last]);
    }
    // An answer in Urdu to a question in English.
    assert!(
        directions("ٹھیک ہے، Zoom meeting", Script::En)
            .iter()
            .flatten()
            .all(|is_rtl| *is_rtl)
    );
}

#[test]
fn bold_is_bold_while_it_is_written() {
    for text in [
        "**کل کے کام:**دودھ لانا",
        "سنیے **کام ہو گیا۔**اب آرام",
        "Well, **Note:**text",
        "- **milk:**two\n- **eggs**",
    ] {
        let mut reader = Reader::new(Script::Ur);
        for c in text.chars() {
            let drawn = reader.hear(c.encode_utf8(&mut [0; 4])).concat();
            assert!(!drawn.contains('*'), "{text}: {drawn}");
        }
    }
    let states = |text: &str| Reader::new(Script::En).hear(text).concat();
    assert!(states("2 ** 3 ** 2").contains("2 ** 3 ** 2"));
    assert!(states("```\na **b").contains("a **b"));
    assert!(states("a `**b").contains("`**b"));
}

/// Pieces of which Markdown is made, also where it makes no sense.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "word ",
        "two words ",
        "**",
        "*",
        "_",
        "`",
        "```\n",
        "\n",
        "\n\n",
        "\n- ",
        "\n1. ",
        "\n    ",
        "\n> ",
        "\n# ",
        "\n| a | b |\n|---|---|\n",
        "| c ",
        " |\n",
        "<b>",
        "[x](https://example.org)",
        "[",
        "~~",
        "\\",
        "کل ",
        "&amp;",
        "---",
        "\n---\n",
        "- [ ] ",
        "  ",
        "a long sentence that goes on for a while, ",
    ];
    (0..pieces.len(), 1_usize..12).prop_map(move |(at, times)| {
        if at < 2 || at == pieces.len() - 1 {
            pieces[at].repeat(times)
        } else {
            pieces[at].to_owned()
        }
    })
}

proptest! {
    #[test]
    fn whatever_comes_a_reader_ends_with_what_the_text_says(pieces in prop::collection::vec(piece(), 1..60), width in 1_usize..40) {
        let text = pieces.concat();
        let mut reader = Reader::new(Script::En);
        let chars: Vec<char> = text.chars().collect();
        for token in chars.chunks(width) {
            reader.hear(&String::from_iter(token));
        }
        // What is shown is what a reader is told who comes now.
        reader.growing.missed();
        let seen = reader.hear("\n\nThe end").to_vec();
        reader.blocks.clear();
        reader.growing.missed();
        prop_assert_eq!(reader.hear(" of it")[..seen.len() - 1].to_vec(), seen[..seen.len() - 1].to_vec());
        for html in &seen {
            let count = |tag: &str| html.matches(tag).count();
            for tag in ["div", "ul", "ol", "li", "table", "tr", "strong", "code"] {
                let opened = count(&format!("<{tag}>")) + count(&format!("<{tag} "));
                prop_assert_eq!(opened, count(&format!("</{tag}>")), "{} in {}", tag, html);
            }
        }
    }
}
