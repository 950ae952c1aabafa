//! Controls: the browser's own, with the looks of ours.

use super::css::Style;
use super::html::{Tag, classes};
use super::layout::{axis, flag, sized};
use super::{Drawing, icons};
use crate::protocol::widget::{
    Button, ButtonColor, ButtonStyle, Checkbox, ControlSize, ControlVariant, DatePicker, Direction, FieldVariant, GutterSize, Input,
    InputType, RadioGroup, Select, Textarea,
};

/// The most lines of a Textarea.
const ROWS_MAX: u32 = 50;

impl Tag<'_> {
    /// Keeps password managers away from what is not theirs.
    pub(super) fn autofill(self, is_allowed: Option<bool>) -> Self {
        if is_allowed == Some(true) {
            return self;
        }
        self.attr("data-1p-ignore", "")
            .attr("data-lpignore", "true")
            .attr("data-bwignore", "")
    }

    /// Where the focus goes when the widget appears, and what is selected then: the page decides whether it may.
    pub(super) fn focus(self, focus: Option<bool>, select: Option<bool>) -> Self {
        self.flag("data-focus", focus == Some(true))
            .flag("data-select", select == Some(true))
    }
}

fn field_class(
    base: &str,
    variant: Option<FieldVariant>,
    size: Option<ControlSize>,
    pill: Option<bool>,
    gutter: Option<GutterSize>,
) -> String {
    let variant = variant.map_or("v-outline", |variant| look(variant.name()));
    let gutter = match gutter.map_or("", |gutter| gutter.name()) {
        "2xs" => "g-2xs",
        "xs" => "g-xs",
        "sm" => "g-sm",
        "md" => "g-md",
        "lg" => "g-lg",
        "xl" => "g-xl",
        _ => "",
    };
    classes(&[
        base,
        variant,
        sized(size.map_or("md", |size| size.name())),
        gutter,
        flag(pill, "is-pill"),
    ])
}

fn look(variant: &str) -> &'static str {
    match variant {
        "solid" => "v-solid",
        "soft" => "v-soft",
        "ghost" => "v-ghost",
        _ => "v-outline",
    }
}

fn choice_class(base: &str, variant: Option<ControlVariant>, size: Option<ControlSize>, pill: Option<bool>, block: Option<bool>) -> String {
    let variant = variant.map_or("v-outline", |variant| look(variant.name()));
    let size = sized(size.map_or("md", |size| size.name()));
    classes(&[base, variant, size, flag(pill, "is-pill"), flag(block, "is-block")])
}

impl Drawing {
    pub(super) fn button(&mut self, button: &Button) {
        let is_primary = button.style == Some(ButtonStyle::Primary);
        let color = match button
            .color
            .unwrap_or(if is_primary { ButtonColor::Primary } else { ButtonColor::Secondary })
        {
            ButtonColor::Primary => "c-primary",
            ButtonColor::Secondary => "c-secondary",
            ButtonColor::Info => "c-info",
            ButtonColor::Discovery => "c-discovery",
            ButtonColor::Success => "c-success",
            ButtonColor::Caution | ButtonColor::Warning => "c-warning",
            ButtonColor::Danger => "c-danger",
        };
        let variant = match button.variant {
            Some(variant) => look(variant.name()),
            None if is_primary => "v-solid",
            None => "v-soft",
        };
        let label = button.label.as_deref().filter(|label| !label.is_empty());
        let is_square = button.uniform == Some(true) || label.is_none();
        let class = classes(&[
            "w-button",
            color,
            variant,
            sized(button.size.map_or("lg", |size| size.name())),
            flag(button.pill, "is-pill"),
            if is_square { "is-square" } else { "" },
            flag(button.block, "is-block"),
        ]);
        let is_submit = button.submit == Some(true) && self.in_form;
        let name = match (label, &button.icon_start, &button.icon_end) {
            (Some(_), _, _) => None,
            (None, Some(icon), _) | (None, None, Some(icon)) => Some(icons::bare(icon).replace('-', " ")),
            (None, None, None) => Some(self.words.details.to_owned()),
        };
        let id = self.id();
        let tag = self.html.open("button").attr("type", if is_submit { "submit" } else { "button" });
        let tag = tag.attr("class", &class).attr("id", &id).maybe("aria-label", name.as_deref());
        tag.flag("disabled", button.disabled == Some(true))
            .action("click", button.on_click_action.as_ref())
            .end();
        let size = sized(button.icon_size.map_or("md", |size| size.name()));
        if let Some(icon) = &button.icon_start {
            icons::draw(&mut self.html, icon, size);
        }
        if let Some(label) = label {
            self.bdi(label);
        }
        if let Some(icon) = &button.icon_end {
            icons::draw(&mut self.html, icon, size);
        }
        self.html.close("button");
    }

    pub(super) fn input(&mut self, input: &Input) {
        let kind = input.input_type.unwrap_or(InputType::Text);
        let class = field_class("w-control", input.variant, input.size, input.pill, input.gutter_size);
        let id = self.control_id(&input.name);
        let called = self.called(&input.name, input.placeholder.as_deref());
        let direction = if kind == InputType::Text { "auto" } else { "ltr" };
        let tag = self
            .html
            .open("input")
            .attr("class", &class)
            .attr("id", &id)
            .attr("type", kind.name());
        let tag = tag.attr("name", &input.name).attr("data-name", &input.name).attr("dir", direction);
        let tag = tag
            .maybe("value", input.default_value.as_deref())
            .maybe("placeholder", input.placeholder.as_deref());
        let tag = tag.maybe("aria-label", called).maybe("pattern", input.pattern.as_deref());
        let tag = tag
            .flag("required", input.required == Some(true))
            .flag("disabled", input.disabled == Some(true));
        let tag = if kind == InputType::Number { tag.attr("step", "any") } else { tag };
        tag.autofill(input.allow_autofill_extensions)
            .focus(input.auto_focus, input.auto_select)
            .end();
    }

    pub(super) fn textarea(&mut self, area: &Textarea) {
        let base = classes(&["w-control w-area", if area.auto_resize == Some(false) { "" } else { "is-growing" }]);
        let class = field_class(&base, area.variant, area.size, None, area.gutter_size);
        let id = self.control_id(&area.name);
        let called = self.called(&area.name, area.placeholder.as_deref());
        let mut style = Style::default();
        if let Some(rows) = area.max_rows {
            style.set("--w-rows", &rows.clamp(1, ROWS_MAX).to_string());
        }
        let tag = self
            .html
            .open("textarea")
            .attr("class", &class)
            .attr("id", &id)
            .style(&style)
            .attr("name", &area.name);
        let tag = tag
            .attr("data-name", &area.name)
            .attr("dir", "auto")
            .attr("rows", &area.rows.unwrap_or(3).clamp(1, ROWS_MAX).to_string());
        let tag = tag.maybe("placeholder", area.placeholder.as_deref()).maybe("aria-label", called);
        // The browser knows no pattern for a textarea: the page checks it.
        let tag = tag.maybe("data-pattern", area.pattern.as_deref());
        let tag = tag
            .flag("required", area.required == Some(true))
            .flag("disabled", area.disabled == Some(true));
        tag.autofill(area.allow_autofill_extensions)
            .focus(area.auto_focus, area.auto_select)
            .end();
        self.html.lines(area.default_value.as_deref().unwrap_or_default());
        self.html.close("textarea");
    }

    pub(super) fn select(&mut self, select: &Select) {
        let class = choice_class("w-control w-select", select.variant, select.size, select.pill, select.block);
        let id = self.control_id(&select.name);
        let called = self.called(&select.name, select.placeholder.as_deref());
        let chosen = select
            .default_value
            .as_deref()
            .filter(|value| select.options.iter().any(|option| option.value == *value));
        let tag = self
            .html
            .open("select")
            .attr("class", &class)
            .attr("id", &id)
            .attr("name", &select.name);
        // The browser keeps no default for a select, and the page needs it.
        let tag = tag.attr("data-name", &select.name).attr("data-default", chosen.unwrap_or_default());
        let tag = tag.maybe("aria-label", called);
        tag.flag("disabled", select.disabled == Some(true))
            .action("change", select.on_change_action.as_ref())
            .end();
        if chosen.is_none() || select.clearable == Some(true) {
            let empty = self.html.open("option").attr("value", "");
            empty
                .flag("selected", chosen.is_none())
                .flag("hidden", select.clearable != Some(true))
                .end();
            self.html.text(select.placeholder.as_deref().unwrap_or(self.words.choose));
            self.html.close("option");
        }
        for option in &select.options {
            let tag = self.html.open("option").attr("value", &option.value);
            tag.flag("selected", chosen == Some(&option.value))
                .flag("disabled", option.disabled == Some(true))
                .end();
            self.html.text(&option.label);
            if let Some(description) = option.description.as_deref().filter(|text| !text.is_empty()) {
                self.html.text(" · ");
                self.html.text(description);
            }
            self.html.close("option");
        }
        self.html.close("select");
    }

    pub(super) fn date_picker(&mut self, picker: &DatePicker) {
        let class = choice_class("w-control w-date", picker.variant, picker.size, picker.pill, picker.block);
        let id = self.control_id(&picker.name);
        let called = self.called(&picker.name, picker.placeholder.as_deref());
        self.html
            .open("span")
            .attr(
                "class",
                if picker.block == Some(true) {
                    "w-dated is-block"
                } else {
                    "w-dated"
                },
            )
            .end();
        let tag = self.html.open("input").attr("type", "date").attr("class", &class).attr("id", &id);
        let tag = tag
            .attr("name", &picker.name)
            .attr("data-name", &picker.name)
            .maybe("aria-label", called);
        let tag = tag
            .maybe("title", picker.placeholder.as_deref())
            .maybe("value", day(&picker.default_value));
        let tag = tag.maybe("min", day(&picker.min)).maybe("max", day(&picker.max));
        tag.flag("disabled", picker.disabled == Some(true))
            .action("change", picker.on_change_action.as_ref())
            .end();
        if picker.clearable == Some(true) && picker.disabled != Some(true) {
            let clear = self.id();
            let tag = self
                .html
                .open("button")
                .attr("type", "button")
                .attr("class", "w-button c-secondary v-ghost s-sm is-square");
            tag.attr("id", &clear)
                .attr("data-clear", &id)
                .attr("aria-label", self.words.clear)
                .end();
            self.html.open("span").attr("aria-hidden", "true").end();
            self.html.text("×");
            self.html.close("span");
            self.html.close("button");
        }
        self.html.close("span");
    }

    pub(super) fn checkbox(&mut self, checkbox: &Checkbox) {
        let id = self.control_id(&checkbox.name);
        let label = checkbox.label.as_deref().filter(|label| !label.is_empty());
        let entry = self.entry.clone();
        let called = label.is_none().then(|| self.called(&checkbox.name, entry.as_deref())).flatten();
        let tag = if label.is_some() { "label" } else { "span" };
        self.html.open(tag).attr("class", "w-check").end();
        let tag_ = self
            .html
            .open("input")
            .attr("type", "checkbox")
            .attr("id", &id)
            .attr("name", &checkbox.name);
        let tag_ = tag_.attr("data-name", &checkbox.name).maybe("aria-label", called);
        let tag_ = tag_
            .flag("checked", checkbox.default_checked == Some(true))
            .flag("required", checkbox.required == Some(true));
        tag_.flag("disabled", checkbox.disabled == Some(true))
            .action("change", checkbox.on_change_action.as_ref())
            .end();
        if let Some(label) = label {
            self.bdi(label);
        }
        self.html.close(tag);
    }

    pub(super) fn radio_group(&mut self, group: &RadioGroup) {
        let is_labelled = self.labelled.contains(&group.name) && group.aria_label.is_none();
        let labelled_by = is_labelled.then(|| self.field_id("l", &group.name));
        let called = group.aria_label.as_deref().unwrap_or(&group.name);
        // The browser groups by name across the page.
        let shared = self.id();
        let class = classes(&["w-radios", axis(group.direction.unwrap_or(Direction::Col))]);
        let open = self.html.open("div").attr("class", &class).attr("role", "radiogroup");
        let open = open.maybe("aria-labelledby", labelled_by.as_deref());
        open.maybe("aria-label", (!is_labelled).then_some(called)).end();
        for option in group.options.iter().flatten() {
            let id = self.control_id(&group.name);
            self.html.open("label").attr("class", "w-check").end();
            let tag = self.html.open("input").attr("type", "radio").attr("id", &id).attr("name", &shared);
            let tag = tag.attr("data-name", &group.name).attr("value", &option.value);
            let tag = tag.flag("checked", group.default_value.as_deref() == Some(&option.value));
            let tag = tag.flag("required", group.required == Some(true));
            tag.flag("disabled", group.disabled == Some(true) || option.disabled == Some(true))
                .action("change", group.on_change_action.as_ref())
                .end();
            self.bdi(&option.label);
            self.html.close("label");
        }
        self.html.close("div");
    }
}

/// The day of an ISO date or date-time.
fn day(value: &Option<String>) -> Option<&str> {
    let day = value.as_deref()?.get(..10)?;
    chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok().then_some(day)
}
