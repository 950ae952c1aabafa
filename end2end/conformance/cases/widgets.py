"""Widgets: every type, and how they change."""

from chatkit.widgets import WidgetRoot
from pydantic import TypeAdapter

from cases import case
from client import Kit

ROOT: TypeAdapter = TypeAdapter(WidgetRoot)


def root(widget: dict) -> dict:
    """A widget as the SDK writes it, defaults and all: scripts are handed on as they are."""
    return ROOT.dump_python(ROOT.validate_python(widget), mode="json", by_alias=True, exclude_none=True)


def card(*children: dict, **fields) -> dict:
    return root({"type": "Card", "children": list(children), **fields})


def shown(kit: Kit, *states: dict, **fields) -> None:
    answer = kit.create([{"do": "widget", "states": list(states), **fields}])
    assert answer.item("widget")["widget"] == states[-1], "a widget arrives as it was sent"
    kit.look(answer.thread)


ACTION = {"type": "task.complete", "payload": {"id": "tsk_1", "n": [1, 2.5, None]}, "handler": "server", "loadingBehavior": "container"}
CLIENT = {"type": "open", "handler": "client", "loadingBehavior": "none", "streaming": False}
EDGE = {"size": 2, "color": {"light": "red-100", "dark": "#fff"}, "style": "dashed"}
BOX = {
    "align": "center",
    "justify": "between",
    "wrap": "wrap",
    "flex": 1,
    "gap": 2,
    "height": "50%",
    "width": 100,
    "minHeight": 10,
    "maxWidth": "30rem",
    "padding": {"top": 1, "x": "4px"},
    "margin": 3,
    "border": {"top": 1, "x": EDGE},
    "radius": "lg",
    "background": {"light": "white", "dark": "black"},
    "aspectRatio": "16 / 9",
}


@case("a widget at once, with a text to copy")
def at_once(kit: Kit) -> None:
    shown(kit, card({"type": "Text", "value": "Hello", "key": "text_1"}), copy_text="Hello")


@case("cards with every property, confirm and cancel")
def cards(kit: Kit) -> None:
    shown(
        kit,
        card(
            {"type": "Text", "value": "x"},
            asForm=True,
            background={"light": "blue-50", "dark": "blue-900"},
            size="lg",
            padding={"x": 2, "y": "1rem"},
            status={"text": "From mail", "icon": "mail"},
            collapsed=True,
            confirm={"label": "Save", "action": ACTION},
            cancel={"label": "Cancel", "action": CLIENT},
            theme="dark",
        ),
        copy_text="x",
    )
    shown(kit, card({"type": "Spacer"}, status={"text": "From the web", "favicon": "https://example.com/i.png", "frame": True}))


@case("lists with items that act, and with a limit")
def lists(kit: Kit) -> None:
    item = {
        "type": "ListViewItem",
        "key": "1",
        "onClickAction": ACTION,
        "gap": 3,
        "align": "start",
        "children": [{"type": "Checkbox", "name": "done", "label": "Pay", "onChangeAction": ACTION}, {"type": "Badge", "label": "Today", "color": "danger"}],
    }
    shown(kit, root({"type": "ListView", "children": [item, {**item, "key": "2"}], "limit": 1, "status": {"text": "2 tasks", "icon": "check"}, "theme": "light"}))
    shown(kit, root({"type": "ListView", "children": [], "limit": "auto"}))


@case("a basic root, and lists inside cards")
def basic(kit: Kit) -> None:
    shown(kit, root({"type": "Basic", "children": [{"type": "Col", "children": [{"type": "Title", "value": "T"}]}], "gap": 2, "padding": 1}))
    shown(kit, card({"type": "ListView", "children": [{"type": "ListViewItem", "children": [{"type": "Text", "value": "in a card"}]}]}))


@case("texts: Text, Title, Caption, Markdown, Label")
def texts(kit: Kit) -> None:
    shared = {"color": {"light": "gray-900", "dark": "white"}, "weight": "semibold", "textAlign": "center", "truncate": True, "maxLines": 2}
    editable = {"name": "title", "autoFocus": True, "autoSelect": False, "placeholder": "کام", "required": True, "pattern": ".+"}
    shown(
        kit,
        card(
            {"type": "Text", "value": "Text", "id": "t", "streaming": False, "italic": True, "lineThrough": True, "size": "sm", "width": "5ch", "minLines": 1, "editable": editable, **shared},
            {"type": "Text", "value": "Fixed", "editable": False},
            {"type": "Title", "value": "Title", "size": "3xl", **shared},
            {"type": "Caption", "value": "Caption", "size": "sm", **shared},
            {"type": "Markdown", "value": "# Markdown\n- *a*", "id": "m", "streaming": True},
            {"type": "Label", "value": "Label", "fieldName": "title", "size": "md", "weight": "medium", "textAlign": "end", "color": "secondary"},
        ),
    )


@case("boxes: Box, Row, Col, Form, Spacer, Divider, Transition")
def boxes(kit: Kit) -> None:
    text = {"type": "Text", "value": "x"}
    shown(
        kit,
        card(
            {"type": "Box", "direction": "row", "children": [text], **BOX},
            {"type": "Row", "children": [text], **BOX},
            {"type": "Col", "children": [text], **BOX},
            {"type": "Form", "onSubmitAction": ACTION, "direction": "col", "children": [text], **BOX},
            {"type": "Spacer", "minSize": "2rem"},
            {"type": "Divider", "color": "subtle", "size": 1, "spacing": 4, "flush": True},
            {"type": "Transition", "children": {"type": "Box", "key": "k", "children": [text]}},
        ),
    )


@case("small things: Badge, Icon, Image, Button")
def small(kit: Kit) -> None:
    shown(
        kit,
        card(
            {"type": "Badge", "label": "Late", "color": "danger", "variant": "soft", "size": "lg", "pill": True},
            {"type": "Icon", "name": "calendar", "color": "primary", "size": "2xl"},
            {"type": "Image", "src": "https://example.com/a.png", "alt": "A", "fit": "contain", "position": "top left", "radius": "full", "frame": True, "flush": False, "size": 40, "aspectRatio": 1.5, "flex": 1, "margin": {"top": 1}},
            {"type": "Button", "label": "Save", "submit": True, "style": "primary", "onClickAction": ACTION, "iconStart": "check", "iconEnd": "chevron-right", "iconSize": "sm", "color": "success", "variant": "outline", "size": "xl", "pill": True, "uniform": True, "block": True, "disabled": True},
        ),
    )


@case("fields: Input, Textarea, Select, DatePicker, Checkbox, RadioGroup")
def fields(kit: Kit) -> None:
    options = [{"label": "One", "value": "1"}, {"label": "دو", "value": "2", "disabled": True, "description": "Second"}]
    shown(
        kit,
        card(
            {"type": "Input", "name": "task.title", "inputType": "email", "defaultValue": "a@b.c", "required": True, "pattern": ".+@.+", "placeholder": "Mail", "allowAutofillExtensions": False, "autoSelect": True, "autoFocus": True, "disabled": False, "variant": "soft", "size": "sm", "gutterSize": "2xs", "pill": True},
            {"type": "Textarea", "name": "task.note", "defaultValue": "x", "required": False, "placeholder": "Note", "rows": 3, "autoResize": True, "maxRows": 9, "variant": "outline", "size": "md"},
            {"type": "Select", "name": "priority", "options": options, "onChangeAction": ACTION, "placeholder": "Which", "defaultValue": "1", "variant": "ghost", "clearable": True, "block": True},
            {"type": "DatePicker", "name": "due", "onChangeAction": ACTION, "placeholder": "When", "defaultValue": "2026-11-25T00:00:00", "min": "2026-01-01T00:00:00", "max": "2027-01-01T00:00:00", "side": "bottom", "align": "end", "clearable": True},
            {"type": "Checkbox", "name": "done", "label": "Done", "defaultChecked": True, "onChangeAction": CLIENT, "disabled": False, "required": True},
            {"type": "RadioGroup", "name": "kind", "options": options, "ariaLabel": "Kind", "onChangeAction": ACTION, "defaultValue": "2", "direction": "col", "required": True},
            asForm=True,
        ),
    )


@case("charts of bars, areas and lines")
def charts(kit: Kit) -> None:
    data = [{"day": "Mon", "done": 3, "open": 1.5}, {"day": "Tue", "done": 0, "open": 2}]
    series = [
        {"type": "bar", "dataKey": "done", "label": "Done", "stack": "a", "color": "green"},
        {"type": "area", "dataKey": "open", "label": "Open", "curveType": "monotone", "color": {"light": "red", "dark": "pink"}},
        {"type": "line", "dataKey": "open", "label": "Line", "curveType": "stepAfter"},
    ]
    shown(
        kit,
        card(
            {"type": "Chart", "data": data, "series": series, "xAxis": {"dataKey": "day", "hide": False, "labels": {"Mon": "پیر"}}, "showYAxis": True, "showLegend": True, "showTooltip": False, "barGap": 1, "barCategoryGap": 2, "height": 200, "aspectRatio": 1.5},
            {"type": "Chart", "data": data, "series": series[:1], "xAxis": "day"},
        ),
    )


@case("tables, which only the web component knows")
def tables(kit: Kit) -> None:
    cell = {"type": "Table.Cell", "children": [{"type": "Text", "value": "1"}], "colSpan": 2, "align": "end"}
    row = {"type": "Table.Row", "header": True, "children": [cell, cell]}
    shown(kit, card({"type": "Table", "children": [row, {**row, "header": False}], "columns": ["a", "b"]}))


@case("a text that grows in a widget streams by what is new")
def grows(kit: Kit) -> None:
    # `test_returns_widget_item_generator` of the SDK.
    states = [card({"type": "Text", "id": "text", "value": "Hello, world"[:n]}) for n in (0, 3, 6, 12)]
    answer = kit.create([{"do": "widget", "states": states}])
    deltas = [event["update"]["delta"] for event in answer.events if event["type"] == "thread.item.updated"]
    assert deltas == ["Hel", "lo,", " world"]
    kit.look(answer.thread)


@case("two texts of a widget grow, one deep inside")
def two_grow(kit: Kit) -> None:
    def state(one: str, two: str) -> dict:
        inner = {"type": "Col", "children": [{"type": "Row", "children": [{"type": "Markdown", "id": "two", "value": two, "streaming": True}]}]}
        return card({"type": "Text", "id": "one", "value": one, "streaming": True}, inner)

    answer = kit.create([{"do": "widget", "states": [state("", ""), state("a", ""), state("ab", "ب"), state("ab", "بج")]}])
    assert len([event for event in answer.events if event["type"] == "thread.item.updated"]) == 4
    kit.look(answer.thread)


@case("any other change of a widget sends the whole widget")
def whole(kit: Kit) -> None:
    text = {"type": "Text", "id": "text", "value": "Hello", "streaming": True}
    pairs = [
        (card(text), card({**text, "value": "World"})),
        (card(text), card({**text, "value": "Hello, world!", "streaming": False})),
        (card({"type": "Text", "value": "Hello"}), card({"type": "Text", "value": "world!"})),
        (card(text), card(text, {"type": "Spacer"})),
        (card({"type": "Title", "value": "Hello"}), card({"type": "Title", "value": "Hello!"})),
        (card(text), root({"type": "ListView", "children": []})),
        (card(text, key="1"), card(text, key="2")),
        (card(text, size="sm"), card(text)),
    ]
    for before, after in pairs:
        answer = kit.create([{"do": "widget", "states": [before, after]}])
        assert answer.first("thread.item.updated")["update"]["type"] == "widget.root.updated", (before, after)
        kit.look(answer.thread)


@case("a widget that does not change sends nothing")
def unchanged(kit: Kit) -> None:
    state = card({"type": "Text", "id": "text", "value": "Hello"})
    answer = kit.create([{"do": "widget", "states": [state, state]}])
    assert not [event for event in answer.events if event["type"] == "thread.item.updated"]


@case("a part of a widget is another one")
def component(kit: Kit) -> None:
    state = card({"type": "Text", "id": "text", "value": "Hello"}, {"type": "Badge", "label": "x"})
    changed = root({"type": "Card", "children": [{"type": "Button", "id": "b", "label": "Save", "onClickAction": ACTION}]})["children"][0]
    answer = kit.create(
        [
            {"do": "added", "as": "w", "item": {"type": "widget", "widget": state}},
            {"do": "updated", "as": "w", "update": {"type": "widget.component.updated", "component_id": "text", "component": changed}},
            {"do": "done", "as": "w", "item": {"type": "widget", "widget": state, "copy_text": "Hello"}},
        ]
    )
    kit.look(answer.thread)
