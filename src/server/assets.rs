//! The site's files (`/pkg/*`, favicon ...): inside the binary in a release build (feature `embed-site`), else from the site folder.
//!
//! The release build lays a `.br` and a `.gz` beside each file that gets smaller by them.

use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::state::AppState;

/// The files of the release build.
#[cfg(feature = "embed-site")]
#[derive(rust_embed::Embed)]
#[folder = "$KAAM_SITE_DIR"]
struct Site;

/// The bytes of a file of the site.
#[cfg(feature = "embed-site")]
async fn read(_root: &str, path: &str) -> Option<std::borrow::Cow<'static, [u8]>> {
    Site::get(path).map(|file| file.data)
}

/// The bytes of a file of the site.
#[cfg(not(feature = "embed-site"))]
async fn read(root: &str, path: &str) -> Option<std::borrow::Cow<'static, [u8]>> {
    tokio::fs::read(std::path::Path::new(root).join(path)).await.ok().map(Into::into)
}

/// Changes whenever the page's script or style does. Empty where there is no site folder.
pub async fn version(root: &str, output_name: &str) -> String {
    let mut hash = Sha256::new();
    for end in [".js", "_bg.wasm", ".wasm", ".css"] {
        if let Some(bytes) = read(root, &format!("pkg/{output_name}{end}")).await {
            hash.update(&bytes);
        }
    }
    hex::encode(&hash.finalize()[..8])
}

/// Gives a file, in the smallest form that the browser takes. With its version in the query, or in its name as those of fonts, it may be
/// kept for ever.
pub async fn file(state: &AppState, request: &Parts) -> Response {
    let path = request.uri.path().trim_start_matches('/').to_owned();
    let is_plain = path
        .split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains('\\'))
        && !path.contains('%');
    if !is_plain || !matches!(request.method, Method::GET | Method::HEAD) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let root = state.leptos.site_root.as_ref();
    let accepted = accepted(&request.headers);
    let forms = [("br", ".br"), ("gzip", ".gz"), ("", "")];
    for (encoding, end) in forms {
        if !encoding.is_empty() && !accepted.contains(encoding) {
            continue;
        }
        let Some(bytes) = read(root, &format!("{path}{end}")).await else {
            continue;
        };
        let mut response = bytes.into_owned().into_response();
        let headers = response.headers_mut();
        let kind = mime_guess::from_path(&path).first_or_octet_stream();
        if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
            headers.insert(header::CONTENT_TYPE, kind);
        }
        if !encoding.is_empty() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let is_named = path.starts_with("fonts/") || request.uri.query() == Some(&format!("v={}", state.assets.version));
        let keep = if is_named {
            "public, max-age=31536000, immutable"
        } else {
            "public, max-age=3600"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        return response;
    }
    StatusCode::NOT_FOUND.into_response()
}

fn accepted(headers: &HeaderMap) -> String {
    headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase()
}
