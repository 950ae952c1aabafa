//! Widgets as safe HTML, drawn on the server: the page's WASM carries no renderer. [`html`] is the only door.
//!
//! - [`html`](mod@html) lets nothing of a widget be a tag or an attribute, [`css`] nothing that is not on its lists into a style.
//! - [`roots`], [`layout`], [`text`], [`table`], [`controls`], [`chart`] and [`icons`] draw the components.
//!
//! What the page does with it (`app::components::widget`): `data-action` is the action as JSON, `data-on` the event that it waits for
//! (`click`, `change`, `submit`), `data-loading` what shows that it is on its way (`self`, `container`, `none`), and `data-name` the name of
//! a value that goes along.

mod chart;
mod controls;
mod css;
mod curve;
pub(crate) mod examples;
pub(super) mod html;
mod icons;
mod layout;
mod roots;
mod table;
mod text;

use std::collections::HashSet;

use serde::Serialize;
use serde_json::Value;

use self::html::{Html, Tag};
use crate::{
    domain::{
        locale::Locale,
        text::direction,
        texts::{self, WidgetWords},
    },
    protocol::widget::{ActionConfig, Component, Direction, Handler, LoadingBehavior, WidgetError},
};

/// Draws a widget. `scope` makes the ids in it unique on the page: the id of its item will do.
///
/// # Errors
/// Whatever [`Component::read`] finds wrong with it.
pub fn html(root: &Value, scope: &str, locale: Locale) -> Result<String, WidgetError> {
    let root = Component::read(root)?;
    let mut drawing = Drawing::new(&root, scope, locale);
    drawing.component(&root);
    if drawing.html.is_too_much() {
        return Err(WidgetError::TooLarge);
    }
    Ok(drawing.html.into_string())
}

/// A widget that is being drawn.
struct Drawing {
    html: Html,
    scope: String,
    locale: Locale,
    words: &'static WidgetWords,
    /// Fields that have a Label; fields that have been drawn, and ids that are taken.
    labelled: HashSet<String>,
    drawn: HashSet<String>,
    ids: usize,
    /// HTML knows no forms in forms.
    in_form: bool,
    /// The words of the list's entry around: what a checkbox without words of its own is called.
    entry: Option<String>,
    /// The entry around that has a key, as ids have it, and how many ids were made in it: what stands in it keeps its ids wherever the
    /// entry goes.
    row: Option<(String, usize)>,
}

impl Drawing {
    fn new(root: &Component, scope: &str, locale: Locale) -> Self {
        let mut labelled = HashSet::new();
        find_labels(root, &mut labelled);
        Self {
            html: Html::default(),
            scope: scope
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                .take(100)
                .collect(),
            locale,
            words: texts::widget(locale),
            labelled,
            drawn: HashSet::new(),
            ids: 0,
            in_form: false,
            entry: None,
            row: None,
        }
    }

    fn component(&mut self, component: &Component) {
        // It will be refused: the rest is no work.
        if self.html.is_too_much() {
            return;
        }
        match component {
            Component::Card(card) => self.card(card),
            Component::ListView(list) => self.list_view(list),
            Component::ListViewItem(item) => self.stray_item(item),
            Component::Basic(basic) => self.basic(basic),
            Component::Box(stack) => self.stack(stack, stack.direction.unwrap_or(Direction::Col), "w-box"),
            Component::Row(stack) => self.stack(stack, Direction::Row, "w-box"),
            Component::Col(stack) => self.stack(stack, Direction::Col, "w-box"),
            Component::Form(form) => self.form(form),
            Component::Spacer(spacer) => self.spacer(spacer),
            Component::Divider(divider) => self.divider(divider),
            Component::Transition(transition) => self.transition(transition),
            Component::Text(text) => self.text(text),
            Component::Title(title) => self.title(title),
            Component::Caption(caption) => self.caption(caption),
            Component::Markdown(markdown) => self.markdown(markdown),
            Component::Label(label) => self.label(label),
            Component::Badge(badge) => self.badge(badge),
            Component::Icon(icon) => self.icon(icon),
            Component::Image(image) => self.image(image),
            Component::Button(button) => self.button(button),
            Component::Table(table) => self.table(table),
            Component::TableRow(row) => self.stray_row(row),
            Component::TableCell(cell) => self.stray_cell(cell),
            Component::Chart(chart) => self.chart(chart),
            Component::Input(input) => self.input(input),
            Component::Textarea(area) => self.textarea(area),
            Component::Select(select) => self.select(select),
            Component::DatePicker(picker) => self.date_picker(picker),
            Component::Checkbox(checkbox) => self.checkbox(checkbox),
            Component::RadioGroup(group) => self.radio_group(group),
        }
    }

    fn components(&mut self, children: &[Component]) {
        for child in children {
            self.component(child);
        }
    }

    /// Words that stand where the page's words stand, in their own direction and language.
    fn bdi(&mut self, text: &str) {
        self.html.open("bdi").written(text, self.locale).end();
        self.html.text(text);
        self.html.close("bdi");
    }

    /// An id that is on the page once.
    fn id(&mut self) -> String {
        loop {
            let id = match &mut self.row {
                Some((row, ids)) => {
                    *ids += 1;
                    format!("w-{}-r-{row}-{ids}", self.scope)
                }
                None => {
                    self.ids += 1;
                    format!("w-{}-{}", self.scope, self.ids)
                }
            };
            // Two entries may have the same key.
            if self.drawn.insert(id.clone()) {
                return id;
            }
        }
    }

    /// The id of a field's control, known to its Label before or after it is drawn.
    fn field_id(&self, kind: &str, name: &str) -> String {
        format!("w-{}-{kind}-{}", self.scope, in_id(name))
    }

    /// The id for a control of this name: the one its Label points to, if no other control has it. In an entry with a key it goes by both.
    fn control_id(&mut self, name: &str) -> String {
        if let Some((row, _)) = self.row.as_ref().filter(|_| !self.labelled.contains(name)) {
            let id = format!("w-{}-r-{row}-{}", self.scope, in_id(name));
            if self.drawn.insert(id.clone()) {
                return id;
            }
        } else if self.drawn.insert(name.to_owned()) {
            return self.field_id("f", name);
        }
        self.id()
    }

    /// What a control without a Label is called.
    fn called<'a>(&self, name: &'a str, otherwise: Option<&'a str>) -> Option<&'a str> {
        (!self.labelled.contains(name)).then(|| otherwise.filter(|text| !text.trim().is_empty()).unwrap_or(name))
    }
}

/// Any text as a part of an id.
fn in_id(text: &str) -> String {
    let mut id = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            id.push(c);
        } else {
            id.push_str(&format!("_{:x}_", u32::from(c)));
        }
    }
    id
}

fn find_labels(component: &Component, found: &mut HashSet<String>) {
    if let Component::Label(label) = component {
        found.insert(label.field_name.clone());
    }
    for child in component.children() {
        find_labels(child, found);
    }
}

/// What the page reads of an action.
#[derive(Serialize)]
struct Wired<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    payload: &'a Value,
    handler: Handler,
    streaming: bool,
}

impl Tag<'_> {
    /// Wires the element to an action.
    fn action(self, on: &str, action: Option<&ActionConfig>) -> Self {
        let Some(action) = action else { return self };
        let wired = Wired {
            kind: &action.kind,
            payload: &action.payload,
            handler: action.handler.unwrap_or(Handler::Server),
            streaming: action.streams(),
        };
        let loading = match action.loading_behavior.unwrap_or(LoadingBehavior::Auto) {
            LoadingBehavior::Auto | LoadingBehavior::Own => "self",
            LoadingBehavior::Container => "container",
            LoadingBehavior::None => "none",
        };
        // Fails for keys that are no strings only, of which there are none.
        let json = serde_json::to_string(&wired).unwrap_or_default();
        self.attr("data-on", on).attr("data-action", &json).attr("data-loading", loading)
    }

    /// Direction and language of a text, where they are not those of the page.
    fn written(self, text: &str, page: Locale) -> Self {
        if !text.chars().any(char::is_alphabetic) {
            return self;
        }
        let direction = direction(text);
        let lang = match (direction, page) {
            ("rtl", _) => Some("ur"),
            (_, Locale::Ur) => Some("en"),
            _ => None,
        };
        self.attr("dir", direction).maybe("lang", lang)
    }
}

#[cfg(test)]
mod tests;
