//! A message with the possible meanings of each word.

use std::ops::Range;

use super::{
    Taken, TakenKind,
    lexicon::{PHRASE_MAX, Plain, Sense, lexicon},
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
    senses: Vec<Senses>,
    /// The same, with the words that mean something only within a date.
    all: Vec<Senses>,
    /// Tokens that have been understood and are no part of a title.
    pub used: Vec<bool>,
    /// What the used tokens were taken for, where that is known.
    kinds: Vec<Option<TakenKind>>,
    /// Tokens that were taken for something, and belong to the title all the same.
    kept: Vec<bool>,
    /// Tokens that are read to the letter from now on; see [`Sentence::forget`].
    forgotten: Vec<bool>,
    /// Where words look like a date that was not wholly understood; see [`Sentence::unread`].
    unread: Vec<(usize, usize)>,
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

/// Meanings with the number of tokens that they take.
type Senses = Vec<(usize, Sense)>;

/// The meanings of the phrases that begin at a token, longest first; and the same with those that they have only within a date.
fn senses(tokens: &[Token], at: usize, roman: bool) -> (Senses, Senses) {
    if at >= READ_MAX || !matches!(tokens[at].kind, Kind::Word | Kind::Mark('&') | Kind::Number) {
        return (Vec::new(), Vec::new());
    }
    // "R&D" is one name.
    if tokens[at].is_mark('&') && !tokens[at].spaced {
        return (Vec::new(), Vec::new());
    }
    let run: Vec<&Token> = tokens[at..]
        .iter()
        .take(PHRASE_MAX)
        .take_while(|t| matches!(t.kind, Kind::Word | Kind::Mark('&') | Kind::Number))
        .collect();
    let senses = lexicon().senses(&run, roman);
    let mut all = lexicon().date_senses(&run);
    all.extend_from_slice(&senses);
    all.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    (senses, all)
}

impl<'a> Sentence<'a> {
    pub fn new(text: &'a str, roman: bool) -> Self {
        Self::with_literal(text, roman, &[])
    }

    /// A sentence in which some bytes are to be read to the letter: the words that they touch mean nothing but themselves.
    pub fn with_literal(text: &'a str, roman: bool, literal: &[Range<usize>]) -> Self {
        let mut tokens = tokens(text);
        for token in &mut tokens {
            if literal.iter().any(|range| range.start < token.end && token.start < range.end) && token.is_text() {
                token.make_literal();
            }
        }
        if roman {
            tokens = tokens.into_iter().flat_map(divided).collect();
        }
        let used = vec![false; tokens.len()];
        let mut sentence = Self {
            text,
            kinds: vec![None; tokens.len()],
            kept: vec![false; tokens.len()],
            forgotten: vec![false; tokens.len()],
            unread: Vec::new(),
            tokens,
            senses: Vec::new(),
            all: Vec::new(),
            used,
            roman,
        };
        sentence.look_up();
        sentence
    }

    /// All of it with nothing understood.
    pub fn whole(&self) -> Sentence<'a> {
        self.part(0, self.tokens.len(), None)
    }

    /// A part of the sentence with nothing understood, and perhaps as it would be without one of its tokens.
    pub fn part(&self, from: usize, to: usize, without: Option<usize>) -> Sentence<'a> {
        let mut part = Sentence {
            text: self.text,
            tokens: self.tokens[from..to].to_vec(),
            senses: self.senses[from..to].to_vec(),
            all: self.all[from..to].to_vec(),
            used: vec![false; to - from],
            kinds: vec![None; to - from],
            kept: vec![false; to - from],
            forgotten: self.forgotten[from..to].to_vec(),
            unread: Vec::new(),
            roman: self.roman,
        };
        if let Some(at) = without.map(|at| at - from) {
            part.tokens.remove(at);
            part.senses.remove(at);
            part.all.remove(at);
            for flags in [&mut part.used, &mut part.kept] {
                flags.pop();
            }
            part.kinds.pop();
            part.forgotten.remove(at);
            // Only phrases that reach over its place mean something else now.
            let forgotten = part.forgotten.clone();
            for place in (at.saturating_sub(PHRASE_MAX - 1)..at.min(part.tokens.len())).filter(|place| !forgotten[*place]) {
                (part.senses[place], part.all[place]) = senses(&part.tokens, place, self.roman);
            }
        }
        part
    }

    /// Reads a token as "and" from now on.
    pub fn join(&mut self, at: usize) {
        let and = vec![(1, Sense::Is(Plain::And))];
        (self.senses[at], self.all[at]) = (and.clone(), and);
    }

    /// Reads some tokens to the letter from now on: they mean nothing but themselves, whatever date was seen in them.
    pub fn forget(&mut self, from: usize, to: usize) {
        self.unread.retain(|(first, last)| *last <= from || to <= *first);
        for at in from..to {
            self.forgotten[at] = true;
            (self.senses[at], self.all[at]) = (Vec::new(), Vec::new());
        }
    }

    /// Looks every token up.
    fn look_up(&mut self) {
        let (tokens, roman) = (&self.tokens, self.roman);
        let (senses, all): (Vec<_>, Vec<_>) = (0..tokens.len()).map(|at| senses(tokens, at, roman)).unzip();
        (self.senses, self.all) = (senses, all);
    }

    /// How many tokens there are to read.
    pub fn len(&self) -> usize {
        self.tokens.len().min(READ_MAX)
    }

    /// All meanings of what begins here.
    pub fn senses(&self, at: usize) -> &[(usize, Sense)] {
        self.senses.get(at).map_or(&[], Vec::as_slice)
    }

    /// The same, with the meanings that words have only within a date.
    fn all(&self, at: usize) -> &[(usize, Sense)] {
        self.all.get(at).map_or(&[], Vec::as_slice)
    }

    /// The meanings of the phrases of so many tokens that begin here, also those that they have only within a date.
    pub fn leading(&self, at: usize, length: usize) -> impl Iterator<Item = Sense> + '_ {
        self.all(at).iter().filter(move |(n, _)| *n == length).map(|(_, sense)| *sense)
    }

    /// The length of the longest phrase of a kind that begins here.
    pub fn is(&self, at: usize, plain: Plain) -> Option<usize> {
        self.all(at)
            .iter()
            .find(|(_, sense)| *sense == Sense::Is(plain))
            .map(|(length, _)| *length)
    }

    /// The same, for any of several kinds.
    pub fn any(&self, at: usize, kinds: &[Plain]) -> Option<usize> {
        self.all(at)
            .iter()
            .find(|(_, sense)| matches!(sense, Sense::Is(plain) if kinds.contains(plain)))
            .map(|(length, _)| *length)
    }

    /// The first meaning here that the function takes.
    pub fn find<T>(&self, at: usize, take: impl Fn(Sense) -> Option<T>) -> Option<(usize, T)> {
        self.all(at)
            .iter()
            .find_map(|(length, sense)| take(*sense).map(|value| (*length, value)))
    }

    /// Whether the single word here has the meaning.
    pub fn word_is(&self, at: usize, plain: Plain) -> bool {
        self.all(at)
            .iter()
            .any(|(length, sense)| *length == 1 && *sense == Sense::Is(plain))
    }

    /// Marks tokens as understood.
    pub fn take(&mut self, from: usize, length: usize) {
        for used in self.used.iter_mut().skip(from).take(length) {
            *used = true;
        }
    }

    /// Marks tokens as understood, and for what.
    pub fn take_as(&mut self, kind: TakenKind, from: usize, length: usize) {
        for place in self.kinds.iter_mut().skip(from).take(length) {
            *place = Some(kind);
        }
        self.take(from, length);
    }

    /// Gives what was taken since then back to the title; that it was taken is not forgotten.
    pub fn keep(&mut self, before: Vec<bool>) {
        for (at, used) in self.used.iter().enumerate() {
            self.kept[at] |= *used && !before[at];
        }
        self.used = before;
    }

    /// Whether a token was taken for a day or a recurrence.
    pub fn is_dated(&self, at: usize) -> bool {
        self.used[at] && matches!(self.kinds[at], Some(TakenKind::Date | TakenKind::Repeat))
    }

    /// The person's words from a token to before another, whatever was taken of them.
    pub fn verbatim(&self, from: usize, to: usize) -> String {
        let words = &self.text[self.tokens[from].start..self.tokens[to - 1].end];
        trim(words).to_owned()
    }

    /// What was taken for a date, a recurrence or a priority, in the order of the text.
    pub fn taken(&self) -> Vec<Taken> {
        let mut out: Vec<Taken> = Vec::new();
        let mut last = None;
        for (at, token) in self.tokens.iter().enumerate() {
            let Some(kind) = self.kinds[at].filter(|_| self.used[at] || self.kept[at]) else {
                continue;
            };
            match out.last_mut().filter(|taken| taken.kind == kind && last == at.checked_sub(1)) {
                Some(taken) => taken.range.end = token.end,
                None => out.push(Taken {
                    range: token.start..token.end,
                    kind,
                }),
            }
            last = Some(at);
        }
        out
    }

    /// Remembers that these tokens look like a date that was not wholly understood.
    pub fn doubt(&mut self, from: usize, to: usize) {
        if from < to && !self.unread.contains(&(from, to)) {
            self.unread.push((from, to));
        }
    }

    /// Gives what was taken since then back to the title, and remembers it as a date that cannot be.
    pub fn doubt_since(&mut self, before: Vec<bool>) {
        let is_new: Vec<bool> = self.used.iter().zip(&before).map(|(now, then)| *now && !then).collect();
        self.used = before;
        let mut at = 0;
        for run in is_new.chunk_by(|one, other| one == other) {
            if run[0] {
                self.doubt(at, at + run.len());
            }
            at += run.len();
        }
    }

    /// What looks like a date and was not wholly understood, in a range of tokens, as the person wrote it.
    pub fn unread(&self, from: usize, to: usize) -> Vec<String> {
        let free = |&&(first, last): &&(usize, usize)| from <= first && last <= to && (first..last).all(|at| !self.used[at]);
        let mut spans: Vec<(usize, usize)> = self.unread.iter().filter(free).copied().collect();
        // Of two that overlap, the longer one.
        spans.sort_by_key(|(first, last)| (*first, std::cmp::Reverse(*last)));
        let mut end = 0;
        spans.retain(|(first, last)| {
            let is_new = *first >= end;
            end = end.max(*last);
            is_new
        });
        let text = |(first, last): (usize, usize)| self.text[self.tokens[first].start..self.tokens[last - 1].end].trim().to_owned();
        spans.into_iter().map(text).collect()
    }

    /// The places of the tokens in a range that still say something.
    pub fn left(&self, from: usize, to: usize) -> Vec<usize> {
        (from..to.min(self.tokens.len()))
            .filter(|at| !self.used[*at] && self.tokens[*at].is_text())
            .collect()
    }

    /// The end of a run of words with the signs that belong to its last word: "C++", "100%", a bracket that is closed.
    fn glued(&self, start: usize, end: usize) -> usize {
        let is_mark = |at: usize, mark: char| self.tokens[at].is_mark(mark);
        let mut last = end;
        while let Some(token) = self.tokens.get(last).filter(|token| !token.spaced && !self.used[last]) {
            let open = |open: char, close: char| {
                let count = |mark: char| (start..last).filter(|at| is_mark(*at, mark)).count();
                count(open) > count(close)
            };
            let belongs = match token.kind {
                Kind::Mark('+' | '#' | '%') => true,
                Kind::Mark(')') => open('(', ')') || is_mark(last - 1, '('),
                Kind::Mark(']') => open('[', ']'),
                Kind::Mark('(') => self.tokens.get(last + 1).is_some_and(|next| next.is_mark(')') && !next.spaced),
                _ => false,
            };
            if !belongs {
                break;
            }
            last += 1;
        }
        last
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
            let end = if at == to { self.glued(start, at) } else { at };
            let run = self.text[self.tokens[start].start..self.tokens[end - 1].end].trim();
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
