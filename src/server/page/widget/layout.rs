//! Containers, and what is between their parts.

use super::css::{self, Style, Tokens};
use super::html::{Tag, classes};
use super::{Drawing, icons};
use crate::protocol::widget::{
    Alignment, Block, Component, Direction, Divider, Form, Icon, Image, Justification, Layout, Length, Radius, Spacer, Stack, Transition,
};

impl Style {
    pub(super) fn block(&mut self, block: &Block) {
        let both = |style: &mut Self, names: [&str; 2], value: &Option<Length>| {
            for name in names {
                style.maybe(name, value.as_ref().and_then(css::size));
            }
        };
        both(self, ["block-size", "inline-size"], &block.size);
        both(self, ["min-block-size", "min-inline-size"], &block.min_size);
        both(self, ["max-block-size", "max-inline-size"], &block.max_size);
        for (name, value) in [
            ("block-size", &block.height),
            ("inline-size", &block.width),
            ("min-block-size", &block.min_height),
            ("min-inline-size", &block.min_width),
            ("max-block-size", &block.max_height),
            ("max-inline-size", &block.max_width),
        ] {
            self.maybe(name, value.as_ref().and_then(css::size));
        }
        self.maybe("aspect-ratio", block.aspect_ratio.as_ref().and_then(css::ratio));
        if let Some(radius) = block.radius {
            self.set("border-radius", radius_of(radius));
        }
        self.spacing("margin", block.margin.as_ref());
    }

    pub(super) fn layout(&mut self, layout: &Layout) {
        self.across(layout.align);
        self.along(layout.justify);
        if let Some(wrap) = layout.wrap {
            self.set("flex-wrap", wrap.name());
        }
        self.maybe("flex", layout.flex.as_ref().and_then(css::flex));
        self.maybe("gap", layout.gap.as_ref().and_then(css::space));
        self.spacing("padding", layout.padding.as_ref());
        self.border(layout.border.as_ref());
        self.color("background-color", layout.background.as_ref(), Tokens::Background);
    }

    pub(super) fn across(&mut self, align: Option<Alignment>) {
        if let Some(align) = align {
            self.set("align-items", align.name());
        }
    }

    pub(super) fn along(&mut self, justify: Option<Justification>) {
        if let Some(justify) = justify {
            self.set(
                "justify-content",
                match justify {
                    Justification::Between => "space-between",
                    Justification::Around => "space-around",
                    Justification::Evenly => "space-evenly",
                    plain => plain.name(),
                },
            );
        }
    }
}

fn radius_of(radius: Radius) -> &'static str {
    match radius {
        Radius::Xs2 => "0.125rem",
        Radius::Xs => "0.25rem",
        Radius::Sm => "0.375rem",
        Radius::Md => "0.5rem",
        Radius::Lg => "0.625rem",
        Radius::Xl => "0.75rem",
        Radius::Xl2 => "1rem",
        Radius::Xl3 => "1.25rem",
        Radius::Xl4 => "1.5rem",
        Radius::Full => "624rem",
        Radius::Percent => "100%",
        Radius::None => "0",
    }
}

impl Drawing {
    pub(super) fn stack(&mut self, stack: &Stack, direction: Direction, class: &str) {
        let mut style = Style::default();
        style.layout(&stack.layout);
        style.block(&stack.block);
        let class = classes(&[class, axis(direction)]);
        self.html.open("div").attr("class", &class).style(&style).end();
        self.components(&stack.children);
        self.html.close("div");
    }

    pub(super) fn form(&mut self, form: &Form) {
        let mut style = Style::default();
        style.layout(&form.layout);
        style.block(&form.block);
        let class = classes(&["w-box w-form", axis(form.direction.unwrap_or(Direction::Col))]);
        self.form_around(&class, &style, form.on_submit_action.as_ref(), None, &form.children);
    }

    /// A form, or what looks like one inside another.
    pub(super) fn form_around(
        &mut self,
        class: &str,
        style: &Style,
        action: Option<&crate::protocol::widget::ActionConfig>,
        theme: Option<&str>,
        children: &[Component],
    ) {
        let (tag, was_in_form) = (if self.in_form { "div" } else { "form" }, self.in_form);
        let open = self.html.open(tag).attr("class", class).style(style).maybe("data-theme", theme);
        if was_in_form {
            open.end();
        } else {
            // Without the page's script nothing must be sent anywhere: outside a dialog, this method does nothing.
            open.attr("method", "dialog").action("submit", action).end();
        }
        self.in_form = true;
        self.components(children);
        self.in_form = was_in_form;
        self.html.close(tag);
    }

    pub(super) fn spacer(&mut self, spacer: &Spacer) {
        let mut style = Style::default();
        style.maybe("--w-min", spacer.min_size.as_ref().and_then(css::space));
        self.html.open("div").attr("class", "w-spacer").style(&style).end();
        self.html.close("div");
    }

    pub(super) fn divider(&mut self, divider: &Divider) {
        let mut style = Style::default();
        style.color("--w-line", divider.color.as_ref(), Tokens::Border);
        style.maybe("--w-line-size", divider.size.as_ref().and_then(css::size));
        style.maybe("--w-line-space", divider.spacing.as_ref().and_then(css::space));
        let class = classes(&["w-divider", flag(divider.flush, "is-flush")]);
        self.html.open("hr").attr("class", &class).style(&style).end();
    }

    pub(super) fn transition(&mut self, transition: &Transition) {
        self.html.open("div").attr("class", "w-transition").end();
        self.components(&transition.children);
        self.html.close("div");
    }

    pub(super) fn icon(&mut self, icon: &Icon) {
        let mut style = Style::default();
        style.color("color", icon.color.as_ref(), Tokens::Text);
        self.html.open("span").attr("class", "w-glyph").style(&style).end();
        icons::draw(&mut self.html, &icon.name, icon.size.map_or("s-md", |size| sized(size.name())));
        self.html.close("span");
    }

    /// Only what is ours or inside the widget is loaded: nothing that a widget names leaves our origin unasked.
    pub(super) fn image(&mut self, image: &Image) {
        let mut style = Style::default();
        style.block(&image.block);
        style.color("background-color", image.background.as_ref(), Tokens::Background);
        style.maybe("flex", image.flex.as_ref().and_then(css::flex));
        if let Some(fit) = image.fit {
            style.set("object-fit", fit.name());
        }
        if let Some(position) = image.position {
            style.set("object-position", position.name());
        }
        let class = classes(&["w-image", flag(image.frame, "is-framed"), flag(image.flush, "is-flush")]);
        let alt = image.alt.as_deref().unwrap_or_default();
        if is_loadable(&image.src) {
            self.picture(&class, &style, &image.src, alt);
        } else if is_link(&image.src) {
            let said = if alt.trim().is_empty() { &image.src } else { alt };
            let link = self.html.open("a").attr("class", "w-link").attr("href", &image.src);
            link.attr("target", "_blank").attr("rel", "noopener noreferrer nofollow").end();
            self.bdi(said);
            self.html.close("a");
        } else if !alt.is_empty() {
            self.html.open("span").attr("class", "w-caption s-md").end();
            self.bdi(alt);
            self.html.close("span");
        }
    }

    pub(super) fn picture(&mut self, class: &str, style: &Style, src: &str, alt: &str) {
        let tag = self.html.open("img").attr("class", class).attr("src", src).attr("alt", alt);
        let tag: Tag<'_> = tag.attr("loading", "lazy").attr("decoding", "async");
        tag.style(style).end();
    }
}

/// A path of ours, or a picture in the text itself.
pub(super) fn is_loadable(src: &str) -> bool {
    let is_path = src.starts_with('/') && !src.starts_with("//") && src.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let kinds = ["png", "jpeg", "gif", "webp", "avif", "svg+xml"];
    let is_inside = src
        .strip_prefix("data:image/")
        .and_then(|rest| rest.split_once([';', ',']))
        .is_some_and(|(kind, _)| kinds.contains(&kind));
    is_path || is_inside
}

fn is_link(src: &str) -> bool {
    let is_web = ["https://", "http://"].iter().any(|scheme| src.starts_with(scheme));
    is_web && !src.chars().any(|c| c.is_whitespace() || c.is_control())
}

pub(super) fn axis(direction: Direction) -> &'static str {
    match direction {
        Direction::Row => "w-row",
        Direction::Col => "w-col",
    }
}

/// A class, where a switch is on.
pub(super) fn flag(is_set: Option<bool>, class: &'static str) -> &'static str {
    if is_set == Some(true) { class } else { "" }
}

/// The class of a size.
pub(super) fn sized(size: &str) -> &'static str {
    match size {
        "3xs" => "s-3xs",
        "2xs" => "s-2xs",
        "xs" => "s-xs",
        "sm" => "s-sm",
        "lg" => "s-lg",
        "xl" => "s-xl",
        "2xl" => "s-2xl",
        "3xl" => "s-3xl",
        "4xl" => "s-4xl",
        "5xl" => "s-5xl",
        _ => "s-md",
    }
}
