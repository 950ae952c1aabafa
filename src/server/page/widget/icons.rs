//! The icons that widgets may name (`chatkit/icons.py`), drawn as lines on a grid of 24.

use super::html::Html;

/// Draws an icon beside a text. A name that is not known (`vendor:`, `lucide:`) is a dot that says the name.
pub(super) fn draw(html: &mut Html, name: &str, size: &str) {
    let known = path(name);
    let path = known.unwrap_or(DOT);
    let is_filled = name.ends_with("-filled") || path == DOT;
    let class = super::html::classes(&["w-icon", size, if is_filled { "is-filled" } else { "" }]);
    let tag = html
        .open("svg")
        .attr("class", &class)
        .attr("viewBox", "0 0 24 24")
        .attr("focusable", "false");
    match known {
        Some(_) => tag.attr("aria-hidden", "true").end(),
        None => tag.attr("role", "img").attr("aria-label", bare(name)).end(),
    }
    html.open("path").attr("d", path).end();
    html.close("path");
    html.close("svg");
}

/// What an icon is called where there is nothing else to call it by.
pub(super) fn bare(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, name)| name)
}

const DOT: &str = "M8.5 12a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z";

#[rustfmt::skip] // one line an icon
fn path(name: &str) -> Option<&'static str> {
    Some(match name {
        "agent" => "M12 3.5v3M6 6.5h12a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5H6A1.5 1.5 0 0 1 4.5 17V8A1.5 1.5 0 0 1 6 6.5zM9 11v1.5M15 11v1.5M9.5 15.5h5",
        "analytics" => "M4 20V4M4 20h16M7.5 15.5l3.5-4 3 2.5 5-6.5",
        "atom" => "M11 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0M3 12c0 2.2 4 4 9 4s9-1.8 9-4-4-4-9-4-9 1.8-9 4zM7.5 4.2c-1.9 1.1-1.4 5.5 1 9.8s5.1 6.9 7 5.8 1.4-5.5-1-9.8-5.1-6.9-7-5.8z",
        "batch" => "M12 4l8 4-8 4-8-4zM4 12l8 4 8-4M4 16l8 4 8-4",
        "bolt" => "M13 3L5 13.5h6L10.5 21 19 10.5h-6z",
        "book-open" => "M12 6.5C10 5 7 4.5 3.5 4.5v13.5c3.5 0 6.5.5 8.5 2 2-1.5 5-2 8.5-2V4.5C17 4.5 14 5 12 6.5zM12 6.5V20",
        "book-closed" => "M6.5 3.5H18.5v13H6.5a2 2 0 0 0-2 2V5.5a2 2 0 0 1 2-2zM4.5 18.5a2 2 0 0 0 2 2h12v-4",
        "book-clock" => "M11 20.5H6.5a2 2 0 0 1-2-2V5.5a2 2 0 0 1 2-2h12v6M12.5 17a4 4 0 1 0 8 0a4 4 0 1 0-8 0M16.5 15v2l1.5 1M8 7.5h6",
        "bug" => "M8 10a4 4 0 0 1 8 0v5a4 4 0 0 1-8 0zM9.5 6.5L8 4M14.5 6.5L16 4M12 10v9M8 11.5H4M20 11.5h-4M8.5 16.5L5 19M15.5 16.5L19 19",
        "calendar" => "M5 5.5h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1zM4 10h16M8 3.5v4M16 3.5v4",
        "chart" => "M4 20h16M6.5 20v-7M12 20V5M17.5 20v-10",
        "check" => "M5 12.5l4.5 4.5L19 7.5",
        "check-circle" => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M8 12.2l2.8 2.8L16 9.5",
        "check-circle-filled" => "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zm4.7 6.9l-5.9 5.9-3.5-3.5 1.4-1.4 2.1 2.1 4.5-4.5z",
        "chevron-left" => "M14.5 6L8.5 12l6 6",
        "chevron-right" => "M9.5 6l6 6-6 6",
        "circle-question" => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.9-1.1 1.8M12 16.5h.01",
        "clock" => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M12 7v5l3.5 2",
        "compass" => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M15.5 8.5l-2 5-5 2 2-5z",
        "confetti" => "M4 20l4-11 7 7zM13 8c0-2 1-3.5 3-4M16 11c1.5-1.5 3-1.5 4.5-.5M12 4h.01M20 5.5h.01M19.5 15h.01M15.5 8.5h.01",
        "cube" => "M12 3.5l7.5 4.2v8.6L12 20.5l-7.5-4.2V7.7zM4.5 7.7L12 12l7.5-4.3M12 12v8.5",
        "desktop" => "M4 4.5h16v11H4zM12 15.5V20M8 20h8",
        "document" => "M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5M9 12.5h6.5M9 16h6.5",
        "dot" => DOT,
        "dots-horizontal" => "M6 12h.01M12 12h.01M18 12h.01",
        "dots-vertical" => "M12 6v.01M12 12v.01M12 18v.01",
        "empty-circle" => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0",
        "external-link" => "M13.5 4.5h6v6M19.5 4.5L11 13M10 5.5H5v13.5h13.5V14",
        "globe" => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17",
        "keys" => "M4 15.5a4 4 0 1 0 8 0a4 4 0 1 0-8 0M11 12.7L19.5 4.5M16 8l2.5 2.5M13.5 10.5l1.5 1.5",
        "lab" => "M9.5 3.5v6L4.5 18.5a1.3 1.3 0 0 0 1.1 2h12.8a1.3 1.3 0 0 0 1.1-2L14.5 9.5v-6M8 3.5h8M7 15h10",
        "images" => "M7.5 7.5h13v12h-13zM16.5 7.5v-3h-13v12h4M7.5 16.5l3.5-3.5 3 3 2-2 4.5 4.5M16.5 11h.01",
        "info" => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M12 11v5.5M12 7.7h.01",
        "lifesaver" => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M8.5 12a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M6 6l3.5 3.5M18 6l-3.5 3.5M6 18l3.5-3.5M18 18l-3.5-3.5",
        "lightbulb" => "M9 17v-2.5a6 6 0 1 1 6 0V17zM9.5 20.5h5",
        "mail" => "M3.5 5.5h17v13h-17zM3.5 6.5l8.5 6.5 8.5-6.5",
        "map-pin" => "M12 21c4.5-4.5 7-8 7-11a7 7 0 1 0-14 0c0 3 2.5 6.5 7 11zM9.5 10a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0",
        "maps" => "M9 5L3.5 7v12.5l5.5-2 6 2 5.5-2V5L15 7zM9 5v12.5M15 7v12.5",
        "mobile" => "M7.5 3h9v18h-9zM11 18h2",
        "name" => "M4 5.5h16v13H4zM7.5 11a2 2 0 1 0 4 0a2 2 0 1 0-4 0M6.5 15.5c1-2 5-2 6 0M15 10.5h2.5M15 13.5h2.5",
        "notebook" => "M6.5 3.5h12.5v17H6.5zM9.5 3.5v17M4.5 7.5h3M4.5 12h3M4.5 16.5h3",
        "notebook-pencil" => "M12 20.5H6.5v-17H19v5M9.5 3.5v17M4.5 7.5h3M4.5 12h3M4.5 16.5h3M14 18.5l.5-2.5 5-5 2 2-5 5z",
        "page-blank" => "M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5",
        "phone" => "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1.5 1.5 0 0 1-1.6 1.5A16 16 0 0 1 3.5 5.6 1.5 1.5 0 0 1 5 4z",
        "play" => "M7.5 4.5L19 12 7.5 19.5z",
        "plus" => "M12 5v14M5 12h14",
        "profile" => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M9 10a3 3 0 1 0 6 0a3 3 0 1 0-6 0M6.5 18c2-4 9-4 11 0",
        "profile-card" => "M3.5 5h17v14h-17zM6.5 10.5a2 2 0 1 0 4 0a2 2 0 1 0-4 0M5.5 15.5c1-2 5-2 6 0M14.5 10h3.5M14.5 14h3.5",
        "reload" => "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9M20 4.5V9h-4.5",
        "star" | "star-filled" => "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z",
        "search" => "M4 10.5a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0M15.5 15.5L20.5 20.5",
        "sparkle" => "M12 3.5c.8 5.2 3.3 7.7 8.5 8.5-5.2.8-7.7 3.3-8.5 8.5-.8-5.2-3.3-7.7-8.5-8.5 5.2-.8 7.7-3.3 8.5-8.5z",
        "sparkle-double" => "M10 6c.6 4.4 2.6 6.4 7 7-4.4.6-6.4 2.6-7 7-.6-4.4-2.6-6.4-7-7 4.4-.6 6.4-2.6 7-7zM18 3c.3 2 1 2.7 3 3-2 .3-2.7 1-3 3-.3-2-1-2.7-3-3 2-.3 2.7-1 3-3z",
        "square-code" => "M4 4h16v16H4zM10 9l-3 3 3 3M14 9l3 3-3 3",
        "square-image" => "M4 4h16v16H4zM4 16.5l4.5-4.5 4 4 2.5-2.5 5 5M15.5 8.5h.01",
        "square-text" => "M4 4h16v16H4zM8 9h8M8 12.5h8M8 16h4.5",
        "suitcase" => "M3.5 8h17v11.5h-17zM9 8V4.5h6V8M3.5 13h17",
        "settings-slider" => "M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0a2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
        "user" => "M8.5 8a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M5 20c1-7 13-7 14 0",
        "wreath" => "M9.5 20C5 18.5 3 14 5 6M14.5 20c4.5-1.5 6.5-6 4.5-14M5 10c1.8 0 2.8.8 3 2.5M5.3 14.5c1.7-.4 2.9.2 3.5 1.8M19 10c-1.8 0-2.8.8-3 2.5M18.7 14.5c-1.7-.4-2.9.2-3.5 1.8",
        "write" => "M4.5 19.5l1-4.5L15.5 5l3.5 3.5L9 18.5zM13 7.5l3.5 3.5",
        "write-alt" => "M12 5H5v14h14v-7M10 14l.5-3 8-8 2.5 2.5-8 8z",
        "write-alt2" => "M4.5 15.5L14 6l3.5 3.5L8 19H4.5zM12 8l3.5 3.5M13 19.5h7",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `chatkit/icons.py`, all of it.
    const NAMES: &str = "agent analytics atom batch bolt book-open book-closed book-clock bug calendar chart check check-circle \
        check-circle-filled chevron-left chevron-right circle-question clock compass confetti cube desktop document dot dots-horizontal \
        dots-vertical empty-circle external-link globe keys lab images info lifesaver lightbulb mail map-pin maps mobile name notebook \
        notebook-pencil page-blank phone play plus profile profile-card reload star star-filled search sparkle sparkle-double square-code \
        square-image square-text suitcase settings-slider user wreath write write-alt write-alt2";

    #[test]
    fn every_icon_is_drawn() {
        for name in NAMES.split_ascii_whitespace() {
            let path = path(name).unwrap_or_else(|| panic!("{name}"));
            assert!(
                path.starts_with('M') && path.chars().all(|c| c.is_ascii_digit() || " .-MmLlHhVvCcSsAaZz".contains(c)),
                "{name}"
            );
        }
    }

    #[test]
    fn others_are_dots_with_a_name() {
        let mut html = Html::default();
        draw(&mut html, "lucide:rocket\"><b>", "");
        let html = html.into_string();
        assert!(
            html.contains("aria-label=\"rocket&quot;&gt;&lt;b&gt;\"") && html.contains(DOT),
            "{html}"
        );
    }
}
