//! What the properties of components hold.
#![expect(
    missing_docs,
    reason = "properties and tokens are named as in the SDK, which says what each one is"
)]

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// A closed set of words.
macro_rules! tokens {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word on the wire.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

/// A struct whose fields may all be left out, after those that may not.
macro_rules! object {
    ($(#[$meta:meta])* $name:ident { $($required:ident: $type:ty,)* ? $($field:ident: $optional:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $(pub $required: $type,)*
            $(#[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$optional>,)*
        }
    };
}
pub(super) use object;

/// A number (of spacing units or pixels, depending on the property), or a CSS string.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number or a CSS string is wanted")]
pub enum Length {
    Number(Number),
    Text(String),
}

impl From<u32> for Length {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<&str> for Length {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A colour: a token or a CSS string, one for both themes or one for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a colour, or one for `light` and one for `dark`, is wanted")]
pub enum Color {
    Both(String),
    Themed { light: String, dark: String },
}

impl From<&str> for Color {
    fn from(text: &str) -> Self {
        Self::Both(text.to_owned())
    }
}

/// Padding or margin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number, a CSS string or an object of sides is wanted")]
pub enum Spacing {
    All(Length),
    Sides(Sides),
}

object! {
    /// Spacing by side; `x` and `y` stand for two sides each.
    Sides {
        ?
        top: Length,
        right: Length,
        bottom: Length,
        left: Length,
        x: Length,
        y: Length,
    }
}

/// A border all around: its width in pixels, or more about it; or one by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a width, a border with a `size` or an object of sides is wanted")]
pub enum Border {
    Edge(Edge),
    Sides(Box<Borders>),
}

/// A border of a side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a width or a border with a `size` is wanted")]
pub enum Edge {
    Width(Number),
    Line(Line),
}

/// A border's line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub size: Number,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<LineStyle>,
}

object! {
    /// Borders by side; `x` and `y` stand for two sides each.
    Borders {
        ?
        top: Edge,
        right: Edge,
        bottom: Edge,
        left: Edge,
        x: Edge,
        y: Edge,
    }
}

/// What happens when a control is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionConfig {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub payload: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<Handler>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loading_behavior: Option<LoadingBehavior>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub streaming: Option<bool>,
}

impl ActionConfig {
    /// An action with the SDK's defaults written out, as the SDK does.
    pub fn new(kind: impl Into<String>, payload: Value) -> Self {
        Self {
            kind: kind.into(),
            payload,
            handler: Some(Handler::Server),
            loading_behavior: Some(LoadingBehavior::Auto),
            streaming: Some(true),
        }
    }

    /// Whether its answer streams.
    pub fn streams(&self) -> bool {
        self.streaming.unwrap_or(true)
    }
}

impl Default for ActionConfig {
    fn default() -> Self {
        Self::new("", Value::Null)
    }
}

object! {
    /// A button in the foot of a Card.
    CardAction {
        label: String,
        action: ActionConfig,
        ?
    }
}

object! {
    /// The line above a Card or a `ListView`.
    Status {
        text: String,
        ?
        favicon: String,
        frame: bool,
        icon: String,
    }
}

/// Whether a Text can be typed into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "`false` or an object with a `name` is wanted")]
pub enum Editable {
    No(bool),
    Field(EditableField),
}

object! {
    /// A Text as a field.
    EditableField {
        name: String,
        ?
        auto_focus: bool,
        auto_select: bool,
        auto_complete: String,
        allow_autofill_extensions: bool,
        pattern: String,
        placeholder: String,
        required: bool,
    }
}

/// How many entries of a list are shown at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number or `auto` is wanted")]
pub enum Limit {
    Count(u32),
    Auto(Auto),
}

object! {
    /// An entry of a Select.
    SelectOption {
        value: String,
        label: String,
        ?
        disabled: bool,
        description: String,
    }
}

object! {
    /// An entry of a `RadioGroup`.
    RadioOption {
        label: String,
        value: String,
        ?
        disabled: bool,
    }
}

/// Which field of the data is along the X axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a field's name or an object with a `dataKey` is wanted")]
pub enum XAxis {
    Key(String),
    Config(XAxisConfig),
}

impl Default for XAxis {
    fn default() -> Self {
        Self::Key(String::new())
    }
}

object! {
    /// The X axis.
    XAxisConfig {
        data_key: String,
        ?
        hide: bool,
        labels: std::collections::BTreeMap<String, String>,
    }
}

/// What a field of the data is drawn as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    #[serde(rename = "type")]
    pub kind: SeriesKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub data_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve_type: Option<CurveType>,
}

tokens! {
    /// The one word of [`Limit`].
    Auto { Auto = "auto" }
}
tokens! {
    /// Who handles an action.
    Handler { Client = "client", Server = "server" }
}
tokens! {
    /// What shows that an action is on its way.
    LoadingBehavior { Auto = "auto", None = "none", Own = "self", Container = "container" }
}
tokens! {
    /// The colours of a widget.
    Theme { Light = "light", Dark = "dark" }
}
tokens! {
    /// Along which axis children are laid out.
    Direction { Row = "row", Col = "col" }
}
tokens! {
    /// Where children are across the axis.
    Alignment { Start = "start", Center = "center", End = "end", Baseline = "baseline", Stretch = "stretch" }
}
tokens! {
    /// Where children are along the axis.
    Justification {
        Start = "start", Center = "center", End = "end", Between = "between", Around = "around", Evenly = "evenly", Stretch = "stretch",
    }
}
tokens! {
    /// Whether children go to the next line.
    Wrap { NoWrap = "nowrap", Wrap = "wrap", Reverse = "wrap-reverse" }
}
tokens! {
    /// How round corners are.
    Radius {
        Xs2 = "2xs", Xs = "xs", Sm = "sm", Md = "md", Lg = "lg", Xl = "xl", Xl2 = "2xl", Xl3 = "3xl", Xl4 = "4xl", Full = "full",
        Percent = "100%", None = "none",
    }
}
tokens! {
    /// A border's kind of line.
    LineStyle {
        Solid = "solid", Dashed = "dashed", Dotted = "dotted", Double = "double", Groove = "groove", Ridge = "ridge", Inset = "inset",
        Outset = "outset",
    }
}
tokens! {
    /// The width of a Card.
    CardSize { Sm = "sm", Md = "md", Lg = "lg", Full = "full" }
}
tokens! {
    /// Three sizes.
    SmallSize { Sm = "sm", Md = "md", Lg = "lg" }
}
tokens! {
    /// Sizes of text.
    TextSize { Xs = "xs", Sm = "sm", Md = "md", Lg = "lg", Xl = "xl" }
}
tokens! {
    /// Sizes of headings.
    TitleSize { Sm = "sm", Md = "md", Lg = "lg", Xl = "xl", Xl2 = "2xl", Xl3 = "3xl", Xl4 = "4xl", Xl5 = "5xl" }
}
tokens! {
    /// Sizes of icons.
    IconSize { Xs = "xs", Sm = "sm", Md = "md", Lg = "lg", Xl = "xl", Xl2 = "2xl", Xl3 = "3xl" }
}
tokens! {
    /// Sizes of controls.
    ControlSize {
        Xs3 = "3xs", Xs2 = "2xs", Xs = "xs", Sm = "sm", Md = "md", Lg = "lg", Xl = "xl", Xl2 = "2xl", Xl3 = "3xl",
    }
}
tokens! {
    /// Room at the ends of a field.
    GutterSize { Xs2 = "2xs", Xs = "xs", Sm = "sm", Md = "md", Lg = "lg", Xl = "xl" }
}
tokens! {
    /// How controls look.
    ControlVariant { Solid = "solid", Soft = "soft", Outline = "outline", Ghost = "ghost" }
}
tokens! {
    /// How fields look.
    FieldVariant { Soft = "soft", Outline = "outline" }
}
tokens! {
    /// How badges look.
    BadgeVariant { Solid = "solid", Soft = "soft", Outline = "outline" }
}
tokens! {
    /// Colours of badges.
    BadgeColor {
        Secondary = "secondary", Success = "success", Danger = "danger", Warning = "warning", Info = "info", Discovery = "discovery",
    }
}
tokens! {
    /// Colours of buttons.
    ButtonColor {
        Primary = "primary", Secondary = "secondary", Info = "info", Discovery = "discovery", Success = "success", Caution = "caution",
        Warning = "warning", Danger = "danger",
    }
}
tokens! {
    /// Ready-made looks of buttons.
    ButtonStyle { Primary = "primary", Secondary = "secondary" }
}
tokens! {
    /// Weights of text.
    Weight { Normal = "normal", Medium = "medium", Semibold = "semibold", Bold = "bold" }
}
tokens! {
    /// Where something is on its line.
    TextAlign { Start = "start", Center = "center", End = "end" }
}
tokens! {
    /// How a picture is fitted.
    Fit { Cover = "cover", Contain = "contain", Fill = "fill", ScaleDown = "scale-down", None = "none" }
}
tokens! {
    /// What of a picture is shown where it does not fit.
    Position {
        TopLeft = "top left", Top = "top", TopRight = "top right", Left = "left", Center = "center", Right = "right",
        BottomLeft = "bottom left", Bottom = "bottom", BottomRight = "bottom right",
    }
}
tokens! {
    /// A side.
    Side { Top = "top", Bottom = "bottom", Left = "left", Right = "right" }
}
tokens! {
    /// Widths of columns.
    ColSize { Xs = "xs", Sm = "sm", Md = "md", Lg = "lg", Xl = "xl" }
}
tokens! {
    /// What may be typed into an Input.
    InputType { Number = "number", Email = "email", Text = "text", Password = "password", Tel = "tel", Url = "url" }
}
tokens! {
    /// Kinds of series.
    SeriesKind { Bar = "bar", Area = "area", Line = "line" }
}
tokens! {
    /// How points are joined.
    CurveType {
        Basis = "basis", BasisClosed = "basisClosed", BasisOpen = "basisOpen", BumpX = "bumpX", BumpY = "bumpY", Bump = "bump",
        Linear = "linear", LinearClosed = "linearClosed", Natural = "natural", MonotoneX = "monotoneX", MonotoneY = "monotoneY",
        Monotone = "monotone", Step = "step", StepBefore = "stepBefore", StepAfter = "stepAfter",
    }
}
