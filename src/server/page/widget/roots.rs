//! Card, `ListView` and Basic.

use super::css::{self, Style, Tokens};
use super::html::classes;
use super::layout::{axis, flag, is_loadable};
use super::{Drawing, icons, in_id};
use crate::protocol::widget::{
    ActionConfig, Basic, Card, CardAction, Component, Direction, Limit, ListView, ListViewItem, Spacing, Status,
};

/// How many entries `limit: "auto"` shows.
const AUTO_LIMIT: usize = 5;
/// How much of an entry's text is its name.
const NAME_MAX: usize = 120;

impl Drawing {
    pub(super) fn card(&mut self, card: &Card) {
        let mut style = Style::default();
        match &card.padding {
            // What is flush with the edge needs to know how far away it is.
            Some(Spacing::All(all)) => style.maybe("--w-pad", css::space(all)),
            Some(sides) => {
                style.set("--w-pad", "0rem");
                style.spacing("padding", Some(sides));
            }
            None => {}
        }
        style.color("background-color", card.background.as_ref(), Tokens::Background);
        style.border(card.border.as_ref());
        let size = match card.size.map_or("md", |size| size.name()) {
            "sm" => "is-sm",
            "lg" => "is-lg",
            "full" => "is-full",
            _ => "is-md",
        };
        let class = classes(&["w-root w-card", size]);
        let is_form = card.as_form == Some(true) && !self.in_form;
        let tag = if is_form { "form" } else { "div" };
        let open = self.html.open(tag).attr("class", &class).style(&style);
        let open = open.maybe("data-theme", card.theme.map(|theme| theme.name()));
        let confirm = card.confirm.as_ref().map(|confirm| &confirm.action);
        if is_form {
            open.attr("method", "dialog").action("submit", confirm).end();
        } else {
            open.end();
        }
        let was_in_form = self.in_form;
        self.in_form |= is_form;
        match card.collapsed {
            None => {
                self.status(card.status.as_ref());
                self.card_body(card, is_form);
            }
            Some(is_collapsed) => {
                let id = self.id();
                let fold = self.html.open("details").attr("class", "w-fold").attr("id", &id);
                fold.attr("data-open", if is_collapsed { "false" } else { "true" })
                    .flag("open", !is_collapsed)
                    .end();
                self.html.open("summary").end();
                match &card.status {
                    Some(status) => self.status(Some(status)),
                    None => self.html.text(self.words.details),
                }
                self.html.close("summary");
                self.card_body(card, is_form);
                self.html.close("details");
            }
        }
        self.in_form = was_in_form;
        self.html.close(tag);
    }

    fn card_body(&mut self, card: &Card, is_form: bool) {
        self.html.open("div").attr("class", "w-body").end();
        self.components(&card.children);
        self.html.close("div");
        if card.confirm.is_none() && card.cancel.is_none() {
            return;
        }
        self.html.open("div").attr("class", "w-foot").end();
        if let Some(CardAction { label, action }) = &card.cancel {
            self.foot_button("w-button c-secondary v-soft s-lg", "button", "cancel", label, Some(action));
        }
        if let Some(CardAction { label, action }) = &card.confirm {
            // As a form, the card itself has the action.
            let (kind, action) = if is_form { ("submit", None) } else { ("button", Some(action)) };
            self.foot_button("w-button c-primary v-solid s-lg", kind, "confirm", label, action);
        }
        self.html.close("div");
    }

    fn foot_button(&mut self, class: &str, kind: &str, part: &str, label: &str, action: Option<&ActionConfig>) {
        let id = self.id();
        let button = self.html.open("button").attr("type", kind).attr("class", class).attr("id", &id);
        button.attr("data-part", part).action("click", action).end();
        self.bdi(label);
        self.html.close("button");
    }

    fn status(&mut self, status: Option<&Status>) {
        let Some(status) = status else { return };
        self.html.open("div").attr("class", "w-status").end();
        match (&status.favicon, &status.icon) {
            (Some(src), _) if is_loadable(src) => {
                let class = classes(&["w-favicon", flag(status.frame, "is-framed")]);
                self.picture(&class, &Style::default(), src, "");
            }
            (_, Some(icon)) => icons::draw(&mut self.html, icon, "s-sm"),
            _ => {}
        }
        self.bdi(&status.text);
        self.html.close("div");
    }

    pub(super) fn basic(&mut self, basic: &Basic) {
        let mut style = Style::default();
        style.maybe("gap", basic.gap.as_ref().and_then(css::space));
        style.spacing("padding", basic.padding.as_ref());
        style.across(basic.align);
        style.along(basic.justify);
        let class = classes(&["w-root w-basic", axis(basic.direction.unwrap_or(Direction::Col))]);
        let open = self.html.open("div").attr("class", &class).style(&style);
        open.maybe("data-theme", basic.theme.map(|theme| theme.name())).end();
        self.components(&basic.children);
        self.html.close("div");
    }

    pub(super) fn list_view(&mut self, list: &ListView) {
        let theme = list.theme.map(|theme| theme.name());
        self.html
            .open("div")
            .attr("class", "w-root w-list")
            .maybe("data-theme", theme)
            .end();
        self.status(list.status.as_ref());
        let limit = match list.limit {
            None => usize::MAX,
            Some(Limit::Auto(_)) => AUTO_LIMIT,
            Some(Limit::Count(count)) => count as usize,
        };
        let (first, rest) = list.children.split_at(limit.min(list.children.len()));
        if !first.is_empty() {
            self.entries(first);
        }
        if !rest.is_empty() {
            let id = self.id();
            let more = self.html.open("details").attr("class", "w-more").attr("id", &id);
            more.attr("data-open", "false").end();
            self.html.open("summary").end();
            for (class, word) in [("when-closed", self.words.show_more), ("when-open", self.words.show_less)] {
                self.html.open("span").attr("class", class).end();
                self.html.text(word);
                self.html.close("span");
            }
            self.html.close("summary");
            self.entries(rest);
            self.html.close("details");
        }
        self.html.close("div");
    }

    fn entries(&mut self, entries: &[Component]) {
        self.html.open("ul").attr("class", "w-entries").end();
        for entry in entries {
            let key = match entry {
                Component::ListViewItem(item) => item.key.as_deref(),
                _ => None,
            };
            // By its key the page knows an entry again.
            self.html.open("li").attr("class", "w-entry").maybe("data-row", key).end();
            let around = std::mem::replace(&mut self.row, key.map(|key| (in_id(key), 0)));
            match entry {
                Component::ListViewItem(item) => self.item(item, entry),
                other => self.component(other),
            }
            self.row = around;
            self.html.close("li");
        }
        self.html.close("ul");
    }

    /// An entry outside a list.
    pub(super) fn stray_item(&mut self, item: &ListViewItem) {
        self.html.open("div").attr("class", "w-entry").end();
        self.item(item, &Component::ListViewItem(item.clone()));
        self.html.close("div");
    }

    /// What can be clicked lies as a button under the rest, so that the controls in it stay controls of their own.
    fn item(&mut self, item: &ListViewItem, whole: &Component) {
        let mut name = String::new();
        said(whole, &mut name);
        let name = Some(name.trim()).filter(|name| !name.is_empty());
        if let Some(action) = &item.on_click_action {
            let id = self.id();
            let cover = self
                .html
                .open("button")
                .attr("type", "button")
                .attr("class", "w-cover")
                .attr("id", &id);
            cover
                .attr("aria-label", name.unwrap_or(self.words.details))
                .action("click", Some(action))
                .end();
            self.html.close("button");
        }
        let around = std::mem::replace(&mut self.entry, name.map(str::to_owned));
        let mut style = Style::default();
        style.maybe("gap", item.gap.as_ref().and_then(css::space));
        style.across(item.align);
        self.html.open("div").attr("class", "w-item w-row").style(&style).end();
        self.components(&item.children);
        self.entry = around;
        self.html.close("div");
    }
}

/// The words of a component and of what is in it.
fn said(component: &Component, text: &mut String) {
    let own = match component {
        Component::Text(part) => part.value.as_str(),
        Component::Title(part) => &part.value,
        Component::Caption(part) => &part.value,
        Component::Badge(part) => &part.label,
        _ => "",
    };
    if text.chars().count() < NAME_MAX && !own.is_empty() {
        text.push_str(if text.is_empty() { "" } else { " " });
        text.extend(own.chars().take(NAME_MAX));
    }
    for child in component.children() {
        said(child, text);
    }
}
