//! Which kind of body a request says that it has. Names of media types are in any case, and may have parameters (RFC 9110, 8.3.1).

use http::{HeaderMap, header};

/// Whether `Content-Type` names this media type, which is written in small letters.
pub fn is(headers: &HeaderMap, wanted: &str) -> bool {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    named
        .and_then(|named| named.split(';').next())
        .is_some_and(|named| named.trim().eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_case_nor_parameters_make_another_type() {
        let says = |text: &str| {
            is(
                &HeaderMap::from_iter([(header::CONTENT_TYPE, text.parse().unwrap())]),
                "application/json",
            )
        };
        for same in [
            "application/json",
            "Application/JSON",
            "application/json;charset=UTF-8",
            " application/json ; v=1",
        ] {
            assert!(says(same), "{same}");
        }
        for other in ["text/json", "application/jsonl", "", ";application/json"] {
            assert!(!says(other), "{other}");
        }
        assert!(!is(&HeaderMap::new(), "application/json"));
    }
}
