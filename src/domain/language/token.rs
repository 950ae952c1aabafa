//! A message cut into words, numbers, quoted titles and marks.

use super::normal;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters.
    Word,
    /// Digits only.
    Number,
    /// A text in quotes; `inner` is what stands between them.
    Quote,
    /// One character of punctuation, or an emoji.
    Mark(char),
    /// The end of a line.
    Line,
    /// An address (mail or web): never a command.
    Address,
}

/// A piece of the message.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub kind: Kind,
    /// Bytes of the message.
    pub start: usize,
    pub end: usize,
    /// The plain key; of a quote, its text to the letter.
    pub plain: String,
    /// The folded key of a Latin word.
    pub folded: String,
    /// White space stands before it.
    pub spaced: bool,
}

impl Token {
    /// The number that the digits say.
    pub fn number(&self) -> Option<u32> {
        (self.kind == Kind::Number).then(|| self.plain.parse().ok()).flatten()
    }

    /// Whether it is the given mark.
    pub fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// Makes it a word that means nothing but itself.
    pub fn make_literal(&mut self) {
        self.kind = Kind::Address;
        self.plain.clear();
        self.folded.clear();
    }

    /// Whether it says anything.
    pub fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Number | Kind::Quote | Kind::Address)
    }
}

/// Cuts a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut spaced = true;
    // Quotes without a partner are looked for once per kind, so that hostile input stays linear.
    let mut unclosed: Vec<char> = Vec::new();
    while let Some(first) = text[at..].chars().next() {
        if first == '\n' {
            push(&mut out, Kind::Line, text, at, at + 1, spaced);
            (at, spaced) = (at + 1, true);
            continue;
        }
        if first.is_whitespace() {
            (at, spaced) = (at + first.len_utf8(), true);
            continue;
        }
        let (kind, end) = match quote(text, at, first, spaced, &mut unclosed) {
            Some(end) => (Kind::Quote, end),
            None => piece(text, at, first, spaced, out.last()),
        };
        push(&mut out, kind, text, at, end, spaced);
        (at, spaced) = (end, false);
    }
    out
}

fn push(out: &mut Vec<Token>, kind: Kind, text: &str, start: usize, end: usize, spaced: bool) {
    let slice = &text[start..end];
    let plain = match kind {
        Kind::Quote => inner(slice).trim().to_owned(),
        _ => normal::plain(slice),
    };
    if kind == Kind::Word && plain.is_empty() {
        return;
    }
    let folded = if kind == Kind::Word && plain.is_ascii() {
        normal::folded(&plain)
    } else {
        String::new()
    };
    out.push(Token {
        kind,
        start,
        end,
        plain,
        folded,
        spaced,
    });
}

fn inner(quoted: &str) -> &str {
    let mut chars = quoted.chars();
    chars.next();
    chars.next_back();
    chars.as_str()
}

/// The end of the quoted text that begins here.
fn quote(text: &str, at: usize, first: char, spaced: bool, unclosed: &mut Vec<char>) -> Option<usize> {
    let closers: &[char] = match first {
        '"' => &['"'],
        '“' | '”' | '„' => &['”', '“'],
        '«' => &['»'],
        '‘' => &['’'],
        '\'' | '`' if spaced => &['\'', '`'],
        _ => return None,
    };
    if unclosed.contains(&first) {
        return None;
    }
    let start = at + first.len_utf8();
    let strict = matches!(first, '\'' | '‘' | '`');
    let found = text[start..].char_indices().take_while(|(_, c)| *c != '\n').find(|(offset, c)| {
        closers.contains(c)
            && (!strict
                || text[start + offset + c.len_utf8()..]
                    .chars()
                    .next()
                    .is_none_or(|after| !after.is_alphanumeric()))
    });
    match found {
        Some((offset, c)) if !text[start..start + offset].trim().is_empty() => Some(start + offset + c.len_utf8()),
        Some(_) => None,
        None => {
            unclosed.push(first);
            None
        }
    }
}

/// The end of the word, number, address or mark that begins here.
fn piece(text: &str, at: usize, first: char, spaced: bool, before: Option<&Token>) -> (Kind, usize) {
    let rest = &text[at..];
    if spaced && first.is_ascii_alphanumeric() {
        let chunk = rest.split(char::is_whitespace).next().unwrap_or(rest);
        if chunk.len() < 2048 && (chunk.contains("://") || chunk.starts_with("www.") || is_mail(chunk)) {
            let trimmed = chunk.trim_end_matches(['.', ',', ')', '!', '?', '،', '۔']);
            return (Kind::Address, at + trimmed.len());
        }
    }
    let run = |accept: &dyn Fn(char) -> bool| rest.find(|c: char| !accept(c)).map_or(text.len(), |length| at + length);
    if normal::digit(first).is_some() {
        return (Kind::Number, run(&|c| normal::digit(c).is_some()));
    }
    // "2h30m": the letters behind a number end at the next number.
    let unit = !spaced && first.is_ascii_alphabetic() && before.is_some_and(|token| token.kind == Kind::Number && token.end == at);
    if unit {
        let end = run(&|c| c.is_ascii_alphabetic());
        if text[end..].starts_with(|c: char| c.is_ascii_digit()) {
            return (Kind::Word, end);
        }
    }
    if is_letter(first) {
        let end = run(&|c| is_letter(c) || c.is_numeric() || matches!(c, '\'' | '’' | 'ʼ'));
        // A closing apostrophe belongs to the sentence.
        let word = text[at..end].trim_end_matches(['\'', '’']);
        return (Kind::Word, at + word.len().max(first.len_utf8()));
    }
    (Kind::Mark(first), at + first.len_utf8())
}

fn is_mail(chunk: &str) -> bool {
    chunk
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        || matches!(c, '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0610}'..='\u{061A}' | '\u{06D6}'..='\u{06DC}' | '\u{0300}'..='\u{036F}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, String)> {
        tokens(text).into_iter().map(|t| (t.kind, t.plain)).collect()
    }

    #[test]
    fn words_numbers_quotes() {
        assert_eq!(
            kinds("add \"List all\" at 3pm, Ali's"),
            [
                (Kind::Word, "add".into()),
                (Kind::Quote, "List all".into()),
                (Kind::Word, "at".into()),
                (Kind::Number, "3".into()),
                (Kind::Word, "pm".into()),
                (Kind::Mark(','), ",".into()),
                (Kind::Word, "alis".into()),
            ]
        );
        assert_eq!(kinds("شام ۶ بجے")[1], (Kind::Number, "6".into()));
        assert_eq!(kinds("don't 'buy it' now")[1], (Kind::Quote, "buy it".into()));
        assert_eq!(kinds("see https://a.b/c?d.")[1].0, Kind::Address);
    }

    #[test]
    fn unclosed_quotes_are_marks() {
        assert_eq!(kinds("5\" pipe").len(), 3);
        assert!(tokens(&"\"'“".repeat(20_000)).len() > 1);
    }
}
