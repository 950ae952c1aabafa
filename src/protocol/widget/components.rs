//! The properties of each component.
#![expect(missing_docs, reason = "properties are named as in the SDK, which says what each one is")]

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::Component;
use super::values::*;

/// A component: what it must have, then what it may have, then groups of properties that several components share. `children` are read
/// by [`Component::read`] alone.
macro_rules! component {
    (
        $(#[$meta:meta])*
        $name:ident $([$children:literal])? { $($required:ident: $type:ty,)* ? $($field:ident: $optional:ty,)* $(.. $group:ident: $shared:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub key: Option<String>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub id: Option<String>,
            $(pub $required: $type,)*
            $(#[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$optional>,)*
            $(#[serde(flatten)] pub $group: $shared,)*
            $(#[serde(skip_deserializing, serialize_with = $children)] pub children: Vec<Component>,)?
        }
    };
}

fn many<S: Serializer>(children: &[Component], serializer: S) -> Result<S::Ok, S::Error> {
    Serialize::serialize(children, serializer)
}

/// One as it is; more than one, which the SDK does not know but which is read, as a list.
fn one<S: Serializer>(children: &[Component], serializer: S) -> Result<S::Ok, S::Error> {
    match children {
        [] => serializer.serialize_none(),
        [child] => Serialize::serialize(child, serializer),
        more => many(more, serializer),
    }
}

object! {
    /// Sizes, in pixels or CSS.
    Block {
        ?
        height: Length,
        width: Length,
        size: Length,
        min_height: Length,
        min_width: Length,
        min_size: Length,
        max_height: Length,
        max_width: Length,
        max_size: Length,
        aspect_ratio: Length,
        radius: Radius,
        margin: Spacing,
    }
}

object! {
    /// How a container lays out what is in it.
    Layout {
        ?
        align: Alignment,
        justify: Justification,
        wrap: Wrap,
        flex: Length,
        gap: Length,
        padding: Spacing,
        border: Border,
        background: Color,
    }
}

object! {
    /// How text looks.
    Typography {
        ?
        color: Color,
        weight: Weight,
        text_align: TextAlign,
        truncate: bool,
        max_lines: u32,
    }
}

component! {
    /// A framed root.
    Card["many"] {
        ?
        as_form: bool,
        background: Color,
        border: Border,
        size: CardSize,
        padding: Spacing,
        status: Status,
        collapsed: bool,
        confirm: CardAction,
        cancel: CardAction,
        theme: Theme,
    }
}

component! {
    /// A root that lists.
    ListView["many"] {
        ?
        limit: Limit,
        status: Status,
        theme: Theme,
    }
}

component! {
    /// An entry of a `ListView`.
    ListViewItem["many"] {
        ?
        on_click_action: ActionConfig,
        gap: Length,
        align: Alignment,
    }
}

component! {
    /// A root without a frame, which may hold other roots.
    Basic["many"] {
        ?
        theme: Theme,
        direction: Direction,
        gap: Length,
        padding: Spacing,
        align: Alignment,
        justify: Justification,
    }
}

component! {
    /// Box, Row and Col. (`direction` counts for a Box only.)
    Stack["many"] {
        ?
        direction: Direction,
        .. layout: Layout,
        .. block: Block,
    }
}

component! {
    /// Controls that are sent together.
    Form["many"] {
        ?
        on_submit_action: ActionConfig,
        direction: Direction,
        .. layout: Layout,
        .. block: Block,
    }
}

component! {
    /// Room that takes what is left.
    Spacer {
        ?
        min_size: Length,
    }
}

component! {
    /// A line between parts.
    Divider {
        ?
        color: Color,
        size: Length,
        spacing: Length,
        flush: bool,
    }
}

component! {
    /// What is in it changes gently; one component.
    Transition["one"] {
        ?
    }
}

component! {
    /// Text.
    Text {
        value: String,
        ?
        streaming: bool,
        italic: bool,
        line_through: bool,
        width: Length,
        size: TextSize,
        min_lines: u32,
        editable: Editable,
        .. typography: Typography,
    }
}

component! {
    /// A heading.
    Title {
        value: String,
        ?
        size: TitleSize,
        .. typography: Typography,
    }
}

component! {
    /// A remark.
    Caption {
        value: String,
        ?
        size: SmallSize,
        .. typography: Typography,
    }
}

component! {
    /// Text with Markdown in it.
    Markdown {
        value: String,
        ?
        streaming: bool,
    }
}

component! {
    /// The name of a control.
    Label {
        value: String,
        field_name: String,
        ?
        size: TextSize,
        weight: Weight,
        text_align: TextAlign,
        color: Color,
    }
}

component! {
    /// A word with a colour.
    Badge {
        label: String,
        ?
        color: BadgeColor,
        variant: BadgeVariant,
        size: SmallSize,
        pill: bool,
    }
}

component! {
    /// A small drawing.
    Icon {
        name: String,
        ?
        color: Color,
        size: IconSize,
    }
}

component! {
    /// A picture.
    Image {
        src: String,
        ?
        alt: String,
        frame: bool,
        fit: Fit,
        position: Position,
        flush: bool,
        background: Color,
        flex: Length,
        .. block: Block,
    }
}

component! {
    /// A button.
    Button {
        ?
        submit: bool,
        label: String,
        on_click_action: ActionConfig,
        icon_start: String,
        icon_end: String,
        style: ButtonStyle,
        icon_size: IconSize,
        color: ButtonColor,
        variant: ControlVariant,
        size: ControlSize,
        pill: bool,
        uniform: bool,
        block: bool,
        disabled: bool,
    }
}

component! {
    /// A table, of rows.
    Table["many"] {
        ?
    }
}

component! {
    /// A row of a table, of cells.
    TableRow["many"] {
        ?
        header: bool,
    }
}

component! {
    /// A cell of a row.
    TableCell["many"] {
        ?
        width: Length,
        padding: Spacing,
        col_span: u32,
        row_span: u32,
        align: TextAlign,
        v_align: TextAlign,
        col_size: ColSize,
    }
}

component! {
    /// Bars, areas and lines.
    Chart {
        data: Vec<Map<String, Value>>,
        series: Vec<Series>,
        x_axis: XAxis,
        ?
        show_y_axis: bool,
        show_legend: bool,
        show_tooltip: bool,
        bar_gap: u32,
        bar_category_gap: u32,
        flex: Length,
        .. block: Block,
    }
}

component! {
    /// A line to type in.
    Input {
        name: String,
        ?
        input_type: InputType,
        default_value: String,
        required: bool,
        pattern: String,
        placeholder: String,
        allow_autofill_extensions: bool,
        auto_select: bool,
        auto_focus: bool,
        disabled: bool,
        variant: FieldVariant,
        size: ControlSize,
        gutter_size: GutterSize,
        pill: bool,
    }
}

component! {
    /// Lines to type in.
    Textarea {
        name: String,
        ?
        default_value: String,
        required: bool,
        pattern: String,
        placeholder: String,
        auto_select: bool,
        auto_focus: bool,
        disabled: bool,
        variant: FieldVariant,
        size: ControlSize,
        gutter_size: GutterSize,
        rows: u32,
        auto_resize: bool,
        max_rows: u32,
        allow_autofill_extensions: bool,
    }
}

component! {
    /// One of many.
    Select {
        name: String,
        options: Vec<SelectOption>,
        ?
        on_change_action: ActionConfig,
        placeholder: String,
        default_value: String,
        variant: ControlVariant,
        size: ControlSize,
        pill: bool,
        block: bool,
        clearable: bool,
        disabled: bool,
        searchable: bool,
    }
}

component! {
    /// A day; values are ISO dates or date-times.
    DatePicker {
        name: String,
        ?
        on_change_action: ActionConfig,
        placeholder: String,
        default_value: String,
        min: String,
        max: String,
        variant: ControlVariant,
        size: ControlSize,
        side: Side,
        align: TextAlign,
        pill: bool,
        block: bool,
        clearable: bool,
        disabled: bool,
    }
}

component! {
    /// Yes or no.
    Checkbox {
        name: String,
        ?
        label: String,
        default_checked: bool,
        on_change_action: ActionConfig,
        disabled: bool,
        required: bool,
    }
}

component! {
    /// One of a few.
    RadioGroup {
        name: String,
        ?
        options: Vec<RadioOption>,
        aria_label: String,
        on_change_action: ActionConfig,
        default_value: String,
        direction: Direction,
        disabled: bool,
        required: bool,
    }
}
