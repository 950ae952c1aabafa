//! Widgets: the union of the SDK's `chatkit/widgets.py` (1.6.5) and of the types that ChatKit's own front end has (1.9.0).
//!
//! Items carry a widget as the JSON it came as. [`Component::read`] reads it, unknown properties aside, and [`Component::to_value`] writes
//! one that is built here. Reading goes node by node, never deeper than [`MAX_DEPTH`], so that a hostile widget costs nothing and every
//! error says where it is.

mod components;
mod values;

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

pub use components::*;
pub use values::*;

/// How deep components may be in one another.
pub const MAX_DEPTH: usize = 24;
/// How many components a widget may have.
pub const MAX_NODES: usize = 2_000;
/// How many bytes all texts of a widget may have, pictures inside it included.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// One component, by its `type`. Card, `ListView` and Basic are roots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
// The derived functions are private to this module: what they read has no children (see `Component::read`).
#[serde(tag = "type", remote = "Self")]
pub enum Component {
    /// A framed root.
    Card(Card),
    /// A root that lists.
    ListView(ListView),
    /// An entry of a list.
    ListViewItem(ListViewItem),
    /// A root without a frame.
    Basic(Basic),
    /// A container whose direction can be chosen.
    Box(Stack),
    /// A container from side to side.
    Row(Stack),
    /// A container from top to bottom.
    Col(Stack),
    /// Controls that are sent together.
    Form(Form),
    /// Room that takes what is left.
    Spacer(Spacer),
    /// A line between parts.
    Divider(Divider),
    /// What is in it changes gently.
    Transition(Transition),
    /// Text.
    Text(Text),
    /// A heading.
    Title(Title),
    /// A remark.
    Caption(Caption),
    /// Text with Markdown in it.
    Markdown(Markdown),
    /// The name of a control.
    Label(Label),
    /// A word with a colour.
    Badge(Badge),
    /// A small drawing.
    Icon(Icon),
    /// A picture.
    Image(Image),
    /// A button.
    Button(Button),
    /// A table.
    Table(Table),
    /// A row of a table.
    #[serde(rename = "Table.Row")]
    TableRow(TableRow),
    /// A cell of a row.
    #[serde(rename = "Table.Cell")]
    TableCell(TableCell),
    /// Bars, areas and lines.
    Chart(Chart),
    /// A line to type in.
    Input(Input),
    /// Lines to type in.
    Textarea(Textarea),
    /// One of many.
    Select(Select),
    /// A day.
    DatePicker(DatePicker),
    /// Yes or no.
    Checkbox(Checkbox),
    /// One of a few.
    RadioGroup(RadioGroup),
}

impl Serialize for Component {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Component::serialize(self, serializer)
    }
}

/// Every `type` there is.
pub const TYPES: [&str; 30] = [
    "Card",
    "ListView",
    "ListViewItem",
    "Basic",
    "Box",
    "Row",
    "Col",
    "Form",
    "Spacer",
    "Divider",
    "Transition",
    "Text",
    "Title",
    "Caption",
    "Markdown",
    "Label",
    "Badge",
    "Icon",
    "Image",
    "Button",
    "Table",
    "Table.Row",
    "Table.Cell",
    "Chart",
    "Input",
    "Textarea",
    "Select",
    "DatePicker",
    "Checkbox",
    "RadioGroup",
];

/// What is wrong with a widget, and where: `children[2].children[0]`, or nothing for the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WidgetError {
    /// A component must be an object with a `type`.
    NotAComponent(String),
    /// No such type of component.
    UnknownType(String, String),
    /// The outermost component must be a Card, a `ListView` or a Basic.
    NotARoot(String),
    /// A property is missing or of the wrong kind.
    Wrong(String, String),
    /// Deeper than [`MAX_DEPTH`].
    TooDeep(String),
    /// More than [`MAX_NODES`] components.
    TooMany,
    /// More than [`MAX_BYTES`].
    TooLarge,
}

impl fmt::Display for WidgetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |place: &str| {
            if place.is_empty() {
                "the root".to_owned()
            } else {
                place.to_owned()
            }
        };
        match self {
            Self::NotAComponent(place) => write!(f, "{}: a component must be an object with a `type`", at(place)),
            Self::UnknownType(place, kind) => write!(f, "{}: there is no component of type `{kind}`", at(place)),
            Self::NotARoot(kind) => write!(f, "the root must be a Card, a ListView or a Basic, not a {kind}"),
            Self::Wrong(place, why) => write!(f, "{}: {why}", at(place)),
            Self::TooDeep(place) => write!(f, "{}: deeper than {MAX_DEPTH} components", at(place)),
            Self::TooMany => write!(f, "more than {MAX_NODES} components"),
            Self::TooLarge => write!(f, "more than {MAX_BYTES} bytes"),
        }
    }
}
impl std::error::Error for WidgetError {}

impl Component {
    /// Reads a whole widget.
    ///
    /// # Errors
    /// See [`WidgetError`].
    pub fn read(root: &Value) -> Result<Self, WidgetError> {
        let mut reader = Reader {
            place: String::new(),
            nodes: 0,
            bytes: 0,
        };
        let component = reader.component(root, 1)?;
        match component {
            Self::Card(_) | Self::ListView(_) | Self::Basic(_) => Ok(component),
            other => Err(WidgetError::NotARoot(other.kind().to_owned())),
        }
    }

    /// The widget as it goes over the wire.
    pub fn to_value(&self) -> Value {
        // Fails for keys that are no strings only, of which there are none.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The name of the `type` field.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Card(_) => "Card",
            Self::ListView(_) => "ListView",
            Self::ListViewItem(_) => "ListViewItem",
            Self::Basic(_) => "Basic",
            Self::Box(_) => "Box",
            Self::Row(_) => "Row",
            Self::Col(_) => "Col",
            Self::Form(_) => "Form",
            Self::Spacer(_) => "Spacer",
            Self::Divider(_) => "Divider",
            Self::Transition(_) => "Transition",
            Self::Text(_) => "Text",
            Self::Title(_) => "Title",
            Self::Caption(_) => "Caption",
            Self::Markdown(_) => "Markdown",
            Self::Label(_) => "Label",
            Self::Badge(_) => "Badge",
            Self::Icon(_) => "Icon",
            Self::Image(_) => "Image",
            Self::Button(_) => "Button",
            Self::Table(_) => "Table",
            Self::TableRow(_) => "Table.Row",
            Self::TableCell(_) => "Table.Cell",
            Self::Chart(_) => "Chart",
            Self::Input(_) => "Input",
            Self::Textarea(_) => "Textarea",
            Self::Select(_) => "Select",
            Self::DatePicker(_) => "DatePicker",
            Self::Checkbox(_) => "Checkbox",
            Self::RadioGroup(_) => "RadioGroup",
        }
    }

    /// The components in it.
    pub fn children(&self) -> &[Self] {
        match self {
            Self::Card(Card { children, .. })
            | Self::ListView(ListView { children, .. })
            | Self::ListViewItem(ListViewItem { children, .. })
            | Self::Basic(Basic { children, .. })
            | Self::Box(Stack { children, .. })
            | Self::Row(Stack { children, .. })
            | Self::Col(Stack { children, .. })
            | Self::Form(Form { children, .. })
            | Self::Transition(Transition { children, .. })
            | Self::Table(Table { children, .. })
            | Self::TableRow(TableRow { children, .. })
            | Self::TableCell(TableCell { children, .. }) => children,
            _ => &[],
        }
    }

    fn children_mut(&mut self) -> Option<&mut Vec<Self>> {
        Some(match self {
            Self::Card(Card { children, .. })
            | Self::ListView(ListView { children, .. })
            | Self::ListViewItem(ListViewItem { children, .. })
            | Self::Basic(Basic { children, .. })
            | Self::Box(Stack { children, .. })
            | Self::Row(Stack { children, .. })
            | Self::Col(Stack { children, .. })
            | Self::Form(Form { children, .. })
            | Self::Transition(Transition { children, .. })
            | Self::Table(Table { children, .. })
            | Self::TableRow(TableRow { children, .. })
            | Self::TableCell(TableCell { children, .. }) => children,
            _ => return None,
        })
    }
}

/// Reads node by node: what serde reads at a time is one node without its children.
struct Reader {
    place: String,
    nodes: usize,
    bytes: usize,
}

impl Reader {
    fn component(&mut self, value: &Value, depth: usize) -> Result<Component, WidgetError> {
        if depth > MAX_DEPTH {
            return Err(WidgetError::TooDeep(self.place.clone()));
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(WidgetError::TooMany);
        }
        let Some((object, kind)) = value.as_object().and_then(|object| Some((object, object.get("type")?.as_str()?))) else {
            return Err(WidgetError::NotAComponent(self.place.clone()));
        };
        if !TYPES.contains(&kind) {
            return Err(WidgetError::UnknownType(self.place.clone(), kind.chars().take(100).collect()));
        }
        for (key, value) in object {
            if key != "children" {
                self.weigh(value, 1)?;
            }
        }
        let mut component = shallow(object).map_err(|why| WidgetError::Wrong(self.place.clone(), format!("{kind}: {why}")))?;
        if let (Some(children), Some(given)) = (component.children_mut(), object.get("children")) {
            *children = self.children(given, depth + 1)?;
        }
        Ok(component)
    }

    /// A list of components, or one; `null` where a template left one out.
    fn children(&mut self, given: &Value, depth: usize) -> Result<Vec<Component>, WidgetError> {
        let here = self.place.len();
        let list = match given {
            Value::Null => return Ok(Vec::new()),
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut children = Vec::with_capacity(list.len().min(MAX_NODES));
        for (at, child) in list.iter().enumerate().filter(|(_, child)| !child.is_null()) {
            let dot = if here == 0 { "" } else { "." };
            self.place.push_str(&format!("{dot}children[{at}]"));
            children.push(self.component(child, depth)?);
            self.place.truncate(here);
        }
        Ok(children)
    }

    /// Counts what the properties hold, so that no payload, no data of a chart and no picture is too large or too deep.
    fn weigh(&mut self, value: &Value, depth: usize) -> Result<(), WidgetError> {
        if depth > MAX_DEPTH {
            return Err(WidgetError::TooDeep(self.place.clone()));
        }
        self.bytes += 8;
        match value {
            Value::String(text) => self.bytes += text.len(),
            Value::Array(list) => list.iter().try_for_each(|value| self.weigh(value, depth + 1))?,
            Value::Object(object) => {
                for (key, value) in object {
                    self.bytes += key.len();
                    self.weigh(value, depth + 1)?;
                }
            }
            _ => {}
        }
        if self.bytes > MAX_BYTES {
            Err(WidgetError::TooLarge)
        } else {
            Ok(())
        }
    }
}

/// How many properties of a wrong component are tried for which one is wrong.
const TRIED: usize = 64;

/// One node without its children; what is wrong with it names the property.
fn shallow(object: &Map<String, Value>) -> Result<Component, String> {
    let without = |left_out: &str| {
        let rest = object
            .iter()
            .filter(|(key, value)| *key != "children" && *key != left_out && !value.is_null());
        Value::Object(rest.map(|(key, value)| (key.clone(), value.clone())).collect())
    };
    let read = |value: Value| Component::deserialize(value).map_err(|error| error.to_string());
    read(without("children")).map_err(|why| {
        // Serde does not say in which property it was: the one without which it is another error, or none.
        let culprit = object
            .keys()
            .filter(|key| !["type", "children"].contains(&key.as_str()))
            .take(TRIED)
            .find(|key| read(without(key)).err().is_none_or(|other| other != why));
        let why: String = why.chars().take(300).collect();
        match culprit {
            Some(key) => format!("`{}`: {why}", key.chars().take(100).collect::<String>()),
            None => why,
        }
    })
}

#[cfg(test)]
mod tests;
