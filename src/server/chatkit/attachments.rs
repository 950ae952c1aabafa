//! Files over HTTP: the second phase of an upload, downloads and previews.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::id;
use crate::{
    domain::id::{AttachmentId, UserId},
    protocol::attachment::Attachment,
    server::{
        attachments::{AttachmentError, Download, FILE_MAX},
        auth::{ApiCaller, tokens::Scope},
        error::AppError,
        state::AppState,
    },
};

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

/// Takes the bytes of a file that was announced: `POST` with a multipart field `file`, or `PUT` with nothing but the bytes.
///
/// # Errors
/// See [`AppError`].
pub async fn upload(
    State(state): State<AppState>,
    caller: ApiCaller,
    Path(attachment): Path<String>,
    request: Request,
) -> Result<Response, AppError> {
    caller.must(Scope::Write)?;
    let user = caller.user.id;
    let expected = state.attachments.expected(user, id(&attachment)?).await?;
    let _seat = state.uploads.take(user)?;
    let reading = async {
        if request.method() == Method::PUT {
            refuse_announced(request.headers(), FILE_MAX)?;
            limited(request.into_body().into_data_stream()).await
        } else {
            refuse_announced(request.headers(), UPLOAD_MAX)?;
            field(request).await
        }
    };
    let bytes = tokio::time::timeout(PATIENCE, reading)
        .await
        .map_err(|_| AppError::Invalid(format!("the upload took longer than {} s", PATIENCE.as_secs())))??;
    let taken = state.attachments.take(user, expected, bytes).await?;
    Ok(axum::Json(taken).into_response())
}

/// Refuses a body that says that it is too large, before any of it is read.
fn refuse_announced(headers: &HeaderMap, most: usize) -> Result<(), AppError> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(TOO_LARGE);
    }
    Ok(())
}

/// The bytes of the field `file`.
async fn field(request: Request) -> Result<Bytes, AppError> {
    let is_form = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.to_str()
            .is_ok_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"))
    });
    if !is_form {
        return Err(AppError::UnsupportedMediaType("multipart/form-data"));
    }
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| AppError::Invalid(error.body_text()))?;
    while let Some(field) = form.next_field().await.map_err(broken_form)? {
        if field.name() == Some("file") {
            return limited(field).await;
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

/// Hands a file out: pictures to be shown, the rest to be saved.
///
/// # Errors
/// [`AppError::NotFound`] if it is not this person's, or its bytes have not come.
pub async fn download(State(state): State<AppState>, caller: ApiCaller, Path(attachment): Path<String>) -> Result<Response, AppError> {
    caller.must(Scope::Read)?;
    let attachment: AttachmentId = id(&attachment)?;
    let Download { kind, name, size, bytes } = state.attachments.open(caller.user.id, attachment).await?;
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
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
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
