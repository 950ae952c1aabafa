//! A message with the possible meanings of each word.

use super::{
    lexicon::{Plain, Sense, lexicon},
    normal,
    token::{Kind, Token, tokens},
};

/// Of a longer message only the beginning is a command; what lies behind is kept in titles only.
const READ_MAX: usize = 600;

/// A message, cut and looked up.
pub(super) struct Sentence<'a> {
    pub text: &'a str,
    pub tokens: Vec<Token>,
    /// For each token, the meanings of the phrases that begin there, with their length; longest first.
    senses: Vec<Vec<(usize, Sense)>>,
    /// Tokens that have been understood and are no part of a title.
    pub used: Vec<bool>,
    /// Whether the Latin words are mostly Roman Urdu.
    pub roman: bool,
}

/// "rakhdo" as "rakh do"; any other word as it is.
pub(super) fn divided(token: Token) -> Vec<Token> {
    let letters = token.end - token.start == token.plain.len();
    let joint = (token.kind == Kind::Word && letters)
        .then(|| lexicon().joint(&token.plain))
        .flatten();
    let Some(at) = joint else { return vec![token] };
    let (stem, helper) = token.plain.split_at(at);
    let part = |plain: &str, start: usize, spaced: bool| Token {
        kind: Kind::Word,
        start,
        end: start + plain.len(),
        folded: normal::folded(plain),
        plain: plain.to_owned(),
        spaced,
    };
    vec![part(stem, token.start, token.spaced), part(helper, token.start + at, true)]
}

impl<'a> Sentence<'a> {
    pub fn new(text: &'a str, roman: bool) -> Self {
        let mut tokens = tokens(text);
        if roman {
            tokens = tokens.into_iter().flat_map(divided).collect();
        }
        let senses = (0..tokens.len())
            .map(|at| {
                if at >= READ_MAX || !matches!(tokens[at].kind, Kind::Word | Kind::Mark('&') | Kind::Number) {
                    return Vec::new();
                }
                let run: Vec<&Token> = tokens[at..]
                    .iter()
                    .take(7)
                    .take_while(|t| matches!(t.kind, Kind::Word | Kind::Mark('&') | Kind::Number))
                    .collect();
                lexicon().senses(&run, roman)
            })
            .collect();
        let used = vec![false; tokens.len()];
        Self {
            text,
            tokens,
            senses,
            used,
            roman,
        }
    }

    /// How many tokens there are to read.
    pub fn len(&self) -> usize {
        self.tokens.len().min(READ_MAX)
    }

    /// All meanings of what begins here.
    pub fn senses(&self, at: usize) -> &[(usize, Sense)] {
        self.senses.get(at).map_or(&[], Vec::as_slice)
    }

    /// The length of the longest phrase of a kind that begins here.
    pub fn is(&self, at: usize, plain: Plain) -> Option<usize> {
        self.senses(at)
            .iter()
            .find(|(_, sense)| *sense == Sense::Is(plain))
            .map(|(length, _)| *length)
    }

    /// The same, for any of several kinds.
    pub fn any(&self, at: usize, kinds: &[Plain]) -> Option<usize> {
        self.senses(at)
            .iter()
            .find(|(_, sense)| matches!(sense, Sense::Is(plain) if kinds.contains(plain)))
            .map(|(length, _)| *length)
    }

    /// The first meaning here that the function takes.
    pub fn find<T>(&self, at: usize, take: impl Fn(Sense) -> Option<T>) -> Option<(usize, T)> {
        self.senses(at)
            .iter()
            .find_map(|(length, sense)| take(*sense).map(|value| (*length, value)))
    }

    /// Whether the single word here has the meaning.
    pub fn word_is(&self, at: usize, plain: Plain) -> bool {
        self.senses(at)
            .iter()
            .any(|(length, sense)| *length == 1 && *sense == Sense::Is(plain))
    }

    /// Marks tokens as understood.
    pub fn take(&mut self, from: usize, length: usize) {
        for used in self.used.iter_mut().skip(from).take(length) {
            *used = true;
        }
    }

    /// The places of the tokens in a range that still say something.
    pub fn left(&self, from: usize, to: usize) -> Vec<usize> {
        (from..to.min(self.tokens.len()))
            .filter(|at| !self.used[*at] && self.tokens[*at].is_text())
            .collect()
    }

    /// The text of the unused tokens in a range, in the person's words: runs are cut from the message as they stand.
    pub fn title(&self, from: usize, to: usize) -> String {
        let mut out = String::new();
        let mut at = from;
        let to = to.min(self.tokens.len());
        while at < to {
            if self.used[at] || self.tokens[at].kind == Kind::Line {
                at += 1;
                continue;
            }
            let start = at;
            while at < to && !self.used[at] && self.tokens[at].kind != Kind::Line {
                at += 1;
            }
            let run = self.text[self.tokens[start].start..self.tokens[at - 1].end].trim();
            if !out.is_empty() && !run.is_empty() && !run.starts_with([',', '.', '،', '۔', ';', ':']) {
                out.push(' ');
            }
            out.push_str(run);
        }
        let single = (from..to)
            .filter(|at| !self.used[*at] && self.tokens[*at].is_text())
            .collect::<Vec<_>>();
        if let [only] = single[..]
            && self.tokens[only].kind == Kind::Quote
        {
            return self.tokens[only].plain.clone();
        }
        trim(&out).to_owned()
    }
}

/// Takes punctuation off the ends; brackets that belong together stay.
fn trim(title: &str) -> &str {
    let title = title.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | '،' | '.' | '۔' | ';' | '؛' | ':' | '-' | '–' | '—' | '•' | '*' | '!' | '=' | '>' | '|' | '→'
            )
    });
    let title = if title.ends_with(['?', '؟']) {
        title.trim_end_matches(['?', '؟', ' '])
    } else {
        title
    };
    title.trim_start_matches(['?', '؟', ')', ' ']).trim()
}
