//! An answer that is being written, drawn piece by piece: what a reader has is neither read nor sent again, so that bytes and work grow with
//! the answer and not with its square, whatever its shape.
//!
//! Only the last block can still change. Of a long one the beginning is *settled*: its HTML stays, and what follows (the *tail*) is read behind
//! a short *context* that stands for what came before (the fence of code, the head of a table, a list's marker, nothing for a paragraph) and
//! ends with [`SEAM`], behind which the HTML is new. Code settles by lines, a table by rows, a list by items, a paragraph where a word ends and
//! nothing is open. Where such a place does not come for too long, a paragraph or a line of code is cut anyway, and the rest of another block
//! is shown as plain text until the block has grown by an eighth. A block that is finished is drawn whole once, so nothing of this stays.
//!
//! A link whose address stands in another block is a link only in the item that ends the answer.

mod places;

use std::collections::BTreeMap;

use pulldown_cmark::{CodeBlockKind, Event, Tag, html};

use self::places::{first_tag, last_block, place};
use super::{drawn, stars};
use crate::domain::{locale::Script, text::letters};

/// Where the HTML of the tail begins. No character of any text: Unicode keeps it for the inside of programs.
const SEAM: char = '\u{FDD1}';
/// A tail longer than this, in bytes, is settled as far as it can be.
const SETTLE: usize = 256;
/// A tail longer than this, in bytes, is not read for each token.
const TAIL: usize = 2048;
/// So many bytes of a line tell what kind of block it begins.
const TELLING: usize = 80;
/// So few letters say nothing yet about a block that is being written.
const FEW_LETTERS: usize = 12;

/// What becomes of the blocks that a reader has: the first `from` stay, of the next one its first `keep` bytes, and `blocks` follow. If
/// `keep` is not 0, the first of them is the rest of that block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// How many blocks stay.
    pub from: usize,
    /// How many bytes of the next block stay.
    pub keep: usize,
    /// What follows.
    pub blocks: Vec<String>,
}

/// How the last block goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Paragraph,
    Code,
    Table,
    List {
        /// Whether its items are paragraphs.
        is_loose: bool,
    },
    /// It is not read for now: what comes is plain text, until the whole text has this length.
    Unread {
        until: usize,
    },
}

/// The beginning of the last block.
#[derive(Debug)]
struct Settled {
    shape: Shape,
    html: String,
    /// What stands for it before the tail.
    context: String,
    /// The tags that end the block.
    closing: String,
}

/// A text that is being written.
#[derive(Debug, Default)]
pub struct Growing {
    pen: Pen,
    text: String,
    /// The blocks that are finished.
    finished: Vec<String>,
    /// Where the last block begins, in bytes.
    open: usize,
    /// Where its tail begins.
    cut: usize,
    settled: Option<Settled>,
    /// What is shown of the blocks that are not finished; of the first one only what is not settled.
    shown: Vec<String>,
    /// Whether the reader lacks what is shown.
    is_missed: bool,
}

/// Draws blocks, each in the direction in which it began: none turns round while somebody reads.
#[derive(Debug, Default)]
struct Pen {
    asked_in: Script,
    directions: BTreeMap<usize, &'static str>,
}

impl Pen {
    /// Draws Markdown whose first block has this number. A tail does not say its language, because its block does.
    fn draw(&mut self, first: usize, markdown: &str, is_tail: bool) -> Vec<String> {
        let Self { asked_in, directions } = self;
        let direction = |at: usize, plain: &str| {
            if let Some(known) = directions.get(&(first + at)) {
                return *known;
            }
            let (rtl, ltr) = letters(plain);
            // What comes first may be several words, with a name or two in another script: a third of Urdu is enough after an Urdu question.
            let is_rtl = rtl > ltr || (*asked_in == Script::Ur && (rtl + ltr < FEW_LETTERS || rtl * 2 > ltr));
            let direction = if is_rtl { "rtl" } else { "ltr" };
            if rtl + ltr > 0 {
                directions.insert(first + at, direction);
            }
            direction
        };
        drawn(markdown, &[], direction, !is_tail)
    }
}

/// What a reader has of the blocks that are not finished.
#[derive(Debug)]
struct Before {
    finished: usize,
    /// How many bytes of the first one are settled, and not in `shown`.
    base: usize,
    shown: Vec<String>,
}

impl Growing {
    /// An answer to a question in this script: a block goes by its letters, or by the language of the question as long as these say little.
    pub fn new(asked_in: Script) -> Self {
        let pen = Pen {
            asked_in,
            ..Pen::default()
        };
        Self { pen, ..Self::default() }
    }

    /// The reader does not get the last changes: the next one holds the whole.
    pub fn missed(&mut self) {
        self.is_missed = true;
    }

    /// Adds what has come. Gives what changes for the reader, if anything does.
    pub fn push(&mut self, delta: &str) -> Option<Change> {
        self.text.extend(delta.chars().filter(|c| *c != SEAM));
        let mut before = Before {
            finished: self.finished.len(),
            base: self.settled.as_ref().map_or(0, |settled| settled.html.len()),
            shown: std::mem::take(&mut self.shown),
        };
        if let Some(Settled {
            shape: Shape::Unread { until },
            ..
        }) = self.settled
            && self.text.len() >= until
        {
            self.unsettle(&mut before);
        }
        let mut now = match delta.contains('\n') || self.text.len() - self.cut > SETTLE {
            true => self.finish(&mut before),
            false => Vec::new(),
        };
        self.shown = self.tail(&mut before);
        if self.text.len() - self.cut > SETTLE && self.shown.len() == 1 {
            self.settle(&mut before);
        }
        if let Some((first, others)) = self.shown.split_first() {
            let settled = self.settled.as_ref().map_or("", |settled| &settled.html[before.base..]);
            now.push([settled, first].concat());
            now.extend_from_slice(others);
        }
        let change = before.change(now)?;
        Some(if std::mem::take(&mut self.is_missed) {
            self.whole()
        } else {
            change
        })
    }

    /// Everything that is shown.
    fn whole(&self) -> Change {
        let mut blocks = self.finished.clone();
        if let Some((first, others)) = self.shown.split_first() {
            let settled = self.settled.as_ref().map_or("", |settled| settled.html.as_str());
            blocks.push([settled, first].concat());
            blocks.extend_from_slice(others);
        }
        Change { from: 0, keep: 0, blocks }
    }

    /// The blocks that have ended are drawn whole, and are finished.
    fn finish(&mut self, before: &mut Before) -> Vec<String> {
        let context = match &self.settled {
            None => "",
            Some(Settled {
                shape: Shape::Unread { .. },
                ..
            }) => return Vec::new(),
            Some(settled) => &settled.context,
        };
        let source = [context, &self.text[self.cut..]].concat();
        let Some(last) = last_block(&source) else {
            return Vec::new();
        };
        let begun = &source[last..];
        if last <= context.len() || !(begun.contains('\n') || begun.len() > TELLING) {
            return Vec::new();
        }
        let end = self.cut + last - context.len();
        self.unsettle(before);
        let done = self.pen.draw(self.finished.len(), &self.text[self.open..end], false);
        self.finished.extend_from_slice(&done);
        (self.open, self.cut) = (end, end);
        done
    }

    /// Draws the tail: the rest of the last block, and what may be others behind it.
    fn tail(&mut self, before: &mut Before) -> Vec<String> {
        let tail = &self.text[self.cut..];
        let Some(settled) = &self.settled else {
            return self.pen.draw(self.finished.len(), &stars::closed(tail), false);
        };
        if let Shape::Unread { .. } = settled.shape {
            return vec![[&lines(tail), settled.closing.as_str()].concat()];
        }
        let source = stars::closed(&[&settled.context, tail].concat()).into_owned();
        let mut blocks = self.pen.draw(self.finished.len(), &source, true);
        let settled = self.settled.as_ref();
        match blocks
            .first_mut()
            .zip(settled)
            .and_then(|(first, settled)| settled.behind_seam(first))
        {
            Some(rest) => {
                blocks[0] = rest;
                blocks
            }
            // It has become another kind of block.
            None => {
                self.unsettle(before);
                self.tail(before)
            }
        }
    }

    /// Nothing of the last block is settled any more.
    fn unsettle(&mut self, before: &mut Before) {
        if let Some(settled) = self.settled.take() {
            match before.shown.first_mut() {
                Some(first) => first.insert_str(0, &settled.html[..before.base]),
                None => before.shown.push(settled.html[..before.base].to_owned()),
            }
            before.base = 0;
        }
        self.cut = self.open;
    }

    /// Settles as much of the tail as can be.
    fn settle(&mut self, before: &mut Before) {
        let tail = self.text[self.cut..].to_owned();
        let context = self.settled.as_ref().map_or("", |settled| &settled.context).to_owned();
        let source = [context.as_str(), &tail].concat();
        let is_long = tail.len() > TAIL;
        let place = match self.settled.as_ref().map(|settled| settled.shape) {
            Some(Shape::Unread { .. }) => {
                if let Some(settled) = &mut self.settled {
                    settled.html.push_str(&lines(&tail));
                    self.shown = vec![settled.closing.clone()];
                }
                self.cut = self.text.len();
                return;
            }
            _ => place(&source, context.len(), is_long),
        };
        match place.and_then(|at| self.settled_at(&source, at)) {
            Some((at, settled)) => {
                let html = settled.html;
                match &mut self.settled {
                    Some(known) => {
                        known.html.push_str(&html);
                        known.context = settled.context;
                    }
                    none => *none = Some(Settled { html, ..settled }),
                }
                self.cut += at - context.len();
                self.shown = self.tail(before);
            }
            None if is_long => self.stop_reading(),
            None => {}
        }
    }

    /// What a place in the source (the context and the tail) settles.
    fn settled_at(&mut self, source: &str, at: usize) -> Option<(usize, Settled)> {
        let [block] = <[String; 1]>::try_from(self.pen.draw(self.finished.len(), &source[..at], self.settled.is_some())).ok()?;
        let settled = match &self.settled {
            Some(settled) => Settled {
                shape: settled.shape,
                html: settled.behind_seam(&block)?,
                context: settled.context_after(source, at),
                closing: settled.closing.clone(),
            },
            None => begun(source, at, block)?,
        };
        let html = settled.html.strip_suffix(&settled.closing)?.to_owned();
        Some((at, Settled { html, ..settled }))
    }

    /// What comes is shown as plain text, until the block has grown by an eighth.
    fn stop_reading(&mut self) {
        let [tail] = self.shown.as_mut_slice() else { return };
        let inner = without_closing(tail);
        let closing = tail.split_off(inner);
        let html = [self.settled.as_ref().map_or("", |settled| &settled.html), tail.as_str()].concat();
        let until = self.text.len() + TAIL.max((self.text.len() - self.open) / 8);
        self.shown = vec![closing.clone()];
        self.cut = self.text.len();
        self.settled = Some(Settled {
            shape: Shape::Unread { until },
            html,
            context: String::new(),
            closing,
        });
    }
}

impl Settled {
    /// The HTML of the tail, in that of the context and the tail; `None` if the block is no longer what it was.
    fn behind_seam(&self, block: &str) -> Option<String> {
        let seam = block.find(SEAM)?;
        let (opening, behind) = (&block[..seam], &block[seam + SEAM.len_utf8()..]);
        let behind = match self.shape {
            Shape::Paragraph => opening.ends_with("<p>").then_some(behind),
            Shape::Code => behind.strip_prefix(if self.context.ends_with('\n') { "\n" } else { "" }),
            Shape::Table => behind.split_once("</tr>\n").map(|(_, rest)| rest),
            Shape::List { is_loose: false } => behind.strip_prefix("</li>\n").filter(|_| opening.ends_with("<li>")),
            Shape::List { is_loose: true } => behind.strip_prefix("</p>\n</li>\n"),
            Shape::Unread { .. } => None,
        };
        behind.filter(|behind| behind.ends_with(&self.closing)).map(str::to_owned)
    }

    /// The context for a tail that begins at a later place.
    fn context_after(&self, source: &str, at: usize) -> String {
        match self.shape {
            Shape::Code => code_context(source, at),
            _ => self.context.clone(),
        }
    }
}

/// The first part of a block that is settled at a place; its HTML still ends with the closing tags.
fn begun(source: &str, at: usize, html: String) -> Option<Settled> {
    let first_line = source.lines().find(|line| !line.trim().is_empty())?;
    let (shape, context, closing) = match first_tag(source)? {
        Tag::Paragraph => (Shape::Paragraph, SEAM.to_string(), "</p></div>"),
        Tag::CodeBlock(CodeBlockKind::Fenced(_)) => (Shape::Code, code_context(source, at), "</code></pre></div>"),
        Tag::Table(_) => {
            let mut head = source.trim_start_matches('\n').splitn(3, '\n');
            let head = [head.next()?, head.next()?];
            (
                Shape::Table,
                format!("{}\n{}\n| {SEAM} |\n", head[0], head[1]),
                "</tbody></table></div>",
            )
        }
        Tag::List(first) => {
            let closing = if first.is_some() { "</ol></div>" } else { "</ul></div>" };
            let is_loose = html.split_once("<li>").is_some_and(|(_, item)| item.starts_with("\n<p>"));
            let marker = first_line.trim_start();
            let indent = &first_line[..first_line.len() - marker.len()];
            let marker = match first {
                None => marker.get(..1)?.to_owned(),
                Some(_) => format!("1{}", marker.trim_start_matches(|c: char| c.is_ascii_digit()).get(..1)?),
            };
            let end = if is_loose { "\n\n" } else { "\n" };
            (Shape::List { is_loose }, format!("{indent}{marker} {SEAM}{end}"), closing)
        }
        _ => return None,
    };
    Some(Settled {
        shape,
        html,
        context,
        closing: closing.to_owned(),
    })
}

/// The fence with which code began, and the seam: on a line of its own if the tail begins a line.
fn code_context(source: &str, at: usize) -> String {
    let fence = source.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let end = if source[..at].ends_with('\n') { "\n" } else { "" };
    format!("{fence}\n{SEAM}{end}")
}

impl Before {
    /// What turns it into `now`.
    fn change(self, now: Vec<String>) -> Option<Change> {
        let Self { finished, base, shown } = self;
        let same = now.iter().zip(&shown).take_while(|(now, before)| now == before).count();
        if same == now.len() && same == shown.len() {
            return None;
        }
        let common = match (shown.get(same), now.get(same)) {
            (Some(before), Some(now)) => {
                let common = before.bytes().zip(now.bytes()).take_while(|(before, now)| before == now).count();
                now.floor_char_boundary(common)
            }
            _ => 0,
        };
        let mut blocks: Vec<String> = now.into_iter().skip(same).collect();
        if let Some(first) = blocks.first_mut() {
            first.drain(..common);
        }
        Some(Change {
            from: finished + same,
            keep: common + if same == 0 { base } else { 0 },
            blocks,
        })
    }
}

/// A text as HTML that is nothing but text.
fn lines(text: &str) -> String {
    let mut lines = String::new();
    let events = text.split_inclusive('\n').flat_map(|line| match line.strip_suffix('\n') {
        Some(line) => [Some(Event::Text(line.into())), Some(Event::HardBreak)],
        None => [Some(Event::Text(line.into())), None],
    });
    html::push_html(&mut lines, events.flatten());
    lines
}

/// The length of a block without the tags that end it.
fn without_closing(html: &str) -> usize {
    let mut rest = html.trim_end();
    while let Some(open) = rest.strip_suffix('>').and_then(|inner| inner.rfind("</")) {
        if rest[open + 2..rest.len() - 1].contains(|c: char| !c.is_ascii_alphanumeric()) {
            break;
        }
        rest = rest[..open].trim_end_matches('\n');
    }
    rest.len()
}

#[cfg(test)]
mod tests;
