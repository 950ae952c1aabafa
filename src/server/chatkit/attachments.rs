//! Files over HTTP: uploads in one go and the second phase of those in two, downloads and previews.
//!
//! The addresses of a file carry its key, which lets in by itself, to this file alone: browsers load pictures without any header, and
//! the descriptor of an upload has none. Without a key a file is asked for as everything else is, by session or token.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Multipart, Path, Query, Request, State},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{announced_length, id};
use crate::{
    domain::id::{AttachmentId, UserId},
    protocol::attachment::Attachment,
    server::{
        attachments::{AttachmentError, Download, FILE_MAX},
        auth::{ApiCaller, tokens::Scope},
        error::AppError,
        media_type,
        seats::Seat,
        state::AppState,
        store::{StoreError, attachments::FileKey},
    },
};

/// The media type of a form with a file in it.
const FORM: &str = "multipart/form-data";
/// What the parts of a multipart body may have beside the file, in bytes.
const FORM_ROOM: usize = 64 * 1024;
/// The largest body of an upload.
pub const UPLOAD_MAX: usize = FILE_MAX + FORM_ROOM;
/// How long an upload may take.
const PATIENCE: Duration = Duration::from_secs(300);

const TOO_LARGE: AppError = AppError::TooLarge { limit: FILE_MAX };

/// The files of a message that a person sends, in their order.
///
/// # Errors
/// [`AppError::NotFound`] if one is not theirs, [`AppError::Invalid`] if one was not uploaded yet or there are more than ten.
pub async fn attachments_of(state: &AppState, user: UserId, ids: &[String]) -> Result<Vec<Attachment>, AppError> {
    Ok(state.attachments.of_message(user, ids).await?)
}

/// Who comes for a file.
pub enum Visitor {
    /// Whoever knows its key; nothing else is asked then.
    Key(FileKey),
    /// A person, as everywhere else.
    Caller(ApiCaller),
}

#[derive(Deserialize)]
struct Keyed {
    key: Option<String>,
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let not_found = || AppError::from(StoreError::NotFound);
        let Query(Keyed { key }) = Query::try_from_uri(&parts.uri).map_err(|_| not_found())?;
        match key {
            Some(key) => Ok(Self::Key(key.parse().map_err(|_| not_found())?)),
            None => Ok(Self::Caller(ApiCaller::from_request_parts(parts, state).await?)),
        }
    }
}

impl Visitor {
    /// The file that they come for, and whose it is.
    async fn file(&self, state: &AppState, attachment: &str, scope: Scope) -> Result<(UserId, AttachmentId), AppError> {
        match self {
            Self::Key(key) => {
                let attachment = id(attachment)?;
                Ok((state.attachments.owner(attachment, *key).await?, attachment))
            }
            Self::Caller(caller) => {
                caller.must(scope)?;
                Ok((caller.user.id, id(attachment)?))
            }
        }
    }
}

/// Takes the bytes of a file that was announced: a form with a field `file`, or `PUT` with nothing but the bytes. Where the
/// address names no file, a form brings a new one in one go.
///
/// # Errors
/// See [`AppError`].
pub async fn upload(
    State(state): State<AppState>,
    visitor: Visitor,
    attachment: Option<Path<String>>,
    request: Request,
) -> Result<Response, AppError> {
    let Some(Path(attachment)) = attachment else {
        return upload_new(&state, &visitor, request).await;
    };
    let (user, attachment) = visitor.file(&state, &attachment, Scope::Write).await?;
    let expected = state.attachments.expected(user, attachment).await?;
    let _seat = seat(&state, user)?;
    let reading = async {
        // Front ends send a form by whatever method they are told.
        if request.method() == Method::PUT && !media_type::is(request.headers(), FORM) {
            refuse_announced(request.headers(), FILE_MAX)?;
            limited(request.into_body().into_data_stream()).await
        } else {
            Ok(field(request).await?.bytes)
        }
    };
    let bytes = in_time(reading).await?;
    let taken = state.attachments.take(user, expected, bytes).await?;
    Ok(axum::Json(taken).into_response())
}

/// Takes a file whose form says its name and its media type.
async fn upload_new(state: &AppState, visitor: &Visitor, request: Request) -> Result<Response, AppError> {
    let Visitor::Caller(caller) = visitor else {
        return Err(StoreError::NotFound.into());
    };
    caller.must(Scope::Write)?;
    let user = caller.user.id;
    let _seat = seat(state, user)?;
    let SentFile { name, mime_type, bytes } = in_time(field(request)).await?;
    let taken = state.attachments.bring(user, &name, &mime_type, bytes).await?;
    Ok(axum::Json(taken).into_response())
}

/// A seat for the bytes of a file, if this person has not sent too many just now.
fn seat(state: &AppState, user: UserId) -> Result<Seat, AppError> {
    if let Some(retry_after) = state.files.check(user, state.clock.now()) {
        return Err(AppError::TooMany { retry_after });
    }
    state.uploads.take(user)
}

/// Gives up a body that comes too slowly.
async fn in_time<T>(reading: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
    tokio::time::timeout(PATIENCE, reading)
        .await
        .map_err(|_| AppError::Invalid(format!("the upload took longer than {} s", PATIENCE.as_secs())))?
}

/// Refuses a body that says that it is too large, before any of it is read.
fn refuse_announced(headers: &HeaderMap, most: usize) -> Result<(), AppError> {
    if announced_length(headers).is_some_and(|length| length > most as u64) {
        return Err(TOO_LARGE);
    }
    Ok(())
}

/// The field `file` of a form.
struct SentFile {
    /// What it says of itself; empty where it says nothing.
    name: String,
    mime_type: String,
    bytes: Bytes,
}

/// Reads the field `file`.
async fn field(request: Request) -> Result<SentFile, AppError> {
    refuse_announced(request.headers(), UPLOAD_MAX)?;
    if !media_type::is(request.headers(), FORM) {
        return Err(AppError::UnsupportedMediaType(FORM));
    }
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| AppError::Invalid(error.body_text()))?;
    while let Some(field) = form.next_field().await.map_err(broken_form)? {
        if field.name() == Some("file") {
            return Ok(SentFile {
                name: field.file_name().unwrap_or_default().to_owned(),
                mime_type: field.content_type().unwrap_or_default().to_owned(),
                bytes: limited(field).await?,
            });
        }
    }
    Err(AppError::Invalid("the form has no field `file`".into()))
}

fn broken_form(error: axum::extract::multipart::MultipartError) -> AppError {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        TOO_LARGE
    } else {
        AppError::Invalid(error.body_text())
    }
}

/// A body as a whole; read no further than to its limit.
async fn limited<E: Into<axum::BoxError>>(body: impl Stream<Item = Result<Bytes, E>>) -> Result<Bytes, AppError> {
    let mut body = std::pin::pin!(body);
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| AppError::Invalid(format!("the body broke off: {}", error.into())))?;
        if bytes.len() + chunk.len() > FILE_MAX {
            return Err(TOO_LARGE);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// Hands a file out: pictures to be shown, the rest to be saved. By its key, it may be shown in pages of others too.
///
/// # Errors
/// [`AppError::NotFound`] if it is not this person's, the key is not its own, or its bytes have not come.
pub async fn download(State(state): State<AppState>, visitor: Visitor, Path(attachment): Path<String>) -> Result<Response, AppError> {
    let (user, attachment) = visitor.file(&state, &attachment, Scope::Read).await?;
    let Download { kind, name, size, bytes } = state.attachments.open(user, attachment).await?;
    let mut response = Response::new(Body::from_stream(bytes));
    let headers = response.headers_mut();
    let mime_type = kind.mime_type();
    let content_type = if kind.is_text() {
        format!("{mime_type}; charset=utf-8")
    } else {
        mime_type.to_owned()
    };
    headers.insert(header::CONTENT_TYPE, header_value(&content_type)?);
    headers.insert(header::CONTENT_LENGTH, size.into());
    headers.insert(header::CONTENT_DISPOSITION, header_value(&disposition(kind.is_picture(), &name))?);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, max-age=600"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let readers = match visitor {
        Visitor::Key(_) => "cross-origin",
        Visitor::Caller(_) => "same-origin",
    };
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static(readers));
    Ok(response)
}

fn header_value(text: &str) -> Result<HeaderValue, AppError> {
    text.parse().map_err(|error| AppError::Internal(Box::new(error)))
}

/// Everything but the `attr-char` of RFC 5987.
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// `Content-Disposition` with the name twice: in ASCII for old clients, and as it is (RFC 6266).
fn disposition(is_shown: bool, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let whole = utf8_percent_encode(name, NAME);
    let what = if is_shown { "inline" } else { "attachment" };
    format!("{what}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

impl From<AttachmentError> for AppError {
    fn from(error: AttachmentError) -> Self {
        match error {
            AttachmentError::Invalid(why) => Self::Invalid(why),
            AttachmentError::KindRefused => Self::FileKindRefused,
            AttachmentError::TooLarge => TOO_LARGE,
            AttachmentError::AlreadyThere => Self::Conflict("This file is there already. Create another attachment."),
            // A day frees them; sending or deleting some, at once.
            AttachmentError::TooMany => Self::TooMany { retry_after: 3600 },
            AttachmentError::Full(quota) => Self::QuotaReached(quota),
            AttachmentError::Store(error) => error.into(),
            AttachmentError::Blobs(cause) => Self::Internal(Box::new(cause)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_headers() {
        assert_eq!(
            disposition(false, "بل \"1\".pdf"),
            "attachment; filename=\"__ _1_.pdf\"; filename*=UTF-8''%D8%A8%D9%84%20%221%22.pdf"
        );
        assert_eq!(disposition(true, "a.png"), "inline; filename=\"a.png\"; filename*=UTF-8''a.png");
        assert_eq!(
            disposition(true, "a'\r\n;x=%41.png"),
            "inline; filename=\"a'__;x=_41.png\"; filename*=UTF-8''a%27%0D%0A%3Bx%3D%2541.png"
        );
    }
}
