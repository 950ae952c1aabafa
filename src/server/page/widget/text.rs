//! Text in its kinds, and badges.

use super::Drawing;
use super::css::{self, Style, Tokens};
use super::html::classes;
use super::layout::{flag, sized};
use crate::protocol::widget::{Badge, Caption, Editable, EditableField, Label, Markdown, Text, Title, Typography, Weight};
use crate::server::page::markdown;

/// The most lines that `minLines` and `maxLines` count to.
const LINES_MAX: u32 = 200;

/// How many characters a few words have.
const WORDS_MAX: usize = 80;

fn weight(weight: Option<Weight>) -> &'static str {
    match weight {
        None => "",
        Some(Weight::Normal) => "is-normal",
        Some(Weight::Medium) => "is-medium",
        Some(Weight::Semibold) => "is-semibold",
        Some(Weight::Bold) => "is-bold",
    }
}

/// What all kinds of text share: the classes and the style.
fn look<'a>(base: &'a str, size: &'a str, typography: &Typography, style: &mut Style) -> String {
    style.color("color", typography.color.as_ref(), Tokens::Text);
    if let Some(align) = typography.text_align {
        style.set("text-align", align.name());
    }
    let is_cut = typography.truncate == Some(true);
    let mut cut = if is_cut { "is-cut" } else { "" };
    if let (Some(lines), false) = (typography.max_lines, is_cut) {
        style.set("--w-lines", &lines.clamp(1, LINES_MAX).to_string());
        cut = "is-clamped";
    }
    classes(&[base, size, weight(typography.weight), cut])
}

impl Drawing {
    pub(super) fn text(&mut self, text: &Text) {
        let mut style = Style::default();
        let size = sized(text.size.map_or("md", |size| size.name()));
        let class = look("w-text", size, &text.typography, &mut style);
        style.maybe("inline-size", text.width.as_ref().and_then(css::size));
        if let Some(lines) = text.min_lines {
            style.set("min-block-size", &format!("{}lh", lines.min(LINES_MAX)));
        }
        let class = classes(&[
            &class,
            flag(text.italic, "is-italic"),
            flag(text.line_through, "is-through"),
            flag(text.streaming, "is-streaming"),
        ]);
        if let Some(Editable::Field(field)) = &text.editable {
            let is_long = text.min_lines.max(text.typography.max_lines).is_some_and(|lines| lines > 1);
            return self.editable(text, field, &class, &style, is_long);
        }
        // A few words stand where the page's words do, so that they line up with what is beside them; prose stands by its own direction.
        let is_prose = text.value.chars().count() > WORDS_MAX || text.value.contains('\n') || text.streaming == Some(true);
        if !is_prose {
            return self.short("p", &class, &style, &text.value);
        }
        self.html
            .open("p")
            .attr("class", &class)
            .style(&style)
            .written(&text.value, self.locale)
            .end();
        self.html.text(&text.value);
        self.html.close("p");
    }

    fn editable(&mut self, text: &Text, field: &EditableField, class: &str, style: &Style, is_long: bool) {
        let class = classes(&[class, "w-editable"]);
        let id = self.control_id(&field.name);
        let called = self.called(&field.name, field.placeholder.as_deref()).map(str::to_owned);
        let complete = field.auto_complete.as_deref().filter(|hint| {
            !hint.is_empty()
                && hint
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || b" -0123456789".contains(&byte))
        });
        let tag = self
            .html
            .open(if is_long { "textarea" } else { "input" })
            .attr("class", &class)
            .style(style);
        let tag = tag.attr("id", &id).attr("data-name", &field.name).attr("dir", "auto");
        let tag = tag
            .maybe("aria-label", called.as_deref())
            .maybe("placeholder", field.placeholder.as_deref());
        let tag = tag
            .attr("autocomplete", complete.unwrap_or("off"))
            .flag("required", field.required == Some(true));
        let tag = tag
            .autofill(field.allow_autofill_extensions)
            .focus(field.auto_focus, field.auto_select);
        if is_long {
            tag.maybe("data-pattern", field.pattern.as_deref()).attr("rows", "1").end();
            self.html.lines(&text.value);
            self.html.close("textarea");
        } else {
            tag.attr("type", "text")
                .maybe("pattern", field.pattern.as_deref())
                .attr("value", &text.value)
                .end();
        }
    }

    pub(super) fn title(&mut self, title: &Title) {
        let mut style = Style::default();
        let size = sized(title.size.map_or("md", |size| size.name()));
        let class = look("w-title", size, &title.typography, &mut style);
        self.short("h3", &class, &style, &title.value);
    }

    pub(super) fn caption(&mut self, caption: &Caption) {
        let mut style = Style::default();
        let size = sized(caption.size.map_or("md", |size| size.name()));
        let class = look("w-caption", size, &caption.typography, &mut style);
        self.short("p", &class, &style, &caption.value);
    }

    /// A line that stands where the page's lines stand, in its own direction.
    fn short(&mut self, tag: &'static str, class: &str, style: &Style, text: &str) {
        self.html.open(tag).attr("class", class).style(style).end();
        self.bdi(text);
        self.html.close(tag);
    }

    pub(super) fn markdown(&mut self, markdown: &Markdown) {
        let class = classes(&["w-markdown prose", flag(markdown.streaming, "is-streaming")]);
        self.html.open("div").attr("class", &class).end();
        for block in markdown::blocks(&markdown.value) {
            self.html.open("div").attr("class", "block").end();
            self.html.safe(&block);
            self.html.close("div");
        }
        self.html.close("div");
    }

    pub(super) fn label(&mut self, label: &Label) {
        let mut style = Style::default();
        style.color("color", label.color.as_ref(), Tokens::Text);
        if let Some(align) = label.text_align {
            style.set("text-align", align.name());
        }
        let size = sized(label.size.map_or("sm", |size| size.name()));
        let class = classes(&["w-label", size, weight(label.weight)]);
        let field = self.field_id("f", &label.field_name);
        // A second Label of the same field has no id.
        let is_first = self.drawn.insert(format!("\0{}", label.field_name));
        let id = is_first.then(|| self.field_id("l", &label.field_name));
        let tag = self.html.open("label").attr("class", &class).style(&style);
        tag.maybe("id", id.as_deref()).attr("for", &field).end();
        self.bdi(&label.value);
        self.html.close("label");
    }

    pub(super) fn badge(&mut self, badge: &Badge) {
        let color = match badge.color.map_or("secondary", |color| color.name()) {
            "success" => "c-success",
            "danger" => "c-danger",
            "warning" => "c-warning",
            "info" => "c-info",
            "discovery" => "c-discovery",
            _ => "c-secondary",
        };
        let variant = match badge.variant.map_or("soft", |variant| variant.name()) {
            "solid" => "v-solid",
            "outline" => "v-outline",
            _ => "v-soft",
        };
        let size = sized(badge.size.map_or("md", |size| size.name()));
        let class = classes(&["w-badge", color, variant, size, flag(badge.pill, "is-pill")]);
        self.short("span", &class, &Style::default(), &badge.label);
    }
}
