//! Which files are taken, and what bytes are. The bytes decide; what a client says only chooses between kinds of text, which no bytes
//! tell apart.
//!
//! Pictures are never decoded here: their size in pixels is read from the header, so a decompression bomb stays packed.

use serde::de::IgnoredAny;

/// The largest picture, in pixels of a side and in all.
const SIDE_MAX: usize = 16_384;
const PIXELS_MAX: usize = 80_000_000;

/// A kind of file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture.
    Png,
    /// A picture.
    Jpeg,
    /// A picture.
    Gif,
    /// A picture.
    Webp,
    /// A document.
    Pdf,
    /// Text.
    Plain,
    /// Text.
    Markdown,
    /// Text.
    Csv,
    /// Text.
    Json,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Png,
        Self::Jpeg,
        Self::Gif,
        Self::Webp,
        Self::Pdf,
        Self::Plain,
        Self::Markdown,
        Self::Csv,
        Self::Json,
    ];

    /// Its media type.
    pub fn mime_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Plain => "text/plain",
            Self::Markdown => "text/markdown",
            Self::Csv => "text/csv",
            Self::Json => "application/json",
        }
    }

    /// The kind of a media type of [`Self::mime_type`].
    pub fn of_mime_type(mime_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.mime_type() == mime_type)
    }

    /// Whether it is a picture.
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg | Self::Gif | Self::Webp)
    }

    /// Whether it is text.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Plain | Self::Markdown | Self::Csv | Self::Json)
    }

    /// What a client announces. `None` for what is not taken.
    pub fn announced(mime_type: &str, name: &str) -> Option<Self> {
        let bare = mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match bare.as_str() {
            "image/jpg" => Some(Self::Jpeg),
            "text/x-markdown" => Some(Self::Markdown),
            "text/plain" => Some(Self::of_name(name).filter(|kind| kind.is_text()).unwrap_or(Self::Plain)),
            // What browsers say of a file that they do not know; and, on Windows, of CSV.
            "" | "application/octet-stream" | "application/vnd.ms-excel" => Self::of_name(name),
            known => Self::of_mime_type(known),
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "png" => Self::Png,
            "jpg" | "jpeg" => Self::Jpeg,
            "gif" => Self::Gif,
            "webp" => Self::Webp,
            "pdf" => Self::Pdf,
            "txt" | "text" | "log" => Self::Plain,
            "md" | "markdown" => Self::Markdown,
            "csv" => Self::Csv,
            "json" => Self::Json,
            _ => return None,
        })
    }

    /// What bytes are, announced as this kind. `None` for what is not taken.
    pub fn of_bytes(self, bytes: &[u8]) -> Option<Self> {
        let magic = match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => None,
        };
        match magic {
            Some(kind) if kind.is_picture() => has_sane_size(bytes).then_some(kind),
            Some(kind) => Some(kind),
            None => self.of_text(std::str::from_utf8(bytes).ok()?),
        }
    }

    fn of_text(self, text: &str) -> Option<Self> {
        let is_binary = text
            .chars()
            .any(|c| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c'));
        if is_binary || is_markup(text) {
            return None;
        }
        Some(match self {
            Self::Json if serde_json::from_str::<IgnoredAny>(text).is_err() => Self::Plain,
            kind if kind.is_text() => kind,
            _ => Self::Plain,
        })
    }
}

fn has_sane_size(bytes: &[u8]) -> bool {
    imagesize::blob_size(bytes).is_ok_and(|size| {
        let sides = 1..=SIDE_MAX;
        sides.contains(&size.width) && sides.contains(&size.height) && size.width * size.height <= PIXELS_MAX
    })
}

/// Whether a browser could take it for a page or a drawing, which may hold scripts.
fn is_markup(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    while let Some(comment) = rest.strip_prefix("<!--") {
        rest = comment.split_once("-->").map_or("", |(_, rest)| rest).trim_start();
    }
    let start: String = rest.chars().take(10).collect::<String>().to_ascii_lowercase();
    ["<!doctype", "<html", "<head", "<body", "<script", "<iframe", "<svg", "<?xml"]
        .iter()
        .any(|tag| start.starts_with(tag))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A PNG of one pixel.
    pub(in crate::server::attachments) const PNG: &[u8] =
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

    #[test]
    fn bytes_decide() {
        for (announced, bytes, expected) in [
            (Kind::Png, PNG, Some(Kind::Png)),
            (Kind::Plain, PNG, Some(Kind::Png)),
            (Kind::Png, b"%PDF-1.7\n", Some(Kind::Pdf)),
            (Kind::Png, b"just words", Some(Kind::Plain)),
            (Kind::Markdown, b"# Words", Some(Kind::Markdown)),
            (Kind::Markdown, b"<p align=center>\n# Words", Some(Kind::Markdown)),
            (Kind::Csv, "نام,کام\n".as_bytes(), Some(Kind::Csv)),
            (Kind::Json, b"{\"a\":[1]}", Some(Kind::Json)),
            (Kind::Json, b"{\"a\":", Some(Kind::Plain)),
            (Kind::Plain, b"\xef\xbb\xbfwith a mark", Some(Kind::Plain)),
            (Kind::Plain, b"a\0b", None),
            (Kind::Plain, b"\xff\xfea\0b\0", None),
            (Kind::Plain, b"MZ\x90\0\x03", None),
            (Kind::Plain, b"PK\x03\x04", None),
            (Kind::Png, b"\x89PNG\r\n\x1a\n", None),
            (Kind::Plain, b" <!-- a --> <!-- b --><SVG onload=alert(1)>", None),
            (Kind::Plain, b"\xef\xbb\xbf\n<!DOCTYPE html><p>", None),
            (Kind::Markdown, b"<script>alert(1)</script>", None),
            (Kind::Plain, b"<?xml version=\"1.0\"?><svg/>", None),
        ] {
            assert_eq!(
                announced.of_bytes(bytes),
                expected,
                "{announced:?} {:?}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn a_picture_of_a_million_by_a_million_is_none() {
        let mut bomb = PNG.to_vec();
        bomb[16..24].copy_from_slice(&[0, 0x0f, 0x42, 0x40, 0, 0x0f, 0x42, 0x40]);
        assert_eq!(Kind::Png.of_bytes(&bomb), None);
    }

    #[test]
    fn what_is_announced() {
        for (mime_type, name, expected) in [
            ("image/png", "a.png", Some(Kind::Png)),
            ("Image/JPG", "a", Some(Kind::Jpeg)),
            ("text/plain; charset=utf-8", "a.txt", Some(Kind::Plain)),
            ("text/plain", "a.md", Some(Kind::Markdown)),
            ("text/plain", "a.png", Some(Kind::Plain)),
            ("", "Notes.MD", Some(Kind::Markdown)),
            ("application/vnd.ms-excel", "t.csv", Some(Kind::Csv)),
            ("application/octet-stream", "setup.exe", None),
            ("text/html", "a.txt", None),
            ("image/svg+xml", "a.svg", None),
            ("application/zip", "a.png", None),
        ] {
            assert_eq!(Kind::announced(mime_type, name), expected, "{mime_type} {name}");
        }
    }
}
