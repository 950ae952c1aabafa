//! How long a request may wait for its answer to begin. What it holds meanwhile (a connection of the database, above all, whose line may
//! have died) is let go then. Streams have begun by their first line, and go on as long as they like.

use std::time::Duration;

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::error::AppError;

/// Longer than anything takes of which people wait for the end.
const USUAL: Duration = Duration::from_secs(90);
/// Where files and sound come in, perhaps slowly: they have limits of their own.
const WITH_FILES: Duration = Duration::from_secs(360);

/// Ends requests whose answer does not begin in time.
pub async fn layer(request: Request, next: Next) -> Response {
    let has_files = ["/chatkit", "/api/chatkit"]
        .iter()
        .any(|door| request.uri().path().starts_with(door));
    let limit = if has_files { WITH_FILES } else { USUAL };
    tokio::time::timeout(limit, next.run(request))
        .await
        .unwrap_or_else(|_| AppError::Unavailable("a request had no answer in time".into()).into_response())
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::StatusCode, middleware::from_fn, routing::get};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_without_an_answer_ends() {
        let never = || get(|| async { std::future::pending::<()>().await });
        let app = Router::new()
            .route("/api/slow", never())
            .route("/chatkit", never())
            .route("/", get(|| async { "here" }))
            .layer(from_fn(layer));
        let ask = async |path: &str| {
            let begun = tokio::time::Instant::now();
            let reply = app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
            (reply.status(), begun.elapsed().as_secs())
        };
        assert_eq!(ask("/").await, (StatusCode::OK, 0));
        assert_eq!(ask("/api/slow").await, (StatusCode::SERVICE_UNAVAILABLE, USUAL.as_secs()));
        assert_eq!(ask("/chatkit").await, (StatusCode::SERVICE_UNAVAILABLE, WITH_FILES.as_secs()));
    }
}
