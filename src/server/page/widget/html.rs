//! Writes HTML in which nothing of a widget can be more than text: tags and names of attributes are words of this program, and whatever
//! else is written is escaped on the way.

use super::css::Style;

/// The most HTML of one part of the page, in bytes; what comes behind it is not written.
const MOST: usize = 2 * 1024 * 1024;

/// HTML on its way.
#[derive(Default)]
pub(in crate::server::page) struct Html(String);

impl Html {
    /// Begins a tag; its attributes follow, and then [`Tag::end`].
    pub fn open(&mut self, tag: &'static str) -> Tag<'_> {
        self.0.push('<');
        self.0.push_str(tag);
        Tag { html: &mut self.0 }
    }

    pub fn close(&mut self, tag: &'static str) {
        self.0.push_str("</");
        self.0.push_str(tag);
        self.0.push('>');
    }

    /// Whether it is more than there may be: then it is not whole.
    pub fn is_too_much(&self) -> bool {
        self.0.len() > MOST
    }

    pub fn text(&mut self, text: &str) {
        escape(&mut self.0, text);
    }

    /// The text of a textarea, of which a parser drops the first line's end.
    pub fn lines(&mut self, text: &str) {
        if text.starts_with(['\n', '\r']) {
            self.0.push('\n');
        }
        self.text(text);
    }

    /// HTML that is safe already: what `markdown` made.
    pub fn safe(&mut self, html: &str) {
        if !self.is_too_much() {
            self.0.push_str(html);
        }
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// A tag whose attributes are being written.
#[must_use = "a tag must be ended"]
pub(in crate::server::page) struct Tag<'a> {
    html: &'a mut String,
}

impl Tag<'_> {
    pub fn attr(self, name: &'static str, value: &str) -> Self {
        self.html.push(' ');
        self.html.push_str(name);
        self.html.push_str("=\"");
        escape(self.html, value);
        self.html.push('"');
        self
    }

    pub fn maybe(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.attr(name, value),
            None => self,
        }
    }

    pub fn flag(self, name: &'static str, is_set: bool) -> Self {
        if is_set {
            self.html.push(' ');
            self.html.push_str(name);
        }
        self
    }

    pub(super) fn style(self, style: &Style) -> Self {
        if style.as_str().is_empty() {
            self
        } else {
            self.attr("style", style.as_str())
        }
    }

    pub fn end(self) {
        self.html.push('>');
    }
}

fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        if html.len() > MOST {
            return;
        }
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // Not allowed in HTML.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' => html.push('\u{fffd}'),
            c => html.push(c),
        }
    }
}

/// Classes, with a space between them.
pub(super) fn classes(parts: &[&str]) -> String {
    let mut classes = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !classes.is_empty() {
            classes.push(' ');
        }
        classes.push_str(part);
    }
    classes
}
