//! What of a widget's properties may go into a `style` attribute. Nothing is passed on that is not on a list here: a value that is not
//! understood is left out.

use std::fmt::Write as _;

use serde_json::Number;

use crate::protocol::widget::{Border, Borders, Color, Edge, Length, Line, Sides, Spacing};

/// A spacing unit, in rem.
const UNIT: f64 = 0.25;
/// The largest number of any unit.
const MAX: f64 = 10_000.0;
/// The longest CSS string.
const MAX_TEXT: usize = 120;

/// The declarations of a `style` attribute.
#[derive(Default)]
pub(super) struct Style(String);

impl Style {
    /// A value that one of the functions below made, or a word of ours.
    pub fn set(&mut self, property: &str, value: &str) {
        let _ = write!(self.0, "{property}:{value};");
    }

    pub fn maybe(&mut self, property: &str, value: Option<String>) {
        if let Some(value) = value {
            self.set(property, &value);
        }
    }

    pub fn color(&mut self, property: &str, value: Option<&Color>, tokens: Tokens) {
        self.maybe(property, value.and_then(|value| color(value, tokens)));
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Padding or margin. `left` and `right` are the sides of the page as it is written from left to right; it is mirrored for Urdu.
    pub fn spacing(&mut self, property: &str, value: Option<&Spacing>) {
        match value {
            None => {}
            Some(Spacing::All(all)) => self.maybe(property, lengths(all, UNIT)),
            Some(Spacing::Sides(Sides {
                top,
                right,
                bottom,
                left,
                x,
                y,
            })) => {
                let sides = [
                    ("block", y),
                    ("inline", x),
                    ("block-start", top),
                    ("inline-end", right),
                    ("block-end", bottom),
                    ("inline-start", left),
                ];
                for (side, value) in sides {
                    self.maybe(&format!("{property}-{side}"), value.as_ref().and_then(|value| length(value, UNIT)));
                }
            }
        }
    }

    pub fn border(&mut self, value: Option<&Border>) {
        match value {
            None => {}
            Some(Border::Edge(edge)) => self.maybe("border", self::edge(edge)),
            Some(Border::Sides(sides)) => {
                let Borders {
                    top,
                    right,
                    bottom,
                    left,
                    x,
                    y,
                } = sides.as_ref();
                let sides = [
                    ("block", y),
                    ("inline", x),
                    ("block-start", top),
                    ("inline-end", right),
                    ("block-end", bottom),
                    ("inline-start", left),
                ];
                for (side, value) in sides {
                    self.maybe(&format!("border-{side}"), value.as_ref().and_then(self::edge));
                }
            }
        }
    }
}

fn edge(edge: &Edge) -> Option<String> {
    let (size, color, style) = match edge {
        Edge::Width(size) => (size, None, "solid"),
        Edge::Line(Line { size, color, style }) => (size, color.as_ref(), style.map_or("solid", |style| style.name())),
    };
    let size = number(size)?.clamp(0.0, 32.0);
    let color = color
        .and_then(|value| self::color(value, Tokens::Border))
        .unwrap_or_else(|| "var(--line)".to_owned());
    Some(format!("{size}px {style} {color}"))
}

fn number(number: &Number) -> Option<f64> {
    number
        .as_f64()
        .filter(|number| number.is_finite())
        .map(|number| number.clamp(-MAX, MAX))
}

/// Spacing: a number of units, or CSS.
pub(super) fn space(value: &Length) -> Option<String> {
    length(value, UNIT)
}

/// A size: a number of pixels, or CSS.
pub(super) fn size(value: &Length) -> Option<String> {
    length(value, 1.0 / 16.0)
}

fn length(value: &Length, unit: f64) -> Option<String> {
    match value {
        Length::Number(value) => Some(format!("{}rem", number(value)? * unit)),
        Length::Text(text) => one_length(text),
    }
}

/// Up to four lengths.
fn lengths(value: &Length, unit: f64) -> Option<String> {
    let Length::Text(text) = value else { return length(value, unit) };
    let parts: Vec<&str> = text.split_whitespace().collect();
    let simple = (2..=4).contains(&parts.len()) && text.len() <= MAX_TEXT;
    if simple && parts.iter().all(|part| is_length(part)) {
        return Some(parts.join(" "));
    }
    one_length(text)
}

fn one_length(text: &str) -> Option<String> {
    let text = text.trim();
    // A bare number in a string is a number of pixels, as everywhere in ChatKit's own CSS.
    if let Ok(number) = text.parse::<f64>() {
        return (number.abs() <= MAX).then(|| format!("{number}px"));
    }
    let text = text.to_ascii_lowercase();
    (is_length(&text) || is_formula(&text)).then_some(text)
}

fn is_length(text: &str) -> bool {
    matches!(text, "0" | "auto" | "none" | "min-content" | "max-content" | "fit-content" | "100%") || is_measure(text)
}

/// A number with its unit.
fn is_measure(text: &str) -> bool {
    const UNITS: [&str; 17] = [
        "px", "rem", "em", "%", "vh", "vw", "svh", "svw", "dvh", "dvw", "lvh", "lvw", "ch", "lh", "vmin", "vmax", "fr",
    ];
    let end = text.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    UNITS.contains(&unit) && is_number(number)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain && text.parse::<f64>().is_ok_and(|number| number.abs() <= MAX)
}

/// `calc()`, `min()`, `max()` and `clamp()` of numbers and measures.
fn is_formula(text: &str) -> bool {
    let functions = ["calc(", "min(", "max(", "clamp("];
    if text.len() > MAX_TEXT || !functions.iter().any(|name| text.starts_with(name)) {
        return false;
    }
    let mut depth = 0_usize;
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(name) = functions.iter().find(|name| rest.starts_with(**name)) {
            depth += 1;
            rest = &rest[name.len()..];
            continue;
        }
        let word = rest.find([' ', ',', '(', ')', '*', '/']).unwrap_or(rest.len());
        if word > 0 {
            let part = &rest[..word];
            if !matches!(part, "+" | "-") && !is_number(part) && !is_measure(part) {
                return false;
            }
            rest = &rest[word..];
            continue;
        }
        match rest.as_bytes()[0] {
            b'(' => depth += 1,
            b')' if depth == 0 => return false,
            b')' => {
                depth -= 1;
                // The formula ends with its last bracket.
                if depth == 0 && rest.len() > 1 {
                    return false;
                }
            }
            _ => {}
        }
        rest = &rest[1..];
    }
    depth == 0
}

/// `flex`: a number, a word, or two or three of what its longhands take.
pub(super) fn flex(value: &Length) -> Option<String> {
    match value {
        Length::Number(value) => Some(number(value)?.max(0.0).to_string()),
        Length::Text(text) => {
            let parts: Vec<&str> = text.split_whitespace().take(4).collect();
            let is_known = |part: &&str| *part != "none" && (is_number(part) && !part.starts_with('-') || is_length(part));
            let is_whole = (1..=3).contains(&parts.len()) && parts.iter().all(is_known);
            (is_whole || parts == ["none"]).then(|| parts.join(" "))
        }
    }
}

/// A number, or `16/9`.
pub(super) fn ratio(value: &Length) -> Option<String> {
    match value {
        Length::Number(value) => number(value).filter(|value| *value > 0.0).map(|value| value.to_string()),
        Length::Text(text) => {
            let parts: Vec<&str> = text.split('/').map(str::trim).take(3).collect();
            let is_ratio = (1..=2).contains(&parts.len()) && parts.iter().all(|part| is_number(part) && !part.starts_with('-'));
            (is_ratio || text == "auto").then(|| parts.join(" / "))
        }
    }
}

/// Which words a colour may be, besides primitive tokens and CSS.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tokens {
    Text,
    Background,
    Border,
    Chart,
}

/// A colour that follows the theme.
pub(super) fn color(value: &Color, tokens: Tokens) -> Option<String> {
    match value {
        Color::Both(value) => one_color(value, tokens),
        Color::Themed { light, dark } => Some(format!("light-dark({}, {})", one_color(light, tokens)?, one_color(dark, tokens)?)),
    }
}

fn one_color(text: &str, tokens: Tokens) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    if text.len() > MAX_TEXT {
        return None;
    }
    let token = match (tokens, text.as_str()) {
        (Tokens::Text, "prose" | "primary" | "emphasis") => "var(--ink)",
        (Tokens::Text, "secondary" | "tertiary") => "var(--ink-soft)",
        (Tokens::Text, "success") => "var(--w-success)",
        (Tokens::Text, "warning") => "var(--warn)",
        (Tokens::Text, "danger") => "var(--danger)",
        (Tokens::Text, "info") => "var(--w-info)",
        (Tokens::Text, "discovery") => "var(--w-discovery)",
        (Tokens::Background, "surface" | "surface-elevated") => "var(--raised)",
        (Tokens::Background, "surface-secondary" | "surface-elevated-secondary") => "var(--sunken)",
        (Tokens::Background, "surface-tertiary") => "var(--hover)",
        (Tokens::Border, "default") => "var(--line)",
        (Tokens::Border, "subtle") => "color-mix(in srgb, var(--line) 60%, transparent)",
        (Tokens::Border, "strong") => "var(--line-strong)",
        (Tokens::Chart, name) if CHART.contains(&name) => return Some(format!("var(--w-{name})")),
        _ => "",
    };
    if !token.is_empty() {
        return Some(token.to_owned());
    }
    primitive(&text).or_else(|| is_css_color(&text).then_some(text))
}

/// The colours that series get, in order.
pub(super) const CHART: [&str; 7] = ["blue", "purple", "orange", "green", "red", "yellow", "pink"];

/// `red-100`, `gray-500`, `alpha-20`: one rule instead of a table, by lightness and chroma in OKLCH.
fn primitive(text: &str) -> Option<String> {
    let (name, step) = text.rsplit_once('-')?;
    let step: u16 = step.parse().ok().filter(|step| *step <= 1000)?;
    let step = f64::from(step);
    if name == "alpha" {
        return Some(format!("color-mix(in srgb, currentcolor {}%, transparent)", step.min(100.0)));
    }
    let (hue, chroma): (u16, f64) = match name {
        "gray" | "grey" => (100, 0.008),
        "red" => (25, 0.19),
        "orange" => (55, 0.16),
        "yellow" => (90, 0.15),
        "green" => (155, 0.14),
        "blue" => (255, 0.17),
        "purple" => (300, 0.17),
        "pink" => (350, 0.18),
        _ => return None,
    };
    let lightness = 0.99 - 0.8 * step / 1000.0;
    // Most colour in the middle, hardly any at both ends.
    let strength = (1.0 - ((step - 500.0) / 560.0).powi(2)).max(0.04);
    Some(format!("oklch({lightness:.3} {:.3} {hue})", chroma * strength))
}

fn is_css_color(text: &str) -> bool {
    if let Some(hex) = text.strip_prefix('#') {
        return matches!(hex.len(), 3 | 4 | 6 | 8) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    if NAMED.split_ascii_whitespace().any(|name| name == text) {
        return true;
    }
    let functions = ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch("];
    let Some(inner) = functions
        .iter()
        .find_map(|name| text.strip_prefix(name))
        .and_then(|rest| rest.strip_suffix(')'))
    else {
        return false;
    };
    let mut parts = inner.split([' ', ',', '/']).filter(|part| !part.is_empty()).peekable();
    let is_part = |part: &str| {
        let number = ["%", "deg", "turn", "rad"]
            .iter()
            .find_map(|unit| part.strip_suffix(unit))
            .unwrap_or(part);
        part == "none" || is_number(number)
    };
    parts.peek().is_some() && parts.all(is_part)
}

/// The names of CSS Color 4.
const NAMED: &str = "transparent currentcolor aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet \
    brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray \
    darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue \
    darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen \
    fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender \
    lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink \
    lightsalmon lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon \
    mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred \
    midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen \
    paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown \
    salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal thistle \
    tomato turquoise violet wheat white whitesmoke yellow yellowgreen";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_units_pixels_or_css() {
        assert_eq!(space(&4.into()).as_deref(), Some("1rem"));
        assert_eq!(size(&48.into()).as_deref(), Some("3rem"));
        for good in [
            "4px",
            "50%",
            "1.5rem",
            "auto",
            "calc(100% - 2rem)",
            "min(20rem, 100%)",
            "clamp(1rem, 2vw, 3rem)",
            "max-content",
            "-4px",
        ] {
            assert_eq!(size(&good.into()).as_deref(), Some(good));
        }
        assert_eq!(size(&"12".into()).as_deref(), Some("12px"));
        for bad in [
            "4px;color:red",
            "url(x)",
            "expression(1)",
            "calc(1px",
            "calc(1px))",
            "calc(1px) x",
            "var(--x)",
            "4px 5px",
            "4 px",
            "1e9px",
            "99999px",
            "px",
            "",
            "calc(url(x))",
            "calc(1px + attr(x))",
            "inherit",
            "4px/*",
            "\\34px",
            "calc()calc()",
        ] {
            assert_eq!(size(&bad.into()), None, "{bad}");
        }
        let mut style = Style::default();
        style.spacing("padding", Some(&Spacing::All("4px 8px".into())));
        style.spacing("margin", Some(&Spacing::All("4px; x".into())));
        assert_eq!(style.as_str(), "padding:4px 8px;");
        assert_eq!(flex(&"1 1 0%".into()).as_deref(), Some("1 1 0%"));
        assert_eq!(flex(&"1 1 auto".into()).as_deref(), Some("1 1 auto"));
        assert_eq!(flex(&"none".into()).as_deref(), Some("none"));
        assert_eq!(ratio(&"16/9".into()).as_deref(), Some("16 / 9"));
        assert_eq!(ratio(&"16/9;x".into()), None);
    }

    #[test]
    fn colours_are_tokens_primitives_or_css() {
        let of = |text: &str| color(&text.into(), Tokens::Text);
        assert_eq!(of("secondary").as_deref(), Some("var(--ink-soft)"));
        assert_eq!(of("red-500").as_deref(), Some("oklch(0.590 0.190 25)"));
        for good in [
            "#fff",
            "#12345678",
            "rebeccapurple",
            "rgb(1, 2, 3)",
            "rgb(1 2 3 / 50%)",
            "hsl(120deg 50% 50%)",
            "oklch(0.6 0.1 none)",
        ] {
            assert_eq!(of(good).as_deref(), Some(good));
        }
        for bad in [
            "#ggg",
            "#12",
            "url(x)",
            "red;",
            "rgb(1,2,3",
            "rgb(url(x))",
            "rgb()",
            "var(--x)",
            "red-9999",
            "puce-100",
            "rgb(1);x:y",
            "blurple",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
        let themed = Color::Themed {
            light: "white".into(),
            dark: "gray-900".into(),
        };
        assert_eq!(
            color(&themed, Tokens::Background).as_deref(),
            Some("light-dark(white, oklch(0.270 0.004 100))")
        );
    }
}
